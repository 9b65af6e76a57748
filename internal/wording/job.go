package wording

func jobSentences() map[string]Sentence {
	return map[string]Sentence{
		"job.unknown":      {"ジョブが見つかりません。", "There is no such job."},
		"job.key_used":     {"この画面は古くなっています。もう一度操作してください。", "The key belongs to another job."},
		"job.kind_unknown": {"システムエラーが発生しました。", "There is no such kind of job."},
		"job.incomplete":   {"システムエラーが発生しました。", "A job needs a key and somebody who asks for it."},
		"job.width":        {"同時に処理する件数は1〜{Max}で入力してください。", "The width must be 1 to {Max}."},
		"job.rate":         {"1分あたりの件数は0〜{Max}で入力してください。", "The rate must be 0 to {Max} items a minute."},
		"job.too_many":     {"一度に選択できる注文は{Max}件までです。", "At most {Max} orders can be named one by one."},
		"job.state":        {"ジョブの状態が変わったため、この操作は行えません。", "The job is {State}."},
		"job.moved":        {"ほかの操作と重なりました。もう一度お試しください。", "The job kept changing meanwhile. Try again."},
		"job.failed":       {"システムエラーのため処理できませんでした。注文の決済履歴をご確認ください。", "It could not be carried out; see the order's timeline and the log."},
		"job.spec":         {"スケジュールの書式が正しくありません。", "A schedule has five fields: minute, hour, day, month, weekday; \"0 4 * * *\" is every day at four, Japanese time."},
		"job.task":         {"スケジュール名は半角英小文字で入力してください。", "A task's name is up to 32 small letters, digits, - and _."},
		"job.task_unknown": {"スケジュールが見つかりません。", "There is no such schedule."},
	}
}
