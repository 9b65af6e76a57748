package payment

// Kind is what an operation wants Paygent to do.
type Kind string

// The operations, each with its telegram (protocol.md §5).
const (
	Authorize           Kind = "authorize"            // 020
	CancelAuthorization Kind = "cancel_authorization" // 021
	Capture             Kind = "capture"              // 022
	CancelCapture       Kind = "cancel_capture"       // 023
	CompleteThreeDS     Kind = "complete_3ds"         // 024, 3-D Secure 1.0
	Authenticate        Kind = "authenticate"         // 450, 3-D Secure 2.0
	StoreCard           Kind = "store_card"           // 025
	DeleteCard          Kind = "delete_card"          // 026

	ApplyATM     Kind = "apply_atm"     // 010
	ApplyConveni Kind = "apply_conveni" // 030
	ApplyBank    Kind = "apply_bank"    // 060

	LoginCarrier   Kind = "login_carrier"   // 104
	ApplyCarrier   Kind = "apply_carrier"   // 100
	CaptureCarrier Kind = "capture_carrier" // 101
	CancelCarrier  Kind = "cancel_carrier"  // 102
	CorrectCarrier Kind = "correct_carrier" // 103

	CancelPaidy  Kind = "cancel_paidy"  // 340
	CapturePaidy Kind = "capture_paidy" // 341
	RefundPaidy  Kind = "refund_paidy"  // 342

	OpenLink Kind = "open_link" // the link type's request

	ChangeAmount Kind = "change_amount" // オーソリ変更, 売上変更: the saga that owns the telegrams of its steps
)

// kind is what is fixed about a Kind.
type kind struct {
	telegram string
	begins   bool   // it begins a payment
	page     bool   // it only opens a page or gives a number: a refusal is final at once (money.md §2)
	target   Status // the status it leads to when it succeeds, if it leads to one
}

var kinds = map[Kind]kind{
	Authorize:           {telegram: "020", begins: true, target: AuthOK},
	CancelAuthorization: {telegram: "021", target: AuthCancelDone},
	Capture:             {telegram: "022", target: Cleared},
	CancelCapture:       {telegram: "023", target: RefundDone},
	CompleteThreeDS:     {telegram: "024", target: AuthOK},
	Authenticate:        {telegram: "450", begins: true, page: true},
	StoreCard:           {telegram: "025"},
	DeleteCard:          {telegram: "026"},
	ApplyATM:            {telegram: "010", begins: true, page: true, target: Applied},
	ApplyConveni:        {telegram: "030", begins: true, page: true, target: Applied},
	ApplyBank:           {telegram: "060", begins: true, page: true},
	LoginCarrier:        {telegram: "104", begins: true, page: true},
	ApplyCarrier:        {telegram: "100", begins: true, page: true, target: Applied},
	CaptureCarrier:      {telegram: "101", target: Cleared},
	CancelCarrier:       {telegram: "102", target: AuthCancelDone},
	CorrectCarrier:      {telegram: "103"},
	CancelPaidy:         {telegram: "340", target: AuthCancelDone},
	CapturePaidy:        {telegram: "341", target: Cleared},
	RefundPaidy:         {telegram: "342", target: RefundDone},
	OpenLink:            {telegram: "link", begins: true, page: true},
	ChangeAmount:        {},
}

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{Authorize, CancelAuthorization, Capture, CancelCapture, CompleteThreeDS, Authenticate, StoreCard, DeleteCard,
		ApplyATM, ApplyConveni, ApplyBank, LoginCarrier, ApplyCarrier, CaptureCarrier, CancelCarrier, CorrectCarrier,
		CancelPaidy, CapturePaidy, RefundPaidy, OpenLink, ChangeAmount}
}

// Telegram is the telegram kind (電文種別ID) that carries the operation, "link" for the
// link type's request, empty for a saga.
func (k Kind) Telegram() string { return kinds[k].telegram }

// Target is the status the operation leads to when it succeeds, NoStatus where it
// leads to none of its own.
func (k Kind) Target() Status { return kinds[k].target }

// Begins reports whether the operation begins a payment.
func (k Kind) Begins() bool { return kinds[k].begins }

// Page reports whether the operation only opens a page or gives a number.
func (k Kind) Page() bool { return kinds[k].page }

// LeadsTo reports whether the status is one that the operation, once succeeded, leads
// to by itself: nobody else need have done anything (money.md §5).
func (k Kind) LeadsTo(s Status) bool {
	switch k {
	case CaptureCarrier:
		return s == Cleared || s == ClearedComplete
	case CancelCarrier:
		return s == AuthCancelDone || s == RefundDone || s == CancelComplete
	}
	return s != NoStatus && s == k.Target()
}

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
