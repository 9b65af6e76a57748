package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/reconcile"
	"kessai/internal/store/storetest"
	"kessai/paygentsim"
)

// byID asks 091 of the rig's centre.
type byID struct {
	*gateway.Gateway
	asked []int64
}

func (g *byID) Difference(ctx context.Context, q ledger.DifferenceQuery) (ledger.Difference, error) {
	g.asked = append(g.asked, q.NoticeID)
	return g.Gateway.Difference(ctx, q)
}

// books is a run of the comparison: each order's classes, and the totals.
type books struct {
	found  map[order.ID][]string
	totals reconcile.CompareTotals
	err    error
}

func (r *rig) compareBooks(o reconcile.CompareOptions) books {
	r.t.Helper()
	out := books{found: map[order.ID][]string{}}
	before := len(r.wire.sent)
	centre := &byID{Gateway: r.spy.Gateway.(*gateway.Gateway)}
	out.totals, out.err = reconcile.Compare(r.t.Context(), r.service, r.Store, centre, r.Now(), o, func(c reconcile.Compared) error {
		word := string(c.Kind)
		switch {
		case c.Err != nil:
			word = "error " + c.Err.Error()
		case c.Skipped != "":
			word += " skipped " + c.Skipped
		case c.Repaired:
			word += " repaired"
		case c.Told:
			word += " told"
		}
		out.found[c.Order] = append(out.found[c.Order], strings.TrimSpace(word))
		return nil
	})
	for _, p := range r.wire.sent[before:] {
		if kind := p.Get("telegram_kind"); kind != "094" && kind != "091" {
			r.t.Errorf("the comparison sent %s", kind)
		}
	}
	if slices.Contains(centre.asked, 0) {
		r.t.Error("091 was asked without an id: what it delivers counts as delivered")
	}
	return out
}

func (r *rig) reported(o reconcile.CompareOptions, want map[order.ID][]string) books {
	r.t.Helper()
	got := r.compareBooks(o)
	if got.err != nil {
		r.t.Fatal(got.err)
	}
	if diff := cmp.Diff(want, got.found); diff != "" {
		r.t.Error(diff)
	}
	return got
}

// all repairs everything.
func all(ledger.Comparison) (bool, error) { return true, nil }

type found = map[order.ID][]string

// lose moves the order's payment at the centre by an operator's hand, and its notice is
// lost.
func (r *rig) lose(id order.ID, to ...paygentsim.Status) {
	r.t.Helper()
	p := r.view(id).Current().PaymentID
	for _, s := range to {
		r.at(id, s, true)
		if n, err := r.sim.WithholdNotices(p); err != nil || n == 0 {
			r.t.Fatalf("withheld %d, %v", n, err)
		}
	}
}

// TestCompareReportsAndRepairs: an operator moved payments in ペイジェントオンライン, and the
// notices were lost. The comparison reports each; nothing changes until it is asked to.
func TestCompareReportsAndRepairs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin func(*rig) order.ID
		loss  func(*rig, order.ID)
		class ledger.Disagreement
		order order.Status
		phase payment.Phase
		stock int64
	}{
		"captured":         {(*rig).paid, func(r *rig, id order.ID) { r.lose(id, paygentsim.Captured) }, ledger.CapturedThere, order.Paid, payment.Captured, 8},
		"cancelled":        {(*rig).paid, func(r *rig, id order.ID) { r.lose(id, paygentsim.AuthorizationCancelled) }, ledger.CanceledThere, order.Canceled, payment.Ended, 9},
		"expired":          {(*rig).paid, func(r *rig, id order.ID) { r.lose(id, paygentsim.AuthorizationExpired) }, ledger.ExpiredThere, order.Canceled, payment.Ended, 9},
		"given back":       {(*rig).sold, func(r *rig, id order.ID) { r.lose(id, paygentsim.CaptureCancelled) }, ledger.CanceledThere, order.Canceled, payment.Ended, 9},
		"paid at the bank": {(*rig).atBank, func(r *rig, id order.ID) { r.payAtBank(id); r.withholdAll() }, ledger.CapturedThere, order.Paid, payment.Captured, 8},
		"authorised after all": {func(r *rig) order.ID {
			return r.givenUp(storetest.Wanted{Lines: []order.Movement{{ProductClassID: r.class, Quantity: 1}}})
		}, func(r *rig, id order.ID) { r.arrives(id); r.withholdAll() },
			"", order.Processing, payment.Ended, 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			other := r.paid()
			id := tt.begin(r)
			tt.loss(r, id)
			before := r.view(id)
			if tt.class == "" { // the shop settled it as not happened: no longer open, and found by its days
				r.reported(reconcile.CompareOptions{From: r.Now().Add(-time.Hour)}, found{id: {"authorised_there"}})
				r.reported(reconcile.CompareOptions{From: r.Now().Add(-time.Hour), Repair: all}, found{id: {"authorised_there repaired"}})
				r.settle()
				r.expect(id, order.New, payment.Authorised, 8)
				return
			}
			got := r.reported(reconcile.CompareOptions{}, found{id: {string(tt.class)}})
			if got.totals != (reconcile.CompareTotals{Agree: 1, Differ: 1}) {
				t.Errorf("%+v", got.totals)
			}
			if after := r.view(id); after.Version != before.Version || after.EventSeq != before.EventSeq {
				t.Error("a report has written")
			}
			got = r.reported(reconcile.CompareOptions{Repair: all}, found{id: {string(tt.class) + " repaired"}})
			if got.totals.Repaired != 1 {
				t.Errorf("%+v", got.totals)
			}
			r.settle()
			r.expect(id, tt.order, tt.phase, tt.stock)
			r.reported(reconcile.CompareOptions{Repair: all}, found{})
			r.reported(reconcile.CompareOptions{Order: other}, found{})
		})
	}
}

// TestCompareCorrected: a correction in ペイジェントオンライン leaves ours behind at 32. It is
// never taken for a cancellation, and what stands in its place is found by 091.
func TestCompareCorrected(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	if _, err := r.sim.Correct(r.view(id).Current().PaymentID, 900); err != nil {
		t.Fatal(err)
	}
	r.withholdAll()
	r.reported(reconcile.CompareOptions{}, found{id: {"corrected_there", "unknown_to_us"}})
	r.reported(reconcile.CompareOptions{Repair: all}, found{id: {"corrected_there repaired", "unknown_to_us repaired"}})
	if l := r.view(id); l.Order.Status != order.New || l.Hold == nil {
		t.Errorf("the order was moved: %s", l.Order.Status.Name())
	}
	if len(r.alerts(id)) == 0 {
		t.Error("nobody was told")
	}
}

// TestCompareUnknownToUs: a payment under our order's number that we have no record of,
// and one of another shop's.
func TestCompareUnknownToUs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.twice = true
	r.elsewhere(r.trading(id)+"_2", 1100)
	if _, err := r.sim.Foreign(r.merchant.MerchantID, "OTHER-7", paygentsim.TypeConveni, 500); err != nil {
		t.Fatal(err)
	}
	r.withholdAll()
	got := r.reported(reconcile.CompareOptions{}, found{id: {"unknown_to_us"}})
	if got.totals.Foreign != 2 || got.totals.Differ != 1 {
		t.Errorf("%+v", got.totals)
	}
	r.reported(reconcile.CompareOptions{Repair: all}, found{id: {"unknown_to_us repaired"}})
	r.settle()
	if len(r.alerts(id)) == 0 {
		t.Error("nobody was told of it")
	}
	r.reported(reconcile.CompareOptions{}, found{id: {"unknown_to_us told"}})
}

// TestCompareUnknownToThem: a database restored from another time knows payments that the
// centre does not.
func TestCompareUnknownToThem(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.broken = true // the centre forgot: its book and ours cannot agree any more
	id, page := r.paid(), r.atBank()
	if err := r.sim.Reset(); err != nil {
		t.Fatal(err)
	}
	r.reported(reconcile.CompareOptions{}, found{id: {"unknown_to_them"}})
	r.reported(reconcile.CompareOptions{Repair: all}, found{id: {"unknown_to_them repaired"}})
	r.same("alerts", r.alerts(id), "contradiction")
	seq := r.view(id).EventSeq
	r.reported(reconcile.CompareOptions{Repair: all}, found{id: {"unknown_to_them told"}})
	if r.view(id).EventSeq != seq {
		t.Error("staff were told twice")
	}
	if r.view(page).Current().Phase != payment.AwaitingBuyer {
		t.Error("a page that nobody opened was touched")
	}
}

// TestComparePastLimit: an authorisation that the centre no longer knows ends once its term is
// over (money.md §9).
func TestComparePastLimit(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		wait   time.Duration // after limit and margin
		phase  payment.Phase
		status order.Status
		alerts []string
	}{
		"authorised":                     {0, payment.Ended, order.Canceled, nil},
		"authorised, a moment too early": {-time.Second, payment.Authorised, order.New, []string{"contradiction"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.broken = true
			id := r.paid()
			if err := r.sim.Reset(); err != nil {
				t.Fatal(err)
			}
			r.Advance(r.view(id).Current().LimitAt.Add(48*time.Hour + tt.wait).Sub(r.Now()))
			r.reported(reconcile.CompareOptions{Repair: all}, found{id: {"unknown_to_them repaired"}})
			r.same("alerts", r.alerts(id), tt.alerts...)
			if l := r.view(id); l.Current().Phase != tt.phase || l.Order.Status != tt.status {
				t.Errorf("the payment is %s, the order in %s", l.Current().Phase, l.Order.Status.Name())
			}
		})
	}
}

// TestCompareTells: what must not be taken is put before staff, once, and moves nothing.
func TestCompareTells(t *testing.T) {
	t.Parallel()
	for class, answer := range map[ledger.Disagreement]ledger.Finding{
		ledger.AmountDiffers: {Kind: ledger.Found, Type: "02", Status: payment.AuthOK, Amount: 900},
		ledger.StatusDiffers: {Kind: ledger.Found, Type: "02", Status: payment.Applied, Amount: 1100},
	} {
		t.Run(string(class), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.paid()
			r.spy.answer = func(q ledger.Inquiry) (ledger.Finding, bool) {
				f := answer
				f.PaymentID = q.PaymentID
				return f, true
			}
			r.reported(reconcile.CompareOptions{}, found{id: {string(class)}})
			r.reported(reconcile.CompareOptions{Repair: all}, found{id: {string(class) + " repaired"}})
			r.reported(reconcile.CompareOptions{Repair: all}, found{id: {string(class) + " told"}})
			r.expect(id, order.New, payment.Authorised, 9)
			r.same("alerts", r.alerts(id), "contradiction")
			r.spy.answer = nil
			r.reported(reconcile.CompareOptions{}, found{})
		})
	}
}

// TestCompareOneFailureStopsNothing: an order whose payment the centre does not tell about,
// and one under way, do not keep the others from being compared.
func TestCompareOneFailureStopsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	silent, lost := r.paid(), r.paid()
	r.lose(lost, paygentsim.Captured)
	busy := r.unknown()
	r.spy.answer = func(q ledger.Inquiry) (ledger.Finding, bool) {
		return ledger.Finding{Kind: ledger.NoAnswer, Code: "P003"}, q.PaymentID == r.view(silent).Current().PaymentID
	}
	got := r.reported(reconcile.CompareOptions{Repair: all}, found{silent: {"skipped no_answer"}, busy: {"skipped under_way"}, lost: {"captured_there repaired"}})
	if got.totals.Failed != 1 || got.totals.Skipped != 1 || got.totals.Repaired != 1 {
		t.Errorf("%+v", got.totals)
	}
}

// TestCompareWithout091: payments are compared although 091 is silent, and that is told.
func TestCompareWithout091(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.lose(id, paygentsim.Captured)
	r.wire.script("091", script{}, script{})
	got := r.compareBooks(reconcile.CompareOptions{})
	if got.err != nil || got.totals.Failed != 1 || got.totals.Differ != 1 || !strings.Contains(fmt.Sprint(got.found[0]), "091 for id") {
		t.Errorf("%+v", got)
	}
}

// TestCompareAsksOnceMore: between report and repair the centre went on; nothing is taken
// that was not shown.
func TestCompareAsksOnceMore(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.lose(id, paygentsim.Captured)
	r.reported(reconcile.CompareOptions{Repair: func(ledger.Comparison) (bool, error) {
		r.lose(id, paygentsim.CaptureCancelled)
		return true, nil
	}}, found{id: {"captured_there skipped no_longer"}})
	r.expect(id, order.New, payment.Authorised, 9)
	r.reported(reconcile.CompareOptions{Repair: all}, found{id: {"canceled_there repaired"}})
	r.settle()
	r.expect(id, order.Canceled, payment.Ended, 10)
}

// TestCompareInterrupted: what was done is done, the rest is found by the next run.
func TestCompareInterrupted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first, second := r.paid(), r.paid()
	r.lose(first, paygentsim.Captured)
	r.lose(second, paygentsim.Captured)
	stop := errors.New("stopped")
	n := 0
	got := r.compareBooks(reconcile.CompareOptions{Repair: func(ledger.Comparison) (bool, error) {
		if n++; n == 2 {
			return false, stop
		}
		return true, nil
	}})
	if !errors.Is(got.err, stop) {
		t.Fatal(got.err)
	}
	r.reported(reconcile.CompareOptions{Repair: all}, found{second: {"captured_there repaired"}})
	r.settle()
	r.expect(first, order.Paid, payment.Captured, 8)
	r.expect(second, order.Paid, payment.Captured, 8)
}

// TestCompareDays: by days it takes what moved on them, ended payments too, by Japan's
// calendar as handed in; and asks about no notices of other days.
func TestCompareDays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	old := r.paid()
	r.Advance(48 * time.Hour)
	r.settle()
	from := r.Now()
	id := r.paid()
	if _, err := r.change(id, false, "cancel"); err != nil {
		t.Fatal(err)
	}
	r.settle()
	r.Advance(time.Hour)
	r.lose(old, paygentsim.Captured)
	got := r.reported(reconcile.CompareOptions{From: from, To: from.Add(time.Minute)}, found{})
	if got.totals.Agree != 1 {
		t.Errorf("%+v", got.totals)
	}
	got = r.reported(reconcile.CompareOptions{From: from.Add(-49 * time.Hour), To: from}, found{old: {"captured_there"}})
	if got.totals.Differ != 1 || got.totals.Agree != 0 {
		t.Errorf("%+v", got.totals)
	}
}

// TestCompareManyIDs: where ids are not the merchant's own, a wide gap is told and not
// asked for one by one.
func TestCompareManyIDs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.Exec("UPDATE plg_kessai_notice SET notice_id = notice_id + 5000 WHERE order_id = ? AND status = '20'", int64(id))
	r.broken = true
	r.Exec("INSERT INTO plg_kessai_notice (" + r.noticeColumns() + ") SELECT " + strings.NewReplacer("notice_id", "1", " id", " id", "digest", "'x'").Replace(strings.Replace(r.noticeColumns(), "id, ", "'01ZZZZZZZZZZZZZZZZZZZZZZZZ', ", 1)) + " FROM plg_kessai_notice")
	got := r.compareBooks(reconcile.CompareOptions{})
	if got.err != nil || got.totals.Failed != 1 || !strings.Contains(fmt.Sprint(got.found), "more than 1000 ids") {
		t.Errorf("%+v", got)
	}
}

func (r *rig) noticeColumns() string { return strings.Join(r.columns("plg_kessai_notice"), ", ") }

// withholdAll loses every notice that is on its way.
func (r *rig) withholdAll() {
	r.t.Helper()
	for _, p := range r.sim.Payments() {
		if _, err := r.sim.WithholdNotices(p.PaymentID); err != nil {
			r.t.Fatal(err)
		}
	}
}
