package reconcile_test

import (
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"kessai/internal/job"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store"
)

// bulk runs a job to its end, and returns what came of each order.
func (r *rig) bulk(kind string, rehearse bool, s job.Selection) map[order.ID]job.Outcome {
	r.t.Helper()
	jobs, err := job.New(job.Options{
		DB: r.DB, Now: r.Now, Rand: rand.Reader, Owner: "node-1", Log: slog.New(slog.NewTextHandler(r.t.Output(), nil)),
		Kinds: []job.Kind{job.Capture(r.service, r.Reader), job.Cancel(r.service, r.Reader)},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	made, err := jobs.Create(r.t.Context(), job.Wanted{Kind: kind, Selection: s, Requester: "staff:1", Key: r.ID(), Rehearsal: rehearse})
	if err != nil {
		r.t.Fatal(err)
	}
	r.run(jobs.Foreman().Step, jobs.Worker().Step)
	list, _, err := jobs.Results(r.t.Context(), made.ID, nil, 1, 100)
	if err != nil {
		r.t.Fatal(err)
	}
	out := map[order.ID]job.Outcome{}
	for _, x := range list {
		out[x.Order] = x.Outcome
	}
	return out
}

// TestBulkOfOtherMethods: 一括売上 and 一括取消 send of each method the telegram that its own
// buttons would, once, and tell so beforehand.
func TestBulkOfOtherMethods(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	captures := map[order.ID]payment.Kind{
		r.paidyPaid(): payment.CapturePaidy, r.carrierPaid(payment.AU): payment.CaptureCarrier, r.carrierPaid(payment.SoftBank): payment.CaptureCarrier,
	}
	var chosen job.Selection
	cancels := map[order.ID]payment.Kind{r.paidyPaid(): payment.CancelPaidy, r.carrierPaid(payment.Docomo): payment.CancelCarrier, r.paid(): payment.CancelAuthorization}
	for id, kind := range captures {
		chosen.Orders = append(chosen.Orders, job.Chosen{Order: id, Amount: r.view(id).Current().Amount})
		cancels[id] = payment.CancelCarrier
		if kind == payment.CapturePaidy {
			cancels[id] = payment.RefundPaidy
		}
	}
	expect := func(what string, got map[order.ID]job.Outcome, want map[order.ID]payment.Kind) {
		t.Helper()
		if len(got) != len(want) {
			t.Errorf("%s: %d orders, not %d", what, len(got), len(want))
		}
		for id, kind := range want {
			if o := got[id]; o.State != job.Succeeded || o.Facts.Operation != string(kind) || o.Facts.Amount != 1100 {
				t.Errorf("%s: order %d: %+v, not %s", what, id, o, kind)
			}
		}
	}
	sent := func(want map[string]int) {
		t.Helper()
		for telegram, n := range want {
			if got := r.wire.count(telegram, ""); got != n {
				t.Errorf("%s was sent %d times, not %d", telegram, got, n)
			}
		}
	}
	expect("rehearsed", r.bulk(job.CaptureKind, true, chosen), captures)
	sent(map[string]int{"341": 0, "101": 0})
	expect("captured", r.bulk(job.CaptureKind, false, chosen), captures)
	r.wait(2 * time.Minute)
	for id := range captures {
		r.expectStatus(id, order.Paid)
	}
	all := job.Selection{Filter: &store.Filter{}}
	expect("rehearsed", r.bulk(job.CancelKind, true, all), cancels)
	sent(map[string]int{"341": 1, "101": 2, "342": 0, "340": 0, "102": 0, "021": 0})
	expect("cancelled", r.bulk(job.CancelKind, false, all), cancels)
	expect("again", r.bulk(job.CancelKind, false, all), nil)
	sent(map[string]int{"342": 1, "340": 1, "102": 3, "021": 1})
	r.wait(2 * time.Minute)
	for id := range cancels {
		r.expectStatus(id, order.Canceled)
	}
	if alive, _ := r.charged(); alive != 0 {
		t.Errorf("%d yen are alive at the centre", alive)
	}
	r.expectStock(10)
}

// TestBulkInTheShopsOwnStatus: an order in a status that the shop added to EC-CUBE's is one in
// 対応中 to 一括売上 too, whether it was named or found; and one that needs a person is found.
func TestBulkInTheShopsOwnStatus(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.byHand = true
	named, found := r.paid(), r.paid()
	own := func(id order.ID) { r.Exec("UPDATE dtb_order SET order_status_id = 10 WHERE id = ?", int64(id)) }
	own(named)
	if got := r.bulk(job.CaptureKind, false, job.Selection{Orders: []job.Chosen{{Order: named, Amount: 1100}}}); got[named].State != job.Succeeded {
		t.Errorf("named: %+v", got)
	}
	own(found)
	if got := r.bulk(job.CaptureKind, false, job.Selection{Filter: &store.Filter{Statuses: []order.Status{order.InProgress}}}); got[found].State != job.Succeeded {
		t.Errorf("found: %+v", got)
	}
	r.Exec("UPDATE dtb_order SET payment_total = 900, total = 900 WHERE id = ?", int64(found)) // 金額未反映
	if err := r.service.MeetHost(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	page, err := r.Reader.Search(t.Context(), store.Filter{Attention: true, Statuses: order.Statuses()})
	if err != nil || len(page.Rows) != 1 || page.Rows[0].ID != found {
		t.Errorf("needs a person: %+v, %v", page.Rows, err)
	}
}
