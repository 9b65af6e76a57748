package setting

import (
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// common are the rules of 共通設定.
func (c *checker) common() {
	v := c.v
	if c.required("merchant_id", "マーチャントID", v.MerchantID) {
		c.match("merchant_id", "マーチャントID", v.MerchantID, digits, CodeDigits, 9)
	}
	if c.required("connect_id", "接続ID", v.ConnectID) {
		c.match("connect_id", "接続ID", v.ConnectID, alnum, CodeAlnum, 32)
	}
	c.key("connect_password", "接続パスワード", v.ConnectPassword, 32)
	c.length("key_passphrase", "クライアント証明書のパスフレーズ", string(v.KeyPassphrase), 255)
	if v.NoticeKey == "" {
		c.refuse(CodeBlank, "notice_hash_key", "差分通知ハッシュ値生成キー", nil)
	} else {
		c.key("notice_hash_key", "差分通知ハッシュ値生成キー", v.NoticeKey, 16)
	}
	c.methods()
	c.rollback()
}

func (c *checker) methods() {
	if len(c.v.Methods) == 0 {
		c.refuse(CodeRequired, "paygent_payment_method", "利用決済", nil)
	}
	for _, m := range c.v.Methods {
		if m.Class(c.v.System) == "" { // Paidy in the link type (admin.md §11 A34)
			c.refuse(CodeChoice, "paygent_payment_method", "利用決済", problem.Args{"Allowed": linkMethods()})
		}
	}
}

func linkMethods() []string {
	var out []string
	for _, m := range Methods() {
		if m.Class(payment.Link) != "" {
			out = append(out, string(m))
		}
	}
	return out
}

// rollback: an order whose buyer may still pay must not be taken back.
func (c *checker) rollback() {
	v := c.v
	switch {
	case v.System == payment.Link && v.RollbackTerm < v.Link.PaymentTerm:
		c.refuse(CodeTermLink, "rollback_target_term", "決済処理中の注文の取消期間", nil)
	case v.System == payment.Module && v.Uses(MethodBank) && v.RollbackTerm < v.Bank.PaymentTerm:
		c.refuse(CodeTermBank, "rollback_target_term", "決済処理中の注文の取消期間", nil)
	}
}

// safety are the rules of kessai's own settings (money.md §4).
func (c *checker) safety() {
	if c.v.Mark != "" && !letters.MatchString(c.v.Mark) {
		c.refuse(CodeMark, "trading_id_mark", "マーチャント取引IDの目印", nil)
	}
	if c.v.SharedMerchant && c.v.Mark == "" {
		c.refuse(CodeMarkNeeded, "trading_id_mark", "マーチャント取引IDの目印", nil)
	}
}

// link are the rules of the link type.
func (c *checker) link() {
	l := &c.v.Link
	if c.required("link_url", "リクエスト先URL", l.URL) {
		c.url("link_url", "リクエスト先URL", l.URL)
	}
	c.match("hash_key", "リンクタイプハッシュ値生成キー", string(l.HashKey), alnum, CodeAlnum, 84)
	c.within("link_payment_term", l.PaymentTerm, 2, 60)
	c.url("return_url", "決済完了後戻りURL", l.ReturnURL)
	c.full("merchant_name", "店舗名(全角)", l.MerchantName, 32)
	c.match("link_copy_right", "決済ページ用コピーライト", l.CopyRight, copyright, CodeAlnum, 128)
	c.full("link_free_memo", "自由メモ欄(全角)", l.FreeMemo, 128)
}

// card are the rules of クレジット決済設定.
func (c *checker) card() {
	if !c.v.Uses(MethodCard) {
		return
	}
	card := &c.v.Card
	if len(card.Divisions) == 0 {
		c.refuse(CodeRequired, "payment_division", "支払回数", nil)
	}
	c.threeD()
	c.token()
}

func (c *checker) threeD() {
	card := &c.v.Card
	if card.ThreeD == NoThreeD {
		return
	}
	const label = "加盟店名(半角英数字記号)"
	if card.ThreeD == ThreeD2 {
		c.required("credit_3d_merchant_name", label, card.MerchantName)
	}
	c.match("credit_3d_merchant_name", label, card.MerchantName, graphic, CodeASCII, 25)
	c.key("credit_3d_hash_key", "3Dセキュア結果受付ハッシュ鍵", card.HashKey, 100)
}

func (c *checker) token() {
	card := &c.v.Card
	switch c.v.Environment {
	case payment.Simulator:
		if c.required("token_url", "トークン接続先URL", card.TokenURL) {
			c.url("token_url", "トークン接続先URL", card.TokenURL)
		}
	case payment.Test, payment.Production:
		if card.TokenEnv != c.v.Environment {
			c.refuse(CodeTokenEnv, "token_env", "トークン接続先", nil)
		}
	}
	// Real keys look like test_… and live_… (protocol.md §9.2), so the underscore the
	// original lets through by its pattern belongs to them.
	if c.required("token_key", "トークン生成鍵", string(card.TokenKey)) {
		c.match("token_key", "トークン生成鍵", string(card.TokenKey), alnumUnderscore, CodeAlnum, 100)
	}
}

// others are the rules of conveni, ATM, bank and carrier in the module type.
func (c *checker) others() {
	v := c.v
	if v.Uses(MethodConveni) {
		c.within("conveni_limit_date_num", v.Conveni.LimitDays, 1, 60)
	}
	if v.Uses(MethodATM) {
		c.within("atm_limit_date", v.ATM.LimitDays, 0, 60)
		c.kana("payment_detail", v.ATM.Detail)
	}
	if v.Uses(MethodBank) {
		c.bank()
	}
	if v.Uses(MethodCarrier) && len(v.Carrier.Kinds) == 0 {
		c.refuse(CodeRequired, "career_division", "利用決済", nil)
	}
}

// bank asks for 店舗名(全角), which the page marks 必須 and the plugin's server forgot (A39).
func (c *checker) bank() {
	b := &c.v.Bank
	c.within("asp_payment_term", b.PaymentTerm, 1, 99)
	c.required("claim_kanji", "店舗名(全角)", b.ClaimKanji)
	c.full("claim_kanji", "店舗名(全角)", b.ClaimKanji, 32)
	c.kana("claim_kana", b.ClaimKana)
	c.match("copy_right", "決済ページ用コピーライト", b.CopyRight, copyright, CodeAlnum, 128)
	c.full("free_memo", "自由メモ欄(全角)", b.FreeMemo, 128)
}

func (c *checker) paidy() {
	if !c.v.Uses(MethodPaidy) {
		return
	}
	p := &c.v.Paidy
	c.required("api_key", "パブリックキー", p.APIKey)
	c.length("api_key", "パブリックキー", p.APIKey, 255)
	c.url("logo_url", "ロゴURL", p.LogoURL)
	c.length("paidy_store_name", "店舗名(全角)", p.StoreName, 32)
}
