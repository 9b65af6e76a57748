package payment

// Method is a way to pay, as the shop offers it.
type Method string

// The methods of the manual. Only Card is served yet.
const (
	Card Method = "card"
	None Method = "none" // EC-CUBE's own methods, and nothing to pay
)

// System is the system type (システム種別) a payment was begun with.
type System string

const (
	Module System = "module" // モジュール型
	Link   System = "link"   // リンク型
)

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
	AwaitingBuyer   Phase = "awaiting_buyer"   // the buyer is at a bank, carrier, 3-D Secure or Paidy page
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
	Canceled    End = "canceled"     // authorisation cancelled (32)
	Expired     End = "expired"      // authorisation or term expired (12, 33)
	Refunded    End = "refunded"     // capture cancelled (60)
	WrongAmount End = "amount"       // authorised for another amount, reversed
	Unused      End = "unused"       // past its limit, unknown to the centre
)

// Ends lists every reason, for the database's CHECK and the tests.
func Ends() []End {
	return []End{NotEnded, Declined, NeverSent, NotHappened, Unreachable, Superseded, GivenUp, Canceled, Expired, Refunded, WrongAmount, Unused}
}

// Situation is ペイジェント状況: what was last done to a payment, in the
// manual's words (2.2.1).
type Situation string

const (
	Untouched    Situation = ""                 // (表示なし)
	AuthCanceled Situation = "auth_canceled"    // オーソリキャンセル
	AuthChanged  Situation = "auth_changed"     // オーソリ変更
	Sold         Situation = "captured"         // 売上
	SaleCanceled Situation = "capture_canceled" // 売上キャンセル
	SaleChanged  Situation = "capture_changed"  // 売上変更
)

// Situations lists every situation.
func Situations() []Situation {
	return []Situation{Untouched, AuthCanceled, AuthChanged, Sold, SaleCanceled, SaleChanged}
}

// Name is the manual's word for the list; Untouched shows nothing there.
func (s Situation) Name() string {
	switch s {
	case AuthCanceled:
		return "オーソリキャンセル"
	case AuthChanged:
		return "オーソリ変更"
	case Sold:
		return "売上"
	case SaleCanceled:
		return "売上キャンセル"
	case SaleChanged:
		return "売上変更"
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

// Type is Paygent's payment_type (protocol.md §6.1).
func (m Method) Type() string {
	if m == Card {
		return "02"
	}
	return ""
}
