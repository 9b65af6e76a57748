package wording

import "maps"

// settingSentences: those of the settings page are the plugin's own (admin.md §1.1).
func settingSentences() map[string]Sentence {
	all := map[string]Sentence{
		"setting.token_script":    {"トークンのスクリプトの接続先が正しくありません。設定を確認してください。", "The address of the token script is not valid. Check token_environment and the hosts."},
		"setting.missing":         {"ペイジェントの設定が完了していません。プラグイン設定を確認してください。（{Missing}）", "Paygent is not set up yet; missing or wrong: {Missing}. Check the plugin's settings."},
		"setting.version":         {"設定の版{Version}が見つかりません。", "There is no version {Version} of the settings."},
		"setting.changed":         {"ほかの操作で設定が変更されました。画面を読み込み直して、もう一度登録してください。", "Somebody else saved the settings meanwhile. Look again and retry."},
		"setting.living_payments": {"変更前の接続環境に、終了していない決済が{Count}件あります。決済を確認してから変更してください。", "{Count} payments of the environment that is left have not ended. See them with kessai setting payments; close those of a test with kessai setting close-test-payments, or leave them with --keep-payments."},
		"setting.open_operations": {"処理中または結果確認中の決済が{Count}件あるため、接続環境とマーチャントIDは変更できません。完了してからもう一度登録してください。", "Environment and merchant cannot change while {Count} operations are open. Wait for them or settle them first (kessai reconcile)."},
		"setting.key_missing":     {"設定を暗号化した鍵ファイル({File})がありません。控えておいた鍵(ID {Want})を元の場所に戻してください。", "The key file {File} is missing, and the settings are encrypted with key {Want}. Put that key back from your backup or from another node, or name it with KESSAI_KEY_FILE."},
		"setting.key_other":       {"鍵ファイル(ID {Have})は、この設定を暗号化した鍵(ID {Want})ではありません。正しい鍵ファイルに置き換えてください。", "The key file holds key {Have}, but the settings are encrypted with key {Want}. Put the right key file in its place, or name it with KESSAI_KEY_FILE."},
		"setting.key_broken":      {"鍵ファイル({File})を読み取れません。控えておいた鍵に置き換えてください。", "The key file {File} cannot be read or written. Check its permissions, or put the right key back from your backup."},
		"setting.unreadable":      {"保存されている設定({Place})が壊れているか改ざんされているため、読み取れません。バックアップから復元してください。", "The stored value {Place} is damaged or was tampered with. Restore it from a backup."},
	}
	maps.Copy(all, settingPageSentences())
	maps.Copy(all, kitSentences())
	return all
}

func settingPageSentences() map[string]Sentence {
	return map[string]Sentence{
		"setting.unknown":      {"「{Name}」という設定はありません。", "There is no setting {Name}. Known are: {Known}."},
		"setting.blank":        {"入力されていません。", "{Name} is missing."},
		"setting.choice":       {"有効な値ではありません。", "{Name} must be one of: {Allowed}."},
		"setting.required":     {"※ {Label}が入力されていません。", "{Name} is missing."},
		"setting.unselected":   {"※ {Label}が選択されていません。", "{Name} is missing."},
		"setting.digits":       {"※ {Label}は数字で入力してください。", "{Name} takes digits only."},
		"setting.alnum":        {"※ {Label}は英数字で入力してください。", "{Name} takes ASCII letters and digits only."},
		"setting.ascii":        {"※ {Label}は半角英数記号で入力してください。", "{Name} takes printable ASCII without spaces only."},
		"setting.katakana":     {"※ 店舗名はカタカナで入力してください。", "{Name} takes katakana only."},
		"setting.spaces":       {"※ {Label}に半角スペース・改行は入力できません。", "{Name} takes no half-width spaces and line breaks."},
		"setting.too_long":     {"※ {Label}は{Max}字以下で入力してください。", "{Name} is longer than {Max} characters."},
		"setting.range":        {"※ {Label}は{Min}～{Max}日で設定してください。", "{Name} must be from {Min} to {Max} days."},
		"setting.url":          {"※ {Label}を正しく入力してください。", "{Name} is not a URL."},
		"setting.term_link":    {"※ 支払期限前の注文が取り消されるため、支払期限日より小さい日数は入力できません。", "{Name} must not be less than link_payment_term: orders that can still be paid would be cancelled."},
		"setting.term_bank":    {"※ 支払期限前の注文が取り消されるため、銀行ネット決済の支払期限日より小さい日数は入力できません。", "{Name} must not be less than asp_payment_term: orders that can still be paid would be cancelled."},
		"setting.mark":         {"※ マーチャント取引IDの目印は英字4字以下で入力してください。", "{Name} takes up to four ASCII letters."},
		"setting.mark_needed":  {"※ マーチャントを他システムと共有する場合は、マーチャント取引IDの目印を入力してください。", "{Name} is required while shared_merchant is on."},
		"setting.three_d_page": {"※ この版には{Label}の認証から戻るページがないため、「不要」以外は選択できません。", "{Name} must stay 0: this version has no page that takes the buyer back from 3-D Secure."},
		"setting.token_env":    {"※ トークン接続先が接続環境と一致していません。", "{Name} must be the same as environment."},
	}
}

// kitSentences are about the 接続キット: which file, which key, what to do.
func kitSentences() map[string]Sentence {
	return map[string]Sentence{
		"setting.kit_filename":   {"「{File}」は登録できません。登録できるファイルは modenv_properties.conf、クライアント証明書(.pem)、認証済みCAファイル(.crt)です。", "{File} is no file of a connection kit: modenv_properties.conf, *.pem and *.crt, with names of ASCII letters, digits, dot, hyphen and underscore."},
		"setting.kit_too_large":  {"「{File}」が大きすぎます。{Max}KB以下のファイルを選択してください。", "{File} is larger than {Max} KiB; this is no file of a connection kit."},
		"setting.kit_twice":      {"「{File}」が2つ選択されています。", "{File} was given twice."},
		"setting.kit_no_file":    {"「{File}」がありません。接続キットに含まれるファイルをアップロードしてください。", "{File} is missing from the connection kit: a kit is modenv_properties.conf and the files that it names (*.pem, *.crt)."},
		"setting.kit_conf":       {"設定ファイル「{File}」の{Key}が正しくありません。接続キットの設定ファイルを確認してください。", "{Place}: {Key}: {Detail}."},
		"setting.kit_path":       {"設定ファイル「{File}」の{Key}は絶対パスで設定してください。", "{Place}: {Key}: {Detail}."},
		"setting.kit_cert":       {"クライアント証明書「{File}」を読み取れません。接続キットのpemファイルをアップロードしてください。", "{File}: {Detail}."},
		"setting.kit_passphrase": {"クライアント証明書「{File}」の秘密鍵を開けません。パスフレーズ(key_passphrase)を確認してください。", "{File}: the passphrase does not open the private key. Set key_passphrase."},
		"setting.kit_pbes1":      {"クライアント証明書「{File}」の秘密鍵は対応していない形式(PBES1など)で暗号化されています。openssl pkcs8 -in {File} -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -out key.pem で変換し、元の鍵と置き換えてください。", "{File}: {Detail}."},
		"setting.kit_mismatch":   {"クライアント証明書「{File}」の秘密鍵が証明書と一致しません。同じ接続キットのファイルを使用してください。", "{File}: {Detail}."},
		"setting.kit_expired":    {"クライアント証明書「{File}」の有効期限が切れています。ペイジェントから新しい接続キットを入手してください。", "{File}: {Detail}."},
		"setting.kit_future":     {"クライアント証明書「{File}」はまだ有効期間前です。サーバーの時刻を確認してください。", "{File}: {Detail}."},
		"setting.kit_no_cert":    {"「{File}」に証明書が含まれていません。クライアント証明書と秘密鍵の両方を含むpemファイルをアップロードしてください。", "{File}: {Detail}."},
		"setting.kit_no_key":     {"「{File}」に秘密鍵が含まれていません。クライアント証明書と秘密鍵の両方を含むpemファイルをアップロードしてください。", "{File}: {Detail}."},
		"setting.kit_ca":         {"認証済みCAファイル「{File}」に証明書が含まれていません。接続キットのcrtファイルをアップロードしてください。", "{File}: {Detail}."},
		"setting.kit_check":      {"接続キットを確認できませんでした。サーバーの空き容量と権限を確認してください。", "The connection kit could not be checked; look at the disk and the permissions of the temporary directory."},
		"setting.kit_address":    {"設定ファイル「{File}」の{Key}は https:// で始まる接続先のURLを設定してください（http:// はこのコンピューター上のシミュレーターに限ります）。", "{Place}: {Key}: {Detail}."},
		"setting.kit_no_url":     {"設定ファイル「{File}」に{Key}がありません。接続キットの設定ファイルにある接続先のURLを記載してください。", "{File}: {Key} is missing; copy its address from the connection kit's modenv_properties.conf."},
		"setting.kit_plain":      {"設定ファイル「{File}」の接続先({Address})はhttps://ではありません。接続環境が{Environment}のときはhttps://の接続先を設定してください。", "{File}: the address {Address} is not https://; without TLS only the simulator is talked to, and the environment is {Environment}."},
		"setting.kit_host":       {"設定ファイル「{File}」の接続先({Host})が接続環境({Environment})のものではありません。接続環境か接続キットを確認してください。", "{File}: the host {Host} does not belong to the environment {Environment}. Set environment first, or take that environment's kit."},
	}
}
