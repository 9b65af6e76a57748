package order

import "kessai/internal/problem"

// DeliveryFeeItem is the 送料 row of a shipment.
func DeliveryFeeItem(shippingID int64, fee Yen, r TaxRule) Item {
	return Item{
		Type: ItemDeliveryFee, Name: ItemDeliveryFee.Name(), ShippingID: shippingID,
		Price: fee, Quantity: 1,
		TaxType: Taxable, TaxDisplayType: TaxIncluded, Processor: ProcessorDeliveryFee,
	}.Taxed(r)
}

// fees are the delivery fees of all shipments; products are the product rows.
func (d Draft) fees(products []Item) ([]Item, error) {
	out := make([]Item, 0, len(d.Shipments))
	for _, s := range d.Shipments {
		fee, ok := FeeFor(d.Fees, s.DeliveryID, s.PrefID)
		if !ok {
			return nil, problem.New(problem.Misset, CodeFeeMissing,
				problem.Args{"delivery": s.DeliveryID, "pref": PrefName(s.PrefID)})
		}
		own, err := d.ownFees(s.ID)
		if err != nil {
			return nil, err
		}
		if fee < 0 || fee > MaxYen {
			return nil, DeliveryFeeItem(s.ID, fee, d.Tax).invalid("price")
		}
		i := DeliveryFeeItem(s.ID, fee+own, d.Tax)
		if d.Shop.free(products, s.ID) {
			i.Quantity = 0
		}
		out = append(out, i)
	}
	return out, nil
}

// ownFees are the delivery fees of the shipment's product classes themselves.
func (d Draft) ownFees(shippingID int64) (Yen, error) {
	var sum Yen
	if !d.Shop.PerProductDeliveryFee {
		return 0, nil
	}
	for _, l := range d.Lines {
		if l.ShippingID != shippingID {
			continue
		}
		fee, ok := l.DeliveryFee.times(l.Quantity)
		if !ok || sum+fee > MaxYen {
			return 0, problem.New(problem.Invalid, CodeTotalTooLarge, nil)
		}
		sum += fee
	}
	return sum, nil
}

// FeeFor finds the fee of a delivery method to a prefecture.
func FeeFor(fees []DeliveryFee, deliveryID, prefID int64) (Yen, bool) {
	for _, f := range fees {
		if f.DeliveryID == deliveryID && f.PrefID == prefID {
			return f.Fee, true
		}
	}
	return 0, false
}

// free reports whether a shipment's products, with tax, reach the amount or the
// quantity from which delivery is free. Each shipment is judged by itself.
func (s Shop) free(products []Item, shippingID int64) bool {
	var amount Yen
	var quantity int64
	for _, i := range products {
		if i.ShippingID == shippingID && i.IsProduct() {
			amount += i.Total()
			quantity += i.Quantity
		}
	}
	return s.DeliveryFreeAmount > 0 && amount >= s.DeliveryFreeAmount ||
		s.DeliveryFreeQuantity > 0 && quantity >= s.DeliveryFreeQuantity
}
