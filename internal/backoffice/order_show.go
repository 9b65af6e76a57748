package backoffice

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/store"
	"kessai/internal/web"
)

// refresh is how often an order's page loads itself while an operation is open.
const refresh = 20 * time.Second

type orderPage struct {
	Order     orderView
	Statuses  []web.Confirm // what staff may change the status to
	Locked    string        // why they may not now
	Payments  []paymentView
	NoPayment web.Empty
	Alerts    []alertView
	Notices   []noticeView
	Timeline  timelineView
	Side      *paymentView // the order's payment once more, beside the cards
	Back      string
}

// orderFacts is all that an order's page is made from.
type orderFacts struct {
	order    store.OrderView
	ledger   *ledger.Ledger
	timeline []ledger.Event
	alerts   []store.Alert
	notices  []ledger.Notice
	names    map[int64]string // of members
}

func (b *BackOffice) showOrder(w http.ResponseWriter, r *http.Request) error {
	id, err := orderID(r)
	if err != nil {
		return err
	}
	f, err := b.facts(r.Context(), id)
	if err != nil {
		return err
	}
	page := orderPage{
		Order: viewOrder(f.order), Timeline: viewTimeline(f), Notices: viewNotices(f.notices),
		NoPayment: web.Empty{Icon: "card", Title: "ペイジェントの決済はありません", Text: "購入者がお支払いの手続きを始めると、ここに決済が表示されます。"},
		Back:      b.back(r),
	}
	if page.Payments, err = b.viewPayments(r.Context(), f); err != nil {
		return err
	}
	if page.Statuses, page.Locked, err = b.statuses(f); err != nil {
		return err
	}
	if page.Alerts, err = b.viewAlerts(f); err != nil {
		return err
	}
	frame := web.Frame{Title: "受注登録", Group: "受注管理", Menu: menuList}
	typing := false
	for i, p := range page.Payments {
		if p.Open != nil {
			frame.Refresh = refresh
		}
		typing = typing || p.Settle != nil
		if p.Current {
			page.Side = &page.Payments[i]
		}
	}
	for _, a := range page.Alerts {
		typing = typing || a.Ack != nil
	}
	if typing { // a page that loads itself would take away what is being typed
		frame.Refresh = 0
	}
	return b.order.Render(w, r, frame, page)
}

// orderID reads the order from the path; what is no id is an order that does not exist.
func orderID(r *http.Request) (order.ID, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n <= 0 {
		return 0, problem.New(problem.NotFound, "order.unknown", nil)
	}
	return order.ID(n), nil
}

func (b *BackOffice) facts(ctx context.Context, id order.ID) (f orderFacts, err error) {
	if f.order, err = b.Reader.Order(ctx, id); err != nil {
		return f, err
	}
	if f.ledger, err = b.Ledger.View(ctx, id); err != nil {
		return f, err
	}
	if f.timeline, err = b.Reader.Timeline(ctx, id); err != nil {
		return f, err
	}
	if f.alerts, err = b.Reader.Alerts(ctx, id); err != nil {
		return f, err
	}
	if f.notices, err = b.Reader.Notices(ctx, id); err != nil {
		return f, err
	}
	f.names, err = b.memberNames(ctx)
	return f, err
}

func (b *BackOffice) memberNames(ctx context.Context) (map[int64]string, error) {
	list, err := b.Staff.List(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[int64]string, len(list))
	for _, m := range list {
		names[m.ID] = m.Name
		if m.Name == "" {
			names[m.ID] = m.LoginID
		}
	}
	return names, nil
}
