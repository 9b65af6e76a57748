package wording

func staffSentences() map[string]Sentence {
	return map[string]Sentence{
		"staff.login_failed":   {"ログインできませんでした。入力内容に誤りがないかご確認ください。", "The login failed. Check the login ID and the password."},
		"staff.login_required": {"ログインしてください。", "Please log in."},
		"staff.not_allowed":    {"この操作を行う権限がありません。", "You are not allowed to do this."},
	}
}
