package verify

import (
	"testing"

	"kessai/internal/payment"
)

// TestReachable: what the state table leads to, and what it does not.
func TestReachable(t *testing.T) {
	t.Parallel()
	card, conveni := payment.Scheme{Method: payment.Card, System: payment.Module}, payment.Scheme{Method: payment.Conveni, System: payment.Module}
	bank, docomo := payment.Scheme{Method: payment.Bank, System: payment.Link}, payment.Scheme{Method: payment.Carrier, System: payment.Module}
	for _, tt := range []struct {
		scheme payment.Scheme
		at     standing
		want   bool
	}{
		{card, standing{payment.Opening, "", ""}, true},
		{card, standing{payment.Unknown, "", ""}, true},
		{card, standing{payment.Authorised, "", payment.AuthOK}, true},
		{card, standing{payment.Authorised, payment.WrongAmount, payment.AuthOK}, true},
		{card, standing{payment.Ended, payment.WrongAmount, payment.AuthCancelDone}, true},
		{card, standing{payment.Captured, "", payment.AuthOK}, true}, // 売上 was answered, 40 is not known yet
		{card, standing{payment.Captured, "", payment.ClearedFinal}, true},
		{card, standing{payment.Ended, payment.Refunded, payment.RefundDone}, true},
		{card, standing{payment.Ended, payment.Canceled, payment.AuthOK}, true}, // 取消 was answered, 32 is not known yet
		{card, standing{payment.Ended, payment.Superseded, payment.ThreeDSRunning}, true},
		{docomo, standing{payment.Authorised, "", payment.AuthComplete}, true},
		{docomo, standing{payment.Captured, "", payment.ClearedComplete}, true},
		{conveni, standing{payment.AwaitingPayment, "", payment.Applied}, true},
		{conveni, standing{payment.Captured, "", payment.EarlyReport}, true},
		{conveni, standing{payment.Ended, payment.Expired, payment.TermExpired}, true},
		{bank, standing{payment.AwaitingBuyer, "", payment.Abandoned}, true},

		{card, standing{payment.Authorised, "", payment.AuthCancelDone}, false},
		{card, standing{payment.Authorised, "", payment.Cleared}, false},
		{card, standing{payment.Captured, "", payment.AuthExpired}, false},
		{card, standing{payment.Captured, payment.Refunded, payment.Cleared}, false},
		{card, standing{payment.Ended, "", payment.AuthNG}, false},
		{card, standing{payment.Ended, payment.NeverSent, payment.Cleared}, false},
		{card, standing{payment.Ended, payment.Declined, payment.AuthOK}, false},
		{card, standing{payment.AwaitingPayment, "", payment.Applied}, false},
		{card, standing{payment.AwaitingBuyer, "", payment.AuthOK}, false},
		{card, standing{payment.Authorised, "", payment.EarlyReport}, false},
		{conveni, standing{payment.Authorised, "", payment.AuthOK}, false},
		{conveni, standing{payment.AwaitingPayment, "", payment.Cleared}, false},
		{conveni, standing{payment.Captured, "", payment.TermExpired}, false},
		{bank, standing{payment.AwaitingPayment, "", payment.Applied}, false},
		{docomo, standing{payment.Captured, "", payment.CancelComplete}, false},
		{payment.Scheme{Method: payment.None, System: payment.Module}, standing{payment.Captured, "", payment.Cleared}, false},
		{payment.Scheme{Method: payment.Paidy, System: payment.Link}, standing{payment.Captured, "", ""}, false},
	} {
		if got := reachable(tt.scheme)[tt.at]; got != tt.want {
			t.Errorf("%v: %+v: reachable %v, want %v", tt.scheme, tt.at, got, tt.want)
		}
	}
}
