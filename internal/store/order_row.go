package store

import (
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
)

// Draft is an order in 8 as the shop's pages make it.
type Draft struct {
	ID         order.ID     // given by Create
	No         string       // given by Create
	Status     order.Status // as loaded; Create and Save write 8 only
	PreOrderID string
	CustomerID int64 // 0 for a guest
	SexID      int64
	JobID      int64
	Birth      time.Time
	Device     Device
	Buyer      order.Address
	Message    string

	PaymentRow  int64  // dtb_payment.id
	PaymentName string // as the order keeps it
	Items       []order.Item
	Shippings   []Shipping
	Totals      order.Totals
}

// Device is dtb_order.device_type_id.
type Device int16

const (
	Mobile Device = 2  // モバイル
	PC     Device = 10 // PC
)

// Shipping is one destination of an order. In a draft that is not saved yet its ID
// is 0 or negative, and items name it by that.
type Shipping = ledger.Shipping

var orderTable = table[Draft]{"dtb_order", []column[Draft]{
	{"id", func(d *Draft) any { return &d.ID }},
	{"order_no", func(d *Draft) any { return optional[string]{&d.No} }},
	{"order_status_id", func(d *Draft) any { return optionalInt[order.Status]{&d.Status} }},
	{"pre_order_id", func(d *Draft) any { return optional[string]{&d.PreOrderID} }},
	{"customer_id", func(d *Draft) any { return optionalInt[int64]{&d.CustomerID} }},
	{"sex_id", func(d *Draft) any { return optionalInt[int64]{&d.SexID} }},
	{"job_id", func(d *Draft) any { return optionalInt[int64]{&d.JobID} }},
	{"birth", func(d *Draft) any { return date{&d.Birth} }},
	{"device_type_id", func(d *Draft) any { return optionalInt[Device]{&d.Device} }},
	{"name01", func(d *Draft) any { return &d.Buyer.Name01 }},
	{"name02", func(d *Draft) any { return &d.Buyer.Name02 }},
	{"kana01", func(d *Draft) any { return optional[string]{&d.Buyer.Kana01} }},
	{"kana02", func(d *Draft) any { return optional[string]{&d.Buyer.Kana02} }},
	{"company_name", func(d *Draft) any { return optional[string]{&d.Buyer.CompanyName} }},
	{"email", func(d *Draft) any { return optional[string]{&d.Buyer.Email} }},
	{"phone_number", func(d *Draft) any { return optional[string]{&d.Buyer.Phone} }},
	{"postal_code", func(d *Draft) any { return optional[string]{&d.Buyer.PostalCode} }},
	{"pref_id", func(d *Draft) any { return optionalInt[int64]{&d.Buyer.PrefID} }},
	{"addr01", func(d *Draft) any { return optional[string]{&d.Buyer.Addr01} }},
	{"addr02", func(d *Draft) any { return optional[string]{&d.Buyer.Addr02} }},
	{"message", func(d *Draft) any { return optional[string]{&d.Message} }},
	{"payment_id", func(d *Draft) any { return optionalInt[int64]{&d.PaymentRow} }},
	{"payment_method", func(d *Draft) any { return optional[string]{&d.PaymentName} }},
	{"subtotal", func(d *Draft) any { return whole[order.Yen]{&d.Totals.Subtotal, "dtb_order.subtotal"} }},
	{"discount", func(d *Draft) any { return whole[order.Yen]{&d.Totals.Discount, "dtb_order.discount"} }},
	{"delivery_fee_total", func(d *Draft) any {
		return whole[order.Yen]{&d.Totals.DeliveryFeeTotal, "dtb_order.delivery_fee_total"}
	}},
	{"charge", func(d *Draft) any { return whole[order.Yen]{&d.Totals.Charge, "dtb_order.charge"} }},
	{"tax", func(d *Draft) any { return whole[order.Yen]{&d.Totals.Tax, "dtb_order.tax"} }},
	{"total", func(d *Draft) any { return whole[order.Yen]{&d.Totals.Total, "dtb_order.total"} }},
	{"payment_total", func(d *Draft) any { return whole[order.Yen]{&d.Totals.PaymentTotal, "dtb_order.payment_total"} }},
	{"add_point", func(d *Draft) any { return whole[int64]{&d.Totals.AddPoint, "dtb_order.add_point"} }},
	{"use_point", func(d *Draft) any { return whole[int64]{&d.Totals.UsePoint, "dtb_order.use_point"} }},
}}

// itemRow is a row of dtb_order_item.
type itemRow struct {
	order.Item
	order order.ID
}

var itemTable = table[itemRow]{"dtb_order_item", []column[itemRow]{
	{"id", func(r *itemRow) any { return &r.ID }},
	{"order_id", func(r *itemRow) any { return optionalInt[order.ID]{&r.order} }},
	{"order_item_type_id", func(r *itemRow) any { return optionalInt[order.ItemType]{&r.Type} }},
	{"product_id", func(r *itemRow) any { return optionalInt[int64]{&r.ProductID} }},
	{"product_class_id", func(r *itemRow) any { return optionalInt[int64]{&r.ProductClassID} }},
	{"shipping_id", func(r *itemRow) any { return optionalInt[int64]{&r.ShippingID} }},
	{"product_name", func(r *itemRow) any { return &r.Name }},
	{"product_code", func(r *itemRow) any { return optional[string]{&r.Code} }},
	{"class_name1", func(r *itemRow) any { return optional[string]{&r.ClassName1} }},
	{"class_name2", func(r *itemRow) any { return optional[string]{&r.ClassName2} }},
	{"class_category_name1", func(r *itemRow) any { return optional[string]{&r.ClassCategoryName1} }},
	{"class_category_name2", func(r *itemRow) any { return optional[string]{&r.ClassCategoryName2} }},
	{"price", func(r *itemRow) any { return whole[order.Yen]{&r.Price, "dtb_order_item.price"} }},
	{"quantity", func(r *itemRow) any { return whole[int64]{&r.Quantity, "dtb_order_item.quantity"} }},
	{"tax", func(r *itemRow) any { return whole[order.Yen]{&r.Tax, "dtb_order_item.tax"} }},
	{"tax_rate", func(r *itemRow) any { return whole[int64]{&r.TaxRate, "dtb_order_item.tax_rate"} }},
	{"tax_adjust", func(r *itemRow) any { return whole[order.Yen]{&r.TaxAdjust, "dtb_order_item.tax_adjust"} }},
	{"tax_type_id", func(r *itemRow) any { return optionalInt[order.TaxType]{&r.TaxType} }},
	{"tax_display_type_id", func(r *itemRow) any { return optionalInt[order.DisplayType]{&r.TaxDisplayType} }},
	{"rounding_type_id", func(r *itemRow) any { return optionalInt[order.Rounding]{&r.RoundingType} }},
	{"point_rate", func(r *itemRow) any { return pointRate{&r.PointRate} }},
	{"processor_name", func(r *itemRow) any { return optional[string]{&r.Processor} }},
}}

// shippingRow is a row of dtb_shipping, as far as pages write it.
type shippingRow struct {
	Shipping
	order order.ID
}

var shippingTable = table[shippingRow]{"dtb_shipping", []column[shippingRow]{
	{"id", func(r *shippingRow) any { return &r.ID }},
	{"order_id", func(r *shippingRow) any { return optionalInt[order.ID]{&r.order} }},
	{"delivery_id", func(r *shippingRow) any { return optionalInt[int64]{&r.DeliveryID} }},
	{"delivery_name", func(r *shippingRow) any { return optional[string]{&r.DeliveryName} }},
	{"name01", func(r *shippingRow) any { return &r.Address.Name01 }},
	{"name02", func(r *shippingRow) any { return &r.Address.Name02 }},
	{"kana01", func(r *shippingRow) any { return optional[string]{&r.Address.Kana01} }},
	{"kana02", func(r *shippingRow) any { return optional[string]{&r.Address.Kana02} }},
	{"company_name", func(r *shippingRow) any { return optional[string]{&r.Address.CompanyName} }},
	{"phone_number", func(r *shippingRow) any { return optional[string]{&r.Address.Phone} }},
	{"postal_code", func(r *shippingRow) any { return optional[string]{&r.Address.PostalCode} }},
	{"pref_id", func(r *shippingRow) any { return optionalInt[int64]{&r.Address.PrefID} }},
	{"addr01", func(r *shippingRow) any { return optional[string]{&r.Address.Addr01} }},
	{"addr02", func(r *shippingRow) any { return optional[string]{&r.Address.Addr02} }},
	{"time_id", func(r *shippingRow) any { return optionalInt[int64]{&r.TimeID} }},
	{"delivery_time", func(r *shippingRow) any { return optional[string]{&r.Time} }},
	{"delivery_date", func(r *shippingRow) any { return date{&r.Date} }},
	{"shipping_date", func(r *shippingRow) any { return date{&r.ShippedAt} }},
	{"mail_send_date", func(r *shippingRow) any { return date{&r.MailedAt} }},
	{"tracking_number", func(r *shippingRow) any { return optional[string]{&r.TrackingNumber} }},
}}
