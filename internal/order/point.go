package order

// PointCap says why fewer points were used than asked for.
type PointCap string

const (
	NotCapped        PointCap = ""
	CappedByTotal    PointCap = "total"   // 利用ポイントがお支払い金額を上回っています。
	CappedByBalance  PointCap = "balance" // 利用ポイントが所有ポイントを上回っています。
	PointsNotOffered PointCap = "off"     // the shop has no points, or none can be converted
)

// CapPoints lowers the wanted points to what the total before points and the
// member's balance allow, in EC-CUBE's order.
func (s Shop) CapPoints(wanted int64, total Yen, balance int64) (int64, PointCap) {
	if wanted <= 0 {
		return 0, NotCapped
	}
	if !s.Points || s.PointConversionRate < 1 {
		return 0, PointsNotOffered
	}
	used, why := wanted, NotCapped
	if most := int64(max(total, 0)) / s.PointConversionRate; used > most {
		used, why = most, CappedByTotal
	}
	if most := max(balance, 0); used > most {
		used, why = most, CappedByBalance
	}
	return used, why
}

// Cap says why the points of a calculated draft are fewer than asked for.
func (d Draft) Cap(t Totals) PointCap {
	switch {
	case d.UsePoint <= t.UsePoint:
		return NotCapped
	case d.Member == nil:
		return PointsNotOffered
	}
	before := t.Total + Yen(t.UsePoint*d.Shop.PointConversionRate)
	_, why := d.Shop.CapPoints(d.UsePoint, before, d.Member.Points)
	return why
}

// withPointRates writes down the rate that counts for each row, so that a later
// change of the shop's rate does not change the order (as EC-CUBE does from 4.2).
func (s Shop) withPointRates(items []Item) []Item {
	if s.Points {
		for n := range items {
			items[n].PointRate = PointPercent(items[n].PointRate.or(s.BasicPointRate))
		}
	}
	return items
}

// PointItem is the ポイント row for the points used; its price is negative. Points
// worth more than any order are an amount that Sum refuses.
func PointItem(used, conversionRate int64) Item {
	worth, ok := Yen(used).times(conversionRate)
	if !ok {
		worth = MaxYen + 1
	}
	return Item{
		Type: ItemPoint, Name: ItemPoint.Name(), Price: -worth, Quantity: 1,
		TaxType: NonTaxable, TaxDisplayType: TaxIncluded, Processor: ProcessorPoint,
	}
}
