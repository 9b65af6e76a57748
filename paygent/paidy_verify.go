package paygent

import (
	"context"
	"strconv"
	"strings"
)

// PaidyVerifyRequest is telegram 343.
type PaidyVerifyRequest struct {
	PaidyPaymentID string // pay_…, from the Paidy window
	TradingID      string // optional
	SiteID         string
	Extra          Params
}

// PaidyVerification is the answer to 343: what Paidy knows of a payment.
type PaidyVerification struct {
	RetrieveResult string
	PaymentID      string
	TradingID      string
	Amount         Yen
	Currency       string
	StoreName      string
	Description    string
	BuyerEmail     string
	BuyerName      string // kanji
	BuyerNameKana  string
	BuyerPhone     string
	Zip            string // shipping address, from here
	State          string
	City           string
	Line1          string
	Line2          string
	Tax            string // order_tax, as answered
	Shipping       string // order_shipping, as answered
	Items          []PaidyItem
	Fields         Params // the whole answer
}

// PaidyItem is one line of a Paidy order. A discount has a negative price.
type PaidyItem struct {
	ID, Title, Description string
	UnitPrice, Quantity    string // as answered
}

// VerifyPaidy sends 343 (Paidy決済情報検証).
func (c *Client) VerifyPaidy(ctx context.Context, q PaidyVerifyRequest) (*PaidyVerification, error) {
	b := builder{kind: KindPaidyVerify}
	b.given("trading_id", q.TradingID)
	b.need("paidy_payment_id", q.PaidyPaymentID)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	if err := sameSettlement(r, q.TradingID, "", true); err != nil {
		return nil, err
	}
	f := fieldReader{fields: r.Fields}
	v := &PaidyVerification{
		RetrieveResult: r.Get("retrieve_result"), PaymentID: r.Get("payment_id"), TradingID: r.Get("trading_id"),
		Amount: f.yen("payment_amount"), Currency: r.Get("currency"), StoreName: r.Get("store_name"), Description: r.Get("description"),
		BuyerEmail: r.Get("buyer_email"), BuyerName: r.Get("buyer_name_kanji"), BuyerNameKana: r.Get("buyer_name_kana"), BuyerPhone: r.Get("buyer_phone"),
		Zip: r.Get("shipping_address_zip"), State: r.Get("shipping_address_state"), City: r.Get("shipping_address_city"),
		Line1: r.Get("shipping_address_line1"), Line2: r.Get("shipping_address_line2"),
		Tax: r.Get("order_tax"), Shipping: r.Get("order_shipping"), Items: paidyItems(r.Fields), Fields: r.Fields,
	}
	return trusted(v, r, q.TradingID, f.err)
}

// paidyItems collects the items order_items_…, which are repeated with an index. How the
// index is written is not public [C]: any form that ends in a number is read, in the
// order of the answer, and none counts as one item.
func paidyItems(fields Params) []PaidyItem {
	var items []PaidyItem
	var numbers []string
	for _, field := range fields {
		rest, ok := strings.CutPrefix(field.Name, "order_items_")
		if !ok {
			continue
		}
		what, number := splitIndex(rest)
		i := indexOf(numbers, number)
		if i == len(items) {
			items, numbers = append(items, PaidyItem{}), append(numbers, number)
		}
		items[i].set(what, field.Value)
	}
	return items
}

func (p *PaidyItem) set(what, value string) {
	switch what {
	case "id":
		p.ID = value
	case "title":
		p.Title = value
	case "description":
		p.Description = value
	case "unit_price":
		p.UnitPrice = value
	case "quantity":
		p.Quantity = value
	}
}

// splitIndex splits "title[2]", "title_2" or "title2".
func splitIndex(s string) (what, number string) {
	what = strings.TrimRight(strings.TrimSuffix(s, "]"), "0123456789")
	number = strings.TrimSuffix(s[len(what):], "]")
	if n, err := strconv.Atoi(number); err == nil {
		number = strconv.Itoa(n)
	}
	return strings.TrimRight(what, "[_"), number
}

func indexOf(all []string, s string) int {
	for i, have := range all {
		if have == s {
			return i
		}
	}
	return len(all)
}
