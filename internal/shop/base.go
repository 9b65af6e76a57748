package shop

import (
	"context"
	"time"

	"kessai/internal/database"
	"kessai/internal/order"
)

// base is dtb_base_info as the pages need it, with the tax rules in force at Now.
type base struct {
	ShopName, Company          string
	PostalCode, Addr01, Addr02 string
	PrefID                     int64
	Phone, Hours, Email        string
	Goods, Message             string
	Prices                     order.Shop
	PerProductTax, HideSoldOut bool

	rules []order.TaxRule
	now   time.Time
}

// settings reads what prices depend on.
func (s *Shop) settings(ctx context.Context, q database.Querier) (base, error) {
	b, err := readBase(ctx, q)
	if err != nil {
		return base{}, err
	}
	b.now = s.Now()
	b.rules, err = readTaxRules(ctx, q)
	return b, err
}

// tax is the rule for delivery fee and charge.
func (b base) tax() (order.TaxRule, error) {
	return order.ChooseTaxRule(b.rules, order.TaxFor{Now: b.now})
}

// taxed is the class with its tax rule.
func (b base) taxed(c class) (class, error) {
	rule, err := order.ChooseTaxRule(b.rules, order.TaxFor{
		ProductID: c.ProductID, ProductClassID: c.ID, Now: b.now, PerProduct: b.PerProductTax,
	})
	c.Tax = rule
	return c, err
}

// classes reads product classes by id, with tax.
func (b base) classes(ctx context.Context, q database.Querier, ids []int64) (map[int64]class, error) {
	found, err := classesByID(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	for id, c := range found {
		if found[id], err = b.taxed(c); err != nil {
			return nil, err
		}
	}
	return found, nil
}
