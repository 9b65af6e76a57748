package backoffice

import (
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/wording"
)

// reasonWords say why staff cannot do something now. They name the domain's own
// values, which wording's plain sentences cannot; for everything else wording speaks.
func reasonWords(err error) string {
	p, ok := problem.As(err)
	if !ok {
		return wording.Ja(err)
	}
	switch p.Code {
	case "operation.open":
		return "処理中のため、完了するまで操作できません。"
	case "operation.unknown":
		return "前の処理の結果を確認中です。結果が分かるまで操作できません。"
	case "payment.expired":
		return "オーソリの有効期限が切れています。"
	case "payment.ended":
		return endedReason(p)
	case "payment.not_authorised", "payment.none":
		return "承認された決済がありません。"
	case "payment.transit":
		if s, ok := p.Args["Status"].(payment.Status); ok {
			return "ペイジェントで処理中です（" + statusWords(s) + "）。"
		}
		return "ペイジェントで処理中です。"
	case "payment.already_captured":
		return "すでに売上済みです。"
	case "payment.not_the_orders":
		return "この注文の決済ではないため、売上にできません。"
	case "payment.cancel_term_over":
		return "売上取消の期限が切れています。返金はペイジェントにお問い合わせください。"
	case "payment.other_environment":
		if e, ok := p.Args["Environment"].(payment.Environment); ok {
			return "現在の接続先とは別の環境またはマーチャント（" + environmentWords(e) + "）の決済です。"
		}
	case "order.status":
		if s, ok := p.Args["Status"].(order.Status); ok {
			return "対応状況が「" + s.Name() + "」の注文は売上にできません。"
		}
	}
	return wording.Ja(err)
}

func endedReason(p *problem.Problem) string {
	switch e, _ := p.Args["End"].(payment.End); e {
	case payment.Canceled:
		return "取消済みです。"
	case payment.Refunded:
		return "売上取消済みです。"
	default:
		return "この決済は終了しています。"
	}
}
