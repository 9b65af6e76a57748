package wording

func databaseSentences() map[string]Sentence {
	return map[string]Sentence{
		"database.busy": {"ただいま大変混み合っております。しばらくしてからもう一度お試しください。", "The database is busy ({attempts} attempts). Please try again."},
	}
}
