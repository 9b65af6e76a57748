package checkout

import (
	"strings"

	"kessai/internal/ledger"
	"kessai/internal/payment"
)

// refusalOf says why a try failed in the words of protocol.md §4.6, and what the
// buyer can do about it.
func refusalOf(r *ledger.Refusal) *refusal {
	if r == nil {
		return nil
	}
	const title = "決済に失敗しました。"
	if r.State == payment.DeclinedOp && (r.Cause == "never_sent" || r.Cause == "not_happened" || r.Cause == "begun_again") {
		return &refusal{Title: "お支払いは完了していません。", Advice: "カードへの請求は行われていません。お手数ですが、もう一度お試しください。"}
	}
	said := title
	switch {
	case r.Code == "":
	case r.State == payment.RejectedOp || strings.HasPrefix(r.Code, "P") || strings.HasPrefix(r.Code, "E"):
		said += "（" + r.Code + "）"
	default:
		said += r.Detail + "（" + r.Code + "）"
	}
	return &refusal{Title: said, Advice: advice(r)}
}

// advice tells the next step, by the issuer's code where it says something a buyer
// can act on (protocol.md §4.4).
func advice(r *ledger.Refusal) string {
	if r.State == payment.RejectedOp {
		return "カードへの請求は行われていません。時間をおいてもう一度お試しいただくか、別のお支払い方法をお選びください。"
	}
	for _, a := range []struct{ code, text string }{
		{"1G44", "セキュリティコードをご確認のうえ、もう一度ご入力ください。"},
		{"1G45", "セキュリティコードをご入力ください。"},
		{"1G83", "有効期限をご確認のうえ、もう一度ご入力ください。"},
		{"1G65", "カード番号をご確認のうえ、もう一度ご入力ください。"},
		{"1G02", "ご利用可能額を超えています。別のカード、または別のお支払い方法をお試しください。"},
		{"1G03", "ご利用可能額を超えています。別のカード、または別のお支払い方法をお試しください。"},
		{"1G55", "本日のご利用限度額を超えています。別のカード、または別のお支払い方法をお試しください。"},
	} {
		if strings.Contains(r.Detail, a.code) {
			return a.text + "カードへの請求は行われていません。"
		}
	}
	return "カードへの請求は行われていません。別のカード、または別のお支払い方法をお試しください。"
}
