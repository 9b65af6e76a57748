package payment

// Status is Paygent's payment_status, two digits, or empty while none is known.
type Status string

// Statuses a card payment can have (protocol.md §6.2).
const (
	NoStatus         Status = ""
	Applied          Status = "10" // 申込済
	AuthNG           Status = "11" // オーソリNG
	ThreeDSAbandoned Status = "13" // 3Dセキュア中断
	ThreeDSRunning   Status = "14" // 3Dセキュア認証
	AuthOK           Status = "20" // オーソリOK
	CaptureRequested Status = "30" // 売上要求中
	CancelRequested  Status = "31" // オーソリ取消中
	AuthCancelDone   Status = "32" // オーソリ取消済
	AuthExpired      Status = "33" // オーソリ期限切
	Cleared          Status = "40" // 消込済
	ClearedFinal     Status = "41" // 消込済(売上取消期限切)
	RefundRequested  Status = "42" // 売上取消中
	RefundTallied    Status = "50" // 売上取消集計中
	RefundDone       Status = "60" // 売上取消済
)

// CardStatuses lists what a card payment can have, in the manual's order (2.3).
func CardStatuses() []Status {
	return []Status{Applied, AuthNG, ThreeDSAbandoned, ThreeDSRunning, AuthOK, CaptureRequested, CancelRequested,
		AuthCancelDone, AuthExpired, Cleared, ClearedFinal, RefundRequested, RefundTallied, RefundDone}
}

// Name is the manual's word (2.3).
func (s Status) Name() string {
	switch s {
	case Applied:
		return "申込済"
	case AuthNG:
		return "オーソリNG"
	case ThreeDSAbandoned:
		return "3Dセキュア中断"
	case ThreeDSRunning:
		return "3Dセキュア認証"
	case AuthOK:
		return "オーソリOK"
	case CaptureRequested:
		return "売上要求中"
	case CancelRequested:
		return "オーソリ取消中"
	case AuthCancelDone:
		return "オーソリ取消済"
	case AuthExpired:
		return "オーソリ期限切"
	case Cleared:
		return "消込済"
	case ClearedFinal:
		return "消込済(売上取消期限切)"
	case RefundRequested:
		return "売上取消中"
	case RefundTallied:
		return "売上取消集計中"
	case RefundDone:
		return "売上取消済"
	default:
		return string(s)
	}
}

// Alive reports whether money is held or taken at this status (money.md §6).
func (s Status) Alive() bool {
	switch s {
	case AuthOK, "21", CaptureRequested, CancelRequested, Cleared, ClearedFinal, RefundRequested, "43", "44", RefundTallied, "55":
		return true
	}
	return false
}

// Transit reports whether the centre is still at work: such a status settles
// nothing, yes or no (money.md §3).
func (s Status) Transit() bool {
	switch s {
	case CaptureRequested, CancelRequested, "34", RefundRequested, RefundTallied, "55":
		return true
	}
	return false
}

// Informational reports whether a notified status moves no money, stock,
// points or order by itself, so that it needs no confirmation (money.md §5).
func (s Status) Informational() bool {
	return s == Applied || s == ThreeDSRunning || s.Transit()
}

// rank orders a card payment's statuses along its life, to tell forwards from backwards.
func (s Status) rank() int {
	switch s {
	case Applied:
		return 1
	case ThreeDSRunning:
		return 2
	case ThreeDSAbandoned, AuthNG:
		return 3
	case AuthOK:
		return 4
	case CaptureRequested, CancelRequested:
		return 5
	case AuthCancelDone, AuthExpired:
		return 9
	case Cleared:
		return 6
	case ClearedFinal:
		return 7
	case RefundRequested, RefundTallied:
		return 8
	case RefundDone:
		return 10
	}
	return 0
}

// Backwards reports whether going from s to next goes back along a payment's life.
func (s Status) Backwards(next Status) bool {
	return s != NoStatus && next.rank() < s.rank()
}
