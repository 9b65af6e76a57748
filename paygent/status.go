package paygent

// PaymentStatus is payment_status (決済ステータス), two digits. A value that is not listed here is
// a value too: pass it on.
type PaymentStatus string

// Statuses (protocol.md §6.2).
const (
	StatusApplied            PaymentStatus = "10" // 申込済
	StatusAuthNG             PaymentStatus = "11" // オーソリNG
	StatusExpired            PaymentStatus = "12" // 支払期限切
	StatusThreeDSAbandoned   PaymentStatus = "13" // 3Dセキュア中断
	StatusThreeDSRunning     PaymentStatus = "14" // 3Dセキュア認証
	StatusInterrupted        PaymentStatus = "15" // 申込中断
	StatusAuthOK             PaymentStatus = "20" // オーソリOK
	StatusAuthCompleted      PaymentStatus = "21" // オーソリ完了
	StatusCaptureRequested   PaymentStatus = "30" // 売上要求中
	StatusCancelRequested    PaymentStatus = "31" // オーソリ取消中
	StatusAuthCancelled      PaymentStatus = "32" // オーソリ取消済
	StatusAuthExpired        PaymentStatus = "33" // オーソリ期限切
	StatusCorrectionRunning  PaymentStatus = "34" // 補正要求中
	StatusCaptureUnderway    PaymentStatus = "35" // 売上処理中
	StatusCaptureHeld        PaymentStatus = "36" // 売上保留
	StatusCleared            PaymentStatus = "40" // 消込済
	StatusClearedFinal       PaymentStatus = "41" // 消込済(売上取消期限切)
	StatusRefundRequested    PaymentStatus = "42" // 売上取消中
	StatusReported           PaymentStatus = "43" // 速報検知済
	StatusClearingDone       PaymentStatus = "44" // 消込完了
	StatusRefundTallied      PaymentStatus = "50" // 売上取消集計中
	StatusRefundAsked        PaymentStatus = "55" // 売上取消要求済
	StatusRefunded           PaymentStatus = "60" // 売上取消済
	StatusReportWithdrawn    PaymentStatus = "61" // 速報取消済
	StatusCancellationDone   PaymentStatus = "62" // 取消完了
	StatusExpiredNotToClear  PaymentStatus = "16" // 支払期限切(消込対象外)
	StatusAuthOKBeforePrints PaymentStatus = "19" // オーソリOK(印字データ取得前)
)

// Name is the Japanese name, or the code itself where it is not known.
func (s PaymentStatus) Name() string {
	switch s {
	case StatusApplied:
		return "申込済"
	case StatusAuthNG:
		return "オーソリNG"
	case StatusExpired:
		return "支払期限切"
	case StatusThreeDSAbandoned:
		return "3Dセキュア中断"
	case StatusThreeDSRunning:
		return "3Dセキュア認証"
	case StatusInterrupted:
		return "申込中断"
	case StatusExpiredNotToClear:
		return "支払期限切(消込対象外)"
	case StatusAuthOKBeforePrints:
		return "オーソリOK(印字データ取得前)"
	case StatusAuthOK:
		return "オーソリOK"
	case StatusAuthCompleted:
		return "オーソリ完了"
	case StatusCaptureRequested:
		return "売上要求中"
	case StatusCancelRequested:
		return "オーソリ取消中"
	case StatusAuthCancelled:
		return "オーソリ取消済"
	case StatusAuthExpired:
		return "オーソリ期限切"
	case StatusCorrectionRunning:
		return "補正要求中"
	case StatusCaptureUnderway:
		return "売上処理中"
	case StatusCaptureHeld:
		return "売上保留"
	}
	return s.nameAfterCapture()
}

func (s PaymentStatus) nameAfterCapture() string {
	switch s {
	case StatusCleared:
		return "消込済"
	case StatusClearedFinal:
		return "消込済(売上取消期限切)"
	case StatusRefundRequested:
		return "売上取消中"
	case StatusReported:
		return "速報検知済"
	case StatusClearingDone:
		return "消込完了"
	case StatusRefundTallied:
		return "売上取消集計中"
	case StatusRefundAsked:
		return "売上取消要求済"
	case StatusRefunded:
		return "売上取消済"
	case StatusReportWithdrawn:
		return "速報取消済"
	case StatusCancellationDone:
		return "取消完了"
	}
	return string(s)
}

// PaymentType is payment_type (決済種別), two digits (protocol.md §6.1).
type PaymentType string

// Types of the payment methods in the manual.
const (
	TypeATM     PaymentType = "01"
	TypeCard    PaymentType = "02"
	TypeConveni PaymentType = "03"
	TypeBank    PaymentType = "05"
	TypeCareer  PaymentType = "06"
	TypePaidy   PaymentType = "22"
)

// Name is the Japanese name, or the code itself where it is not known.
func (t PaymentType) Name() string {
	switch t {
	case TypeATM:
		return "ATM決済"
	case TypeCard:
		return "クレジット決済"
	case TypeConveni:
		return "コンビニ(番号方式)"
	case TypeBank:
		return "銀行ネット"
	case TypeCareer:
		return "携帯キャリア決済"
	case TypePaidy:
		return "Paidy"
	}
	return string(t)
}

// PaymentClass is payment_class (支払区分), how a card's holder pays (protocol.md §5.1.1).
type PaymentClass string

// Payment classes.
const (
	LumpSum      PaymentClass = "10" // 一括
	BonusLumpSum PaymentClass = "23" // ボーナス一括
	Instalments  PaymentClass = "61" // 分割
	Revolving    PaymentClass = "80" // リボ
)

// bonusLumpSumECCUBE is what EC-CUBE's plugin alone sends for BonusLumpSum (protocol.md §19).
const bonusLumpSumECCUBE = "21"

// Name is the Japanese name, or the code itself where it is not known.
func (c PaymentClass) Name() string {
	switch c {
	case LumpSum:
		return "一括払い"
	case BonusLumpSum:
		return "ボーナス一括払い"
	case Instalments:
		return "分割払い"
	case Revolving:
		return "リボ払い"
	}
	return string(c)
}
