package setting

import (
	"encoding/json"
	"fmt"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// fields lists every setting in the page's order.
func fields() []field {
	var all []field
	for _, group := range [][]field{commonFields(), safetyFields(), linkFields(), cardFields(), otherFields(), {formerKeys()}} {
		all = append(all, group...)
	}
	return all
}

func commonFields() []field {
	return []field{
		oneOf("settlement_division", "システム種別", func(v *Values) *payment.System { return &v.System },
			pick(payment.Module, "module", "1", "モジュール型"), pick(payment.Link, "link", "2", "リンク型")),
		oneOf("environment", "接続環境", func(v *Values) *payment.Environment { return &v.Environment },
			pick(payment.Simulator, "simulator", "シミュレーター"), pick(payment.Test, "test", "試験環境"), pick(payment.Production, "production", "本番環境")),
		text("merchant_id", "マーチャントID", func(v *Values) *string { return &v.MerchantID }),
		text("connect_id", "接続ID", func(v *Values) *string { return &v.ConnectID }),
		secret("connect_password", "接続パスワード", func(v *Values) *Secret { return &v.ConnectPassword }),
		secret("key_passphrase", "クライアント証明書のパスフレーズ", func(v *Values) *Secret { return &v.KeyPassphrase }),
		secret("notice_hash_key", "差分通知ハッシュ値生成キー", func(v *Values) *Secret { return &v.NoticeKey }),
		several("paygent_payment_method", "利用決済", func(v *Values) *[]Method { return &v.Methods },
			pick(MethodCard, "credit", "1", "クレジット"), pick(MethodConveni, "conveni", "2", "コンビニ(番号方式)"), pick(MethodATM, "atm", "4", "ATM決済"),
			pick(MethodBank, "bank", "5", "銀行ネット"), pick(MethodCarrier, "carrier", "6", "携帯キャリア"), pick(MethodPaidy, "paidy", "11")),
		days("rollback_target_term", "決済処理中の注文の取消期間", func(v *Values) *int { return &v.RollbackTerm }),
	}
}

func safetyFields() []field {
	return []field{
		text("trading_id_mark", "マーチャント取引IDの目印", func(v *Values) *string { return &v.Mark }),
		flag("shared_merchant", "マーチャントを他システムと共有", func(v *Values) *bool { return &v.SharedMerchant }),
		oneOf("confirm_notices", "差分通知の照会", func(v *Values) *ledger.Confirm { return &v.Confirm },
			pick(ledger.ConfirmAlways, "always", "常に照会する"), pick(ledger.ConfirmRisky, "risky", "必要なときだけ照会する"), pick(ledger.ConfirmNever, "never", "照会しない")),
		flag("rollback_cancels_alive", "決済処理中の注文の取消で承認済みの決済も取り消す", func(v *Values) *bool { return &v.RollbackCancels }),
		flag("reauthorize_same_id", "再オーソリで元のマーチャント取引IDを使う", func(v *Values) *bool { return &v.SameTradingID }),
		oneOf("threeds_attempts", "3Dセキュアのアテンプト取引", func(v *Values) *ledger.Attempts { return &v.Attempts },
			pick(ledger.AcceptAttempts, "low", "すべて受け入れる"), pick(ledger.ProtectedAttempts, "middle", "カード会社が責任を負うものだけ受け入れる"), pick(ledger.FullOnly, "high", "受け入れない")),
	}
}

func linkFields() []field {
	return []field{
		address("link_url", "リンクタイプリクエスト先URL", func(v *Values) *string { return &v.Link.URL }),
		secret("hash_key", "リンクタイプハッシュ値生成キー", func(v *Values) *Secret { return &v.Link.HashKey }),
		daysOr(refuse(CodeRange, "link_payment_term", "支払期限日", problem.Args{"Min": 2, "Max": 60}), "link_payment_term", "支払期限日", func(v *Values) *int { return &v.Link.PaymentTerm }),
		address("return_url", "決済完了後戻りURL", func(v *Values) *string { return &v.Link.ReturnURL }),
		wide("merchant_name", "店舗名(全角)", func(v *Values) *string { return &v.Link.MerchantName }),
		text("link_copy_right", "コピーライト(半角英数)", func(v *Values) *string { return &v.Link.CopyRight }),
		wide("link_free_memo", "自由メモ欄(全角)", func(v *Values) *string { return &v.Link.FreeMemo }),
		oneOf("card_class", "カード支払区分", func(v *Values) *CardClass { return &v.Link.CardClass },
			pick(LumpSumOnly, "0", "1回払いのみ"), pick(AllClasses, "1", "全て"), pick(AllButBonus, "2", "ボーナス一括以外全て")),
		flag("card_conf", "カード確認番号", func(v *Values) *bool { return &v.Link.CardConf }),
		flag("stock_card", "カード情報お預かり機能", func(v *Values) *bool { return &v.Link.StockCard }),
	}
}

func cardFields() []field {
	return []field{
		several("payment_division", "支払い回数", func(v *Values) *[]Division { return &v.Card.Divisions },
			pick(LumpSum, "10", "一括払い"), pick(Instalments, "61", "分割払い"), pick(Revolving, "80", "リボ払い"), pick(Bonus, "21", "ボーナス一括払い")),
		flag("security_code", "セキュリティコード", func(v *Values) *bool { return &v.Card.SecurityCode }),
		oneOf("credit_3d", "3Dセキュア", func(v *Values) *ThreeD { return &v.Card.ThreeD },
			pick(ThreeD1, "1.0", "1"), pick(ThreeD2, "2.0", "2"), pick(NoThreeD, "0", "不要")),
		text("credit_3d_merchant_name", "加盟店名(半角英数字記号)", func(v *Values) *string { return &v.Card.MerchantName }),
		secret("credit_3d_hash_key", "3Dセキュア結果受付ハッシュ鍵", func(v *Values) *Secret { return &v.Card.HashKey }),
		flag("module_stock_card", "カード情報お預かり機能", func(v *Values) *bool { return &v.Card.StockCard }),
		flagOr(CodeUnselected, "card_valid_check", "カード有効性チェック", func(v *Values) *bool { return &v.Card.ValidCheck }),
		oneOf("token_env", "トークン接続先", func(v *Values) *payment.Environment { return &v.Card.TokenEnv },
			pick(payment.Test, "test", "0", "試験環境"), pick(payment.Production, "production", "1", "本番環境")),
		text("token_url", "トークン接続先URL", func(v *Values) *string { return &v.Card.TokenURL }),
		secret("token_key", "トークン生成鍵", func(v *Values) *Secret { return &v.Card.TokenKey }),
	}
}

func otherFields() []field {
	return []field{
		days("conveni_limit_date_num", "支払期限日", func(v *Values) *int { return &v.Conveni.LimitDays }),
		days("atm_limit_date", "支払期限日", func(v *Values) *int { return &v.ATM.LimitDays }),
		text("payment_detail", "店舗名(カナ)", func(v *Values) *string { return &v.ATM.Detail }),
		days("asp_payment_term", "支払期限日", func(v *Values) *int { return &v.Bank.PaymentTerm }),
		wide("claim_kanji", "店舗名(全角)", func(v *Values) *string { return &v.Bank.ClaimKanji }),
		text("claim_kana", "店舗名(カナ)", func(v *Values) *string { return &v.Bank.ClaimKana }),
		text("copy_right", "コピーライト(半角英数)", func(v *Values) *string { return &v.Bank.CopyRight }),
		wide("free_memo", "自由メモ欄(全角)", func(v *Values) *string { return &v.Bank.FreeMemo }),
		several("career_division", "利用決済", func(v *Values) *[]CarrierKind { return &v.Carrier.Kinds },
			pick(Docomo, "docomo", "5", "d払い"), pick(AU, "au", "4", "auかんたん決済"), pick(SoftBank, "softbank", "6", "ソフトバンクまとめて支払い・ワイモバイルまとめて支払い")),
		text("api_key", "パブリックキー", func(v *Values) *string { return &v.Paidy.APIKey }),
		address("logo_url", "ロゴURL", func(v *Values) *string { return &v.Paidy.LogoURL }),
		wide("paidy_store_name", "店舗名(全角)", func(v *Values) *string { return &v.Paidy.StoreName }),
	}
}

// formerKeys are kept by saving, not by staff. NoticeKey's own JSON would mask
// the key, so it is written out here.
func formerKeys() field {
	type stored struct {
		Environment payment.Environment
		MerchantID  string
		Key         string
	}
	return field{name: "former_notice_hash_keys", label: "以前の差分通知ハッシュ値生成キー", secret: true, hidden: true,
		get: func(v *Values) string {
			all := []stored{}
			for _, k := range v.FormerKeys {
				all = append(all, stored{k.Environment, k.MerchantID, string(k.Key)})
			}
			text, err := json.Marshal(all)
			if err != nil {
				panic(fmt.Sprintf("setting: three strings have no JSON: %v", err))
			}
			return string(text)
		},
		set: func(v *Values, s string) error {
			var all []stored
			if err := json.Unmarshal([]byte(s), &all); err != nil {
				return fmt.Errorf("former notice keys: %w", err)
			}
			v.FormerKeys = nil
			for _, k := range all {
				v.FormerKeys = append(v.FormerKeys, NoticeKey{k.Environment, k.MerchantID, Secret(k.Key)})
			}
			return nil
		}}
}
