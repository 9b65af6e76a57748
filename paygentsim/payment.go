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
	BaseID       string      `json:"base_payment_id,omitempty"` // the payment this one corrects (028, 029)
	Type         PaymentType `json:"payment_type"`
	Status       Status      `json:"payment_status"`
	Amount       int64       `json:"payment_amount"` // yen
	SiteID       string      `json:"site_id"`
	PaymentClass string      `json:"payment_class,omitempty"`
	SplitCount   string      `json:"split_count,omitempty"`
	Card         Card        `json:"card,omitzero"`
	IssuerCode   string      `json:"issuer_code,omitempty"` // why it was refused, protocol.md §4.4
	ThreeDS      string      `json:"three_ds,omitempty"`    // version, when it was authenticated
	Attempt      string      `json:"attempt_kbn,omitempty"`
	Carrier      string      `json:"career_type,omitempty"`
	InformURL    string      `json:"inform_url,omitempty"` // where this trade's notices go
	// Details are the items its method adds to 094, by their wire names, in wire order.
	Details []Item `json:"details,omitempty"`

	InitAt       time.Time `json:"init_at"`
	LimitAt      time.Time `json:"limit_at,omitzero"` // the buyer pays before it
	AuthorizedAt time.Time `json:"authorized_at,omitzero"`
	PaidAt       time.Time `json:"paid_at,omitzero"`
	CancelledAt  time.Time `json:"cancelled_at,omitzero"`
	Changes      []Change  `json:"changes"`

	// Next is what it becomes by the clock alone, at NextAt; Before and NewAmount belong to 34.
	Next      Status    `json:"next,omitempty"`
	NextAt    time.Time `json:"next_at,omitzero"`
	Before    Status    `json:"before,omitempty"`
	NewAmount int64     `json:"new_amount,omitempty"`
}

// Item is a named value of the wire.
type Item struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Change is one step of a payment's life.
type Change struct {
	At     time.Time `json:"at"`
	From   Status    `json:"from,omitempty"`
	To     Status    `json:"to"`
	By     string    `json:"by"`                       // the telegram kind, "clock", "operator" or "buyer"
	Amount int64     `json:"payment_amount,omitempty"` // the new one, when the step changed it
}

// Card is what the centre remembers of a card: never its number.
type Card struct {
	Fingerprint string `json:"fingerprint"`
	Masked      string `json:"masked_card_number"`
	Term        string `json:"card_valid_term"` // MMYY
	Brand       string `json:"card_brand,omitempty"`
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

// detail returns one of the items its method added.
func (p *Payment) detail(name string) string {
	for _, i := range p.Details {
		if i.Name == name {
			return i.Value
		}
	}
	return ""
}

// since is when p came to its status.
func (p *Payment) since() time.Time {
	if len(p.Changes) == 0 {
		return p.InitAt
	}
	return p.Changes[len(p.Changes)-1].At
}

// touched tells whether a telegram has changed p since its authorisation.
func (p *Payment) touched(kinds ...string) bool {
	return slices.ContainsFunc(p.Changes, func(c Change) bool { return slices.Contains(kinds, c.By) })
}

// enter puts p into a status at a time and keeps its dates.
func (p *Payment) enter(to Status, by string, at time.Time) {
	step := Change{At: at, From: p.Status, To: to, By: by}
	switch {
	case to == ChangeRequested:
		p.Before = p.Status
	case p.NewAmount != 0:
		step.Amount, p.Amount, p.NewAmount = p.NewAmount, p.NewAmount, 0
	}
	p.Changes = append(p.Changes, step)
	p.Status = to
	if to != ChangeRequested {
		p.Before = ""
	}
	switch to {
	case Authorized, AuthorizedFinal:
		p.AuthorizedAt = orElse(p.AuthorizedAt, at)
	case Preliminary:
		p.PaidAt = orElse(p.PaidAt, at)
	case Captured:
		p.AuthorizedAt = orElse(p.AuthorizedAt, at)
		p.PaidAt = orElse(p.PaidAt, at)
	case AuthorizationCancelled, CaptureCancelled, PreliminaryCancelled, CancelCompleted:
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
