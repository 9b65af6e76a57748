package store

import (
	"database/sql/driver"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// operationRow is a row of plg_kessai_operation: of an order, or of a customer's
// stored cards.
type operationRow struct {
	ledger.Operation
	order    order.ID
	customer int64
	card     string
}

var operationTable = table[operationRow]{"plg_kessai_operation", []column[operationRow]{
	{"id", func(r *operationRow) any { return &r.ID }},
	{"parent_id", func(r *operationRow) any { return optional[string]{&r.Parent} }},
	{"order_id", func(r *operationRow) any { return optionalInt[order.ID]{&r.order} }},
	{"payment_id", func(r *operationRow) any { return optional[string]{&r.PaymentID} }},
	{"customer_id", func(r *operationRow) any { return optionalInt[int64]{&r.customer} }},
	{"card_id", func(r *operationRow) any { return optional[string]{&r.card} }},
	{"kind", func(r *operationRow) any { return &r.Kind }},
	{"state", func(r *operationRow) any { return &r.State }},
	{"open_key", func(r *operationRow) any { return optional[string]{&r.OpenKey} }},
	{"owner", func(r *operationRow) any { return &r.Owner }},
	{"lease_until", func(r *operationRow) any { return millis{&r.LeaseUntil} }},
	{"not_before", func(r *operationRow) any { return millis{&r.NotBefore} }},
	{"settings_version", func(r *operationRow) any { return &r.SettingsVersion }},
	{"environment", func(r *operationRow) any { return &r.Environment }},
	{"merchant_id", func(r *operationRow) any { return &r.MerchantID }},
	{"actor", func(r *operationRow) any { return &r.Actor }},
	{"reason", func(r *operationRow) any { return &r.Reason }},
	{"idem_key", func(r *operationRow) any { return optional[string]{&r.IdemKey} }},
	{"amount", func(r *operationRow) any { return &r.Amount }},
	{"refused", func(r *operationRow) any { return flag{&r.Refused} }},
	{"code", func(r *operationRow) any { return &r.Code }},
	{"detail", func(r *operationRow) any { return &r.Detail }},
	{"cause", func(r *operationRow) any { return &r.Cause }},
	{"planned_at", func(r *operationRow) any { return millis{&r.PlannedAt} }},
	{"sent_at", func(r *operationRow) any { return millis{&r.SentAt} }},
	{"deadline_at", func(r *operationRow) any { return millis{&r.DeadlineAt} }},
	{"unknown_at", func(r *operationRow) any { return millis{&r.UnknownAt} }},
	{"settled_at", func(r *operationRow) any { return millis{&r.SettledAt} }},
	{"asked", func(r *operationRow) any { return &r.Asked }},
	{"negative_at", func(r *operationRow) any { return millis{&r.NegativeAt} }},
	{"next_ask_at", func(r *operationRow) any { return millis{&r.NextAskAt} }},
	{"alert_level", func(r *operationRow) any { return &r.AlertLevel }},
	{"due_at", func(r *operationRow) any { return derived{operationDue(&r.Operation)} }},
}}

// operationDue is when a worker must look at the operation: a planned one without
// an owner from NotBefore on, an unknown one from NextAskAt on, and none while
// somebody's lease on it lives.
func operationDue(o *ledger.Operation) driver.Value {
	if !o.State.Open() {
		return nil
	}
	var due time.Time
	switch {
	case o.State == payment.UnknownState:
		due = o.NextAskAt
	case o.State == payment.Planned && o.Owner == "":
		due = o.NotBefore
	}
	if o.Owner != "" && o.LeaseUntil.After(due) {
		due = o.LeaseUntil
	}
	return dueMillis(due)
}

// dueMillis is a due time as it is kept: at once is 0, for NULL means never.
func dueMillis(t time.Time) driver.Value {
	if t.IsZero() {
		return int64(0)
	}
	return t.UnixMilli()
}
