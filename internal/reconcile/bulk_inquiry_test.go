package reconcile_test

import (
	"testing"

	"kessai/internal/job"
	"kessai/internal/ledger"
)

// TestBulkInquiryTells what was answered from what was not, and from what nobody had to ask.
func TestBulkInquiryTells(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	paid, none := r.paid(), r.order(1)
	k := job.Inquiry(r.service, r.Reader)
	expect := func(what string, out job.Outcome, err error, state job.ItemState, code string) {
		t.Helper()
		if err != nil || out.State != state || out.Code != code {
			t.Errorf("%s: %+v, %v", what, out, err)
		}
	}
	out, err := k.Run(t.Context(), job.Item{Order: paid})
	expect("answered", out, err, job.Succeeded, "answered")
	out, err = k.Rehearse(t.Context(), job.Item{Order: paid})
	expect("rehearsed", out, err, job.Succeeded, "answered")
	out, err = k.Run(t.Context(), job.Item{Order: none})
	expect("nothing to ask", out, err, job.Skipped, "nothing_open")
	out, err = k.Rehearse(t.Context(), job.Item{Order: none})
	expect("nothing to ask, rehearsed", out, err, job.Skipped, "nothing_open")
	r.spy.answer = func(ledger.Inquiry) (ledger.Finding, bool) { return ledger.Finding{Kind: ledger.NoAnswer}, true }
	out, err = k.Run(t.Context(), job.Item{Order: paid})
	expect("not answered", out, err, job.Failed, "no_answer")
}
