package store

import (
	"context"
	"fmt"

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
