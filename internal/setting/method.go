package setting

import (
	"slices"

	"kessai/internal/payment"
)

// Method is one choice of 利用決済.
type Method string

const (
	MethodCard    Method = "credit"
	MethodConveni Method = "conveni"
	MethodATM     Method = "atm"
	MethodBank    Method = "bank"
	MethodCarrier Method = "carrier"
	MethodPaidy   Method = "paidy"
)

// Methods lists every method in the page's order.
func Methods() []Method {
	return []Method{MethodCard, MethodConveni, MethodATM, MethodBank, MethodCarrier, MethodPaidy}
}

// row is what a method's dtb_payment row looks like (admin.md §1.3).
type row struct {
	name         string
	link, module string // method_class by system type; Paidy has no link type
}

const classes = `Plugin\PaygentPayment\Service\Method\`

func (m Method) row() row {
	switch m {
	case MethodCard:
		return row{"ペイジェントクレジット", classes + `Credit`, classes + `Module\Credit`}
	case MethodConveni:
		return row{"ペイジェントコンビニ(番号方式)", classes + `Conveni`, classes + `Module\Conveni`}
	case MethodATM:
		return row{"ペイジェントATM決済", classes + `Atm`, classes + `Module\Atm`}
	case MethodBank:
		return row{"ペイジェント銀行ネット", classes + `Bank`, classes + `Module\Bank`}
	case MethodCarrier:
		return row{"ペイジェント携帯キャリア", classes + `Career`, classes + `Module\Career`}
	case MethodPaidy:
		return row{name: "ペイジェントPaidy", module: classes + `Module\Paidy`}
	}
	return row{}
}

// Class is the dtb_payment.method_class of a method, empty where the system type
// does not have it.
func (m Method) Class(s payment.System) string {
	if s == payment.Link {
		return m.row().link
	}
	return m.row().module
}

// MethodOf is the method of a dtb_payment.method_class, of either system type.
func MethodOf(class string) (Method, bool) {
	for _, m := range Methods() {
		if r := m.row(); class != "" && (class == r.link || class == r.module) {
			return m, true
		}
	}
	return "", false
}

// Division is a choice of 支払い回数, as payment_class.
type Division string

const (
	LumpSum     Division = "10" // 一括払い
	Instalments Division = "61" // 分割払い
	Revolving   Division = "80" // リボ払い
	Bonus       Division = "21" // ボーナス一括払い
)

// Divisions lists every choice in the page's order.
func Divisions() []Division { return []Division{LumpSum, Instalments, Revolving, Bonus} }

// ThreeD is the version of 3-D Secure.
type ThreeD string

const (
	NoThreeD ThreeD = "0"
	ThreeD1  ThreeD = "1"
	ThreeD2  ThreeD = "2"
)

// CardClass is カード支払区分 of the link type.
type CardClass string

const (
	LumpSumOnly CardClass = "0"
	AllClasses  CardClass = "1"
	AllButBonus CardClass = "2"
)

// CarrierKind is a carrier, as career_type.
type CarrierKind string

const (
	Docomo   CarrierKind = "5"
	AU       CarrierKind = "4"
	SoftBank CarrierKind = "6"
)

// CarrierKinds lists every carrier in the page's order.
func CarrierKinds() []CarrierKind { return []CarrierKind{Docomo, AU, SoftBank} }

func contains[T comparable](list []T, v T) bool { return slices.Contains(list, v) }
