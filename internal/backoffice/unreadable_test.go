package backoffice_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kessai/internal/payment"
	"kessai/internal/web/webtest"
)

// TestAnUnreadableOrderHidesNoOther: the list shows it as what it is, and 一括売上 of all that the
// search finds takes the others, and tells of this one that it failed.
func TestAnUnreadableOrderHidesNoOther(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	good, broken, other := r.paid(1), r.paid(1), r.paid(1)
	r.Exec("UPDATE dtb_order SET payment_total = 1100.5, order_date = 'yesterday' WHERE id = ?", int64(broken))

	p := r.Get(listPath)
	if got := numbers(p); p.Status != http.StatusOK || len(got) != 3 {
		t.Fatalf("%d %v", p.Status, got)
	}
	if got := webtest.Texts(p.Document, ".orders tbody .c-total"); !slices.Contains(got, "読み取れません") {
		t.Errorf("totals %v", got)
	}
	if got := ticks(p, "capture"); !slices.Equal(got, []string{good.String(), other.String()}) {
		t.Errorf("boxes %v", got)
	}

	p = r.answer(r.Post(bulkPath, url.Values{"do": {"capture"}, "all": {"capture"}}), "run")
	failed := r.workOn() // as often as it was tried
	if len(failed) == 0 || slices.ContainsFunc(failed, func(err error) bool { return !strings.Contains(err.Error(), "payment_total") }) {
		t.Errorf("%v", failed)
	}
	p = r.Get(p.Path)
	if got := webtest.Texts(p.Document, ".message"); !slices.Equal(got, []string{"2件が成功しました", "1件が失敗しました"}) {
		t.Errorf("messages %v", got)
	}
	if got := p.Text(); !strings.Contains(got, "システムエラーのため処理できませんでした") {
		t.Error("no reason is told")
	}
	if n := r.centre.count(payment.Capture); n != 2 {
		t.Errorf("%d captures", n)
	}
}

// workOn is work that goes on over an item that fails, as a node's loop does; it returns what failed.
func (r *rig) workOn() (failed []error) {
	r.t.Helper()
	foreman, worker := r.jobs.Foreman(), r.jobs.Worker()
	for range 100 {
		if _, _, err := foreman.Step(r.t.Context()); err != nil {
			r.t.Fatal(err)
		}
		if _, _, err := worker.Step(r.t.Context()); err != nil {
			failed = append(failed, err)
		}
	}
	return failed
}
