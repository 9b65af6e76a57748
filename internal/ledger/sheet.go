package ledger

import (
	"errors"
	"slices"
	"time"

	"kessai/internal/order"
)

// Sheet is what staff save of an order beside its status (受注登録).
type Sheet struct {
	PaymentRow int64 // dtb_payment.id
	Items      []order.Item
	Shippings  []Shipping
	Totals     order.Totals
	Buyer      order.Address
	Message    string // お問い合わせ
	Note       string // ショップ用メモ欄

	Methods []MethodRow // read only: what the shop can be paid by
}

// MethodRow is a row of dtb_payment.
type MethodRow struct {
	ID    int64
	Class string // method_class
	Name  string
}

// Shipping is one destination of an order. In a draft or sheet that is not saved yet
// the ID of a new one is 0 or negative, and items name it by that.
type Shipping struct {
	ID           int64
	DeliveryID   int64
	DeliveryName string
	Address      order.Address // without e-mail
	TimeID       int64
	Time         string    // delivery time as shown, 午前
	Date         time.Time // wished date: midnight in Japan

	ShippedAt      time.Time // read only
	MailedAt       time.Time // read only
	TrackingNumber string    // read only
}

// sheetNeeded makes the store load the sheet, with the stock of what stands on it and of
// these items, and decide again.
type sheetNeeded struct{ items []order.Item }

func (sheetNeeded) Error() string { return "ledger: the order's sheet is needed for this decision" }

// NeedsSheet reports whether a decision stopped because the order's sheet was not
// loaded, and which further items it has to know the stock of.
func NeedsSheet(err error) (items []order.Item, needed bool) {
	var n sheetNeeded
	if errors.As(err, &n) {
		return n.items, true
	}
	return nil, false
}

// sameMoney reports whether two sheets differ at most in notes and addresses.
func (s Sheet) sameMoney(o Sheet) bool {
	return s.PaymentRow == o.PaymentRow && s.Totals == o.Totals && slices.Equal(s.Items, o.Items) &&
		slices.EqualFunc(s.Shippings, o.Shippings, sameDelivery)
}

func sameDelivery(a, b Shipping) bool {
	return a.ID == b.ID && a.DeliveryID == b.DeliveryID && a.DeliveryName == b.DeliveryName &&
		a.TimeID == b.TimeID && a.Time == b.Time && a.Date.Equal(b.Date)
}

// same reports whether saving would change nothing.
func (s Sheet) same(o Sheet) bool {
	return s.sameMoney(o) && s.Buyer == o.Buyer && s.Message == o.Message && s.Note == o.Note &&
		slices.EqualFunc(s.Shippings, o.Shippings, func(a, b Shipping) bool { return a.Address == b.Address })
}

// keeping is the sheet with what only others write as it stood.
func (s Sheet) keeping(was Sheet) Sheet {
	s.Methods = was.Methods
	s.Shippings = slices.Clone(s.Shippings)
	for i := range s.Shippings {
		for _, old := range was.Shippings {
			if n := &s.Shippings[i]; n.ID == old.ID {
				n.ShippedAt, n.MailedAt, n.TrackingNumber = old.ShippedAt, old.MailedAt, old.TrackingNumber
			}
		}
	}
	return s
}

// method is the payment method the sheet names.
func (s Sheet) method() (MethodRow, bool) {
	for _, m := range s.Methods {
		if m.ID == s.PaymentRow {
			return m, true
		}
	}
	return MethodRow{}, false
}
