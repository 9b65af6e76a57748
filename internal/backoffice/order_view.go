package backoffice

import (
	"strconv"
	"time"

	"kessai/internal/order"
	"kessai/internal/store"
	"kessai/internal/wording"
)

// orderView is the order as its cards show it.
type orderView struct {
	ID, No      string
	Status      order.Status
	Method      string
	Ordered     time.Time
	Paid        time.Time
	Created     time.Time
	Updated     time.Time
	Buyer       personView
	Message     string
	Note        string
	Shippings   []shippingView
	Items       []itemView
	Sums        []sumView
	Total       order.Yen
	PaymentSum  order.Yen
	AddPoint    int64
	UsePoint    int64
	HasCustomer bool
}

type personView struct{ Name, Kana, Company, Postal, Address, Phone, Email string }

type shippingView struct {
	Title     string
	Person    personView
	Delivery  string
	Date      string
	Time      string
	Tracking  string
	ShippedAt time.Time
}

type itemView struct {
	Name, Code, Class string
	Price             order.Yen // with tax
	Quantity          int64
	Sum               order.Yen
}

type sumView struct {
	Label  string
	Amount order.Yen
}

func viewOrder(o store.OrderView) orderView {
	v := orderView{
		ID: o.ID.String(), No: orderNo(o), Status: o.Status, Method: o.PaymentName, Ordered: o.OrderDate, Paid: o.PaymentDate,
		Created: o.CreatedAt, Updated: o.UpdatedAt, Buyer: person(o.Buyer), Message: o.Message, Note: o.Note,
		Total: o.Totals.Total, PaymentSum: o.Totals.PaymentTotal, AddPoint: o.Totals.AddPoint, UsePoint: o.Totals.UsePoint,
		HasCustomer: o.CustomerID != 0,
	}
	for n, s := range o.Shippings {
		v.Shippings = append(v.Shippings, shipping(s, n+1, len(o.Shippings)))
	}
	for _, i := range o.Items {
		if i.IsProduct() {
			v.Items = append(v.Items, item(i))
		}
	}
	v.Sums = sums(o)
	return v
}

// orderNo is 注文番号; an order made elsewhere may have none.
func orderNo(o store.OrderView) string {
	if o.No == "" {
		return o.ID.String()
	}
	return o.No
}

func buyerName(o store.OrderView) string { return join(o.Buyer.Name01, o.Buyer.Name02) }

func person(a order.Address) personView {
	v := personView{
		Name: join(a.Name01, a.Name02), Kana: join(a.Kana01, a.Kana02), Company: a.CompanyName,
		Address: order.PrefName(a.PrefID) + a.Addr01 + a.Addr02, Phone: a.Phone, Email: a.Email,
	}
	if n := a.PostalCode; len(n) == 7 {
		v.Postal = "〒" + n[:3] + "-" + n[3:]
	}
	return v
}

func shipping(s store.Shipping, n, of int) shippingView {
	v := shippingView{
		Title: "出荷情報", Person: person(s.Address), Delivery: s.DeliveryName, Date: "指定なし", Time: s.Time,
		Tracking: s.TrackingNumber, ShippedAt: s.ShippedAt,
	}
	if of > 1 {
		v.Title += "(" + strconv.Itoa(n) + ")"
	}
	if !s.Date.IsZero() {
		v.Date = wording.Day(s.Date)
	}
	if v.Time == "" {
		v.Time = "指定なし"
	}
	return v
}

func item(i order.Item) itemView {
	v := itemView{Name: i.Name, Code: i.Code, Price: i.PriceIncTax(), Quantity: i.Quantity, Sum: i.Total()}
	for _, c := range [][2]string{{i.ClassName1, i.ClassCategoryName1}, {i.ClassName2, i.ClassCategoryName2}} {
		switch {
		case c[1] == "":
		case c[0] == "":
			v.Class = join(v.Class, c[1])
		default:
			v.Class = join(v.Class, c[0]+"："+c[1])
		}
	}
	return v
}

// sums are the lines under the goods. dtb_order.discount holds points too, so that
// both are taken from the rows.
func sums(o store.OrderView) []sumView {
	var discount, points order.Yen
	for _, i := range o.Items {
		switch i.Type {
		case order.ItemDiscount:
			discount += i.Total()
		case order.ItemPoint:
			points += i.Total()
		}
	}
	out := []sumView{{"小計", o.Totals.Subtotal}, {"手数料", o.Totals.Charge}, {"送料", o.Totals.DeliveryFeeTotal}}
	if discount != 0 {
		out = append(out, sumView{"割引", discount})
	}
	if points != 0 {
		out = append(out, sumView{"ポイント（" + strconv.FormatInt(o.Totals.UsePoint, 10) + " pt利用）", points})
	}
	return out
}
