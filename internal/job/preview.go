package job

import (
	"context"

	"kessai/internal/order"
	"kessai/internal/problem"
)

// Preview is what a selection finds now.
type Preview struct {
	Count  int64
	Amount order.Yen
	Last   order.ID // the last order found
}

// Preview counts what a job would be about, without keeping it.
func (j *Jobs) Preview(ctx context.Context, kind string, s Selection) (p Preview, err error) {
	k, known := j.kinds[kind]
	if !known {
		return p, problem.New(problem.Invalid, "job.kind_unknown", nil)
	}
	for after := order.ID(0); ; {
		found, next, err := k.Select(ctx, s, after, prepareBatch)
		if err != nil {
			return p, err
		}
		for _, t := range found {
			p.Count++
			p.Amount += t.Amount
			p.Last = t.Order
		}
		if next == 0 {
			return p, nil
		}
		after = next
	}
}
