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

// PointItem is the ポイント row for the points used; its price is negative.
func PointItem(used, conversionRate int64) Item {
	return Item{
		Type: ItemPoint, Name: ItemPoint.Name(), Price: -Yen(used * conversionRate), Quantity: 1,
		TaxType: NonTaxable, TaxDisplayType: TaxIncluded, Processor: ProcessorPoint,
	}
}
