package gateway

import (
	"context"
	"errors"
	"fmt"

	"kessai/internal/ledger"
	"kessai/paygent"
)

// ErrForged: a return from 3-D Secure whose hash does not fit, or that cannot be read.
// Nothing in it may be believed.
var ErrForged = errors.New("gateway: no return of 3-D Secure")

// ThreeDSReturn is what the buyer's browser brought back from 3-D Secure. Browsers bring
// what they like, as often as they like: the ids are to be those waited for, used once.
// TradingID, Code and Detail are outside the hash, for people to read.
type ThreeDSReturn struct {
	OK        bool
	AuthID    string // 2.0: 3ds_auth_id of 450
	PaymentID string // 1.0: of 020, which is authorised if OK
	TradingID string // 1.0
	Attempt   string // attempt_kbn
	Full      bool   // authenticated in full
	Protected bool   // the issuer bears the liability
	Code      string
	Detail    string
}

// ThreeDSCheck reads a return, query or body as it came, of the version that its payment
// went through.
type ThreeDSCheck func(ctx context.Context, version ledger.ThreeDS, raw []byte) (ThreeDSReturn, error)

// VerifyThreeDS makes the check of a return's hash; keys gives the 3Dセキュア結果受付ハッシュ鍵
// in use. An error that is not ErrForged says that the keys are away: the return may be
// right.
func VerifyThreeDS(keys func(ctx context.Context) ([]paygent.Secret, error)) ThreeDSCheck {
	return func(ctx context.Context, version ledger.ThreeDS, raw []byte) (ThreeDSReturn, error) {
		known, err := keys(ctx)
		if err != nil {
			return ThreeDSReturn{}, err
		}
		parse := paygent.ParseThreeDS2
		switch version {
		case ledger.ThreeDS2:
		case ledger.ThreeDS1:
			parse = paygent.ParseThreeDS1
		default:
			return ThreeDSReturn{}, fmt.Errorf("%w: the payment went through none", ErrForged)
		}
		r, err := parse(raw, known...)
		if err != nil {
			return ThreeDSReturn{}, fmt.Errorf("%w: %w", ErrForged, err)
		}
		return returned(r), nil
	}
}

func returned(r paygent.ThreeDSReturn) ThreeDSReturn {
	attempt := string(r.AttemptKbn)
	return ThreeDSReturn{
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
