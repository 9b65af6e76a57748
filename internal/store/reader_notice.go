package store

import (
	"context"
	"fmt"
	"time"

	"github.com/huandu/go-sqlbuilder"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
)

// Notices is what was notified about an order, newest first.
func (r *Reader) Notices(ctx context.Context, id order.ID) ([]ledger.Notice, error) {
	list, err := database.List(ctx, r.db.Read(), scanNotice, "SELECT "+noticeTable.list("")+
		" FROM plg_kessai_notice WHERE order_id = ? ORDER BY received_at DESC, id DESC", int64(id))
	if err != nil {
		return nil, fmt.Errorf("store: notices of order %d: %w", id, err)
	}
	return list, nil
}

// NoticeFilter chooses notices for 通知受信箱.
type NoticeFilter struct {
	States []ledger.NoticeState // none: all
	Page   int                  // from 1
	Size   int
}

// NoticePage is one page of notices, newest first.
type NoticePage struct {
	Notices []ledger.Notice
	Count   int64
}

// Inbox lists received notices.
func (r *Reader) Inbox(ctx context.Context, f NoticeFilter) (NoticePage, error) {
	sb := sqlbuilder.NewSelectBuilder().From("plg_kessai_notice")
	if len(f.States) > 0 {
		sb.Where(sb.In("state", sqlbuilder.Flatten(f.States)...))
	}
	var page NoticePage
	err := paged(ctx, r.db, sb, noticeTable.list(""), "received_at DESC, id DESC", f.Page, f.Size, &page.Count,
		func(ctx context.Context, q database.Querier, query string, args []any) (err error) {
			page.Notices, err = database.List(ctx, q, scanNotice, query, args...)
			return err
		})
	if err != nil {
		return NoticePage{}, fmt.Errorf("store: inbox: %w", err)
	}
	return page, nil
}

// ParkedAlert is the alert about a parked notice.
type ParkedAlert struct {
	Alert
	Open bool
}

const parkedAlertSQL = "SELECT order_id, kind, cause, opened_at, data, closed_at FROM plg_kessai_alert WHERE "

func scanParked(row database.Row) (a ParkedAlert, err error) {
	var closed time.Time
	err = row.Scan(&a.OrderID, &a.Kind, &a.Cause, millis{&a.OpenedAt}, facts{&a.Data}, millis{&closed})
	a.Open = closed.IsZero()
	return a, err
}

// ParkedAlerts are the alerts about parked notices, in their order; a notice without one has
// the zero value.
func (r *Reader) ParkedAlerts(ctx context.Context, notices []ledger.Notice) ([]ParkedAlert, error) {
	out := make([]ParkedAlert, len(notices))
	if len(notices) == 0 {
		return out, nil
	}
	args := []any{string(ledger.AlertNoticeParked)}
	for _, n := range notices {
		args = append(args, int64(n.OrderID))
	}
	list, err := database.List(ctx, r.db.Read(), scanParked, parkedAlertSQL+"kind = ? AND order_id IN ("+database.Marks(len(notices))+")", args...)
	if err != nil {
		return nil, fmt.Errorf("store: alerts about notices: %w", err)
	}
	for i, n := range notices {
		for _, a := range list {
			if a.OrderID == n.OrderID && a.Cause == ledger.ParkedAlert(n).Cause {
				out[i] = a
			}
		}
	}
	return out, nil
}
