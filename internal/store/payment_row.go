package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"

	"kessai/internal/ledger"
	"kessai/internal/order"
)

// paymentRow is a row of plg_kessai_payment.
type paymentRow struct {
	ledger.Payment
	order order.ID
}

var paymentTable = table[paymentRow]{"plg_kessai_payment", []column[paymentRow]{
	{"id", func(r *paymentRow) any { return &r.ID }},
	{"order_id", func(r *paymentRow) any { return &r.order }},
	{"seq", func(r *paymentRow) any { return &r.Seq }},
	{"environment", func(r *paymentRow) any { return &r.Environment }},
	{"merchant_id", func(r *paymentRow) any { return &r.MerchantID }},
	{"method", func(r *paymentRow) any { return &r.Method }},
	{"system_type", func(r *paymentRow) any { return &r.System }},
	{"brand", func(r *paymentRow) any { return &r.Brand }},
	{"trading_id", func(r *paymentRow) any { return &r.TradingID }},
	{"trading_key", func(r *paymentRow) any { return derived{r.tradingKey()} }},
	{"payment_id", func(r *paymentRow) any { return &r.PaymentID }},
	{"amount", func(r *paymentRow) any { return &r.Amount }},
	{"phase", func(r *paymentRow) any { return &r.Phase }},
	{"end_reason", func(r *paymentRow) any { return &r.End }},
	{"status", func(r *paymentRow) any { return &r.Status }},
	{"situation", func(r *paymentRow) any { return &r.Situation }},
	{"payment_class", func(r *paymentRow) any { return &r.PaymentClass }},
	{"split_count", func(r *paymentRow) any { return &r.SplitCount }},
	{"stored_card", func(r *paymentRow) any { return &r.StoredCard }},
	{"three_ds", func(r *paymentRow) any { return &r.ThreeDS }},
	{"auth_id", func(r *paymentRow) any { return optional[string]{&r.AuthID} }},
	{"attempt", func(r *paymentRow) any { return &r.Attempt }},
	{"protected", func(r *paymentRow) any { return flag{&r.Protected} }},
	{"needs", func(r *paymentRow) any { return needs{&r.Needs} }},
	{"sealed_token", func(r *paymentRow) any { return &r.SealedToken }},
	{"hand_refunded", func(r *paymentRow) any { return &r.HandRefunded }},
	{"last_notice_id", func(r *paymentRow) any { return &r.LastNoticeID }},
	{"limit_at", func(r *paymentRow) any { return millis{&r.LimitAt} }},
	{"replaces_id", func(r *paymentRow) any { return optional[string]{&r.Replaces} }},
	{"reverse_due", func(r *paymentRow) any { return flag{&r.Reverse} }},
	{"adopted", func(r *paymentRow) any { return flag{&r.Adopted} }},
	{"ask_at", func(r *paymentRow) any { return millis{&r.AskAt} }},
	{"begun_at", func(r *paymentRow) any { return millis{&r.BegunAt} }},
	{"authorised_at", func(r *paymentRow) any { return millis{&r.AuthorisedAt} }},
	{"captured_at", func(r *paymentRow) any { return millis{&r.CapturedAt} }},
	{"transit_at", func(r *paymentRow) any { return millis{&r.TransitAt} }},
	{"ended_at", func(r *paymentRow) any { return millis{&r.EndedAt} }},
}}

// tradingKey is the trading_id if we issued it for this payment, which we do once only.
func (r *paymentRow) tradingKey() driver.Value {
	if r.Adopted || r.ReusesID() && r.ofItsOrder() {
		return nil
	}
	return r.TradingID
}

// ofItsOrder reports whether the trading_id is named after the payment's own order.
func (r *paymentRow) ofItsOrder() bool {
	named, _, _ := strings.Cut(strings.TrimLeft(r.TradingID, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"), "_")
	return named == r.order.String()
}

// paymentIDRow is a row of plg_kessai_payment_id: an id Paygent gave a payment.
type paymentIDRow struct {
	ledger.Payment
	paygentID string
	pos       int
}

var paymentIDTable = table[paymentIDRow]{"plg_kessai_payment_id", []column[paymentIDRow]{
	{"environment", func(r *paymentIDRow) any { return &r.Environment }},
	{"merchant_id", func(r *paymentIDRow) any { return &r.MerchantID }},
	{"paygent_id", func(r *paymentIDRow) any { return &r.paygentID }},
	{"payment_id", func(r *paymentIDRow) any { return &r.ID }},
	{"pos", func(r *paymentIDRow) any { return &r.pos }},
}}

// needs is what a buyer needs to go on, as JSON in a text column, ” while nothing.
type needs struct{ n *ledger.Needs }

func (c needs) Value() (driver.Value, error) {
	b, err := json.Marshal(c.n)
	if err != nil || string(b) == "{}" {
		return "", err
	}
	return string(b), nil
}

func (c needs) Scan(src any) error {
	var raw string
	if err := (optional[string]{&raw}).Scan(src); err != nil {
		return err
	}
	*c.n = ledger.Needs{}
	if raw == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(raw), c.n); err != nil {
		return fmt.Errorf("store: needs of a payment: %w", err)
	}
	return nil
}
