package paygentsim

import (
	"strings"
	"sync"
)

// MagicCard is a card number that forces an outcome. It works through a token too.
type MagicCard struct {
	Number string `json:"number"`
	// Kind is the telegram it acts on; every other kind behaves normally.
	Kind string `json:"telegram_kind"`
	// Reauthorization restricts it to a 020 with ref_trading_id.
	Reauthorization bool `json:"reauthorization,omitempty"`
	// Issuer refuses with 2003 and this code in response_detail; empty = not refused.
	Issuer string `json:"issuer_code,omitempty"`
	// Fault happens to the exchange; empty = an ordinary answer.
	Fault Fault `json:"fault,omitempty"`
	// ThreeDS is what happens at the issuer's page of a 450 or of 3-D Secure 1.0; empty = a
	// challenge that a person answers.
	ThreeDS scene `json:"three_ds,omitempty"`
	// Effect says in Japanese what happens.
	Effect string `json:"effect"`
}

// MagicCards is the table of magic card numbers. Any other number approves when its
// check digit is right, and is refused with 2003/1G65 when it is not. The first rows
// are values known from public tests (protocol.md §17.4).
func MagicCards() []MagicCard {
	return []MagicCard{
		{Number: "4900000000000000", Kind: "020", Effect: "承認"},
		{Number: "3580876521284076", Kind: "020", Effect: "承認（JCB）"},
		{Number: "5123459358515820", Kind: "020", Effect: "承認（Mastercard）"},
		{Number: "5123459358515821", Kind: "020", Effect: "承認（Mastercard）"},
		{Number: "6011234567890123", Kind: "020", Effect: "承認（Discover）"},
		{Number: "4999999999999109", Kind: "020", Effect: "承認（Visa）"},
		{Number: "4566000000000000", Kind: "020", Effect: "承認（Visa）"},

		{Number: "4900000000008101", Kind: "020", Issuer: "1G12", Effect: "拒否（カード使用不可）"},
		{Number: "4900000000008106", Kind: "020", Issuer: "1G06", Effect: "拒否（デビット口座残高不足）"},
		{Number: "4900000000008130", Kind: "020", Issuer: "1G30", Effect: "拒否（取引判定保留）"},
		{Number: "4900000000008144", Kind: "020", Issuer: "1G44", Effect: "拒否（セキュリティコード誤り、ステータスは10のまま）"},
		{Number: "4900000000008154", Kind: "020", Issuer: "1G54", Effect: "拒否（1日利用回数オーバー）"},
		{Number: "4900000000008155", Kind: "020", Issuer: "1G55", Effect: "拒否（1日限度額オーバー）"},
		{Number: "4900000000008160", Kind: "020", Issuer: "1G60", Effect: "拒否（事故カード）"},
		{Number: "4900000000008161", Kind: "020", Issuer: "1G61", Effect: "拒否（無効カード）"},
		{Number: "4900000000008183", Kind: "020", Issuer: "1G83", Effect: "拒否（有効期限エラー）"},
		{Number: "4900000000008201", Kind: "020", Reauthorization: true, Issuer: "1G12", Effect: "承認、再オーソリのみ拒否"},
		{Number: "4900000000008221", Kind: "021", Issuer: "1G97", Effect: "承認、オーソリ取消を拒否"},
		{Number: "4900000000008222", Kind: "022", Issuer: "1G97", Effect: "承認、売上を拒否"},
		{Number: "4900000000008223", Kind: "023", Issuer: "1G97", Effect: "承認、売上取消を拒否"},

		{Number: "4900000000008228", Kind: "028", Issuer: "1G97", Effect: "承認、補正オーソリを拒否"},
		{Number: "4900000000008229", Kind: "029", Issuer: "1G97", Effect: "承認、補正売上を拒否"},

		{Number: "4900000000007001", Kind: "450", ThreeDS: sceneFrictionless, Effect: "3Dセキュア認証成功（画面なし）"},
		{Number: "4900000000007002", Kind: "450", ThreeDS: sceneChallenge, Effect: "3Dセキュア認証画面を表示"},
		{Number: "4900000000007003", Kind: "450", ThreeDS: sceneFail, Effect: "3Dセキュア認証失敗（画面なし）"},
		{Number: "4900000000007010", Kind: "450", ThreeDS: sceneAttempt0, Effect: "3Dセキュア認証、attempt_kbn=0（画面なし）"},
		{Number: "4900000000007011", Kind: "450", ThreeDS: sceneAttempt1, Effect: "3Dセキュア認証、attempt_kbn=1（画面なし）"},
		{Number: "4900000000007099", Kind: "450", ThreeDS: sceneError, Effect: "3Dセキュア認証を開始できない（450がエラー）"},

		{Number: "4900000000009001", Kind: "020", Fault: TimeoutAfter, Effect: "オーソリは成立するが応答がない"},
		{Number: "4900000000009002", Kind: "020", Fault: TimeoutBefore, Effect: "何も起きず、応答もない"},
		{Number: "4900000000009003", Kind: "020", Fault: Slow, Effect: "承認、応答が遅い"},
		{Number: "4900000000009004", Kind: "020", Fault: CutAfter, Effect: "オーソリは成立するが応答の途中で切断"},
		{Number: "4900000000009005", Kind: "020", Fault: GarbageAfter, Effect: "オーソリは成立するが応答を読み取れない"},
		{Number: "4900000000009006", Kind: "020", Fault: ErrorAfter, Effect: "オーソリは成立するがHTTP 503"},
		{Number: "4900000000009007", Kind: "020", Fault: ErrorBefore, Effect: "何も起きず、HTTP 503"},
		{Number: "4900000000009008", Kind: "020", Fault: LateEffect, Effect: "応答がなく、照会に「なし」と答えた後でオーソリが成立"},
		{Number: "4900000000009009", Kind: "020", Fault: RefusedBefore, Effect: "接続できない"},
		{Number: "4900000000009010", Kind: "020", Fault: WrongCharset, Effect: "承認、応答の文字コードが違う"},
		{Number: "4900000000009020", Kind: "020", Reauthorization: true, Fault: TimeoutAfter, Effect: "承認、再オーソリは成立するが応答がない"},
		{Number: "4900000000009021", Kind: "021", Fault: TimeoutAfter, Effect: "承認、オーソリ取消は成立するが応答がない"},
		{Number: "4900000000009022", Kind: "022", Fault: TimeoutAfter, Effect: "承認、売上は成立するが応答がない"},
		{Number: "4900000000009023", Kind: "023", Fault: TimeoutAfter, Effect: "承認、売上取消は成立するが応答がない"},
		{Number: "4900000000009082", Kind: "022", Fault: LateEffect, Effect: "承認、売上は応答がなく照会の後で成立"},
		{Number: "4900000000009122", Kind: "022", Fault: TimeoutBefore, Effect: "承認、売上は成立せず応答もない"},
	}
}

// magicIndex is MagicCards by number: every card payment looks here.
var magicIndex = sync.OnceValue(func() map[string]MagicCard {
	index := map[string]MagicCard{}
	for _, m := range MagicCards() {
		index[m.Number] = m
	}
	return index
})

func magicOf(number string) (MagicCard, bool) {
	if number == "" {
		return MagicCard{}, false
	}
	m, known := magicIndex()[number]
	return m, known
}

// acts tells whether the card's magic concerns this telegram.
func (m MagicCard) acts(kind string, reauthorization bool) bool {
	return m.Kind == kind && (!m.Reauthorization || reauthorization)
}

// luhn tells whether the check digit of a number is right.
func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// securityCodeRefusal tells whether a refusal leaves the payment at 10, protocol.md §4.4.
func securityCodeRefusal(issuer string) bool { return issuer == "1G44" || issuer == "1G45" }

// issuerDetail is response_detail of 2003: the issuer's code and a phrase.
func issuerDetail(code string) string {
	phrase := map[string]string{
		"1G06": "デビット口座残高不足", "1G12": "カード使用不可", "1G30": "取引判定保留", "1G44": "セキュリティコード誤り",
		"1G45": "セキュリティコード入力無", "1G54": "1日利用回数オーバー", "1G55": "1日限度額オーバー", "1G60": "事故カード",
		"1G61": "無効カード", "1G65": "会員番号エラー", "1G83": "有効期限エラー", "1G97": "当該要求拒否",
	}[code]
	return strings.TrimSpace(code + " " + phrase)
}
