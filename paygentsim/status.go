package paygentsim

import (
	"slices"
	"time"
)

// PaymentType is Paygent's payment_type, protocol.md §6.1.
type PaymentType string

// TypeCard is the one payment type simulated.
const TypeCard PaymentType = "02"

// Status is Paygent's payment_status, protocol.md §6.2.
type Status string

// The statuses a card payment can have.
const (
	Applied                Status = "10"
	Refused                Status = "11"
	Abandoned              Status = "13"
	Authenticating         Status = "14"
	Authorized             Status = "20"
	AuthorizedFinal        Status = "21"
	CaptureRequested       Status = "30"
	CancelRequested        Status = "31"
	AuthorizationCancelled Status = "32"
	AuthorizationExpired   Status = "33"
	Captured               Status = "40"
	CapturedFinal          Status = "41"
	CaptureCancelling      Status = "42"
	CaptureCancelTallied   Status = "50"
	CaptureCancelled       Status = "60"
)

// Name is the status in Paygent's Japanese.
func (s Status) Name() string {
	switch s {
	case Applied:
		return "申込済"
	case Refused:
		return "オーソリNG"
	case Abandoned:
		return "3Dセキュア中断"
	case Authenticating:
		return "3Dセキュア認証"
	case Authorized:
		return "オーソリOK"
	case AuthorizedFinal:
		return "オーソリ完了"
	case CaptureRequested:
		return "売上要求中"
	case CancelRequested:
		return "オーソリ取消中"
	case AuthorizationCancelled:
		return "オーソリ取消済"
	case AuthorizationExpired:
		return "オーソリ期限切"
	case Captured:
		return "消込済"
	case CapturedFinal:
		return "消込済（売上取消期限切）"
	case CaptureCancelling:
		return "売上取消中"
	case CaptureCancelTallied:
		return "売上取消集計中"
	case CaptureCancelled:
		return "売上取消済"
	}
	return "不明"
}

// Live tells whether the buyer's money is held or taken: such a payment blocks
// its trading_id (protocol.md §5.1.1).
func (s Status) Live() bool {
	return slices.Contains([]Status{Authorized, AuthorizedFinal, CaptureRequested, Captured, CapturedFinal}, s)
}

// Moves lists the statuses a card payment may be given next by hand, protocol.md §6.3.
// The transit statuses can also fall back.
func (s Status) Moves() []Status {
	switch s {
	case Authenticating:
		return []Status{Abandoned}
	case Authorized:
		return []Status{Captured, AuthorizationCancelled, AuthorizationExpired, CaptureRequested, CancelRequested}
	case CaptureRequested:
		return []Status{Captured, Authorized}
	case CancelRequested:
		return []Status{AuthorizationCancelled, Authorized}
	case Captured:
		return []Status{CaptureCancelled, CapturedFinal, CaptureCancelling}
	case CaptureCancelling:
		return []Status{CaptureCancelTallied, CaptureCancelled, Captured}
	case CaptureCancelTallied:
		return []Status{CaptureCancelled}
	}
	return nil
}

// term is how long an authorisation is held and how long sales can be cancelled, protocol.md §5.1.2.
const term = 60 * 24 * time.Hour

// expiry tells what p becomes by the clock alone, and when; a zero time means never.
func expiry(p *Payment) (Status, time.Time) {
	switch p.Status {
	case Authorized:
		return AuthorizationExpired, p.AuthorizedAt.Add(term)
	case Captured:
		return CapturedFinal, p.PaidAt.Add(term)
	}
	return "", time.Time{}
}

// followUp is a telegram that moves an existing payment, protocol.md §5.1.2.
type followUp struct {
	from []Status
	to   Status
}

func followUpOf(kind string) (followUp, bool) {
	switch kind {
	case "021":
		return followUp{[]Status{Authorized, CancelRequested}, AuthorizationCancelled}, true
	case "022":
		return followUp{[]Status{Authorized, CaptureRequested}, Captured}, true
	case "023":
		return followUp{[]Status{Captured, CaptureCancelling, CaptureCancelTallied}, CaptureCancelled}, true
	}
	return followUp{}, false
}
