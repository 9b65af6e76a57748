package backoffice

import "kessai/internal/ledger"

// alertWords are what an alert (要対応) means and what to do about it.
type alertWords struct{ Title, Meaning, Remedy string }

// strandedWords are of an alert of the shop about a payment whose order is gone.
var strandedWords = alertWords{"削除された注文の決済", "EC-CUBEで削除された注文に、有効な（または結果のわからない）決済が残っています。",
	"ペイジェントオンラインで決済の状態を確認し、不要であれば取り消してください。"}

func wordsOfAlert(kind ledger.AlertKind) alertWords {
	switch kind {
	case ledger.AlertUnknown:
		return alertWords{"結果不明", "ペイジェントからの応答がなく、30分以上結果を確認できていません。",
			"自動で確認を続けています。急ぐ場合は、ペイジェントオンラインで下記の取引の状態をご確認ください。"}
	case ledger.AlertTransit:
		return alertWords{"処理中のまま24時間経過", "ペイジェントで処理中の状態が24時間を過ぎても終わっていません。",
			"自動で確認を続けています。続くようであれば、下記の取引についてペイジェントにお問い合わせください。"}
	case ledger.AlertContradiction:
		return alertWords{"ステータス不整合", "ペイジェントの決済ステータスが、注文の状態からは起こらないものになりました。注文は変更していません。",
			"ペイジェントオンラインで決済の状態を確認し、対応状況が正しいかご確認ください。"}
	case ledger.AlertDouble:
		return alertWords{"二重入金", "同じ注文に、有効な決済が2つあります。",
			"不要なほうの決済を「取消」で返金してください。取消できない支払方法は、返金した後に「返金済み(手動)」を記録してください。"}
	case ledger.AlertPaidCanceled:
		return alertWords{"入金あり・取消済み", "取り消された（または返品された）注文に入金がありました。",
			"返金する場合は、この決済を「取消」するか、返金した後に「返金済み(手動)」を記録してください。商品を発送する場合は「注文を復活する」を行ってください。"}
	case ledger.AlertShippedUnpaid:
		return alertWords{"発送済み・入金なし", "発送済み（または返品）の注文の決済が、ペイジェントで取消または期限切れになりました。対応状況は変更していません。",
			"代金をいただけていないおそれがあります。購入者に連絡し、お支払いをご確認ください。"}
	case ledger.AlertStockShort:
		return alertWords{"入金あり・在庫不足", "決済が成立しましたが、商品の在庫またはポイントが足りません。",
			"在庫を補充して発送するか、この決済を「取消」してください。オーソリのみの場合は自動で取り消されます。"}
	case ledger.AlertGoodsMissing:
		return alertWords{"在庫・ポイントを戻せない", "商品または会員が削除されているため、在庫・ポイントを戻せませんでした。",
			"在庫数とポイントを確認し、必要であれば手で直してください。"}
	case ledger.AlertReversing:
		return alertWords{"二重決済の可能性", "取り消すべき決済が、まだ取り消せていません。",
			"自動で取消を試みています。急ぐ場合は、下記の決済をペイジェントオンラインから取り消してください。"}
	case ledger.AlertNoticeParked:
		return alertWords{"反映できない通知", "受信した差分通知を注文に反映できませんでした。",
			"下の「差分通知」で理由を確認し、ペイジェントオンラインで決済の状態をご確認ください。"}
	case ledger.AlertAmountOpen:
		return alertWords{"金額未反映", "注文のお支払い合計とペイジェントの決済金額が異なります。",
			"「オーソリ変更」または「売上変更」を行ってください。この処理を怠ると変更前の決済金額で課金されます。"}
	case ledger.AlertUnmade:
		return alertWords{"決済未作成", "支払方法はペイジェントですが、有効な決済がありません。受注登録では決済は作成されません。",
			"ペイジェントオンラインで、注文番号をマーチャント取引IDとして決済を作成するか、支払方法を変更してください。"}
	case ledger.AlertKept:
		return alertWords{"決済は有効", "注文の取消または支払方法の変更のとき、決済を残しました。",
			"不要な決済は「取消」してください。そのままにすると購入者に請求されることがあります。"}
	case ledger.AlertPurged:
		return alertWords{"差分照会の欠落", "受信できなかった差分通知の一部を、保存期間の経過などのため、ペイジェントから取得できませんでした。終了していないすべての決済の状態を照会しています。",
			"通知受信箱で受信できなかった通知を確認し、心当たりのない決済がないかペイジェントオンラインでご確認ください。"}
	case ledger.AlertAmount:
		return alertWords{"金額改竄検知", "注文と異なる金額で決済されました。決済は自動で取り消し、注文は購入処理中に戻しています。",
			"下記の決済が取り消されたことをご確認ください。"}
	}
	return alertWords{string(kind), "確認が必要です。", "決済履歴をご確認ください。"}
}

// noticeStateWords is what became of a notice.
func noticeStateWords(s ledger.NoticeState) string {
	switch s {
	case ledger.NoticeReceived:
		return "確認中"
	case ledger.NoticeApplied:
		return "反映"
	case ledger.NoticeSuperseded:
		return "反映不要"
	case ledger.NoticeDuplicate:
		return "重複"
	case ledger.NoticeForeign:
		return "対象外"
	case ledger.NoticeParked:
		return "保留"
	}
	return string(s)
}

// parkWords say why a notice is parked.
func parkWords(r ledger.ParkReason) string {
	switch r {
	case ledger.NotParked:
		return ""
	case ledger.ParkConflict:
		return "同じ決済通知IDで内容の異なる通知を受信しました。"
	case ledger.ParkAmount:
		return "通知の金額が決済の金額と一致しません。"
	case ledger.ParkType:
		return "通知の決済種別が注文の決済と一致しません。"
	case ledger.ParkNoOrder:
		return "一致する決済がありません。"
	case ledger.ParkSilent:
		return "ペイジェントへの照会で24時間確認できませんでした。"
	case ledger.ParkMalformed:
		return "必要な項目がない通知です。"
	case ledger.ParkEnvironment:
		return "以前の接続先（環境またはマーチャント）の通知です。"
	case ledger.ParkFailed:
		return "反映中にシステムエラーが発生しました。"
	}
	return string(r)
}
