package paygentsim

import (
	"cmp"
	"strings"
)

// The words of the 試験環境ツール.

// Label is the delivery in Japanese.
func (d Delivery) Label() string {
	switch d {
	case DeliveryPending:
		return "送信待ち"
	case DeliveryAccepted:
		return "受信済み"
	case DeliveryGivenUp:
		return "送信断念"
	case DeliveryLost:
		return "消失（障害）"
	case DeliveryNone:
		return "送信なし"
	}
	return string(d)
}

// Label is the page in Japanese.
func (v Visit) Label() string {
	switch visitKind(v.Kind) {
	case visitLink:
		return "リンク型のお支払い画面"
	case visitBank:
		return "銀行ネット（ASP）"
	case visitThreeDS, visitThreeDS1:
		return "3Dセキュア本人認証"
	case visitCarrierAuth:
		return "キャリアのユーザ認証"
	case visitCarrier:
		return "キャリアのお支払い画面"
	case visitPaidy:
		return "Paidy"
	}
	return v.Kind
}

// doneSentences say what has just been done.
func doneSentences() map[string]string {
	return map[string]string{
		"status": "ステータスを変更しました。", "resent": "差分通知を再送します。", "withheld": "差分通知の送信を止めました。",
		"corrected": "金額を補正しました。", "foreign": "他店舗の決済を発生させました。", "purged": "差分を破棄しました。",
		"profile": "障害の設定を変更しました。", "clock": "センターの時計を変更しました。", "pace": "途中のステータスの設定を変更しました。",
		"reset": "決済・通知・履歴を消去しました。",
	}
}

// errorSentence says why nothing was done, empty when nothing was asked.
func errorSentence(code string) string {
	if code == "" {
		return ""
	}
	known := map[string]string{
		"unknown_payment": "該当する決済がありません。初期化された可能性があります。",
		"unlawful_status": "現在のステータスからは変更できません。ほかの操作か時間の経過で、ステータスが変わった可能性があります。",
		"no_notice_url":   "差分通知の送信先が設定されていません。",
		"invalid_amount":  "金額は1以上の整数で入力してください。",
		"invalid_clock":   "時計は先にだけ進められます。日時の形式と速さをご確認ください。",
		"invalid_pace":    "時間はミリ秒の整数で入力してください。",
		"invalid_faults":  "障害の設定が正しくありません。",
		"invalid_id":      "決済通知IDは整数で入力してください。",
	}
	if sentence := known[code]; sentence != "" {
		return sentence
	}
	return "シミュレーターの内部エラーです。ログをご確認ください。"
}

// deed is what a tester does when a payment is given its next status by hand.
func deed(t PaymentType, from, to Status) string {
	switch [2]Status{from, to} {
	case [2]Status{Applied, Captured}:
		return map[PaymentType]string{TypeATM: "ATMで入金する", TypeConveni: "店舗で入金する（速報なし）", TypeBank: "銀行で入金する"}[t]
	case [2]Status{Applied, Preliminary}:
		return "店舗で入金する（速報）"
	case [2]Status{Preliminary, Captured}:
		return "確報を届ける"
	case [2]Status{Preliminary, PreliminaryCancelled}:
		return "速報を取り消す"
	case [2]Status{Applied, TermExpired}:
		return "支払期限切れにする"
	case [2]Status{Applied, AuthorizationCancelled}:
		return "申込を取り消す"
	case [2]Status{Applied, Interrupted}:
		return "手続きを中断する"
	case [2]Status{Applied, Authorized}:
		return "お客様が承諾する"
	case [2]Status{Authorized, Captured}, [2]Status{AuthorizedFinal, Captured}:
		return "売上にする"
	case [2]Status{Authorized, AuthorizationCancelled}, [2]Status{AuthorizedFinal, AuthorizationCancelled}:
		return "オーソリを取り消す"
	case [2]Status{Authorized, AuthorizationExpired}, [2]Status{AuthorizedFinal, AuthorizationExpired}:
		return "オーソリを期限切れにする"
	case [2]Status{Captured, CaptureCancelled}, [2]Status{Cleared, CaptureCancelled}:
		return "売上を取り消す"
	case [2]Status{Captured, CapturedFinal}:
		return "売上取消の期限切れにする"
	}
	return ""
}

// contractNames are a merchant's methods.
func contractNames(m Merchant) string {
	if m.Contracted == nil {
		return "すべて"
	}
	var names []string
	for _, t := range m.Contracted {
		names = append(names, t.Name())
	}
	return cmp.Or(strings.Join(names, "、"), "なし")
}
