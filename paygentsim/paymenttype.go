package paygentsim

import "slices"

// PaymentType is Paygent's payment_type, protocol.md §6.1.
type PaymentType string

// The payment types simulated.
const (
	TypeATM     PaymentType = "01"
	TypeCard    PaymentType = "02"
	TypeConveni PaymentType = "03"
	TypeBank    PaymentType = "05"
	TypeCarrier PaymentType = "06"
	TypePaidy   PaymentType = "22"
)

// PaymentTypes lists the payment types simulated.
func PaymentTypes() []PaymentType {
	return []PaymentType{TypeATM, TypeCard, TypeConveni, TypeBank, TypeCarrier, TypePaidy}
}

// Name is the method in the manual's Japanese.
func (t PaymentType) Name() string {
	switch t {
	case TypeATM:
		return "ATM決済"
	case TypeCard:
		return "クレジット"
	case TypeConveni:
		return "コンビニ(番号方式)"
	case TypeBank:
		return "銀行ネット"
	case TypeCarrier:
		return "携帯キャリア"
	case TypePaidy:
		return "Paidy"
	}
	return "不明"
}

// The carriers of protocol.md §5.7.1.
const (
	carrierAu       = "4"
	carrierDocomo   = "5"
	carrierSoftBank = "6"
)

// carrierName is a carrier in the manual's Japanese.
func carrierName(careerType string) string {
	switch careerType {
	case carrierAu:
		return "auかんたん決済"
	case carrierDocomo:
		return "d払い"
	case carrierSoftBank:
		return "ソフトバンク・ワイモバイルまとめて支払い"
	}
	return "不明"
}

// usualSubscription is the list shops ask for, protocol.md §6.5.
func usualSubscription(t PaymentType) []Status {
	switch t {
	case TypeATM:
		return []Status{TermExpired, Captured}
	case TypeCard:
		return []Status{Applied, Refused, Abandoned, Authorized, AuthorizationCancelled, AuthorizationExpired,
			Captured, CapturedFinal, CaptureCancelled}
	case TypeConveni:
		return []Status{Applied, TermExpired, AuthorizationCancelled, Captured, Preliminary, PreliminaryCancelled}
	case TypeBank:
		return []Status{Interrupted, Captured}
	case TypeCarrier:
		return []Status{Interrupted, Authorized, AuthorizedFinal, AuthorizationCancelled, AuthorizationExpired, Captured, Cleared, CaptureCancelled}
	case TypePaidy:
		return []Status{Refused, Authorized, AuthorizationCancelled, AuthorizationExpired, Captured, CapturedFinal, CaptureCancelled}
	}
	return nil
}

// contracted tells whether the merchant may use a method.
func (m *Merchant) contracted(t PaymentType) bool {
	return m.Contracted == nil || slices.Contains(m.Contracted, t)
}
