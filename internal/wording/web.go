package wording

// webSentences are those of requests that reach no page, and, under "general.",
// what is said when a code has no sentence, by category.
func webSentences() map[string]Sentence {
	return map[string]Sentence{
		"web.not_found":    {"お探しのページは見つかりませんでした。", "There is no such page."},
		"web.method":       {"このページへのアクセス方法が正しくありません。", "This page does not take that method."},
		"web.cross_origin": {"別のサイトからの送信のため受け付けられませんでした。お手数ですが、画面を開き直してもう一度お試しください。", "The request came from another site and was refused."},
		"web.session":      {"一定時間操作がなかったため、画面の情報が失われました。お手数ですが、最初からやり直してください。", "The session has ended. Please start again."},

		"general.invalid":       {"入力内容を確認してください。", "The input is not valid."},
		"general.not_found":     {"お探しのページは見つかりませんでした。", "It does not exist."},
		"general.denied":        {"この操作を行う権限がありません。", "You are not allowed to do this."},
		"general.not_now":       {"現在の状態ではこの操作を行えません。画面を読み込み直して、状態をご確認ください。", "This cannot be done in the present state."},
		"general.conflict":      {"ほかの操作で内容が変わりました。画面を読み込み直して、もう一度お試しください。", "Somebody else changed it. Look again and retry."},
		"general.declined":      {"決済を承認できませんでした。別のカードまたは別の支払方法をご利用ください。", "The payment was declined."},
		"general.unavailable":   {"ただいま接続しにくくなっております。しばらくしてからもう一度お試しください。", "A service does not answer. Please try again later."},
		"general.misconfigured": {"設定に問題があるため処理できませんでした。お手数ですが、お店までお問い合わせください。", "The configuration or the contract is wrong; the operator must act."},
		"general.internal":      {"システムエラーが発生しました。しばらくしてからもう一度お試しください。", "An internal error occurred."},
	}
}
