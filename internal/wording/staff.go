package wording

func staffSentences() map[string]Sentence {
	return map[string]Sentence{
		"staff.login_failed":       {"ログインできませんでした。入力内容に誤りがないかご確認ください。", "The login failed. Check the login ID and the password."},
		"staff.login_required":     {"ログインしてください。", "Please log in."},
		"staff.not_allowed":        {"この操作を行う権限がありません。", "You are not allowed to do this."},
		"staff.bad_login":          {"ログインできませんでした。入力内容に誤りがないかご確認ください。", "The login failed. Check the login ID and the password."},
		"staff.locked":             {"ログインに続けて失敗したため、一時的にログインできません。{Minutes}分後にもう一度お試しください。", "Too many failed logins. Try again in {Minutes} minutes."},
		"staff.unknown":            {"メンバーが見つかりません。", "There is no such member."},
		"staff.login_id":           {"ログインIDは半角英数字と記号(_ - . @)50文字以内で入力してください。", "A login ID takes up to 50 ASCII letters, digits, _ - . and @."},
		"staff.login_id_taken":     {"このログインIDはすでに使われています。", "This login ID is taken."},
		"staff.name":               {"名前は255文字以内で入力してください。", "A name is required, up to 255 characters."},
		"staff.password_short":     {"パスワードは{Min}文字以上で入力してください。", "A password has at least {Min} characters."},
		"staff.password_long":      {"パスワードは{Max}バイト以内で入力してください。", "A password has at most {Max} bytes."},
		"staff.password_same":      {"パスワードにログインIDと同じ文字列は使用できません。", "The password must not be the login ID."},
		"staff.attached":           {"メンバーとパスワードはEC-CUBEの管理画面で登録・変更してください。", "In attached mode members and passwords are EC-CUBE's; use its メンバー管理."},
		"staff.auth_magic_missing": {"EC-CUBEのパスワードを照合できません。ECCUBE_AUTH_MAGICを設定してください。", "EC-CUBE's passwords cannot be verified; set auth_magic (KESSAI_AUTH_MAGIC or ECCUBE_AUTH_MAGIC) to the value of EC-CUBE's .env."},
	}
}
