package store

import (
	"database/sql/driver"

	"kessai/internal/ledger"
	"kessai/internal/order"
)

// noticeRow is a row of plg_kessai_notice.
type noticeRow struct{ ledger.Notice }

var noticeTable = table[noticeRow]{"plg_kessai_notice", []column[noticeRow]{
	{"id", func(r *noticeRow) any { return &r.ID }},
	{"environment", func(r *noticeRow) any { return &r.Environment }},
	{"merchant_id", func(r *noticeRow) any { return &r.MerchantID }},
	{"notice_id", func(r *noticeRow) any { return &r.NoticeID }},
	{"digest", func(r *noticeRow) any { return &r.Digest }},
	{"payment_id", func(r *noticeRow) any { return &r.PaymentID }},
	{"trading_id", func(r *noticeRow) any { return &r.TradingID }},
	{"payment_type", func(r *noticeRow) any { return &r.Type }},
	{"status", func(r *noticeRow) any { return &r.Status }},
	{"amount", func(r *noticeRow) any { return &r.Amount }},
	{"base_id", func(r *noticeRow) any { return &r.BaseID }},
	{"payment_class", func(r *noticeRow) any { return &r.PaymentClass }},
	{"split_count", func(r *noticeRow) any { return &r.SplitCount }},
	{"payment_date", func(r *noticeRow) any { return millis{&r.PaymentDate} }},
	{"received_at", func(r *noticeRow) any { return millis{&r.ReceivedAt} }},
	{"state", func(r *noticeRow) any { return &r.State }},
	{"reason", func(r *noticeRow) any { return &r.Reason }},
	{"order_id", func(r *noticeRow) any { return optionalInt[order.ID]{&r.OrderID} }},
	{"next_at", func(r *noticeRow) any { return millis{&r.NextAt} }},
	{"asked", func(r *noticeRow) any { return &r.Asked }},
	{"owner", func(r *noticeRow) any { return &r.Owner }},
	{"lease_until", func(r *noticeRow) any { return millis{&r.LeaseUntil} }},
	{"due_at", func(r *noticeRow) any { return derived{noticeDue(&r.Notice)} }},
}}

// noticeDue is when a notice is tried again: a received one always, a parked one once it
// was woken; never while somebody's lease on it lives.
func noticeDue(n *ledger.Notice) driver.Value {
	if n.State != ledger.NoticeReceived && (n.State != ledger.NoticeParked || n.NextAt.IsZero()) {
		return nil
	}
	due := n.NextAt
	if n.Owner != "" && n.LeaseUntil.After(due) {
		due = n.LeaseUntil
	}
	return dueMillis(due)
}
