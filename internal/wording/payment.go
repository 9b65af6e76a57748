package wording

func paymentSentences() map[string]Sentence {
	return map[string]Sentence{
		"payment.unknown":        {"決済が見つかりません。", "There is no such payment."},
		"payment.class":          {"支払い回数が入力されていません。", "The way of paying (payment_class) is missing or not offered."},
		"payment.amount_changed": {"決済金額が{Old}から{New}に変わりました。内容をご確認のうえ、もう一度お試しください。", "The payment's amount changed from {Old} to {New}."},
	}
}
