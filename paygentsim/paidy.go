package paygentsim

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// paidyOrder is what a shop's page launches Paidy with, protocol.md §16.1.
type paidyOrder struct {
	Amount      int64  `json:"amount"`
	Currency    string `json:"currency"`
	StoreName   string `json:"store_name"`
	Description string `json:"description"`
	Buyer       struct {
		Email string `json:"email"`
		Name1 string `json:"name1"`
		Name2 string `json:"name2"`
		Phone string `json:"phone"`
	} `json:"buyer"`
	Order struct {
		Items []struct {
			ID          looseText `json:"id"`
			Quantity    int64     `json:"quantity"`
			Title       string    `json:"title"`
			UnitPrice   int64     `json:"unit_price"`
			Description string    `json:"description"`
		} `json:"items"`
		OrderRef looseText `json:"order_ref"`
		Shipping int64     `json:"shipping"`
		Tax      int64     `json:"tax"`
	} `json:"order"`
	Shipping struct {
		Line1 string    `json:"line1"`
		Line2 string    `json:"line2"`
		City  string    `json:"city"`
		State string    `json:"state"`
		Zip   looseText `json:"zip"`
	} `json:"shipping_address"`
}

// looseText takes numbers and null for texts, as pages in the field send them.
type looseText string

// UnmarshalJSON reads a string, a number or null.
func (l *looseText) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(l))
	}
	if string(b) == "null" {
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*l = looseText(n)
	return nil
}

// paidyPayment is what Paidy's window tells the page, protocol.md §16.1.
type paidyPayment struct {
	ID        string `json:"id"`
	Status    string `json:"status"` // authorized, rejected, closed
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
	CreatedAt string `json:"created_at"`
}

var errPaidy = errors.New("paygentsim: Paidy refuses the order")

// check refuses what Paidy's window would not open with.
func (o *paidyOrder) check() error {
	switch {
	case o.Amount < 1 || o.Amount > 99_999_999:
		return fmt.Errorf("%w: amount %d", errPaidy, o.Amount)
	case o.Currency != "JPY":
		return fmt.Errorf("%w: currency %q", errPaidy, o.Currency)
	case o.Order.OrderRef == "" || len(o.Order.OrderRef) > maxTrading || !isWord(string(o.Order.OrderRef)):
		return fmt.Errorf("%w: order_ref %q", errPaidy, o.Order.OrderRef)
	case len(o.Order.Items) == 0 || len(o.Order.Items) > 200:
		return fmt.Errorf("%w: %d items", errPaidy, len(o.Order.Items))
	}
	return nil
}

// details are the items of 343, protocol.md §5.12.
func (o *paidyOrder) details(id string) []Item {
	out := []Item{
		{"paidy_payment_id", id}, {"currency", o.Currency}, {"description", o.Description}, {"store_name", o.StoreName},
		{"buyer_email", o.Buyer.Email}, {"buyer_name_kanji", o.Buyer.Name1}, {"buyer_name_kana", o.Buyer.Name2}, {"buyer_phone", o.Buyer.Phone},
		{"shipping_address_zip", string(o.Shipping.Zip)}, {"shipping_address_state", o.Shipping.State}, {"shipping_address_city", o.Shipping.City},
		{"shipping_address_line1", o.Shipping.Line1}, {"shipping_address_line2", o.Shipping.Line2},
		{"order_tax", strconv.FormatInt(o.Order.Tax, 10)}, {"order_shipping", strconv.FormatInt(o.Order.Shipping, 10)},
	}
	for i, item := range o.Order.Items {
		n := "[" + strconv.Itoa(i) + "]"
		out = append(out, Item{"order_items_id" + n, string(item.ID)}, Item{"order_items_title" + n, item.Title},
			Item{"order_items_description" + n, item.Description}, Item{"order_items_unit_price" + n, strconv.FormatInt(item.UnitPrice, 10)},
			Item{"order_items_quantity" + n, strconv.FormatInt(item.Quantity, 10)})
	}
	for i := range out {
		out[i].Value = storable(out[i].Value)
	}
	return out
}

// merchantOfPaidy finds whose public key a page names. A simulator of one merchant without
// a key takes any.
func (s *Sim) merchantOfPaidy(key string) *Merchant {
	for i := range s.merchants {
		if m := &s.merchants[i]; m.PaidyKey != "" && m.PaidyKey == key {
			return m
		}
	}
	if len(s.merchants) == 1 && s.merchants[0].PaidyKey == "" {
		return &s.merchants[0]
	}
	return nil
}

// settlePaidy is a buyer's decision in Paidy's window. An authorisation reaches the centre
// by Paidy's webhook, which makes the payment; told false loses the webhook on its way.
func (s *Sim) settlePaidy(c *change, m *Merchant, o *paidyOrder, decision string, told bool) (paidyPayment, error) {
	id, err := randomText(s.opt.Rand, alphanumerics, 16)
	if err != nil {
		return paidyPayment{}, err
	}
	id = "pay_" + id
	out := paidyPayment{id, decision, o.Amount, o.Currency, c.now.Format(time.RFC3339)}
	if decision != "authorized" {
		return out, nil
	}
	page := &telegram{merchant: m, params: params{"trading_id": string(o.Order.OrderRef)}}
	v, err := c.openVisit(page, visitPaidy, c.now)
	if err != nil {
		return paidyPayment{}, err
	}
	v.Key, v.Amount, v.DoneAt, v.Result = id, o.Amount, c.now, decision
	p := &Payment{MerchantID: m.MerchantID, TradingID: string(o.Order.OrderRef), Type: TypePaidy, Amount: o.Amount, Details: o.details(id)}
	if told {
		p = c.create(p)
		v.PaymentID = p.PaymentID
		c.move(p, Authorized, "buyer", true)
		return out, nil
	}
	v.Lost = p
	return out, nil
}

// refundPaidy is 342: amount is the part to refund, all of it when absent.
func (s *Sim) refundPaidy(c *change, t *telegram) answer {
	p, bad := s.paymentOf(c, t, TypePaidy)
	if bad != nil {
		return *bad
	}
	amount := p.Amount
	if t.get("amount") != "" {
		amount, _ = number(t.get("amount"))
	}
	switch {
	case amount < 1:
		return invalidValue("amount")
	case p.Status != Captured:
		return wrongStatus(p)
	case amount > p.Amount:
		return abnormal("SIM011", "amount が決済金額を超えています")
	case amount == p.Amount:
		return changed(c.through(p, CaptureCancelling, CaptureCancelled, t.kind))
	}
	p = c.writable(p)
	p.NewAmount = p.Amount - amount
	return changed(c.move(p, Captured, t.kind, true))
}

// verifyPaidy is 343: what Paidy knows of one of its payments, known here or not.
func (s *Sim) verifyPaidy(c *change, t *telegram) answer {
	v := c.visitByKey(t.merchant.MerchantID, t.get("paidy_payment_id"))
	if v == nil || v.Kind != visitPaidy || t.get("trading_id") != "" && t.get("trading_id") != v.TradingID {
		return abnormal("SIM003", "該当する決済がありません")
	}
	p := cmp.Or(c.payment(t.merchant.MerchantID, v.PaymentID), v.Lost)
	a := normal()
	if v.PaymentID == "" {
		// The webhook was lost: asking brings the payment into the books.
		p = c.create(p.clone())
		c.editVisit(v).PaymentID = p.PaymentID
		p = c.move(p, Authorized, t.kind, true)
		a.effect = true
	}
	a.add("retrieve_result", "0")
	a.add("payment_id", p.PaymentID)
	a.add("trading_id", p.TradingID)
	a.add("payment_amount", strconv.FormatInt(p.Amount, 10))
	for _, d := range p.Details {
		if d.Name != "paidy_payment_id" {
			a.add(d.Name, d.Value)
		}
	}
	return a
}
