package mail

import (
	"strings"

	"kessai/internal/order"
)

// orderMail is what templates/order.txt shows, in EC-CUBE's order.
type orderMail struct {
	Name, Date, No, Method, Message string
	Points                          bool
	UsePoint, AddPoint              string
	Items                           []itemLine
	Subtotal, Charge, Delivery      string
	Discount, Point, Sum, Total     string
	Rates                           []rateLine
	Buyer                           person
	Email                           string
	Shippings                       []shippingText
	CompleteMail                    string
}

type itemLine struct {
	Code, Name, Price string
	Quantity          int64
}

type rateLine struct {
	Rate       int64
	Total, Tax string
}

type person struct{ Name, Kana, Company, Postal, Address, Phone string }

type shippingText struct {
	Number             string
	Person             person
	Method, Date, Time string
	Items              []itemLine
}

func orderText(f facts) orderMail {
	h := f.head
	discount, points := reductions(f.items)
	m := orderMail{
		Name: names(h.name01, h.name02), Date: "－", No: or(oneLine(h.no), h.id.String()), Method: oneLine(h.method), Message: lines(h.message),
		Points: h.customer != 0 && f.shop.optionPoint, UsePoint: pt(h.usePoint), AddPoint: pt(h.addPoint),
		Items: itemLines(merged(f.items)), Subtotal: yen(h.subtotal), Charge: yen(h.charge), Delivery: yen(h.delivery),
		Sum: yen(h.total - points), Total: yen(h.total),
		Buyer: person{names(h.name01, h.name02), names(h.kana01, h.kana02), oneLine(h.company), oneLine(h.postal), address(h.pref, h.addr01, h.addr02), oneLine(h.phone)},
		Email: h.email, CompleteMail: lines(h.completeMail),
	}
	if !h.orderDate.IsZero() {
		m.Date = stamp(h.orderDate)
	}
	if discount != 0 {
		m.Discount = yen(discount)
	}
	if points != 0 {
		m.Point = yen(points)
	}
	for _, r := range order.TaxByRate(f.items) {
		m.Rates = append(m.Rates, rateLine{r.Rate, yen(r.Total), yen(r.Tax)})
	}
	for i, s := range f.shippings {
		m.Shippings = append(m.Shippings, shippingLines(f, s, i))
	}
	return m
}

func shippingLines(f facts, s shipping, i int) shippingText {
	t := shippingText{
		Person: person{names(s.name01, s.name02), names(s.kana01, s.kana02), oneLine(s.company), oneLine(s.postal), address(s.pref, s.addr01, s.addr02), oneLine(s.phone)},
		Method: oneLine(s.method), Date: "指定なし", Time: or(oneLine(s.time), "指定なし"),
	}
	if len(f.shippings) > 1 {
		t.Number = string([]rune("１２３４５６７８９")[i%9])
	}
	if !s.date.IsZero() {
		t.Date = s.date.In(order.JST()).Format("2006/01/02")
	}
	var own []order.Item
	for _, item := range f.items {
		if item.Type == order.ItemProduct && item.ShippingID == s.id {
			own = append(own, item)
		}
	}
	t.Items = itemLines(own)
	return t
}

// merged are the product rows, those of one class at one price put together, as
// EC-CUBE shows an order that goes to several addresses.
func merged(items []order.Item) []order.Item {
	type key struct {
		class int64
		name  string
		price order.Yen
	}
	var out []order.Item
	at := map[key]int{}
	for _, i := range items {
		if i.Type != order.ItemProduct {
			continue
		}
		k := key{i.ProductClassID, i.Name, i.PriceIncTax()}
		if n, ok := at[k]; ok && i.ProductClassID != 0 {
			out[n].Quantity += i.Quantity
			continue
		}
		at[k] = len(out)
		out = append(out, i)
	}
	return out
}

func itemLines(items []order.Item) []itemLine {
	var out []itemLine
	for _, i := range items {
		out = append(out, itemLine{oneLine(i.Code), names(i.Name, i.ClassCategoryName1, i.ClassCategoryName2), yen(i.PriceIncTax()), i.Quantity})
	}
	return out
}

// reductions are the sums of discounts and points, negative.
func reductions(items []order.Item) (discount, points order.Yen) {
	for _, i := range items {
		switch i.Type {
		case order.ItemDiscount:
			discount += i.Total()
		case order.ItemPoint:
			points += i.Total()
		}
	}
	return discount, points
}

// names joins what is there with spaces.
func names(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = oneLine(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}

func address(parts ...string) string { return oneLine(strings.Join(parts, "")) }
