package shop

import (
	"context"
	"slices"

	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/store"
)

// Recalculate computes an order in 8 once more from today's prices, fees, charges
// and taxes, and saves it if anything the buyer confirmed is no longer so. An order
// in another status stays as it is.
func (s *Shop) Recalculate(ctx context.Context, id order.ID) (old, now order.Yen, changed bool, err error) {
	d, err := s.Drafts.LoadByID(ctx, id)
	if err != nil {
		return 0, 0, false, wrap("recalculate", err)
	}
	old = d.Totals.Total
	if d.Status != order.Processing {
		return old, old, false, nil
	}
	v, err := s.today(ctx, d)
	if err != nil {
		return 0, 0, false, err
	}
	is := v.draft
	changed = len(v.offered) == 0 || is.Totals != d.Totals || is.PaymentRow != d.PaymentRow ||
		is.Shippings[0].DeliveryID != d.Shippings[0].DeliveryID || is.Shippings[0].TimeID != d.Shippings[0].TimeID
	if !changed {
		return old, old, false, nil
	}
	if err := s.Drafts.Save(ctx, is); err != nil {
		return 0, 0, false, wrap("recalculate", err)
	}
	return old, is.Totals.Total, true, nil
}

// today is the order as it would be made now.
func (s *Shop) today(ctx context.Context, d store.Draft) (visit, error) {
	products := slices.DeleteFunc(slices.Clone(d.Items), func(i order.Item) bool { return !i.IsProduct() })
	ids := make([]int64, len(products))
	for n, i := range products {
		ids[n] = i.ProductClassID
	}
	b, err := s.settings(ctx, s.DB.Read())
	if err != nil {
		return visit{}, err
	}
	classes, err := b.classes(ctx, s.DB.Read(), ids)
	if err != nil {
		return visit{}, err
	}
	var lines []order.Line
	for _, i := range products {
		c, ok := classes[i.ProductClassID]
		if !ok || !c.OnSale {
			return visit{}, problem.New(problem.NotNow, "stock.gone", problem.Args{"Name": i.Title()})
		}
		lines = append(lines, c.line(i.Quantity, i.ShippingID))
	}
	if len(lines) == 0 || len(d.Shippings) != 1 {
		return visit{}, problem.New(problem.NotNow, order.CodeNoLines, nil)
	}
	v := visit{draft: d}
	v.draft.Shippings = slices.Clone(d.Shippings)
	v.terms, err = s.terms(ctx, s.DB.Read(), lines[0].SaleTypeID, d.Shippings[0].Address.PrefID)
	if err != nil || len(v.terms.deliveries) == 0 {
		return v, err
	}
	return v, v.compute(lines)
}
