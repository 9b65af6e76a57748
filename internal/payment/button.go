package payment

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
// Paygent has not told it yet.
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
	if s.Phase != Authorised && s.Phase != Captured || s.status().Transit() {
		return ""
	}
	switch s.Method {
	case Card:
		return s.card(b)
	case Carrier:
		return s.carrier(b)
	case Paidy:
		return s.paidy(b)
	}
	return "" // money that came by store, ATM or bank goes back by hand
}

func (s Standing) card(b Button) Kind {
	captured := s.Phase == Captured
	switch {
	case b == SaleButton && !captured:
		return Capture
	case b == CancelButton && !captured:
		return CancelAuthorization
	case b == AuthChangeButton && !captured:
		return ChangeAmount
	case s.status() == ClearedFinal:
		return ""
	case b == CancelButton:
		return CancelCapture
	case b == SaleChangeButton && captured:
		return ChangeAmount
	}
	return ""
}

// carrier follows the manual's table of carriers (2.2.2) and protocol.md §6.4: what was
// captured or changed at docomo can be touched again only once 44 is known, at the
// others it cannot be changed a second time.
func (s Standing) carrier(b Button) Kind {
	at := s.status()
	open := at == AuthOK || at == AuthComplete && s.Brand != AU
	touched := s.Phase == Captured || s.Situation == SaleChanged
	switch {
	case s.Brand == NoBrand:
		return "" // until 094 has told whose it is
	case b == SaleButton && open && s.Phase == Authorised:
		return CaptureCarrier
	case b == CancelButton && s.mayCancelCarrier(at, open, touched):
		return CancelCarrier
	case b == SaleChangeButton && (open && !touched || s.Brand == Docomo && at == ClearedComplete):
		return CorrectCarrier
	}
	return ""
}

func (s Standing) mayCancelCarrier(at Status, open, touched bool) bool {
	if s.Brand == Docomo {
		return open && !touched || at == ClearedComplete
	}
	return open || at == Cleared
}

func (s Standing) paidy(b Button) Kind {
	captured := s.Phase == Captured
	switch {
	case b == SaleButton && !captured:
		return CapturePaidy
	case b == CancelButton && !captured:
		return CancelPaidy
	case s.status() == ClearedFinal:
		return ""
	case b == CancelButton:
		return RefundPaidy
	case b == SaleChangeButton && captured:
		return RefundPaidy
	case b == SaleChangeButton:
		return ChangeAmount // 341, then 342 of the difference
	}
	return ""
}
