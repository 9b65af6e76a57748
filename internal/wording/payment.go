package wording

func paymentSentences() map[string]Sentence {
	return map[string]Sentence{
		"payment.unknown":        {"決済が見つかりません。", "There is no such payment."},
		"payment.class":          {"支払い回数が入力されていません。", "The way of paying (payment_class) is missing or not offered."},
		"payment.amount_changed": {"決済金額が{Old}から{New}に変わりました。内容をご確認のうえ、もう一度お試しください。", "The payment's amount changed from {Old} to {New}."},

		"payment.none":              {"この注文にはペイジェントの決済がありません。", "The order has no payment at Paygent."},
		"payment.alive":             {"この注文の決済はすでに承認されています。二重にお支払いいただく必要はありません。", "Order {Order} has a living payment already; paying again would charge twice."},
		"payment.no_rule":           {"システムエラーが発生しました。", "The state table has no rule for {Event} at {Stage} ({Role}, order status {Order})."},
		"payment.other_environment": {"別の接続環境（{Environment}）またはマーチャントの決済のため、ここからは操作できません。", "The payment belongs to another environment ({Environment}) or merchant."},
		"payment.expired":           {"オーソリの有効期限が切れています。", "The authorisation has expired."},
		"payment.ended":             {"この決済はすでに終了しています。", "The payment has ended ({End})."},
		"payment.not_authorised":    {"この決済は承認されていません。", "The payment is not authorised."},
		"payment.transit":           {"ペイジェントで処理中です（{Status}）。完了してからもう一度お試しください。", "Paygent is still working on it (status {Status}). Try again when it is done."},
		"payment.already_captured":  {"この決済はすでに売上になっています。", "The payment is captured already."},
		"payment.not_the_orders":    {"この決済は現在の注文の決済ではないため、売上にできません。", "This is not the order's present payment; it can be cancelled only."},
		"payment.cancel_term_over":  {"取消できる期間を過ぎています。ペイジェントにお問い合わせください。", "The term for cancelling is over; ask Paygent."},
		"operation.open":            {"ほかの処理が完了していません。しばらくしてからもう一度お試しください。", "Another operation is under way. Try again shortly."},
		"operation.unknown":         {"{Since}から結果を確認しています。結果が確定するまで操作できません。", "The outcome has been unknown since {Since}; wait until it is settled, or run kessai reconcile."},
		"operation.unknown_id":      {"システムエラーが発生しました。", "There is no operation {ID}."},
		"card.token_missing":        {"カード情報を読み取れませんでした。もう一度入力してください。", "The card token is missing or too long."},
		"card.too_many":             {"カード決済の試行回数が上限に達しました。お手数ですが、別の支払方法をお選びください。", "Too many refusals for this order; another method is needed."},
		"notice.duplicate":          {"この通知はすでに受け付けています。", "Notice {Notice} is stored already."},
		"notice.unknown":            {"通知が見つかりません。", "There is no notice {ID}."},
	}
}
