package backoffice

import (
	"net/http"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/store"
	"kessai/internal/web"
)

// inboxPage is 通知受信箱 in its plainest form: the notices that could not be applied, and
// those that never came.
type inboxPage struct {
	Rows    []inboxRow
	Pager   web.Pager
	Nothing web.Empty
	Lost    []lostRow
}

type inboxRow struct {
	noticeView
	TradingID, PaygentID string
	Order, OrderURL      string
	Retry                string // where 再試行 posts
	Ack                  *ackView
	Seen                 string // who has closed it by hand, and what they wrote
}

type lostRow struct {
	ID    int64
	Since time.Time
	Asked int
}

const (
	inboxSize = 20
	lostShown = 50
)

func (b *BackOffice) showInbox(w http.ResponseWriter, r *http.Request) error {
	asked := web.NewPager(r, mostRows, inboxSize)
	f := store.NoticeFilter{States: []ledger.NoticeState{ledger.NoticeParked}, Page: asked.Page, Size: inboxSize}
	found, err := b.Reader.Inbox(r.Context(), f)
	if err != nil {
		return err
	}
	page := inboxPage{
		Pager:   web.NewPager(r, int(found.Count), inboxSize),
		Nothing: web.Empty{Icon: "inbox", Title: "反映できなかった通知はありません", Text: "受信した差分通知を注文に反映できないと、ここに表示されます。"},
	}
	if f.Page = page.Pager.Page; f.Page != asked.Page { // beyond the end: the last page
		if found, err = b.Reader.Inbox(r.Context(), f); err != nil {
			return err
		}
	}
	if page.Rows, err = b.inboxRows(r, found.Notices); err != nil {
		return err
	}
	lost, err := b.Reader.LostNotices(r.Context(), lostShown)
	if err != nil {
		return err
	}
	for _, m := range lost {
		page.Lost = append(page.Lost, lostRow{ID: m.NoticeID, Since: m.FirstSeen, Asked: m.Asked})
	}
	return b.inbox.Render(w, r, web.Frame{Title: "通知受信箱", Group: "受注管理", Menu: menuInbox}, page)
}

func (b *BackOffice) inboxRows(r *http.Request, list []ledger.Notice) (rows []inboxRow, err error) {
	alerts, err := b.Reader.ParkedAlerts(r.Context(), list)
	if err != nil {
		return nil, err
	}
	var who orderFacts
	if who.names, err = b.memberNames(r.Context()); err != nil {
		return nil, err
	}
	views := viewNotices(list)
	for i, n := range list {
		row := inboxRow{noticeView: views[i], TradingID: n.TradingID, PaygentID: n.PaymentID, Retry: b.url(pathInbox + "/" + n.ID + "/retry")}
		if n.OrderID != 0 {
			row.Order, row.OrderURL = n.OrderID.String(), b.orderURL(n.OrderID)
		}
		switch a := alerts[i]; {
		case a.Open:
			if row.Ack, err = b.ackButton(b.url(pathInbox+"/acknowledge"), n.OrderID, 0, a.Kind, a.Cause, a.OpenedAt); err != nil {
				return nil, err
			}
		case a.Data.Actor != "":
			row.Seen = join(who.actor(a.Data.Actor), a.Data.Text)
		case n.OrderID != 0:
			row.Seen = "注文の決済履歴をご確認ください。"
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// acknowledgeNotice leads back to the inbox.
func (b *BackOffice) acknowledgeNotice(w http.ResponseWriter, r *http.Request) error {
	return b.toInbox(w, r, b.acknowledge(r, func(order.ID) bool { return true }), ackWhat, ackDone)
}

// retryNotice tries a parked notice again.
func (b *BackOffice) retryNotice(w http.ResponseWriter, r *http.Request) error {
	n, err := b.Ledger.RetryNotice(r.Context(), r.PathValue("id"), actorOf(r))
	if err == nil && n.State == ledger.NoticeParked {
		return b.flashInbox(w, r, web.Warning, "もう一度試しましたが、反映できませんでした。", parkWords(n.Reason))
	}
	return b.toInbox(w, r, err, "通知の反映", "通知の反映をもう一度行いました（"+noticeStateWords(n.State)+"）。")
}

// toInbox leads back and says what was done, or why it was not.
func (b *BackOffice) toInbox(w http.ResponseWriter, r *http.Request, err error, what, success string) error {
	switch problem.CategoryOf(err) {
	case problem.NotNow, problem.Conflict, problem.Invalid:
		return b.flashInbox(w, r, web.Danger, what+"は行われませんでした。", reasonWords(err))
	}
	if err != nil {
		return err
	}
	return b.flashInbox(w, r, web.Success, success)
}

func (b *BackOffice) flashInbox(w http.ResponseWriter, r *http.Request, tone web.Tone, lines ...string) error {
	if err := web.PutFlash(r, tone, lines...); err != nil {
		return err
	}
	return web.Redirect(w, r, b.url(pathInbox))
}
