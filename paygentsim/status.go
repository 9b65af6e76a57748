package paygentsim

import "slices"

// Status is Paygent's payment_status, protocol.md §6.2.
type Status string

// The statuses a payment can have.
const (
	Applied                Status = "10"
	Refused                Status = "11"
	TermExpired            Status = "12"
	Abandoned              Status = "13"
	Authenticating         Status = "14"
	Interrupted            Status = "15"
	Authorized             Status = "20"
	AuthorizedFinal        Status = "21"
	CaptureRequested       Status = "30"
	CancelRequested        Status = "31"
	AuthorizationCancelled Status = "32"
	AuthorizationExpired   Status = "33"
	ChangeRequested        Status = "34"
	Captured               Status = "40"
	CapturedFinal          Status = "41"
	CaptureCancelling      Status = "42"
	Preliminary            Status = "43"
	Cleared                Status = "44"
	CaptureCancelTallied   Status = "50"
	CaptureCancelled       Status = "60"
	PreliminaryCancelled   Status = "61"
	CancelCompleted        Status = "62"
)

// statusNames are in Paygent's Japanese; 34 has none in the public record.
func statusNames() map[Status]string {
	return map[Status]string{
		Applied: "申込済", Refused: "オーソリNG", TermExpired: "支払期限切", Abandoned: "3Dセキュア中断", Authenticating: "3Dセキュア認証",
		Interrupted: "申込中断", Authorized: "オーソリOK", AuthorizedFinal: "オーソリ完了", CaptureRequested: "売上要求中",
		CancelRequested: "オーソリ取消中", AuthorizationCancelled: "オーソリ取消済", AuthorizationExpired: "オーソリ期限切",
		ChangeRequested: "補正要求中", Captured: "消込済", CapturedFinal: "消込済（売上取消期限切）", CaptureCancelling: "売上取消中",
		Preliminary: "速報検知済", Cleared: "消込完了", CaptureCancelTallied: "売上取消集計中", CaptureCancelled: "売上取消済",
		PreliminaryCancelled: "速報取消済", CancelCompleted: "取消完了",
	}
}

// Name is the status in Paygent's Japanese.
func (s Status) Name() string {
	if name := statusNames()[s]; name != "" {
		return name
	}
	return "不明"
}

// Live tells whether the buyer's money is held or taken: such a payment blocks
// its trading_id (protocol.md §5.1.1).
func (s Status) Live() bool {
	return slices.Contains([]Status{Authorized, AuthorizedFinal, CaptureRequested, ChangeRequested, Captured, CapturedFinal, Preliminary, Cleared}, s)
}

// Ended tells whether no money is held, taken or awaited.
func (s Status) Ended() bool {
	return slices.Contains([]Status{Refused, TermExpired, Abandoned, Interrupted, AuthorizationCancelled, AuthorizationExpired,
		CaptureCancelled, PreliminaryCancelled, CancelCompleted}, s)
}

// Moves lists the statuses a card payment may be given next by hand; Payment.Moves knows
// the other types.
func (s Status) Moves() []Status { return moves(TypeCard, s) }
