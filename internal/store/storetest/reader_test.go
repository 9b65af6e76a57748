package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/store"
)

// found is the orders a search finds, as listed.
func (s *Shop) found(t *testing.T, f store.Filter) []order.ID {
	t.Helper()
	page, err := s.Reader.Search(context.Background(), f)
	if err != nil {
		t.Fatalf("search %+v: %v", f, err)
	}
	var ids []order.ID
	for _, r := range page.Rows {
		ids = append(ids, r.ID)
	}
	return ids
}

// placed makes an order that staff see.
func (s *Shop) placed(t *testing.T, edit func(*store.Draft)) order.ID {
	t.Helper()
	s.Advance(time.Minute)
	id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: s.Unlimited("傘"), Quantity: 1}}, Edit: edit})
	s.update(t, id, func(l *ledger.Ledger) { l.Order.Status, l.Order.OrderDate = order.New, s.Now() })
	return id
}

func TestSearch(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		plain := s.placed(t, nil)
		odd := s.placed(t, func(d *store.Draft) {
			d.Buyer.Name01, d.Buyer.Name02, d.Buyer.Kana01, d.Buyer.Kana02 = "佐藤", "花子", "サトウ", "ハナコ"
			d.Buyer.CompanyName, d.Buyer.Email, d.Buyer.Phone = "100%果汁_商店", "Hanako_S@example.com", "09011112222"
			d.Totals.Total, d.Totals.PaymentTotal = 5000, 5000
			d.Shippings[0].Date = s.Now().Add(48 * time.Hour)
			d.Items[0].Name = "みかん!ジュース"
		})
		offline := s.placed(t, func(d *store.Draft) { d.PaymentRow, d.PaymentName = 3, "銀行振込" })
		draft := s.Order(Wanted{})
		s.Exec("UPDATE dtb_shipping SET tracking_number = 'T-1', mail_send_date = ? WHERE order_id = ?", database.At(s.Now()), int64(plain))
		yen := func(y order.Yen) *order.Yen { return &y }
		both, none := []order.ID{odd, plain}, []order.ID(nil)
		for _, c := range []struct {
			name string
			f    store.Filter
			want []order.ID
		}{
			{"all of ours, changed last first", store.Filter{}, both},
			{"all", store.Filter{Scope: store.AllOrders}, []order.ID{offline, odd, plain}},
			{"in 8 when asked for", store.Filter{Statuses: []order.Status{order.Processing}}, []order.ID{draft}},
			{"two statuses", store.Filter{Statuses: []order.Status{order.New, order.Processing}}, []order.ID{draft, odd, plain}},
			{"id", store.Filter{Keyword: odd.String()}, []order.ID{odd}},
			{"family name", store.Filter{Keyword: "佐藤"}, []order.ID{odd}},
			{"full name", store.Filter{Keyword: "山田太郎"}, []order.ID{plain}},
			{"full name with a wide space", store.Filter{Keyword: " 山田　太郎 "}, []order.ID{plain}},
			{"kana", store.Filter{Keyword: "サトウハナ"}, []order.ID{odd}},
			{"percent is a character", store.Filter{Keyword: "100%果"}, []order.ID{odd}},
			{"percent alone", store.Filter{Keyword: "%"}, []order.ID{odd}},
			{"underscore alone", store.Filter{Keyword: "_"}, []order.ID{odd}},
			{"no wildcard", store.Filter{Keyword: "山%郎"}, none},
			{"the escape character", store.Filter{Product: "ん!ジ"}, []order.ID{odd}},
			{"mail, other case", store.Filter{Keyword: "hanako_s@EXAMPLE"}, []order.ID{odd}},
			{"telephone with hyphens", store.Filter{Keyword: "06-1234-5678"}, []order.ID{plain}},
			{"a quote", store.Filter{Keyword: "' OR 1=1 --"}, none},
			{"name", store.Filter{Name: "佐藤 花子"}, []order.ID{odd}},
			{"kana field", store.Filter{Kana: "ヤマダ"}, []order.ID{plain}},
			{"company", store.Filter{Company: "果汁_"}, []order.ID{odd}},
			{"mail field", store.Filter{Email: "taro@"}, []order.ID{plain}},
			{"telephone field", store.Filter{Phone: "090-1111"}, []order.ID{odd}},
			{"order number", store.Filter{OrderNo: plain.String()}, []order.ID{plain}},
			{"tracking number", store.Filter{TrackingNumber: "T-1"}, []order.ID{plain}},
			{"mail sent", store.Filter{Mail: store.MailSent}, []order.ID{plain}},
			{"mail unsent", store.Filter{Mail: store.MailUnsent}, []order.ID{odd}},
			{"method", store.Filter{PaymentRows: []int64{s.Card}}, both},
			{"another method", store.Filter{PaymentRows: []int64{3}}, none},
			{"product", store.Filter{Product: "みかん"}, []order.ID{odd}},
			{"from", store.Filter{TotalMin: yen(1101)}, []order.ID{odd}},
			{"to", store.Filter{TotalMax: yen(1100)}, []order.ID{plain}},
			{"ordered", store.Filter{Ordered: store.Span{From: dbtest.Now(), To: dbtest.Now().Add(2 * time.Minute)}}, []order.ID{plain}},
			{"paid", store.Filter{Paid: store.Span{From: dbtest.Now()}}, none},
			{"updated", store.Filter{Updated: store.Span{To: dbtest.Now()}}, none},
			{"delivery", store.Filter{Delivery: store.Span{From: s.Now(), To: s.Now().Add(72 * time.Hour)}}, []order.ID{odd}},
			{"together", store.Filter{Keyword: "example.com", Product: "商品"}, []order.ID{plain}},
			{"attention", store.Filter{Attention: true}, none},
		} {
			if got := s.found(t, c.f); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
			}
		}
	})
}

// TestSearchRows shows what a row tells of its payment, and that an order stays in
// the list when staff change its method.
// TestSearchTheShopsOwnStatus: it is 対応中 to us (store.load).
func TestSearchTheShopsOwnStatus(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id := s.placed(t, nil)
		s.Exec("UPDATE dtb_order SET order_status_id = 10 WHERE id = ?", int64(id))
		for f, want := range map[order.Status][]order.ID{order.InProgress: {id}, order.New: nil} {
			if got := s.found(t, store.Filter{Statuses: []order.Status{f}}); !slices.Equal(got, want) {
				t.Errorf("%s: %v", f.Name(), got)
			}
		}
		page, err := s.Reader.Search(t.Context(), store.Filter{})
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Status != order.InProgress {
			t.Errorf("%+v, %v", page.Rows, err)
		}
	})
}

func TestSearchRows(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id := s.placed(t, nil)
		s.update(t, id, func(l *ledger.Ledger) {
			first := s.newPayment(l)
			first.Phase, first.End = payment.Ended, payment.Declined
			p := s.newPayment(l)
			p.Phase, p.Status, p.Situation = payment.Captured, payment.Cleared, payment.Sold
			s.newOperation(l, p, payment.CancelCapture).State = payment.UnknownState
			s.alert(l, ledger.AlertUnknown, "x", false)
			s.alert(l, ledger.AlertDouble, "x", false)
		})
		s.Exec("UPDATE dtb_order SET payment_id = 3, payment_method = '銀行振込' WHERE id = ?", int64(id))
		page, err := s.Reader.Search(context.Background(), store.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		l := s.view(t, id)
		p, op := l.Payments[1], l.Operations[0]
		want := store.Page{Count: 1, Page: 1, Size: 50, Rows: []store.SearchRow{{
			ID: id, No: id.String(), OrderDate: s.Now(), Name: "山田 太郎", PaymentMethod: "銀行振込", Total: 1100, Status: order.New, Alerts: 2,
			Payment: &store.SearchPayment{ID: p.ID, Environment: payment.Simulator, MerchantID: "12345", Method: payment.Card, System: payment.Module,
				Amount: 1100, Phase: payment.Captured, Status: payment.Cleared, Situation: payment.Sold},
			Operation: &ledger.Operation{ID: op.ID, PaymentID: p.ID, Kind: payment.CancelCapture, State: payment.UnknownState},
		}}}
		if diff := cmp.Diff(want, page); diff != "" {
			t.Error(diff)
		}
		if got := s.found(t, store.Filter{Attention: true}); !slices.Equal(got, []order.ID{id}) {
			t.Errorf("attention: %v", got)
		}
	})
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		var ids []order.ID
		for range 5 {
			ids = append(ids, s.placed(t, nil))
		}
		slices.Reverse(ids)
		for n, want := range [][]order.ID{ids[:2], ids[2:4], ids[4:], nil} {
			page, err := s.Reader.Search(context.Background(), store.Filter{Page: n + 1, Size: 2})
			if err != nil || page.Count != 5 || page.Page != n+1 || page.Size != 2 {
				t.Fatalf("page %d: %+v, %v", n+1, page, err)
			}
			if got := s.found(t, store.Filter{Page: n + 1, Size: 2}); !slices.Equal(got, want) {
				t.Errorf("page %d: %v, want %v", n+1, got, want)
			}
		}
	})
}

func TestTimelineAndAlerts(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		id, op := s.planned(t)
		full := ledger.Event{Seq: 1, At: s.Now(), Kind: ledger.EventDeclined, Actor: "staff:3", PaymentID: op.PaymentID, OperationID: op.ID, Cause: "answer",
			Data: ledger.EventData{Telegram: "020", Amount: 1100, Code: "2003", Detail: "カード会社", OrderFrom: order.Pending, OrderTo: order.Processing}}
		s.update(t, id, func(l *ledger.Ledger) {
			l.Events = append(l.Events, full)
			s.alert(l, ledger.AlertUnknown, op.ID, false)
		})
		s.Advance(time.Second)
		s.update(t, id, func(l *ledger.Ledger) { s.note(l, ledger.EventInquired) })
		got, err := s.Reader.Timeline(ctx, id)
		want := []ledger.Event{{Seq: 2, At: s.Now(), Kind: ledger.EventInquired, Actor: ledger.System}, full}
		if err != nil || !cmp.Equal(want, got) {
			t.Errorf("%v %s", err, cmp.Diff(want, got))
		}
		alert := []store.Alert{{OrderID: id, Kind: ledger.AlertUnknown, Cause: op.ID, OpenedAt: full.At, Data: ledger.EventData{Code: "P010"}}}
		if got, err := s.Reader.Alerts(ctx, id); err != nil || !cmp.Equal(alert, got) {
			t.Errorf("%v %s", err, cmp.Diff(alert, got))
		}
		if got, err := s.Reader.OpenAlerts(ctx, 5); err != nil || !cmp.Equal(alert, got) {
			t.Errorf("%v %s", err, cmp.Diff(alert, got))
		}
		if n, err := s.Reader.OpenAlertCount(ctx); err != nil || n != 1 {
			t.Errorf("%d alerts, %v", n, err)
		}
		s.update(t, id, func(l *ledger.Ledger) { s.alert(l, ledger.AlertUnknown, op.ID, true) })
		if n, err := s.Reader.OpenAlertCount(ctx); err != nil || n != 0 {
			t.Errorf("%d alerts after closing, %v", n, err)
		}
	})
}

func TestInboxAndCarts(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		ctx := context.Background()
		id, _ := s.planned(t)
		parked := s.notice(id, 1)
		parked.State, parked.Reason, parked.NextAt = ledger.NoticeParked, ledger.ParkType, time.Time{}
		foreign := s.notice(0, 2)
		foreign.State, foreign.NextAt, foreign.ReceivedAt = ledger.NoticeForeign, time.Time{}, s.Now().Add(time.Second)
		for _, n := range []ledger.Notice{parked, foreign} {
			if err := s.Store.AddNotice(ctx, n); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Reader.Notices(ctx, id); err != nil || !cmp.Equal([]ledger.Notice{parked}, got) {
			t.Errorf("%v %v", got, err)
		}
		for _, c := range []struct {
			f    store.NoticeFilter
			want store.NoticePage
		}{
			{store.NoticeFilter{}, store.NoticePage{Notices: []ledger.Notice{foreign, parked}, Count: 2}},
			{store.NoticeFilter{States: []ledger.NoticeState{ledger.NoticeParked}}, store.NoticePage{Notices: []ledger.Notice{parked}, Count: 1}},
			{store.NoticeFilter{Page: 2, Size: 1}, store.NoticePage{Notices: []ledger.Notice{parked}, Count: 2}},
		} {
			if got, err := s.Reader.Inbox(ctx, c.f); err != nil || !cmp.Equal(c.want, got) {
				t.Errorf("%+v: %v %s", c.f, err, cmp.Diff(c.want, got))
			}
		}

		running := s.load(t, id)
		s.update(t, id, func(l *ledger.Ledger) { l.Order.Status = order.Pending })
		open := s.load(t, s.Order(Wanted{}))
		got, err := s.Reader.PendingOf(ctx, []string{running.PreOrderID, open.PreOrderID, "x"})
		want := map[string]store.Begun{running.PreOrderID: {ID: id, No: id.String(), Status: order.Pending}}
		if err != nil || !cmp.Equal(want, got) {
			t.Errorf("%v %s", err, cmp.Diff(want, got))
		}
		if got, err := s.Reader.PendingOf(ctx, nil); err != nil || len(got) != 0 {
			t.Errorf("no carts: %v, %v", got, err)
		}
		if _, err := s.Reader.Order(ctx, 999); !problem.Is(err, "order.unknown") {
			t.Errorf("unknown order: %v", err)
		}
	})
}
