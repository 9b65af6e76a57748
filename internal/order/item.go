package order

// ItemType is dtb_order_item.order_item_type_id.
type ItemType int16

const (
	ItemProduct     ItemType = 1 // 商品
	ItemDeliveryFee ItemType = 2 // 送料
	ItemCharge      ItemType = 3 // 手数料
	ItemDiscount    ItemType = 4 // 割引
	ItemTax         ItemType = 5 // 税
	ItemPoint       ItemType = 6 // ポイント
)

// Name is the type's name in mtb_order_item_type.
func (t ItemType) Name() string {
	names := [...]string{"", "商品", "送料", "手数料", "割引", "税", "ポイント"}
	if t < 1 || int(t) >= len(names) {
		return ""
	}
	return names[t]
}

// TaxType is dtb_order_item.tax_type_id.
type TaxType int16

const (
	Taxable    TaxType = 1 // 課税
	NonTaxable TaxType = 2 // 不課税
	TaxExempt  TaxType = 3 // 非課税
)

// DisplayType is dtb_order_item.tax_display_type_id: what Price means.
type DisplayType int16

const (
	TaxExcluded DisplayType = 1 // 税抜
	TaxIncluded DisplayType = 2 // 税込
)

// Names of the processors that own a row, as EC-CUBE writes them. EC-CUBE finds
// and replaces its own rows by these names.
const (
	ProcessorCharge      = `Eccube\Service\PurchaseFlow\Processor\PaymentChargePreprocessor`
	ProcessorDeliveryFee = `Eccube\Service\PurchaseFlow\Processor\DeliveryFeePreprocessor`
	ProcessorPoint       = `Eccube\Service\PurchaseFlow\Processor\PointProcessor`
)

// PointRate is a percentage of points that may be unset (NULL: the shop's basic
// rate counts).
type PointRate struct {
	Percent int64
	Set     bool
}

// PointPercent is a set PointRate.
func PointPercent(n int64) PointRate { return PointRate{Percent: n, Set: true} }

func (r PointRate) or(basic int64) int64 {
	if r.Set {
		return r.Percent
	}
	return basic
}

// Item is one row of dtb_order_item. Ids of 0 and empty texts are NULL. Items
// compare with ==.
type Item struct {
	ID             int64
	Type           ItemType
	ProductID      int64
	ProductClassID int64
	ShippingID     int64

	Name, Code                             string
	ClassName1, ClassName2                 string
	ClassCategoryName1, ClassCategoryName2 string

	Price          Yen   // per unit; TaxDisplayType says whether tax is in it
	Quantity       int64 // 0 on a delivery fee that is waived
	Tax            Yen   // per unit
	TaxRate        int64 // percent
	TaxAdjust      Yen
	TaxType        TaxType
	TaxDisplayType DisplayType
	RoundingType   Rounding  // 0 on rows without tax
	PointRate      PointRate // 4.0 and 4.1 leave it NULL: the reader fills in the class's
	Processor      string    // who owns the row; "" for products and rows typed by staff
}

// PriceIncTax is the unit price with tax.
func (i Item) PriceIncTax() Yen {
	if i.TaxDisplayType == TaxIncluded {
		return i.Price
	}
	return i.Price + i.Tax
}

// Total is the row's amount with tax.
func (i Item) Total() Yen { return i.PriceIncTax() * Yen(i.Quantity) }

// IsProduct reports a product line.
func (i Item) IsProduct() bool { return i.Type == ItemProduct }

// Title is the product's name with its class categories, as EC-CUBE's messages
// name a product.
func (i Item) Title() string { return Title(i.Name, i.ClassCategoryName1, i.ClassCategoryName2) }

// Title joins a product's name and its class categories.
func Title(name, category1, category2 string) string {
	for _, c := range []string{category1, category2} {
		if c != "" {
			name += " - " + c
		}
	}
	return name
}
