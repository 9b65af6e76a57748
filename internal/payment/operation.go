package payment

// Kind is what an operation wants Paygent to do.
type Kind string

// The operations on card payments.
const (
	Authorize           Kind = "authorize"            // 020
	CancelAuthorization Kind = "cancel_authorization" // 021
	Capture             Kind = "capture"              // 022
	CancelCapture       Kind = "cancel_capture"       // 023
)

// Kinds lists every kind.
func Kinds() []Kind { return []Kind{Authorize, CancelAuthorization, Capture, CancelCapture} }

// Telegram is the telegram kind (電文種別ID) that carries the operation.
func (k Kind) Telegram() string {
	switch k {
	case Authorize:
		return "020"
	case CancelAuthorization:
		return "021"
	case Capture:
		return "022"
	case CancelCapture:
		return "023"
	}
	return ""
}

// Target is the status the operation leads to when it succeeds.
func (k Kind) Target() Status {
	switch k {
	case Authorize:
		return AuthOK
	case CancelAuthorization:
		return AuthCancelDone
	case Capture:
		return Cleared
	case CancelCapture:
		return RefundDone
	}
	return NoStatus
}

// Begins reports whether the operation begins a payment.
func (k Kind) Begins() bool { return k == Authorize }

// State is where an operation stands (money.md §1).
type State string

const (
	Planned      State = "planned"
	Sent         State = "sent"
	Succeeded    State = "succeeded"
	DeclinedOp   State = "declined"
	RejectedOp   State = "rejected"
	UnknownState State = "unknown"
)

// States lists every state.
func States() []State {
	return []State{Planned, Sent, Succeeded, DeclinedOp, RejectedOp, UnknownState}
}

// Open reports whether the operation is not settled yet.
func (s State) Open() bool { return s == Planned || s == Sent || s == UnknownState }

// Class is the method_class of the method's dtb_payment row (admin.md §1.3).
func (m Method) Class(s System) string {
	const base = `Plugin\PaygentPayment\Service\Method\`
	switch {
	case m == Card && s == Module:
		return base + `Module\Credit`
	case m == Card && s == Link:
		return base + `Credit`
	}
	return ""
}
