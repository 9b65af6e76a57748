package wording

func formSentences() map[string]Sentence {
	return map[string]Sentence{
		"form.required":    {"入力されていません。", "This is required."},
		"form.not_chosen":  {"選択されていません。", "Nothing is chosen."},
		"form.too_long":    {"値が長すぎます。{max}文字以内でなければなりません。", "This is too long: at most {max} characters."},
		"form.too_short":   {"値が短すぎます。{min}文字以上でなければなりません。", "This is too short: at least {min} characters."},
		"form.kana":        {"カタカナで入力してください。", "Katakana only."},
		"form.digits":      {"半角数字で入力してください。", "Digits only."},
		"form.number":      {"数字で入力してください。", "This must be a number."},
		"form.too_small":   {"{min}以上でなければなりません。", "This must be {min} or more."},
		"form.too_large":   {"{max}以下でなければなりません。", "This must be {max} or less."},
		"form.postal_code": {"郵便番号は7桁の半角数字で入力してください。", "A postal code has seven digits."},
		"form.email":       {"有効なメールアドレスではありません。", "This is not a valid mail address."},
		"form.characters":  {"使用できない文字が含まれています。", "This contains characters that cannot be used."},
		"form.choice":      {"有効な選択ではありません。", "This is not one of the choices."},
		"form.date":        {"有効な日付ではありません。", "This is not a valid date."},
		"form.mismatch":    {"入力内容が一致しません。", "The two entries differ."},
		"form.unreadable":  {"送信された内容を読み取れませんでした。もう一度お試しください。", "The form could not be read. Please try again."},
		"form.too_big":     {"送信されたデータが大きすぎます。", "The data sent is too large."},
	}
}
