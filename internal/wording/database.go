package wording

func databaseSentences() map[string]Sentence {
	return map[string]Sentence{
		"database.busy":          {"ただいま大変混み合っております。しばらくしてからもう一度お試しください。", "The database is busy ({attempts} attempts). Please try again."},
		"database.unavailable":   {"ただいま大変混み合っております。しばらくしてからもう一度お試しください。", "The database did not answer; it is not known whether the change was stored. Nothing was sent."},
		"database.unreachable":   {"データベース（{Database}）に接続できません。database_urlの設定を確認してください。（{Why}）", "database_url (DATABASE_URL): {Database} cannot be opened: {Why}. Check that the server runs there, and the URL's user, password and database."},
		"database.file":          {"データベースのファイル（{Database}）を開けません。フォルダーがあり、書き込めることを確認してください。（{Why}）", "database_url (DATABASE_URL): {Database} cannot be opened: {Why}. Its folder must exist, and this user must be able to write in it."},
		"database.migrating":     {"データベースを更新しています。しばらくお待ちください。", "Another process is migrating this database. Wait until it has finished."},
		"database.pending":       {"データベースの更新（{Count}件）が必要です。kessai migrate を実行してください。", "{Count} migrations are pending. Run kessai migrate."},
		"database.newer":         {"データベースは新しい版のkessaiで更新されています。kessaiを更新してください。", "The database has migration {version}, which this kessai does not know. Use the newer kessai."},
		"database.host_mismatch": {"データベースは{recorded}用に作成されています（設定は{configured}）。設定を確認してください。", "The database was set up as {recorded}, but the configuration says {configured}. Correct host, or name another database."},
		"database.empty":         {"データベースが空です。EC-CUBEのデータベースを指定してください。", "The database is empty, but host is attached. Name EC-CUBE's database, or set host to embedded."},
		"database.not_eccube":    {"EC-CUBE 4のデータベースではありません。（ない表：{missing}）", "This is no EC-CUBE 4 database; missing tables: {missing}."},
		"database.half_made":     {"データベースの作成が途中で中断されています。空のデータベースで作り直してください。", "EC-CUBE's tables were made only in part in {database}. Drop the database and migrate an empty one."},
	}
}
