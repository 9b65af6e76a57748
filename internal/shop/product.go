package shop

import (
	"context"
	"slices"

	"kessai/internal/database"
	"kessai/internal/order"
)

// product is a row of dtb_product with the classes that are for sale.
type product struct {
	ID      int64
	Name    string
	List    string // description_list: one sentence
	About   string // description_detail
	Classes []class

	words string // search_word
}

// class is a product class: what a buyer puts into the cart.
type class struct {
	ID, ProductID, SaleType int64
	Name, Code              string
	ClassName1, ClassName2  string // サイズ
	Category1, Category2    string // M
	Price                   order.Yen
	Tax                     order.TaxRule
	Stock                   int64
	Unlimited               bool
	Limit                   int64 // at once; 0 = none
	DeliveryFee             order.Yen
	PointRate               order.PointRate
	Days                    *int64 // dtb_delivery_duration; negative: on order
	OnSale                  bool

	words string
}

// Title is the product's name with the class's categories.
func (c class) Title() string { return order.Title(c.Name, c.Category1, c.Category2) }

// PriceIncTax is what a buyer pays for one.
func (c class) PriceIncTax() order.Yen { return c.Tax.PriceIncTax(c.Price) }

// plenty is the quantity up to which nothing limits the class.
const plenty = 9999

// Most is how many may be bought at once.
func (c class) Most() int64 {
	most := int64(plenty)
	if c.Limit > 0 {
		most = min(most, c.Limit)
	}
	if !c.Unlimited {
		most = min(most, max(c.Stock, 0))
	}
	return most
}

// SoldOut reports that there is nothing to buy.
func (c class) SoldOut() bool { return !c.Unlimited && c.Stock < 1 }

// fewLeft is the stock from which on a page says 残りわずか.
const fewLeft = 5

// StockWord is the stock's state where a buyer should know it.
func (c class) StockWord() string {
	switch {
	case c.SoldOut():
		return "在庫なし"
	case !c.Unlimited && c.Stock <= fewLeft:
		return "残りわずか"
	}
	return ""
}

// line is the class as a line of an order.
func (c class) line(quantity, shippingID int64) order.Line {
	return order.Line{
		ShippingID: shippingID, SaleTypeID: c.SaleType, ProductID: c.ProductID, ProductClassID: c.ID,
		Name: c.Name, Code: c.Code, ClassName1: c.ClassName1, ClassName2: c.ClassName2,
		ClassCategoryName1: c.Category1, ClassCategoryName2: c.Category2,
		Price: c.Price, Quantity: quantity, DeliveryFee: c.DeliveryFee, PointRate: c.PointRate, Tax: c.Tax,
	}
}

// Choice names the class among those of its product: M / 紺.
func (c class) Choice() string {
	switch {
	case c.Category2 != "":
		return c.Category1 + " / " + c.Category2
	case c.Category1 != "":
		return c.Category1
	}
	return c.Name
}

// ChoiceLabel names what distinguishes the product's classes: サイズ / カラー.
func (p product) ChoiceLabel() string {
	if len(p.Classes) == 0 || p.Classes[0].ClassName1 == "" {
		return ""
	}
	if c := p.Classes[0]; c.ClassName2 != "" {
		return c.ClassName1 + " / " + c.ClassName2
	}
	return p.Classes[0].ClassName1
}

// Cheapest and Dearest are the ends of the product's prices.
func (p product) Cheapest() order.Yen { return p.price(func(a, b order.Yen) bool { return a < b }) }

// Dearest is the other end.
func (p product) Dearest() order.Yen { return p.price(func(a, b order.Yen) bool { return a > b }) }

func (p product) price(better func(a, b order.Yen) bool) order.Yen {
	var best order.Yen
	for n, c := range p.Classes {
		if y := c.PriceIncTax(); n == 0 || better(y, best) {
			best = y
		}
	}
	return best
}

// StockWord is the state of the whole product.
func (p product) StockWord() string {
	soldOut, few := true, len(p.Classes) > 0
	for _, c := range p.Classes {
		soldOut = soldOut && c.SoldOut()
		few = few && c.StockWord() != ""
	}
	switch {
	case soldOut:
		return "在庫なし"
	case few:
		return "残りわずか"
	}
	return ""
}

// SoldOut reports that no class can be bought.
func (p product) SoldOut() bool {
	return !slices.ContainsFunc(p.Classes, func(c class) bool { return !c.SoldOut() })
}

// ReducedTax reports the reduced rate, which a page has to name beside the price.
func (p product) ReducedTax() bool {
	return len(p.Classes) > 0 && p.Classes[0].Tax.Rate == reducedRate
}

const reducedRate = 8

// withClasses gives products their classes, with tax.
func (b base) withClasses(ctx context.Context, q database.Querier, products []product) error {
	ids := make([]int64, len(products))
	for n, p := range products {
		ids[n] = p.ID
	}
	classes, err := classesOfProducts(ctx, q, ids)
	if err != nil {
		return err
	}
	for _, c := range classes {
		if c, err = b.taxed(c); err != nil {
			return err
		}
		n := slices.Index(ids, c.ProductID)
		products[n].Classes = append(products[n].Classes, c)
	}
	return nil
}
