package payment

import (
	"time"

	"kessai/internal/order"
)

// Button is what staff can ask for of a payment (manual 2.2.2).
type Button string

const (
	SaleButton       Button = "capture"              // 売上
	CancelButton     Button = "cancel"               // 取消
	AuthChangeButton Button = "change_authorization" // オーソリ変更
	SaleChangeButton Button = "change_capture"       // 売上変更
)

// Buttons lists them in the manual's order.
func Buttons() []Button {
	return []Button{SaleButton, CancelButton, AuthChangeButton, SaleChangeButton}
}

// Name is the button's label.
func (b Button) Name() string {
	switch b {
	case SaleButton:
		return "売上"
	case CancelButton:
		return "取消"
	case AuthChangeButton:
		return "オーソリ変更"
	case SaleChangeButton:
		return "売上変更"
	}
	return string(b)
}

// Standing is what decides which buttons a payment has.
type Standing struct {
	Method    Method
	Brand     Brand
	Phase     Phase
	Status    Status // the last that Paygent told
	Situation Situation
}

// status is the last one told, or the one that our own last operation led to where
// Paygent has not told it yet. A status of transit stands for itself: nothing is offered.
func (s Standing) status() Status {
	switch {
	case s.Phase == Captured && (s.Status == NoStatus || s.Status.Authorises()):
		return Cleared
	case s.Phase == Authorised && s.Status == NoStatus:
		return AuthOK
	}
	return s.Status
}

// Offers says by which operation a button would be carried out now; "" means that
// the payment does not have it at its standing. While the centre is at work nothing is
// offered. ChangeAmount is a saga of several telegrams.
func (s Standing) Offers(b Button) Kind {
	switch s.Method {
	case Card:
		return s.card()[b]
	case Carrier:
		return s.carrier()[b]
	case Paidy:
		return s.paidy()[b]
	}
	return "" // money that came by store, ATM or bank goes back by hand
}

// offers are the buttons of a standing.
type offers = map[Button]Kind

func (s Standing) card() offers {
	switch {
	case s.Phase == Authorised && s.status() == AuthOK:
		return offers{SaleButton: Capture, CancelButton: CancelAuthorization, AuthChangeButton: ChangeAmount}
	case s.Phase == Captured && s.status() == Cleared:
		return offers{CancelButton: CancelCapture, SaleChangeButton: ChangeAmount}
	}
	return nil
}

// paidy: an authorised payment is reduced by 341, then 342 of the difference.
func (s Standing) paidy() offers {
	switch {
	case s.Phase == Authorised && s.status() == AuthOK:
		return offers{SaleButton: CapturePaidy, CancelButton: CancelPaidy, SaleChangeButton: ChangeAmount}
	case s.Phase == Captured && s.status() == Cleared:
		return offers{CancelButton: RefundPaidy, SaleChangeButton: RefundPaidy}
	}
	return nil
}

// carrier follows the manual's table of carriers (2.2.2), and protocol.md §6.4 for what
// was changed before 売上: at docomo it can then only be sold until 44 is known, at the
// others it cannot be changed a second time.
func (s Standing) carrier() offers {
	at, changed := s.status(), s.Situation == SaleChanged
	switch {
	case s.Brand == NoBrand: // until 094 has told whose it is
	case s.Phase == Authorised && (at == AuthOK || at == AuthComplete && s.Brand != AU):
		switch {
		case !changed:
			return offers{SaleButton: CaptureCarrier, CancelButton: CancelCarrier, SaleChangeButton: CorrectCarrier}
		case s.Brand != Docomo:
			return offers{SaleButton: CaptureCarrier, CancelButton: CancelCarrier}
		}
		return offers{SaleButton: CaptureCarrier}
	case s.Phase == Captured && s.Brand == Docomo && at == ClearedComplete:
		return offers{CancelButton: CancelCarrier, SaleChangeButton: CorrectCarrier}
	case s.Phase == Captured && s.Brand != Docomo && at == Cleared:
		return offers{CancelButton: CancelCarrier}
	}
	return nil
}

// CompletesAt is when what was cleared (消込済) at that time becomes 消込完了 (manual 2.2.2):
// d払い only; until 20:00 at 03:30 of the next day, later a day after that.
func (b Brand) CompletesAt(cleared time.Time) (time.Time, bool) {
	if b != Docomo {
		return time.Time{}, false
	}
	at := cleared.In(order.JST())
	days := 1
	if evening := time.Date(at.Year(), at.Month(), at.Day(), 20, 0, 0, 0, at.Location()); at.After(evening) {
		days = 2
	}
	return time.Date(at.Year(), at.Month(), at.Day()+days, 3, 30, 0, 0, at.Location()), true
}
