package setting

import (
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
)

// Secret is a password or key. It prints as ***; string(s) is the only way to it.
type Secret = paygent.Secret

// Values are the settings, in the order of the settings page (admin.md §1.1).
type Values struct {
	System          payment.System      // システム種別
	Environment     payment.Environment // whose Paygent it is; ours
	MerchantID      string
	ConnectID       string
	ConnectPassword Secret
	KeyPassphrase   Secret // of the client certificate's key; empty: the usual one
	NoticeKey       Secret // 差分通知ハッシュ値生成キー
	FormerKeys      []NoticeKey
	Methods         []Method // 利用決済
	RollbackTerm    int      // 決済処理中の注文の取消期間, days

	Mark           string         // in front of trading ids, up to four letters (money.md §4)
	SharedMerchant bool           // マーチャントを他システムと共有
	Confirm        ledger.Confirm // which notices are confirmed by 094 (money.md §5)

	RollbackCancels bool            // a living payment found by the rollback is cancelled (money.md §9)
	SameTradingID   bool            // a re-authorisation bears the former id (money.md §4)
	Attempts        ledger.Attempts // which 3-D Secure attempts are accepted (money.md §6)

	Link    Link
	Card    Card
	Conveni Conveni
	ATM     ATM
	Bank    Bank
	Carrier Carrier
	Paidy   Paidy
}

// NoticeKey is a key of difference notifications and what it belongs to
// (money.md §10).
type NoticeKey struct {
	Environment payment.Environment
	MerchantID  string
	Key         Secret
}

// Link is what the link type needs.
type Link struct {
	URL          string // リンクタイプリクエスト先URL
	HashKey      Secret
	PaymentTerm  int // 支払期限日
	ReturnURL    string
	MerchantName string
	CopyRight    string
	FreeMemo     string
	CardClass    CardClass
	CardConf     bool // カード確認番号
	StockCard    bool // カード情報お預かり機能
}

// Card is クレジット決済設定 of the module type.
type Card struct {
	Divisions    []Division // 支払い回数
	SecurityCode bool
	ThreeD       ThreeD
	MerchantName string
	HashKey      Secret // 3Dセキュア結果受付ハッシュ鍵
	StockCard    bool
	ValidCheck   bool
	TokenEnv     payment.Environment // トークン接続先: test or production
	TokenURL     string              // of PaygentToken.js in the simulator environment
	TokenKey     Secret
}

// Conveni is コンビニ(番号方式)決済設定.
type Conveni struct{ LimitDays int }

// ATM is ATM決済設定.
type ATM struct {
	LimitDays int
	Detail    string // 店舗名(カナ)
}

// Bank is 銀行ネット決済設定.
type Bank struct {
	PaymentTerm int
	ClaimKanji  string
	ClaimKana   string
	CopyRight   string
	FreeMemo    string
}

// Carrier is 携帯キャリア決済設定.
type Carrier struct{ Kinds []CarrierKind }

// Paidy is Paidy決済設定.
type Paidy struct {
	APIKey    string // パブリックキー; it stands in the buyer's page
	LogoURL   string
	StoreName string
}

// Defaults are the values of a fresh install (admin.md §9). Nothing is offered
// and nothing real can be reached with them.
func Defaults() Values {
	return Values{
		System: payment.Module, Environment: payment.Simulator, RollbackTerm: 10, Confirm: ledger.ConfirmRisky, Attempts: ledger.AcceptAttempts,
		Link:    Link{PaymentTerm: 5, CardClass: LumpSumOnly},
		Card:    Card{ThreeD: NoThreeD, TokenEnv: payment.Test},
		Conveni: Conveni{LimitDays: 15}, ATM: ATM{LimitDays: 30}, Bank: Bank{PaymentTerm: 7},
	}
}

// Uses reports whether the method is checked in 利用決済.
func (v *Values) Uses(m Method) bool { return contains(v.Methods, m) }

// NoticeKeys are all keys a notice may be signed with, the one in force first.
func (v *Values) NoticeKeys() []NoticeKey {
	var keys []NoticeKey
	if v.NoticeKey != "" {
		keys = append(keys, NoticeKey{Environment: v.Environment, MerchantID: v.MerchantID, Key: v.NoticeKey})
	}
	return append(keys, v.FormerKeys...)
}

// TokenScript is the address of PaygentToken.js, empty if there is none. A real
// host is only ever named by the test and production environments.
func (v *Values) TokenScript() string {
	switch v.Environment {
	case payment.Test:
		return "https://sandbox.paygent.co.jp/js/PaygentToken.js"
	case payment.Production:
		return "https://token.paygent.co.jp/js/PaygentToken.js"
	default:
		return v.Card.TokenURL
	}
}

// PaymentClasses are what a buyer may choose, in the page's order: 分割払い is six
// choices (storefront.md §5.1).
func (v *Values) PaymentClasses() []string {
	var classes []string
	for _, d := range Divisions() {
		switch {
		case !contains(v.Card.Divisions, d):
		case d == Instalments:
			classes = append(classes, "61-2", "61-3", "61-6", "61-10", "61-15", "61-20")
		default:
			classes = append(classes, string(d))
		}
	}
	return classes
}
