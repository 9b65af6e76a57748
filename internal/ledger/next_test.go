package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestWhyTheLastTryFailed: of the tries that began a payment and are over the one that ended
// last, whatever else was done about the order.
func TestWhyTheLastTryFailed(t *testing.T) {
	t.Parallel()
	at := func(second int) time.Time { return time.Date(2026, 4, 1, 0, 0, second, 0, time.UTC) }
	op := func(k payment.Kind, s payment.State, code string, settled int) Operation {
		return Operation{PaymentID: "p", Kind: k, State: s, Code: code, Cause: "answer", SettledAt: at(settled)}
	}
	step := op(payment.Authorize, payment.DeclinedOp, "saga", 9)
	step.Parent = "s"
	for name, tt := range map[string]struct {
		ops   []Operation
		end   payment.End // of the payment
		code  string      // "-": nothing is told
		state payment.State
		cause string
	}{
		"none":                             {nil, "", "-", "", ""},
		"refused":                          {[]Operation{op(payment.Authorize, payment.DeclinedOp, "2003", 1)}, payment.Declined, "2003", payment.DeclinedOp, "answer"},
		"rejected later":                   {[]Operation{op(payment.Authorize, payment.DeclinedOp, "2003", 1), op(payment.ApplyConveni, payment.RejectedOp, "P008", 2)}, payment.Declined, "P008", payment.RejectedOp, "answer"},
		"begun first, refused last":        {[]Operation{op(payment.Authorize, payment.DeclinedOp, "2003", 9), op(payment.ApplyConveni, payment.RejectedOp, "P008", 2)}, payment.Declined, "2003", payment.DeclinedOp, "answer"},
		"two at once":                      {[]Operation{op(payment.Authorize, payment.DeclinedOp, "2005", 3), op(payment.Authorize, payment.DeclinedOp, "2003", 3)}, payment.Declined, "2003", payment.DeclinedOp, "answer"},
		"and a cancellation failed":        {[]Operation{op(payment.Authorize, payment.DeclinedOp, "2003", 1), op(payment.CancelAuthorization, payment.DeclinedOp, "SIM002", 2)}, payment.Declined, "2003", payment.DeclinedOp, "answer"},
		"and staff's change failed":        {[]Operation{op(payment.Authorize, payment.DeclinedOp, "2003", 1), step}, payment.Declined, "2003", payment.DeclinedOp, "answer"},
		"and the next is under way":        {[]Operation{op(payment.Authorize, payment.DeclinedOp, "2003", 1), op(payment.Authorize, payment.UnknownState, "", 0)}, payment.Declined, "2003", payment.DeclinedOp, "answer"},
		"only one under way":               {[]Operation{op(payment.Authorize, payment.UnknownState, "", 0)}, "", "-", "", ""},
		"a page was left":                  {[]Operation{op(payment.Authenticate, payment.Succeeded, "", 1)}, payment.GivenUp, "-", "", ""},
		"refused at its page":              {[]Operation{op(payment.Authenticate, payment.Succeeded, "", 1)}, payment.Declined, "", payment.DeclinedOp, "challenge"},
		"not authenticated as wanted":      {[]Operation{op(payment.Authorize, payment.Succeeded, attemptCode, 1)}, payment.Canceled, "", payment.DeclinedOp, "challenge"},
		"not authenticated as wanted, yet": {[]Operation{op(payment.Authorize, payment.Succeeded, attemptCode, 1)}, "", "", payment.DeclinedOp, "challenge"},
		"a placed order was cancelled":     {[]Operation{op(payment.Authorize, payment.Succeeded, "", 1)}, payment.Canceled, "-", "", ""},
	} {
		l := &Ledger{Order: Head{ID: 1, Status: order.Processing}, Payments: []*Payment{{ID: "p", End: tt.end}}}
		for _, o := range tt.ops {
			l.Operations = append(l.Operations, &o)
		}
		got := Next(l).Refusal
		if (got == nil) != (tt.code == "-") || got != nil && (got.Code != tt.code || got.State != tt.state || got.Cause != tt.cause) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestWhereTheBuyerWaits while the order is in 7 and nothing of ours is under way.
func TestWhereTheBuyerWaits(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	for phase, want := range map[payment.Phase]StepKind{
		payment.AwaitingBuyer: StepPage, payment.AwaitingPayment: StepNumber, payment.Opening: StepWait, payment.Authorised: StepWait, payment.Ended: StepWait,
	} {
		p := &Payment{ID: "p", Phase: phase, BegunAt: since.Add(time.Second), Needs: Needs{URL: "https://example.jp/"}}
		l := &Ledger{Order: Head{Status: order.Pending, PendingSince: since}, CurrentID: "p", Payments: []*Payment{p}}
		got := Next(l)
		if got.Kind != want || want == StepWait != got.Since.Equal(since) || want != StepWait && (got.Payment != "p" || got.Needs.URL != p.Needs.URL) {
			t.Errorf("%s: %+v", phase, got)
		}
	}
}
