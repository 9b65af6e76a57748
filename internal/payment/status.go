package payment

// Status is Paygent's payment_status, two digits, or empty while none is known.
type Status string

// Statuses a payment can have (protocol.md §6.2).
const (
	NoStatus         Status = ""
	Applied          Status = "10" // 申込済
	AuthNG           Status = "11" // オーソリNG
	TermExpired      Status = "12" // 支払期限切
	ThreeDSAbandoned Status = "13" // 3Dセキュア中断
	ThreeDSRunning   Status = "14" // 3Dセキュア認証
	Abandoned        Status = "15" // 申込中断
	AuthOK           Status = "20" // オーソリOK
	AuthComplete     Status = "21" // オーソリ完了
	CaptureRequested Status = "30" // 売上要求中
	CancelRequested  Status = "31" // オーソリ取消中
	AuthCancelDone   Status = "32" // オーソリ取消済
	AuthExpired      Status = "33" // オーソリ期限切
	CorrectRequested Status = "34" // 補正要求中
	Cleared          Status = "40" // 消込済
	ClearedFinal     Status = "41" // 消込済(売上取消期限切)
	RefundRequested  Status = "42" // 売上取消中, 返金要求中 (Paidy)
	EarlyReport      Status = "43" // 速報検知済
	ClearedComplete  Status = "44" // 消込完了
	RefundTallied    Status = "50" // 売上取消集計中
	RefundSent       Status = "55" // another form of RefundRequested
	RefundDone       Status = "60" // 売上取消済
	EarlyWithdrawn   Status = "61" // 速報取消済
	CancelComplete   Status = "62" // 取消完了
)

// Statuses lists what a payment of the method can have, in the manual's order (2.3). Two
// are not the manual's: 32 of a number cancelled by hand before it was paid (protocol.md
// §6.3), and 55 wherever a sale can be given back (money.md §3).
func (m Method) Statuses() []Status {
	switch m {
	case Card:
		return []Status{Applied, AuthNG, ThreeDSAbandoned, ThreeDSRunning, AuthOK, CaptureRequested, CancelRequested,
			AuthCancelDone, AuthExpired, Cleared, ClearedFinal, RefundRequested, RefundTallied, RefundSent, RefundDone}
	case Conveni:
		return []Status{Applied, TermExpired, AuthCancelDone, Cleared, EarlyReport, EarlyWithdrawn}
	case ATM:
		return []Status{Applied, TermExpired, Cleared}
	case Bank:
		return []Status{Applied, Abandoned, Cleared}
	case Carrier:
		return []Status{Applied, Abandoned, AuthOK, AuthComplete, CaptureRequested, AuthCancelDone, AuthExpired,
			CorrectRequested, Cleared, ClearedFinal, RefundRequested, ClearedComplete, RefundSent, RefundDone, CancelComplete}
	case Paidy:
		return []Status{Applied, AuthNG, AuthOK, CaptureRequested, CancelRequested, AuthCancelDone, AuthExpired,
			Cleared, ClearedFinal, RefundRequested, RefundSent, RefundDone}
	}
	return nil
}

// AllStatuses lists every status that some method can have.
func AllStatuses() []Status {
	return []Status{Applied, AuthNG, TermExpired, ThreeDSAbandoned, ThreeDSRunning, Abandoned, AuthOK, AuthComplete, CaptureRequested,
		CancelRequested, AuthCancelDone, AuthExpired, CorrectRequested, Cleared, ClearedFinal, RefundRequested, EarlyReport,
		ClearedComplete, RefundTallied, RefundSent, RefundDone, EarlyWithdrawn, CancelComplete}
}

// Name is the manual's word (2.3); an unknown status is its own name.
func (s Status) Name() string {
	if name, ok := statusNames[s]; ok {
		return name
	}
	return string(s)
}

var statusNames = map[Status]string{
	Applied:          "申込済",
	AuthNG:           "オーソリNG",
	TermExpired:      "支払期限切",
	ThreeDSAbandoned: "3Dセキュア中断",
	ThreeDSRunning:   "3Dセキュア認証",
	Abandoned:        "申込中断",
	AuthOK:           "オーソリOK",
	AuthComplete:     "オーソリ完了",
	CaptureRequested: "売上要求中",
	CancelRequested:  "オーソリ取消中",
	AuthCancelDone:   "オーソリ取消済",
	AuthExpired:      "オーソリ期限切",
	CorrectRequested: "補正要求中",
	Cleared:          "消込済",
	ClearedFinal:     "消込済(売上取消期限切)",
	RefundRequested:  "売上取消中",
	EarlyReport:      "速報検知済",
	ClearedComplete:  "消込完了",
	RefundTallied:    "売上取消集計中",
	RefundSent:       "売上取消中",
	RefundDone:       "売上取消済",
	EarlyWithdrawn:   "速報取消済",
	CancelComplete:   "取消完了",
}

// NameFor is Name in the words of the method's own table: Paidy calls 42 返金要求中.
func (s Status) NameFor(m Method) string {
	if m == Paidy && s == RefundRequested {
		return "返金要求中"
	}
	return s.Name()
}

// Alive reports whether money is held or taken at this status (money.md §6).
func (s Status) Alive() bool {
	switch s {
	case AuthOK, AuthComplete, CaptureRequested, CancelRequested, CorrectRequested, Cleared, ClearedFinal, RefundRequested,
		EarlyReport, ClearedComplete, RefundTallied, RefundSent:
		return true
	}
	return false
}

// NeverAlive reports whether a payment at this status has not held or taken money yet.
func (s Status) NeverAlive() bool {
	switch s {
	case Applied, AuthNG, TermExpired, ThreeDSAbandoned, ThreeDSRunning, Abandoned:
		return true
	}
	return false
}

// Authorises reports whether money is held at this status.
func (s Status) Authorises() bool { return s == AuthOK || s == AuthComplete }

// Pays reports whether money is taken or paid at this status.
func (s Status) Pays() bool {
	return s == Cleared || s == ClearedFinal || s == EarlyReport || s == ClearedComplete
}

// Ends reports whether a status ends a payment: then 094's status decides, not the
// amount (money.md §5).
func (s Status) Ends() bool {
	switch s {
	case AuthNG, TermExpired, Abandoned, AuthCancelDone, AuthExpired, RefundDone, EarlyWithdrawn, CancelComplete:
		return true
	}
	return false
}

// Transit reports whether the centre is still at work: such a status settles
// nothing, yes or no (money.md §3).
func (s Status) Transit() bool {
	switch s {
	case CaptureRequested, CancelRequested, CorrectRequested, RefundRequested, RefundTallied, RefundSent:
		return true
	}
	return false
}

// Informational reports whether a notified status moves no money, stock,
// points or order by itself, so that it needs no confirmation (money.md §5).
func (s Status) Informational() bool {
	return s == Applied || s == ThreeDSRunning || s.Transit()
}

// rank orders the statuses along a payment's life, to tell forwards from backwards.
func (s Status) rank() int {
	switch s {
	case Applied:
		return 1
	case ThreeDSRunning:
		return 2
	case ThreeDSAbandoned, AuthNG, Abandoned:
		return 3
	case AuthOK:
		return 4
	case AuthComplete:
		return 5
	case CaptureRequested, CancelRequested:
		return 6
	case EarlyReport:
		return 7
	case Cleared:
		return 8
	case ClearedFinal, ClearedComplete:
		return 9
	case CorrectRequested, RefundRequested, RefundTallied, RefundSent:
		return 10
	case TermExpired, AuthCancelDone, AuthExpired, RefundDone, EarlyWithdrawn, CancelComplete:
		return 11
	}
	return 0
}

// Backwards reports whether going from s to next goes back along a payment's life.
func (s Status) Backwards(next Status) bool {
	return s != NoStatus && next.rank() < s.rank()
}
