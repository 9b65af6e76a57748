package shop

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/web"
)

// confirmPage is the data of ご注文内容のご確認.
type confirmPage struct {
	Buyer       addressView
	Destination addressView
	Elsewhere   bool
	Lines       []orderLine
	Delivery    string
	Time        string
	Date        time.Time
	Payment     string
	Message     string
	Totals      order.Totals
	Rates       []order.RateTotal
	News        web.Message
	Changed     *changedTotal
	Action      string
	Token       string
	Button      string
	Ours        bool
}

// changedTotal is what the buyer confirmed before, and what it is now. Both are the
// same when only delivery or payment method had to change.
type changedTotal struct{ Old, New order.Yen }

// orderLine is one product of the order.
type orderLine struct {
	Class    class
	Art      art
	Price    order.Yen // with tax
	Quantity int64
	Amount   order.Yen
}

func (v visit) lines() []orderLine {
	var out []orderLine
	for _, i := range v.cart.Items {
		out = append(out, orderLine{
			Class: i.Class, Art: artOf(product{ID: i.Class.ProductID, Name: i.Class.Name, words: i.Class.words}),
			Price: i.Price, Quantity: i.Quantity, Amount: i.Amount(),
		})
	}
	return out
}

// paygentClass begins the method_class of every method of Paygent's.
const paygentClass = `Plugin\PaygentPayment\`

func ours(methodClass string) bool { return strings.HasPrefix(methodClass, paygentClass) }

// payable tells whether an order with the method can be paid for: of Paygent's methods
// those that have a payment page. The others' rows may stand, and are not offered.
func payable(methodClass string) bool {
	return !ours(methodClass) || methodClass == payment.Scheme{Method: payment.Card, System: payment.Module}.Class()
}

func (v visit) payment() order.Payment {
	for _, p := range v.offered {
		if p.ID == v.draft.PaymentRow {
			return p
		}
	}
	return order.Payment{}
}

func (s *Shop) showConfirm(w http.ResponseWriter, r *http.Request) error {
	v, err := s.visit(r, nil)
	if err != nil {
		return err
	}
	if !v.ready() {
		return elsewhere{"/shopping"}
	}
	d, ship := v.draft, v.draft.Shippings[0]
	page := confirmPage{
		Buyer: viewOf(d.Buyer), Destination: viewOf(ship.Address), Elsewhere: ship.Address != destination(d.Buyer),
		Lines: v.lines(), Delivery: ship.DeliveryName, Time: ship.Time, Date: ship.Date, Payment: d.PaymentName, Message: d.Message,
		Totals: d.Totals, Rates: order.TaxByRate(d.Items), Changed: changedOf(r, d.ID, d.Totals.Total),
		Action: pathCheckout, Token: s.OrderToken(d.ID), Button: "注文する", Ours: ours(v.payment().MethodClass),
	}
	if page.Ours {
		page.Button = "次へ"
	}
	if len(v.news) > 0 {
		page.News = web.Message{Tone: web.Warning, Lines: v.news}
	}
	return s.confirm.Render(w, r, web.Frame{Title: "ご注文内容のご確認", Step: web.StepConfirm}, page)
}

// ConfirmAgain remembers that the total is no longer the one confirmed, and says
// where the buyer sees both.
func (s *Shop) ConfirmAgain(r *http.Request, id order.ID, old, now order.Yen) (string, error) {
	web.SessionOf(r.Context()).Put(sessionChanged, fmt.Sprintf("%d %d %d", id, old, now))
	return "/shopping/confirm", nil
}

// changedOf takes that memory, if it is about this order.
func changedOf(r *http.Request, id order.ID, now order.Yen) *changedTotal {
	session := web.SessionOf(r.Context())
	if session.Get(sessionChanged) == "" {
		return nil
	}
	var of order.ID
	var c changedTotal
	if _, err := fmt.Sscan(session.Pop(sessionChanged), &of, &c.Old, &c.New); err != nil || of != id {
		return nil
	}
	c.New = now
	return &c
}
