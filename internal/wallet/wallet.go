package wallet

import (
	"fmt"
	"slices"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/payment"
)

// Limit is how many cards a member may keep at a merchant (最大10件, storefront.md §6.1).
const Limit = 10

// Wallet is what one member keeps at one merchant, with the operation under way. Its
// operations name no order and no payment, and at most one is open at a time.
type Wallet struct {
	CustomerID  int64
	Environment payment.Environment
	MerchantID  string
	Cards       []*Card    // kept, by CreatedAt, then ID; a decision may append and delete
	Gone        []*Card    // deleted before, in the same order; read only
	Operation   *Operation // the open one, at whichever merchant; nil if none is
	Uses        []Use      // payments under way by a kept card; read only
}

// Card is a stored card: what a member keeps at Paygent (money.md §1).
type Card struct {
	ID          string // ULID
	CustomerID  int64
	Environment payment.Environment
	MerchantID  string
	PaygentID   string // customer_card_id
	Brand       string // V, M, J, X, C; empty until a list told it
	Masked      string // masked number
	ValidTerm   string // MMYY
	Fingerprint string
	CreatedAt   time.Time
	DeletedAt   time.Time // zero while it is kept
}

// Operation is a 025 or a 026.
type Operation struct {
	ledger.Operation
	CardID string // Card.ID: the one to delete, or the one that was stored
}

// Use is a payment that may still be sent with a kept card.
type Use struct {
	PaygentID string    // customer_card_id
	Until     time.Time // after which it cannot be; zero: until its outcome is known
}

// Key is the OpenKey of a member's operations.
func Key(customer int64) string { return fmt.Sprintf("customer:%d", customer) }

// revision grows with every card that comes and every card that goes: what was asked
// under one revision is no news under another.
func (w *Wallet) revision() int { return len(w.Cards) + 2*len(w.Gone) }

// kept are the cards that are kept.
func (w *Wallet) kept() []*Card {
	return slices.DeleteFunc(slices.Clone(w.Cards), func(c *Card) bool { return !c.DeletedAt.IsZero() })
}

// card finds a card by our id, kept or gone.
func (w *Wallet) card(id string) *Card {
	for _, c := range slices.Concat(w.Cards, w.Gone) {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// keeping finds the kept card that the centre's is.
func (w *Wallet) keeping(k ledger.KeptCard) *Card {
	for _, c := range w.Cards {
		if c.DeletedAt.IsZero() && c.is(k) {
			return c
		}
	}
	return nil
}

// is reports whether the centre's card is this one: an id may be given again, and then the
// fingerprint tells.
func (c *Card) is(k ledger.KeptCard) bool {
	return c.PaygentID == k.ID && (c.Fingerprint == "" || k.Fingerprint == "" || c.Fingerprint == clip(k.Fingerprint, widthFingerprint))
}

// open is the open operation, if it is this one.
func (w *Wallet) open(id string) *Operation {
	if w.Operation == nil || w.Operation.ID != id || !w.Operation.State.Open() {
		return nil
	}
	return w.Operation
}

// sync makes the wallet the centre's list.
func (w *Wallet) sync(t tick, list []ledger.KeptCard) {
	there := map[string]bool{}
	for _, k := range list {
		there[w.keep(t, k).ID] = true
	}
	for _, c := range w.Cards {
		if c.DeletedAt.IsZero() && !there[c.ID] {
			c.DeletedAt = t.now
		}
	}
}

// differs reports whether a list tells anything new.
func (w *Wallet) differs(list []ledger.KeptCard) bool {
	for _, k := range list {
		c := w.keeping(k)
		if c == nil {
			return true
		}
		told := *c
		if told.learn(k); told != *c {
			return true
		}
	}
	return len(list) != len(w.kept())
}

// keep writes one of the centre's cards. Another one that had its id is gone.
func (w *Wallet) keep(t tick, k ledger.KeptCard) *Card {
	if c := w.keeping(k); c != nil {
		c.learn(k)
		return c
	}
	for _, c := range w.Cards {
		if c.DeletedAt.IsZero() && c.PaygentID == k.ID {
			c.DeletedAt = t.now
		}
	}
	c := &Card{ID: t.newID(), CustomerID: w.CustomerID, Environment: w.Environment, MerchantID: w.MerchantID, PaygentID: k.ID, CreatedAt: t.now}
	c.learn(k)
	w.Cards = append(w.Cards, c)
	return c
}

// Widths of the columns. What the centre sends is somebody else's text; what it shows of a
// card may be cut, its id may not.
const (
	widthID          = 64
	widthBrand       = 16
	widthMasked      = 32
	widthTerm        = 8
	widthFingerprint = 190
)

// learn takes what the centre tells of the card; 025 does not tell all that 027 does.
func (c *Card) learn(k ledger.KeptCard) {
	for _, f := range []struct {
		to    *string
		told  string
		width int
	}{
		{&c.Brand, k.Brand, widthBrand}, {&c.Masked, k.Masked, widthMasked},
		{&c.ValidTerm, k.ValidTerm, widthTerm}, {&c.Fingerprint, k.Fingerprint, widthFingerprint},
	} {
		if f.told != "" {
			*f.to = clip(f.told, f.width)
		}
	}
}

func clip(s string, width int) string {
	if r := []rune(s); len(r) > width {
		return string(r[:width])
	}
	return s
}

// usable reports whether the centre's card can be kept by its id.
func usable(k ledger.KeptCard) bool { return k.ID != "" && len(k.ID) <= widthID }
