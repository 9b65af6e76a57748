package gateway

import (
	"context"
	"fmt"

	"kessai/internal/ledger"
	"kessai/paygent"
)

// Callbacks checks the hash of a buyer's return; Keys gives the
// 3Dセキュア結果受付ハッシュ鍵 in use.
type Callbacks struct {
	Keys func(ctx context.Context) ([]paygent.Secret, error)
}

var _ ledger.Callbacks = Callbacks{}

// ThreeDS implements ledger.Callbacks. An error that is not ErrForged says that the keys
// are away: the return may be right.
func (c Callbacks) ThreeDS(ctx context.Context, version ledger.ThreeDS, raw []byte) (ledger.ThreeDSReturn, error) {
	known, err := c.Keys(ctx)
	if err != nil {
		return ledger.ThreeDSReturn{}, err
	}
	parse := paygent.ParseThreeDS2
	switch version {
	case ledger.ThreeDS2:
	case ledger.ThreeDS1:
		parse = paygent.ParseThreeDS1
	default:
		return ledger.ThreeDSReturn{}, fmt.Errorf("%w: the payment went through none", ledger.ErrForged)
	}
	r, err := parse(raw, known...)
	if err != nil {
		return ledger.ThreeDSReturn{}, fmt.Errorf("%w: %w", ledger.ErrForged, err)
	}
	return returned(r), nil
}

func returned(r paygent.ThreeDSReturn) ledger.ThreeDSReturn {
	attempt := string(r.AttemptKbn)
	return ledger.ThreeDSReturn{
		OK: r.OK, AuthID: r.AuthID, PaymentID: r.PaymentID, TradingID: r.TradingID, Attempt: attempt,
		Full: r.OK && Full(attempt), Protected: r.OK && Protected(attempt), Code: clip(r.Code), Detail: clip(r.Detail),
	}
}

// clip bounds a text that a browser could have made of any length.
func clip(s string) string {
	const most = 200
	for i := range s {
		if i >= most {
			return s[:i]
		}
	}
	return s
}
