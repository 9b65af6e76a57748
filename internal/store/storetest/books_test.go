package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store"
	"kessai/internal/verify"
)

// TestBooks: everything that is kept about an order comes as its book, and nothing of
// another's.
func TestBooks(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		class := s.Class("器", 10)
		id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: 2}}})
		other, _ := s.planned(t)
		draft := s.Order(Wanted{})
		hold := &ledger.Hold{ID: s.ID(), State: ledger.Held, Movements: []order.Movement{{ProductClassID: class, Quantity: 2}}, TakenAt: s.Now()}
		n := s.notice(id, 41)
		n.State, n.Reason, n.NextAt = ledger.NoticeParked, ledger.ParkAmount, time.Time{}
		var p *ledger.Payment
		var op *ledger.Operation
		s.update(t, id, func(l *ledger.Ledger) {
			p = s.newPayment(l)
			p.PaymentID, p.PaymentIDs = "1001", []string{"1000", "1001"}
			op = s.newOperation(l, p, payment.Authorize)
			l.Order.Status, l.Order.PendingSince, l.Hold = order.Pending, s.Now(), hold
			l.Events = []ledger.Event{{Seq: 1, At: s.Now(), Kind: ledger.EventHeld, Actor: ledger.System}, {Seq: 2, At: s.Now(), Kind: ledger.EventOrderMoved, Actor: ledger.System, Data: ledger.EventData{OrderFrom: 8, OrderTo: 7}}}
			l.Alerts = []ledger.AlertChange{{Kind: ledger.AlertUnknown, Cause: "x", At: s.Now()}}
			l.Mails = []ledger.Mail{{ID: s.ID(), Kind: ledger.MailOrder, Cause: "placed", At: s.Now()}}
			l.Notices = []ledger.NoticeChange{{Notice: n, New: true}}
		})
		s.update(t, id, func(l *ledger.Ledger) {
			l.Alerts = []ledger.AlertChange{{Kind: ledger.AlertUnknown, Cause: "x", At: s.Now(), Close: true}}
		})
		books, err := s.Reader.Books(ctx, []order.ID{other, id, 99999, id, draft})
		if err != nil || len(books) != 3 || books[0].Order != id || books[1].Order != other || books[2].Order != draft {
			t.Fatalf("%+v, %v", books, err)
		}
		b := books[0]
		view := s.view(t, id)
		view.Hold = nil // in Holds
		if diff := cmp.Diff(view.Payments[0].PaymentIDs, []string{"1000", "1001"}); diff != "" {
			t.Error(diff)
		}
		view.Payments[0].PaymentIDs = nil // in IDs
		if diff := cmp.Diff(*view, b.Ledger, cmp.AllowUnexported(ledger.Ledger{})); diff != "" {
			t.Error(diff)
		}
		want := []verify.PaygentID{{Environment: payment.Simulator, MerchantID: "12345", ID: "1000", Payment: p.ID}, {Environment: payment.Simulator, MerchantID: "12345", ID: "1001", Payment: p.ID}}
		if diff := cmp.Diff(want, b.IDs); diff != "" {
			t.Error(diff)
		}
		if !b.Kept || b.Gone || b.Ledger.LastStatus != order.Pending || b.CreatedAt.IsZero() || !b.Due[op.ID] {
			t.Errorf("%+v", b)
		}
		if diff := cmp.Diff([]ledger.Hold{*hold}, b.Holds); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]verify.Alert{{Kind: ledger.AlertUnknown, Cause: "x", OpenedAt: s.Now(), ClosedAt: s.Now()}}, b.Alerts); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]verify.Notice{{Notice: n}}, b.Notices); diff != "" {
			t.Error(diff)
		}
		if len(b.Events) != 2 || b.Events[1].Data.OrderTo != order.Pending || len(b.Mails) != 1 || b.Mails[0].Kind != ledger.MailOrder {
			t.Errorf("%+v, %+v", b.Events, b.Mails)
		}
		if d := books[2]; d.Kept || d.Gone || len(d.Events)+len(d.Holds)+len(d.Notices) > 0 {
			t.Errorf("a draft: %+v", d)
		}
	})
}

// TestBookedOrders come once each, in pages; a draft and another method's order do not.
func TestBookedOrders(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		lone := func() order.ID { // placed by another hand: no ledger
			id := s.Order(Wanted{})
			s.Exec("UPDATE dtb_order SET order_status_id = 1 WHERE id = ?", int64(id))
			return id
		}
		before := lone()
		s.Advance(time.Hour)
		since := s.Now()
		want := []order.ID{}
		for range 3 {
			id, _ := s.planned(t)
			want = append(want, id, lone())
		}
		s.Order(Wanted{})
		offline := s.Order(Wanted{Edit: func(d *store.Draft) { d.PaymentRow, d.PaymentName = 3, "銀行振込" }})
		s.Exec("UPDATE dtb_order SET order_status_id = 1 WHERE id = ?", int64(offline))
		if err := s.Store.AddNotice(ctx, s.notice(before, 1)); err != nil {
			t.Fatal(err)
		}
		want = append([]order.ID{before}, want...)
		var got []order.ID
		for after := order.ID(0); ; {
			page, err := s.Reader.BookedOrders(ctx, since, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			got = append(got, page...)
			after = page[len(page)-1]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if scope, err := s.Reader.Scope(ctx); err != nil || scope.Attached || scope.Orders != 3 {
			t.Errorf("%+v, %v", scope, err)
		}
	})
}

// TestBooksBesideOrders: what belongs to no order, and stock whose columns differ.
func TestBooksBesideOrders(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		even, odd, free := s.Class("器", 5), s.Class("皿", 5), s.Unlimited("傘")
		s.Exec("UPDATE dtb_product_class SET stock = 3 WHERE id IN (?, ?)", odd, free)
		_ = even
		stock, err := s.Reader.UnequalStock(ctx, 0, 10)
		if diff := cmp.Diff([]verify.Stock{{Class: odd, InStock: 5, InClass: 3}}, stock); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if stock, err = s.Reader.UnequalStock(ctx, odd, 10); err != nil || len(stock) > 0 {
			t.Error(stock, err)
		}
		stray, due := s.notice(0, 7), s.notice(0, 8)
		stray.State, stray.NextAt = ledger.NoticeForeign, time.Time{}
		id, _ := s.planned(t)
		for _, n := range []ledger.Notice{stray, due, s.notice(id, 9)} {
			if err := s.Store.AddNotice(ctx, n); err != nil {
				t.Fatal(err)
			}
		}
		first, err := s.Reader.StrayNotices(ctx, "", 1)
		if diff := cmp.Diff([]verify.Notice{{Notice: stray}}, first); diff != "" || err != nil {
			t.Error(diff, err)
		}
		second, err := s.Reader.StrayNotices(ctx, stray.ID, 10)
		if diff := cmp.Diff([]verify.Notice{{Notice: due, Due: true}}, second); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if ops, err := s.Reader.CardOperations(ctx, "", 10); err != nil || len(ops) > 0 {
			t.Error(ops, err)
		}
	})
}

// TestBooksWaitForNobody: in the middle of a decision, under its locks, the book is read as
// it stood before; and the decision is written although the book is being read.
func TestBooksWaitForNobody(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		before := s.view(t, id).EventSeq
		s.update(t, id, func(l *ledger.Ledger) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			books, err := s.Reader.Books(ctx, []order.ID{id})
			if err != nil || len(books) != 1 || books[0].Ledger.EventSeq != before {
				t.Errorf("%+v, %v", books, err)
			}
			l.Events = append(l.Events, ledger.Event{Seq: l.EventSeq + 1, At: s.Now(), Kind: ledger.EventInquired, Actor: ledger.System})
			l.EventSeq++
		})
		if after := s.view(t, id).EventSeq; after != before+1 {
			t.Errorf("event %d", after)
		}
	})
}

// TestBooksToCompare: open payments, those of some days, an order's; and notices.
func TestBooksToCompare(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		begin := s.Now()
		made := map[string]ledger.DuePayment{}
		add := func(name string, change func(*ledger.Payment)) order.ID {
			s.Advance(time.Hour)
			id := s.Order(Wanted{})
			s.update(t, id, func(l *ledger.Ledger) {
				p := s.newPayment(l)
				change(p)
				made[name] = ledger.DuePayment{OrderID: id, PaymentID: p.ID}
			})
			return id
		}
		ended := func(e payment.End, limit time.Duration) func(*ledger.Payment) {
			return func(p *ledger.Payment) {
				p.Phase, p.End, p.EndedAt, p.LimitAt = payment.Ended, e, s.Now(), s.Now().Add(limit)
			}
		}
		waiting := add("waiting", func(p *ledger.Payment) { p.Phase = payment.AwaitingBuyer })
		add("authorised", func(p *ledger.Payment) { p.Phase, p.AuthorisedAt = payment.Authorised, s.Now() })
		add("sold", func(p *ledger.Payment) { p.Phase, p.CapturedAt = payment.Captured, s.Now() })
		add("sold long ago", func(p *ledger.Payment) {
			p.Phase, p.CapturedAt, p.LimitAt = payment.Captured, s.Now(), s.Now().Add(-24*time.Hour)
		})
		add("left", ended(payment.Superseded, 24*time.Hour))
		add("left long ago", ended(payment.Superseded, -24*time.Hour))
		add("over", ended(payment.Refunded, 24*time.Hour))
		add("another merchant's", func(p *ledger.Payment) { p.Phase, p.MerchantID = payment.Authorised, "67890" })
		names := func(list []ledger.DuePayment, err error) []string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			out := []string{}
			for _, d := range list {
				for name, m := range made {
					if m == d {
						out = append(out, name)
					}
				}
			}
			return out
		}
		open := names(s.Store.OpenBooks(ctx, payment.Simulator, "12345", s.Now(), "", 10))
		if diff := cmp.Diff([]string{"waiting", "authorised", "sold", "left"}, open); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"sold"}, names(s.Store.OpenBooks(ctx, payment.Simulator, "12345", s.Now(), made["authorised"].PaymentID, 1))); diff != "" {
			t.Error(diff)
		}
		moved := names(s.Store.MovedBooks(ctx, payment.Simulator, "12345", begin.Add(2*time.Hour), begin.Add(4*time.Hour), "", 10))
		if diff := cmp.Diff([]string{"authorised", "sold"}, moved); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"waiting"}, names(s.Store.OrderBooks(ctx, waiting, "", 10))); diff != "" {
			t.Error(diff)
		}
		s.compareNotices(t, waiting)
		s.update(t, waiting, func(l *ledger.Ledger) {
			l.Alerts = []ledger.AlertChange{{Kind: ledger.AlertContradiction, Cause: "c", At: s.Now()}}
		})
		for cause, want := range map[string]bool{"c": true, "d": false} {
			if open, err := s.Store.AlertIsOpen(ctx, waiting, ledger.AlertContradiction, cause); err != nil || open != want {
				t.Errorf("%s: %v, %v", cause, open, err)
			}
		}
	})
}

func (s *Shop) compareNotices(t *testing.T, id order.ID) {
	t.Helper()
	ctx := context.Background()
	from := s.Now()
	for i, n := range []ledger.Notice{s.notice(0, 11), s.notice(id, 12), s.notice(id, 14), s.notice(0, 20)} {
		switch i {
		case 0:
			n.State, n.NextAt = ledger.NoticeForeign, time.Time{}
		case 2:
			n.State, n.Reason, n.NextAt = ledger.NoticeParked, ledger.ParkNoOrder, time.Time{}
		case 3:
			n.State, n.NextAt, n.ReceivedAt = ledger.NoticeForeign, time.Time{}, from.Add(time.Hour)
		}
		if err := s.Store.AddNotice(ctx, n); err != nil {
			t.Fatal(err)
		}
	}
	low, high, err := s.Store.NoticeRange(ctx, payment.Simulator, "12345", from, from.Add(time.Minute))
	if err != nil || low != 11 || high != 14 {
		t.Errorf("%d to %d, %v", low, high, err)
	}
	if low, high, err = s.Store.NoticeRange(ctx, payment.Simulator, "12345", from.Add(-time.Hour), from); err != nil || low+high != 0 {
		t.Errorf("%d to %d, %v", low, high, err)
	}
	ids, err := s.Store.StoredNoticeIDs(ctx, payment.Simulator, "12345", 11, 2)
	if diff := cmp.Diff([]int64{12, 14}, ids); diff != "" || err != nil {
		t.Error(diff, err)
	}
	unplaced, err := s.Store.UnplacedNotices(ctx, payment.Simulator, "12345", from, from.Add(time.Minute), "", 10)
	if err != nil || len(unplaced) != 2 || unplaced[0].NoticeID != 11 || unplaced[1].NoticeID != 14 {
		t.Errorf("%+v, %v", unplaced, err)
	}
}
