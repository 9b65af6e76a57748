package backoffice

import (
	"strconv"
	"strings"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/web"
)

// telegramName is what an operation's telegram does, in the manual's words (2.2.1 処理内容).
func telegramName(telegram string) string {
	if name, ok := telegramNames[telegram]; ok {
		return name
	}
	return "電文" + telegram
}

var telegramNames = map[string]string{
	"":     "金額の変更",
	"010":  "ATM決済申込",
	"020":  "オーソリ",
	"021":  "オーソリ取消",
	"022":  "売上",
	"023":  "売上取消",
	"024":  "3Dセキュア認証後のオーソリ",
	"025":  "カード情報登録",
	"026":  "カード情報削除",
	"030":  "コンビニ決済申込",
	"060":  "銀行ネット決済申込",
	"100":  "携帯キャリア決済申込",
	"101":  "携帯キャリア決済売上",
	"102":  "携帯キャリア決済取消",
	"103":  "携帯キャリア決済金額変更",
	"104":  "携帯キャリアユーザ認証",
	"340":  "オーソリ取消（Paidy）",
	"341":  "売上（Paidy）",
	"342":  "返金（Paidy）",
	"450":  "3Dセキュア認証",
	"link": "リンクタイプ申込",
}

// methodTitle is the payment's method as the order's page names it (admin.md §4).
func methodTitle(p *ledger.Payment) string {
	switch p.Method {
	case payment.Card:
		return "クレジット"
	case payment.Conveni:
		return "コンビニ(番号方式)"
	case payment.ATM:
		return "ATM決済"
	case payment.Bank:
		return "銀行ネット"
	case payment.Carrier:
		if p.Brand != payment.NoBrand {
			return "携帯キャリア（" + p.Brand.Name() + "）"
		}
		return "携帯キャリア"
	case payment.Paidy:
		return "Paidy"
	}
	return "決済"
}

// buttonName is the button that leads to an operation (manual 2.2.2).
func buttonName(k payment.Kind) string {
	switch k {
	case payment.Capture, payment.CaptureCarrier, payment.CapturePaidy:
		return "売上"
	case payment.CancelAuthorization, payment.CancelCapture, payment.CancelCarrier, payment.CancelPaidy:
		return "取消"
	case payment.CorrectCarrier, payment.RefundPaidy:
		return "売上変更"
	case payment.ChangeAmount:
		return "金額の変更"
	}
	return telegramName(k.Telegram())
}

// statusWords are a status with its code, as the manual's tables write it (2.3).
func statusWords(s payment.Status) string {
	if s == payment.NoStatus {
		return ""
	}
	if s.Name() == string(s) {
		return "決済ステータス " + string(s)
	}
	return s.Name() + "（" + string(s) + "）"
}

// paymentStatus is 決済ステータス of a payment, in our own words where Paygent has
// told none.
func paymentStatus(p *ledger.Payment) string {
	if p.Status != payment.NoStatus {
		return statusWords(p.Status)
	}
	switch p.Phase {
	case payment.Opening:
		return "送信中"
	case payment.Unknown:
		return "確認中"
	}
	return "―"
}

// situationWords is ペイジェント状況 as the order's page writes it (admin.md §3.2).
func situationWords(s payment.Situation) string {
	if s == payment.Untouched {
		return "未処理"
	}
	return s.Name()
}

// phaseBadge is where a payment stands, at a glance.
func phaseBadge(p *ledger.Payment) web.Badge {
	switch p.Phase {
	case payment.Opening:
		return web.Badge{Tone: web.Info, Text: "処理中"}
	case payment.Unknown:
		return web.Badge{Tone: web.Warning, Text: "結果不明"}
	case payment.AwaitingBuyer:
		return web.Badge{Tone: web.Info, Text: "購入者の手続き待ち"}
	case payment.AwaitingPayment:
		return web.Badge{Tone: web.Info, Text: "入金待ち"}
	case payment.Authorised:
		return web.Badge{Tone: web.Info, Text: "オーソリ済み"}
	case payment.Captured:
		return web.Badge{Tone: web.Success, Text: "売上済み"}
	}
	switch p.End {
	case payment.Canceled, payment.Refunded:
		return web.Badge{Tone: web.Info, Text: "取消済み"}
	case payment.Declined, payment.Expired, payment.WrongAmount:
		return web.Badge{Tone: web.Danger, Text: "不成立"}
	}
	return web.Badge{Tone: web.Info, Text: "終了"}
}

// endWords say why a payment ended.
func endWords(e payment.End) string {
	switch e {
	case payment.NotEnded:
		return ""
	case payment.Declined:
		return "決済は成立しませんでした" // refused, or never asked for: the operation says which
	case payment.NeverSent:
		return "ペイジェントに送信されませんでした"
	case payment.NotHappened:
		return "ペイジェントで処理されていないことを確認しました"
	case payment.Unreachable:
		return "ペイジェントに申込だけが残り、購入者の手続きを続けられませんでした"
	case payment.Superseded:
		return "購入者が別の決済でやり直しました"
	case payment.GivenUp:
		return "購入者がお支払いを中止しました"
	case payment.Canceled:
		return "オーソリを取り消しました"
	case payment.Expired:
		return "オーソリの有効期限が切れました"
	case payment.Refunded:
		return "売上を取り消しました（返金）"
	case payment.WrongAmount:
		return "金額が注文と一致しないため、自動で取り消します"
	case payment.Unused:
		return "期限までに使われませんでした"
	}
	return string(e)
}

// classWords is 支払回数 (admin.md §1.1; 21 and 23 are the same choice, protocol.md §19).
func classWords(class string, split int) string {
	switch class {
	case "10":
		return "一括払い"
	case "61":
		return "分割払い（" + strconv.Itoa(split) + "回）"
	case "80":
		return "リボ払い"
	case "21", "23":
		return "ボーナス一括払い"
	}
	return class
}

func environmentWords(e payment.Environment) string {
	switch e {
	case payment.Simulator:
		return "シミュレータ"
	case payment.Test:
		return "試験環境"
	case payment.Production:
		return "本番環境"
	}
	return string(e)
}

// codeWords are the reason behind a failure as the original shows it: codes that
// begin with P or E, or name several, stand alone; others follow their detail
// (admin.md §3.4).
func codeWords(code, detail string) string {
	switch {
	case code == "":
		return ""
	case strings.HasPrefix(code, "P"), strings.HasPrefix(code, "E"), strings.Contains(code, "|"):
		return "（" + code + "）"
	}
	return detail + "（" + code + "）"
}

// failureWords say that an operation failed, why, and what to do where we are to blame.
func failureWords(op ledger.Operation) []string {
	said := buttonName(op.Kind) + "に失敗しました。"
	why := codeWords(op.Code, op.Detail)
	if op.State == payment.RejectedOp {
		return []string{said + why, "ペイジェントに接続できないか設定に誤りがあるため、処理は行われていません。プラグインの設定と接続キットを確認してください。"}
	}
	if why != "" {
		return []string{said + why}
	}
	return []string{said + causeWords(op.Cause)}
}

// causeWords tell the cause of a failure that no code tells.
func causeWords(cause string) string {
	switch cause {
	case "never_sent":
		return "ペイジェントに送信していません。決済は変わっていません。"
	case "not_happened":
		return "ペイジェントで処理されていないことを確認しました。もう一度お試しください。"
	case "staff":
		return "担当者が「処理されていない」と確定しました。"
	}
	return "決済は変わっていません。"
}
