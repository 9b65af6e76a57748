package paygentsim

import (
	"slices"
	"time"
)

// Payment is one settlement in the simulated centre's book.
type Payment struct {
	PaymentID    string      `json:"payment_id"`
	MerchantID   string      `json:"merchant_id"`
	TradingID    string      `json:"trading_id"`
	RefTradingID string      `json:"ref_trading_id,omitempty"`
	Type         PaymentType `json:"payment_type"`
	Status       Status      `json:"payment_status"`
	Amount       int64       `json:"payment_amount"` // yen
	SiteID       string      `json:"site_id"`
	PaymentClass string      `json:"payment_class"`
	SplitCount   string      `json:"split_count,omitempty"`
	Card         Card        `json:"card"`
	IssuerCode   string      `json:"issuer_code,omitempty"` // why it was refused, protocol.md §4.4

	InitAt       time.Time `json:"init_at"`
	AuthorizedAt time.Time `json:"authorized_at,omitzero"`
	PaidAt       time.Time `json:"paid_at,omitzero"`
	CancelledAt  time.Time `json:"cancelled_at,omitzero"`
	Changes      []Change  `json:"changes"`
}

// Change is one step of a payment's life.
type Change struct {
	At   time.Time `json:"at"`
	From Status    `json:"from,omitempty"`
	To   Status    `json:"to"`
	By   string    `json:"by"` // the telegram kind, "clock" or "operator"
}

// Card is what the centre remembers of a card: never its number.
type Card struct {
	Fingerprint string `json:"fingerprint"`
	Masked      string `json:"masked_card_number"`
	Term        string `json:"card_valid_term"` // MMYY
	// Magic is the listed number it was made from (MagicCards), else empty.
	Magic string `json:"magic,omitempty"`
	// Unissued marks a number that fails the check digit; its issuer answers 1G65.
	Unissued bool `json:"unissued,omitempty"`
}

func (p *Payment) clone() *Payment {
	q := *p
	q.Changes = slices.Clone(p.Changes)
	return &q
}

// enter puts p into a status at a time and keeps its dates.
func (p *Payment) enter(to Status, by string, at time.Time) {
	p.Changes = append(p.Changes, Change{At: at, From: p.Status, To: to, By: by})
	p.Status = to
	switch to {
	case Authorized:
		p.AuthorizedAt = orElse(p.AuthorizedAt, at)
	case Captured:
		p.AuthorizedAt = orElse(p.AuthorizedAt, at)
		p.PaidAt = orElse(p.PaidAt, at)
	case AuthorizationCancelled, CaptureCancelled:
		p.CancelledAt = at
	}
}

// orElse keeps a date that a status fallen back to (31→20, 42→40) already had.
func orElse(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}
