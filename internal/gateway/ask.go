package gateway

import (
	"context"
	"errors"

	"kessai/internal/ledger"
	"kessai/paygent"
)

// ask prepares a question, which has the configuration's time and no other deadline.
func (g *Gateway) ask(ctx context.Context, version int64) (Centre, context.Context, context.CancelFunc, error) {
	c, err := g.centre(ctx, version)
	if err != nil {
		a := unsent(err)
		return Centre{}, nil, nil, &ledger.NoAnswerError{Code: a.Code, Detail: a.Detail, NotSent: true}
	}
	if c.Settings.InquiryTimeout <= 0 {
		return c, ctx, func() {}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.Settings.InquiryTimeout)
	return c, ctx, cancel, nil
}

// noAnswer is the error of a question.
func noAnswer(err error) *ledger.NoAnswerError {
	var declined *paygent.DeclinedError
	var rejected *paygent.RejectedError
	switch {
	case errors.As(err, &declined):
		return &ledger.NoAnswerError{Code: declined.Code, Detail: declined.Detail}
	case errors.As(err, &rejected):
		return &ledger.NoAnswerError{Code: rejected.Code, Detail: rejected.Detail, NotSent: rejected.NotSent}
	}
	return &ledger.NoAnswerError{Code: paygent.CodeConnection}
}
