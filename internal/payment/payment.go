package payment

// Method is a way to pay, as the shop offers it.
type Method string

// The methods of the manual.
const (
	Card    Method = "card"    // クレジット
	Conveni Method = "conveni" // コンビニ(番号方式)
	ATM     Method = "atm"     // ATM決済
	Bank    Method = "bank"    // 銀行ネット
	Carrier Method = "carrier" // 携帯キャリア
	Paidy   Method = "paidy"
	None    Method = "none" // EC-CUBE's own methods, and nothing to pay
)

// Methods lists what Paygent serves, in the manual's order of the settings page (1.6.2).
func Methods() []Method { return []Method{Card, Conveni, ATM, Bank, Carrier, Paidy} }

// System is the system type (システム種別) a payment was begun with.
type System string

const (
	Module System = "module" // モジュール型
	Link   System = "link"   // リンク型
)

// Systems lists both.
func Systems() []System { return []System{Module, Link} }

// Scheme is a way to pay as the state table sees it.
type Scheme struct {
	Method Method
	System System
}

// Schemes lists every way to pay: Paidy has no link type.
func Schemes() []Scheme {
	var all []Scheme
	for _, m := range Methods() {
		for _, s := range Systems() {
			if m != Paidy || s != Link {
				all = append(all, Scheme{m, s})
			}
		}
	}
	return all
}

// Brand is the carrier of a carrier payment; with the link type it is known only
// once 094 has told it.
type Brand string

const (
	NoBrand  Brand = ""
	Docomo   Brand = "docomo"   // d払い
	AU       Brand = "au"       // auかんたん決済
	SoftBank Brand = "softbank" // ソフトバンクまとめて支払い・ワイモバイルまとめて支払い
)

// Brands lists what a carrier payment can have.
func Brands() []Brand { return []Brand{NoBrand, Docomo, AU, SoftBank} }

// CareerType is Paygent's career_type (protocol.md §5.7.1), empty for NoBrand.
func (b Brand) CareerType() string {
	switch b {
	case AU:
		return "4"
	case Docomo:
		return "5"
	case SoftBank:
		return "6"
	}
	return ""
}

// BrandOf reads career_type; one that names no carrier of today is NoBrand.
func BrandOf(careerType string) Brand {
	for _, b := range Brands() {
		if b != NoBrand && b.CareerType() == careerType {
			return b
		}
	}
	return NoBrand
}

// Name is the manual's word (1.6.2).
func (b Brand) Name() string {
	switch b {
	case Docomo:
		return "d払い"
	case AU:
		return "auかんたん決済"
	case SoftBank:
		return "ソフトバンクまとめて支払い・ワイモバイルまとめて支払い"
	}
	return ""
}

// Environment is the Paygent a payment lives at.
type Environment string

const (
	Simulator  Environment = "simulator"
	Test       Environment = "test"
	Production Environment = "production"
)

// Phase is where a payment stands for us, coarser than Paygent's status.
type Phase string

const (
	Opening         Phase = "opening"          // its first telegram is planned or under way
	Unknown         Phase = "unknown"          // the first telegram was sent and nobody knows its effect
	AwaitingBuyer   Phase = "awaiting_buyer"   // the buyer is at a bank, carrier, 3-D Secure, link or Paidy page
	AwaitingPayment Phase = "awaiting_payment" // a number was issued
	Authorised      Phase = "authorised"
	Captured        Phase = "captured"
	Ended           Phase = "ended"
)

// Phases lists every phase, for the database's CHECK and the tests.
func Phases() []Phase {
	return []Phase{Opening, Unknown, AwaitingBuyer, AwaitingPayment, Authorised, Captured, Ended}
}

// End is why a payment ended.
type End string

const (
	NotEnded    End = ""
	Declined    End = "declined"     // refused by the centre or the card company
	NeverSent   End = "never_sent"   // nothing reached the centre
	NotHappened End = "not_happened" // the unknown was settled: no effect
	Unreachable End = "unreachable"  // set aside: it stands at the centre, but we cannot use it
	Superseded  End = "superseded"   // another try took its place
	GivenUp     End = "given_up"     // the buyer gave up
	Canceled    End = "canceled"     // authorisation cancelled (32), preliminary report withdrawn (61)
	Expired     End = "expired"      // authorisation or term expired (12, 33)
	Refunded    End = "refunded"     // capture cancelled (60, 62)
	WrongAmount End = "amount"       // authorised for another amount, reversed
	Unused      End = "unused"       // past its limit, unknown to the centre or never used there
)

// Left reports whether the payment ended for the order alone: its page or number may still
// be used, and it is watched until its limit.
func (e End) Left() bool { return e == Superseded || e == GivenUp || e == Unreachable }

// Ends lists every reason, for the database's CHECK and the tests.
func Ends() []End {
	return []End{NotEnded, Declined, NeverSent, NotHappened, Unreachable, Superseded, GivenUp, Canceled, Expired, Refunded, WrongAmount, Unused}
}

// Situation is ペイジェント状況: what was last done to a payment, in the
// manual's words (2.2.1).
type Situation string

const (
	Untouched    Situation = ""                 // (表示なし)
	AuthKnown    Situation = "authorised"       // オーソリOK (Paidy)
	AuthCanceled Situation = "auth_canceled"    // オーソリキャンセル
	AuthChanged  Situation = "auth_changed"     // オーソリ変更
	AuthLapsed   Situation = "auth_expired"     // オーソリ期限切れ (Paidy)
	Sold         Situation = "captured"         // 売上
	SoldForGood  Situation = "captured_final"   // 売上(売上取消期限切) (Paidy)
	SaleCanceled Situation = "capture_canceled" // 売上キャンセル
	SaleChanged  Situation = "capture_changed"  // 売上変更
	Revoked      Situation = "canceled"         // 取消 (carriers)
)

// Situations lists every situation.
func Situations() []Situation {
	return []Situation{Untouched, AuthKnown, AuthCanceled, AuthChanged, AuthLapsed, Sold, SoldForGood, SaleCanceled, SaleChanged, Revoked}
}

// Name is the manual's word for the list; Untouched shows nothing there.
func (s Situation) Name() string {
	switch s {
	case AuthKnown:
		return "オーソリOK"
	case AuthCanceled:
		return "オーソリキャンセル"
	case AuthChanged:
		return "オーソリ変更"
	case AuthLapsed:
		return "オーソリ期限切れ"
	case Sold:
		return "売上"
	case SoldForGood:
		return "売上(売上取消期限切)"
	case SaleCanceled:
		return "売上キャンセル"
	case SaleChanged:
		return "売上変更"
	case Revoked:
		return "取消"
	default:
		return ""
	}
}

// Role is what a payment is to its order (money.md §6).
type Role string

const (
	OrderPayment Role = "order" // it moves the order and its hold
	SagaPayment  Role = "saga"  // judged by its saga alone
	OtherPayment Role = "other" // any other: it must not stay alive
)

// Roles lists every role.
func Roles() []Role { return []Role{OrderPayment, SagaPayment, OtherPayment} }

// Type is Paygent's payment_type (protocol.md §6.1), empty for None.
func (m Method) Type() string {
	switch m {
	case ATM:
		return "01"
	case Card:
		return "02"
	case Conveni:
		return "03"
	case Bank:
		return "05"
	case Carrier:
		return "06"
	case Paidy:
		return "22"
	}
	return ""
}

// Class is the method_class of the method's dtb_payment row (admin.md §1.3), empty for
// what has none.
func (s Scheme) Class() string {
	const base = `Plugin\PaygentPayment\Service\Method\`
	name := map[Method]string{Card: "Credit", Conveni: "Conveni", ATM: "Atm", Bank: "Bank", Carrier: "Career", Paidy: "Paidy"}[s.Method]
	switch {
	case name == "" || s == Scheme{Paidy, Link}:
		return ""
	case s.System == Module:
		return base + `Module\` + name
	}
	return base + name
}

// SchemeOf finds the scheme of a method_class.
func SchemeOf(class string) (Scheme, bool) {
	for _, s := range Schemes() {
		if s.Class() == class {
			return s, true
		}
	}
	return Scheme{}, false
}
