package store

import (
	"database/sql/driver"
	"time"

	"kessai/internal/payment"
)

// Card is a stored card: what a customer keeps at Paygent (money.md §1).
type Card struct {
	ID          string // ULID
	CustomerID  int64
	Environment payment.Environment
	MerchantID  string
	PaygentID   string // customer_card_id
	Brand       string // as Paygent spells it
	Masked      string // masked number
	ValidTerm   string // MMYY
	Fingerprint string
	CreatedAt   time.Time
	DeletedAt   time.Time // zero while it is kept
}

var cardTable = table[Card]{"plg_kessai_card", []column[Card]{
	{"id", func(c *Card) any { return &c.ID }},
	{"customer_id", func(c *Card) any { return &c.CustomerID }},
	{"environment", func(c *Card) any { return &c.Environment }},
	{"merchant_id", func(c *Card) any { return &c.MerchantID }},
	{"paygent_card_id", func(c *Card) any { return &c.PaygentID }},
	{"kept_key", func(c *Card) any { return derived{c.keptKey()} }},
	{"brand", func(c *Card) any { return &c.Brand }},
	{"masked_number", func(c *Card) any { return &c.Masked }},
	{"valid_term", func(c *Card) any { return &c.ValidTerm }},
	{"fingerprint", func(c *Card) any { return &c.Fingerprint }},
	{"created_at", func(c *Card) any { return millis{&c.CreatedAt} }},
	{"deleted_at", func(c *Card) any { return millis{&c.DeletedAt} }},
}}

// keptKey is Paygent's id while the card is kept.
func (c *Card) keptKey() driver.Value {
	if !c.DeletedAt.IsZero() {
		return nil
	}
	return c.PaygentID
}
