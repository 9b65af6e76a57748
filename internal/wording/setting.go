package wording

func settingSentences() map[string]Sentence {
	return map[string]Sentence{
		"setting.missing": {"ペイジェントの設定が完了していません。プラグイン設定を確認してください。", "Paygent is not set up yet. Check the plugin's settings."},
	}
}
