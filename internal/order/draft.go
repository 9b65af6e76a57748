package order

import "kessai/internal/problem"

// Shop is what dtb_base_info says about prices.
type Shop struct {
	PerProductDeliveryFee bool  // option_product_delivery_fee
	DeliveryFreeAmount    Yen   // 0 = never free by amount
	DeliveryFreeQuantity  int64 // 0 = never free by quantity
	Points                bool  // option_point
	BasicPointRate        int64 // percent
	PointConversionRate   int64 // yen per point
	TaxByRate             bool  // dtb_order.tax as 4.3 computes it: per rate, after points
}

// Line is one product line of a cart or draft. Its ids of 0 and empty texts are NULL.
type Line struct {
	ItemID         int64 // the row it is already, or 0
	ShippingID     int64 // which of the draft's shipments it belongs to
	SaleTypeID     int64
	ProductID      int64
	ProductClassID int64

	Name, Code                             string
	ClassName1, ClassName2                 string
	ClassCategoryName1, ClassCategoryName2 string

	Price       Yen // price02, without tax
	Quantity    int64
	DeliveryFee Yen // the class's own, with tax; counts with PerProductDeliveryFee
	PointRate   PointRate
	Tax         TaxRule // as ChooseTaxRule picked it for this class
}

// Shipment is one destination and its delivery method.
type Shipment struct {
	ID         int64 // dtb_shipping.id; 0 while the only one is not saved yet
	DeliveryID int64
	PrefID     int64
}

// DeliveryFee is a row of dtb_delivery_fee.
type DeliveryFee struct {
	DeliveryID, PrefID int64
	Fee                Yen // with tax
}

// Member is the logged-in buyer.
type Member struct {
	Points int64 // the balance
}

// Draft is all that decides an order's items and totals.
type Draft struct {
	Shop      Shop
	Tax       TaxRule // the general rule, for fee and charge
	Lines     []Line
	Shipments []Shipment
	Fees      []DeliveryFee // of the deliveries and prefectures in use, or all
	Payment   *Payment      // nil until one is chosen
	Member    *Member       // nil for a guest
	UsePoint  int64         // what the buyer asked for; capped
	Discounts []Item        // further discount rows to keep
}

func (d Draft) check() error {
	if len(d.Lines) == 0 {
		return problem.New(problem.Invalid, CodeNoLines, nil)
	}
	if d.UsePoint < 0 || d.UsePoint > int64(MaxYen) {
		return problem.New(problem.Invalid, CodePointInvalid, nil).On("use_point")
	}
	s := d.Shop
	if s.BasicPointRate < 0 || s.BasicPointRate > maxRate || s.PointConversionRate < 0 ||
		s.PointConversionRate > int64(MaxYen) || s.DeliveryFreeAmount < 0 || s.DeliveryFreeQuantity < 0 {
		return problem.New(problem.Misset, CodeShopInvalid, nil)
	}
	if err := d.Tax.check(); err != nil {
		return err
	}
	for _, i := range d.Discounts {
		if i.Type != ItemDiscount {
			return i.invalid("order_item_type_id")
		}
	}
	return d.checkLines()
}

func (d Draft) checkLines() error {
	known := make(map[int64]bool, len(d.Shipments))
	for _, s := range d.Shipments {
		if known[s.ID] {
			return problem.New(problem.Internal, CodeShipmentUnknown, problem.Args{"id": s.ID})
		}
		known[s.ID] = true
	}
	for _, l := range d.Lines {
		if !known[l.ShippingID] {
			return problem.New(problem.Internal, CodeShipmentUnknown, problem.Args{"id": l.ShippingID})
		}
		if l.Quantity < 1 {
			return problem.New(problem.Invalid, CodeQuantityInvalid, problem.Args{"name": l.Title()}).On("quantity")
		}
		if l.Price < 0 {
			return l.item().invalid("price")
		}
		if l.DeliveryFee < 0 {
			return l.item().invalid("delivery_fee")
		}
		if err := l.Tax.check(); err != nil {
			return err
		}
	}
	return nil
}

// Title is the product's name with its class categories.
func (l Line) Title() string { return Title(l.Name, l.ClassCategoryName1, l.ClassCategoryName2) }

func (l Line) item() Item {
	i := Item{
		ID: l.ItemID, Type: ItemProduct, ShippingID: l.ShippingID,
		ProductID: l.ProductID, ProductClassID: l.ProductClassID,
		Name: l.Name, Code: l.Code, ClassName1: l.ClassName1, ClassName2: l.ClassName2,
		ClassCategoryName1: l.ClassCategoryName1, ClassCategoryName2: l.ClassCategoryName2,
		Price: l.Price, Quantity: l.Quantity, PointRate: l.PointRate,
		TaxType: Taxable, TaxDisplayType: TaxExcluded,
	}
	return i.Taxed(l.Tax)
}

// BySaleType splits lines by sale type, in the order in which the types come:
// each sale type is an order of its own.
func BySaleType(lines []Line) [][]Line {
	var out [][]Line
	at := map[int64]int{}
	for _, l := range lines {
		n, ok := at[l.SaleTypeID]
		if !ok {
			n = len(out)
			at[l.SaleTypeID] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], l)
	}
	return out
}
