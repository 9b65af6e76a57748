package store

import (
	"database/sql/driver"

	"kessai/internal/wallet"
)

var cardTable = table[wallet.Card]{"plg_kessai_card", []column[wallet.Card]{
	{"id", func(c *wallet.Card) any { return &c.ID }},
	{"customer_id", func(c *wallet.Card) any { return &c.CustomerID }},
	{"environment", func(c *wallet.Card) any { return &c.Environment }},
	{"merchant_id", func(c *wallet.Card) any { return &c.MerchantID }},
	{"paygent_card_id", func(c *wallet.Card) any { return &c.PaygentID }},
	{"kept_key", func(c *wallet.Card) any { return derived{keptKey(c)} }},
	{"brand", func(c *wallet.Card) any { return &c.Brand }},
	{"masked_number", func(c *wallet.Card) any { return &c.Masked }},
	{"valid_term", func(c *wallet.Card) any { return &c.ValidTerm }},
	{"fingerprint", func(c *wallet.Card) any { return &c.Fingerprint }},
	{"created_at", func(c *wallet.Card) any { return millis{&c.CreatedAt} }},
	{"deleted_at", func(c *wallet.Card) any { return millis{&c.DeletedAt} }},
}}

// keptKey is Paygent's id while the card is kept.
func keptKey(c *wallet.Card) driver.Value {
	if !c.DeletedAt.IsZero() {
		return nil
	}
	return c.PaygentID
}
