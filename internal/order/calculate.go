package order

// Calculate makes the items of an order and its totals, as EC-CUBE's shopping
// flow does: products, payment charge, a delivery fee per shipment (quantity 0
// where it is waived), further discounts, points. The rows come in this order.
//
// Points are capped, never refused: Totals.UsePoint says what was used, and
// Draft.Cap why it is less than what was asked for.
func Calculate(d Draft) (Totals, []Item, error) {
	if err := d.check(); err != nil {
		return Totals{}, nil, err
	}
	items := make([]Item, 0, len(d.Lines)+len(d.Shipments)+len(d.Discounts)+2)
	for _, l := range d.Lines {
		items = append(items, l.item())
	}
	// The fee's waiver looks at line amounts, so they must be computable first.
	if _, err := Sum(items); err != nil {
		return Totals{}, nil, err
	}
	fees, err := d.fees(items)
	if err != nil {
		return Totals{}, nil, err
	}
	if d.Payment != nil {
		items = append(items, ChargeItem(d.Payment.Charge, d.Tax))
	}
	items = append(items, fees...)
	discounts, err := Retax(d.Discounts)
	if err != nil {
		return Totals{}, nil, err
	}
	return d.withPoints(d.Shop.withPointRates(append(items, discounts...)))
}

// withPoints takes the points off what there is to pay and adds everything up.
func (d Draft) withPoints(items []Item) (Totals, []Item, error) {
	before, err := Sum(items)
	if err != nil {
		return Totals{}, nil, err
	}
	var used int64
	if d.Member != nil {
		used, _ = d.Shop.CapPoints(d.UsePoint, before.Total, d.Member.Points)
	}
	if used > 0 {
		items = append(items, PointItem(used, d.Shop.PointConversionRate))
	}
	t, err := Sum(items)
	if err != nil {
		return Totals{}, nil, err
	}
	t.UsePoint = used
	if d.Shop.Points && d.Member != nil {
		if t.AddPoint, err = AddPoints(items, d.Shop.BasicPointRate); err != nil {
			return Totals{}, nil, err
		}
	}
	if d.Shop.TaxByRate {
		t.Tax = taxOf(TaxByRate(items))
	}
	return t, items, nil
}

// ChargeItem is the 手数料 row of a payment method; a charge of 0 has one too.
func ChargeItem(charge Yen, r TaxRule) Item {
	return Item{
		Type: ItemCharge, Name: ItemCharge.Name(), Price: charge, Quantity: 1,
		TaxType: Taxable, TaxDisplayType: TaxIncluded, Processor: ProcessorCharge,
	}.Taxed(r)
}
