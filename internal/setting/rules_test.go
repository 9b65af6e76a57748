package setting

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/wording"
)

// complete is a set of values that the page accepts, everything in use.
func complete(system string) map[string]string {
	return map[string]string{
		"settlement_division": system, "environment": "test", "merchant_id": "12345", "connect_id": "connA1", "connect_password": "passA1",
		"notice_hash_key": "noticekey1", "paygent_payment_method": "credit,conveni,atm,bank,carrier", "rollback_target_term": "10",
		"link_url": "https://link.example/x", "link_payment_term": "5",
		"payment_division": "10,61", "token_env": "test", "token_key": "tokenkey1",
		"payment_detail": "ケッサイショップ", "claim_kanji": "決済ショップ", "claim_kana": "ケッサイショップ", "career_division": "docomo",
		"api_key": "pk_test_1",
	}
}

func values(t *testing.T, given ...map[string]string) Values {
	t.Helper()
	v := Defaults()
	for _, m := range given {
		for name, value := range m {
			if err := v.Set(name, value); err != nil {
				t.Fatalf("%s=%s: %s", name, value, wording.Ja(err))
			}
		}
	}
	return v
}

func messages(p Problems) []string {
	out := []string{}
	for _, one := range p {
		out = append(out, one.Field+": "+wording.Ja(one))
	}
	return out
}

func TestCompleteIsAccepted(t *testing.T) {
	t.Parallel()
	for _, system := range []string{"module", "link"} {
		v := values(t, complete(system))
		if got := messages(v.Validate()); len(got) > 0 {
			t.Errorf("%s: %v", system, got)
		}
	}
}

type set = map[string]string

// TestRules has every rule of admin.md §1.1, its condition and its message.
func TestRules(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("a", n) }
	wide := func(n int) string { return strings.Repeat("あ", n) }
	tests := []struct {
		name   string
		system string
		change set
		want   []string
	}{
		{"merchant blank", "module", set{"merchant_id": ""}, []string{"merchant_id: ※ マーチャントIDが入力されていません。"}},
		{"merchant letters", "module", set{"merchant_id": "12a"}, []string{"merchant_id: ※ マーチャントIDは数字で入力してください。"}},
		{"merchant 9", "module", set{"merchant_id": "123456789"}, nil},
		{"merchant 10", "module", set{"merchant_id": "1234567890"}, []string{"merchant_id: ※ マーチャントIDは9字以下で入力してください。"}},
		{"connect id blank", "module", set{"connect_id": ""}, []string{"connect_id: ※ 接続IDが入力されていません。"}},
		{"connect id signs that A-z let through", "module", set{"connect_id": "ab_^[]"}, []string{"connect_id: ※ 接続IDは英数字で入力してください。"}},
		{"connect id 32", "module", set{"connect_id": long(32)}, nil},
		{"connect id 33", "module", set{"connect_id": long(33)}, []string{"connect_id: ※ 接続IDは32字以下で入力してください。"}},
		{"password blank", "module", set{"connect_password": ""}, []string{"connect_password: ※ 接続パスワードが入力されていません。"}},
		{"password signs", "module", set{"connect_password": "a-b"}, []string{"connect_password: ※ 接続パスワードは英数字で入力してください。"}},
		{"password 33", "module", set{"connect_password": long(33)}, []string{"connect_password: ※ 接続パスワードは32字以下で入力してください。"}},
		{"notice key blank", "module", set{"notice_hash_key": ""}, []string{"notice_hash_key: 入力されていません。"}},
		{"notice key signs", "module", set{"notice_hash_key": "a`b"}, []string{"notice_hash_key: ※ 差分通知ハッシュ値生成キーは英数字で入力してください。"}},
		{"notice key 16", "module", set{"notice_hash_key": long(16)}, nil},
		{"notice key 17", "module", set{"notice_hash_key": long(17)}, []string{"notice_hash_key: ※ 差分通知ハッシュ値生成キーは16字以下で入力してください。"}},
		{"no method", "module", set{"paygent_payment_method": ""}, []string{"paygent_payment_method: ※ 利用決済が入力されていません。"}},
		{"Paidy in the link type", "link", set{"paygent_payment_method": "credit,paidy"}, []string{"paygent_payment_method: 有効な値ではありません。"}},
		{"term equal to the bank's", "module", set{"rollback_target_term": "7"}, nil},
		{"term below the bank's", "module", set{"rollback_target_term": "6"}, []string{"rollback_target_term: ※ 支払期限前の注文が取り消されるため、銀行ネット決済の支払期限日より小さい日数は入力できません。"}},
		{"term 0 without bank", "module", set{"rollback_target_term": "0", "paygent_payment_method": "credit"}, nil},
		{"term below the link's", "link", set{"rollback_target_term": "4"}, []string{"rollback_target_term: ※ 支払期限前の注文が取り消されるため、支払期限日より小さい日数は入力できません。"}},
		{"mark", "module", set{"trading_id_mark": "B1"}, []string{"trading_id_mark: ※ マーチャント取引IDの目印は英字4字以下で入力してください。"}},
		{"mark 5", "module", set{"trading_id_mark": "ABCDE"}, []string{"trading_id_mark: ※ マーチャント取引IDの目印は英字4字以下で入力してください。"}},
		{"shared without mark", "module", set{"shared_merchant": "1"}, []string{"trading_id_mark: ※ マーチャントを他システムと共有する場合は、マーチャント取引IDの目印を入力してください。"}},
		{"shared with mark", "module", set{"shared_merchant": "1", "trading_id_mark": "B"}, nil},

		{"link url blank", "link", set{"link_url": ""}, []string{"link_url: ※ リクエスト先URLが入力されていません。"}},
		{"link url blank in module", "module", set{"link_url": ""}, nil},
		{"link url", "link", set{"link_url": "https://"}, []string{"link_url: ※ リクエスト先URLを正しく入力してください。"}},
		{"link url 1025", "link", set{"link_url": "https://a.jp/" + long(1012)}, []string{"link_url: ※ リクエスト先URLは1024字以下で入力してください。"}},
		{"hash key", "link", set{"hash_key": "a_b"}, []string{"hash_key: ※ リンクタイプハッシュ値生成キーは英数字で入力してください。"}},
		{"hash key 85", "link", set{"hash_key": long(85)}, []string{"hash_key: ※ リンクタイプハッシュ値生成キーは84字以下で入力してください。"}},
		{"link term 1", "link", set{"link_payment_term": "1"}, []string{"link_payment_term: ※ 支払期限日は2～60日で設定してください。"}},
		{"link term 61", "link", set{"link_payment_term": "61", "rollback_target_term": "61"}, []string{"link_payment_term: ※ 支払期限日は2～60日で設定してください。"}},
		{"return url", "link", set{"return_url": "ftp://x"}, []string{"return_url: ※ 決済完了後戻りURLを正しく入力してください。"}},
		{"shop name with space", "link", set{"merchant_name": "決済 店"}, []string{"merchant_name: ※ 店舗名(全角)に半角スペース・改行は入力できません。"}},
		{"shop name 33", "link", set{"merchant_name": wide(33)}, []string{"merchant_name: ※ 店舗名(全角)は32字以下で入力してください。"}},
		{"copyright as usual", "link", set{"link_copy_right": "Copyright (c) Kessai-Shop Co., Ltd."}, nil},
		{"copyright", "link", set{"link_copy_right": "©店"}, []string{"link_copy_right: ※ 決済ページ用コピーライトは英数字で入力してください。"}},
		{"copyright 129", "link", set{"link_copy_right": long(129)}, []string{"link_copy_right: ※ 決済ページ用コピーライトは128字以下で入力してください。"}},
		{"memo", "link", set{"link_free_memo": "a b"}, []string{"link_free_memo: ※ 自由メモ欄(全角)に半角スペース・改行は入力できません。"}},
		{"memo 129", "link", set{"link_free_memo": wide(129)}, []string{"link_free_memo: ※ 自由メモ欄(全角)は128字以下で入力してください。"}},

		{"no division", "module", set{"payment_division": ""}, []string{"payment_division: ※ 支払回数が入力されていません。"}},
		{"no division, no card", "module", set{"payment_division": "", "paygent_payment_method": "atm"}, nil},
		{"no division in link", "link", set{"payment_division": ""}, nil},
		{"3D 2.0 without name and key", "module", set{"credit_3d": "2.0"}, []string{"credit_3d_merchant_name: ※ 加盟店名(半角英数字記号)が入力されていません。", "credit_3d_hash_key: ※ 3Dセキュア結果受付ハッシュ鍵が入力されていません。"}},
		{"3D 1.0 needs no name", "module", set{"credit_3d": "1.0", "credit_3d_hash_key": "k1"}, nil},
		{"3D name", "module", set{"credit_3d": "2.0", "credit_3d_merchant_name": "My Shop", "credit_3d_hash_key": "k1"}, []string{"credit_3d_merchant_name: ※ 加盟店名(半角英数字記号)は半角英数記号で入力してください。"}},
		{"3D name 26", "module", set{"credit_3d": "2.0", "credit_3d_merchant_name": long(26), "credit_3d_hash_key": "k1"}, []string{"credit_3d_merchant_name: ※ 加盟店名(半角英数字記号)は25字以下で入力してください。"}},
		{"3D key signs", "module", set{"credit_3d": "1.0", "credit_3d_hash_key": "k-1"}, []string{"credit_3d_hash_key: ※ 3Dセキュア結果受付ハッシュ鍵は英数字で入力してください。"}},
		{"3D key 101", "module", set{"credit_3d": "1.0", "credit_3d_hash_key": long(101)}, []string{"credit_3d_hash_key: ※ 3Dセキュア結果受付ハッシュ鍵は100字以下で入力してください。"}},
		{"3D off: nothing of it checked", "module", set{"credit_3d": "0", "credit_3d_hash_key": "k-1"}, nil},
		{"token key blank", "module", set{"token_key": ""}, []string{"token_key: ※ トークン生成鍵が入力されていません。"}},
		{"token key signs", "module", set{"token_key": "a.b"}, []string{"token_key: ※ トークン生成鍵は英数字で入力してください。"}},
		{"token key 101", "module", set{"token_key": long(101)}, []string{"token_key: ※ トークン生成鍵は100字以下で入力してください。"}},
		{"token of another environment", "module", set{"token_env": "production"}, []string{"token_env: ※ トークン接続先が接続環境と一致していません。"}},
		{"simulator needs the script's address", "module", set{"environment": "simulator"}, []string{"token_url: ※ トークン接続先URLが入力されていません。"}},
		{"simulator", "module", set{"environment": "simulator", "token_url": "http://127.0.0.1:1/js/PaygentToken.js"}, nil},

		{"conveni 0", "module", set{"conveni_limit_date_num": "0"}, []string{"conveni_limit_date_num: ※ 支払期限日は1～60日で設定してください。"}},
		{"conveni 61", "module", set{"conveni_limit_date_num": "61"}, []string{"conveni_limit_date_num: ※ 支払期限日は1～60日で設定してください。"}},
		{"conveni unused", "module", set{"conveni_limit_date_num": "61", "paygent_payment_method": "credit"}, nil},
		{"ATM 0", "module", set{"atm_limit_date": "0"}, nil},
		{"ATM 61", "module", set{"atm_limit_date": "61"}, []string{"atm_limit_date: ※ 支払期限日は0～60日で設定してください。"}},
		{"ATM name blank", "module", set{"payment_detail": ""}, []string{"payment_detail: ※ 店舗名(カナ)が入力されていません。"}},
		{"ATM name with space", "module", set{"payment_detail": "ア イ"}, []string{"payment_detail: ※ 店舗名(カナ)に半角スペース・改行は入力できません。", "payment_detail: ※ 店舗名はカタカナで入力してください。"}},
		{"ATM name hiragana", "module", set{"payment_detail": "あい"}, []string{"payment_detail: ※ 店舗名はカタカナで入力してください。"}},
		{"ATM name half-width", "module", set{"payment_detail": "ｹｯｻｲ"}, nil},
		{"ATM name 33", "module", set{"payment_detail": strings.Repeat("ア", 33)}, []string{"payment_detail: ※ 店舗名(カナ)は32字以下で入力してください。"}},
		{"bank 0", "module", set{"asp_payment_term": "0"}, []string{"asp_payment_term: ※ 支払期限日は1～99日で設定してください。"}},
		{"bank 100", "module", set{"asp_payment_term": "100", "rollback_target_term": "100"}, []string{"asp_payment_term: ※ 支払期限日は1～99日で設定してください。"}},
		{"bank name blank", "module", set{"claim_kanji": ""}, []string{"claim_kanji: ※ 店舗名(全角)が入力されていません。"}},
		{"bank name 33", "module", set{"claim_kanji": wide(33)}, []string{"claim_kanji: ※ 店舗名(全角)は32字以下で入力してください。"}},
		{"bank kana", "module", set{"claim_kana": "ABC"}, []string{"claim_kana: ※ 店舗名はカタカナで入力してください。"}},
		{"bank copyright", "module", set{"copy_right": "-"}, []string{"copy_right: ※ 決済ページ用コピーライトは英数字で入力してください。"}},
		{"bank memo", "module", set{"free_memo": "あ い"}, []string{"free_memo: ※ 自由メモ欄(全角)に半角スペース・改行は入力できません。"}},
		{"no carrier", "module", set{"career_division": ""}, []string{"career_division: ※ 利用決済が入力されていません。"}},
		{"Paidy key blank", "module", set{"paygent_payment_method": "paidy", "api_key": ""}, []string{"api_key: ※ パブリックキーが入力されていません。"}},
		{"Paidy logo", "module", set{"paygent_payment_method": "paidy", "logo_url": "x y"}, []string{"logo_url: ※ ロゴURLを正しく入力してください。"}},
		{"Paidy shop name with space", "module", set{"paygent_payment_method": "paidy", "paidy_store_name": "決済 店"}, nil},
		{"Paidy shop name 33", "module", set{"paygent_payment_method": "paidy", "paidy_store_name": wide(33)}, []string{"paidy_store_name: ※ 店舗名(全角)は32字以下で入力してください。"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v := values(t, complete(tc.system), tc.change)
			want := tc.want
			if want == nil {
				want = []string{}
			}
			if diff := cmp.Diff(want, messages(v.Validate())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSet has what a single value may look like, and what is said of others.
func TestSet(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, value, want, ja string }{
		{"settlement_division", "1", "module", ""},
		{"settlement_division", "リンク型", "link", ""},
		{"settlement_division", "", "", "入力されていません。"},
		{"settlement_division", "3", "", "有効な値ではありません。"},
		{"environment", "Production", "production", ""},
		{"paygent_payment_method", "6, 1", "credit,carrier", ""},
		{"paygent_payment_method", "クレジット、Paidy", "credit,paidy", ""},
		{"paygent_payment_method", "credit,paypay", "", "有効な値ではありません。"},
		{"payment_division", "80,10,80", "10,80", ""},
		{"career_division", "4", "au", ""},
		{"security_code", "要", "1", ""},
		{"security_code", "off", "0", ""},
		{"security_code", "", "", "入力されていません。"},
		{"security_code", "maybe", "", "有効な値ではありません。"},
		{"card_valid_check", "", "", "※ カード有効性チェックが選択されていません。"},
		{"credit_3d", "2", "2.0", ""},
		{"token_env", "0", "test", ""},
		{"rollback_target_term", " 30 ", "30", ""},
		{"rollback_target_term", "", "", "※ 決済処理中の注文の取消期間が入力されていません。"},
		{"rollback_target_term", "-1", "", "※ 決済処理中の注文の取消期間は数字で入力してください。"},
		{"rollback_target_term", "1234567890", "", "※ 決済処理中の注文の取消期間は9字以下で入力してください。"},
		{"link_payment_term", "", "", "※ 支払期限日は2～60日で設定してください。"},
		{"link_payment_term", "x", "", "※ 支払期限日は数字で入力してください。"},
		{"conveni_limit_date_num", "", "", "※ 支払期限日が入力されていません。"},
		{"merchant_name", "ABC-ｶﾞｯﾂﾎﾟﾝ店", "ＡＢＣ－ガッツポン店", ""},
		{"link_url", "link.example/x", "https://link.example/x", ""},
		{"connect_password", "secret1", masked, ""},
		{"connect_id", " conn ", "conn", ""},
		{"confirm_notices", "always", "always", ""},
		{"former_notice_hash_keys", "[]", "", "「former_notice_hash_keys」という設定はありません。"},
		{"merchantid", "1", "", "「merchantid」という設定はありません。"},
	}
	for _, tc := range tests {
		v := Defaults()
		err := v.Set(tc.name, tc.value)
		if tc.ja != "" {
			if err == nil || wording.Ja(err) != tc.ja {
				t.Errorf("%s=%q: %v, want %s", tc.name, tc.value, err, tc.ja)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s=%q: %v", tc.name, tc.value, err)
			continue
		}
		if e, err := v.Get(tc.name); err != nil || e.Value != tc.want {
			t.Errorf("%s=%q reads %q, %v, want %q", tc.name, tc.value, e.Value, err, tc.want)
		}
	}
}

// TestErrorNamesSettingAndAllowedValues is what a command prints.
func TestErrorNamesSettingAndAllowedValues(t *testing.T) {
	t.Parallel()
	v := Defaults()
	err := v.Set("environment", "prod")
	if got := wording.En(err); got != "environment must be one of: simulator, test, production." {
		t.Errorf("%q", got)
	}
	if got := wording.En(v.Set("x", "")); !strings.HasPrefix(got, "There is no setting x. Known are: settlement_division, environment, merchant_id, ") {
		t.Errorf("%q", got)
	}
}

// TestPluginColumns: every column of plg_paygent_payment_config is a setting (admin.md §10).
func TestPluginColumns(t *testing.T) {
	t.Parallel()
	for _, column := range strings.Fields(`merchant_id connect_id connect_password notice_hash_key hash_key paygent_payment_method link_url card_class card_conf
		stock_card link_payment_term merchant_name link_copy_right link_free_memo rollback_target_term return_url settlement_division payment_division
		security_code credit_3d credit_3d_hash_key module_stock_card token_env token_key conveni_limit_date_num atm_limit_date payment_detail
		asp_payment_term claim_kanji claim_kana copy_right free_memo career_division api_key logo_url paidy_store_name credit_3d_merchant_name card_valid_check`) {
		if !contains(Names(), column) {
			t.Errorf("there is no setting %s", column)
		}
	}
}

func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	v := values(t, complete("module"), set{"hash_key": "linkkey1", "credit_3d_hash_key": "threedkey1", "key_passphrase": "phrase1"})
	for _, e := range v.Entries() {
		for _, s := range []string{"passA1", "noticekey1", "tokenkey1", "linkkey1", "threedkey1", "phrase1"} {
			if strings.Contains(e.Value, s) {
				t.Errorf("%s shows a secret", e.Name)
			}
		}
	}
	if err := v.Set("connect_password", masked); err != nil || v.ConnectPassword != "passA1" {
		t.Errorf("the mask replaced the secret: %v", err)
	}
}

func TestPaymentClasses(t *testing.T) {
	t.Parallel()
	v := values(t, set{"payment_division": "21,61,10,80"})
	want := []string{"10", "61-2", "61-3", "61-6", "61-10", "61-15", "61-20", "80", "21"}
	if diff := cmp.Diff(want, v.PaymentClasses()); diff != "" {
		t.Error(diff)
	}
}

// FuzzSet: what Set takes, store and restore keep.
func FuzzSet(f *testing.F) {
	for _, name := range Names() {
		f.Add(name, "1")
		f.Add(name, "ｱﾞ")
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		v := Defaults()
		if v.Set(name, value) != nil {
			return
		}
		back, err := restore(v.store())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(v.store(), back.store()); diff != "" {
			t.Error(diff)
		}
	})
}
