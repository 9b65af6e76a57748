package gateway

import "time"

// Settings are what staff decide about the telegrams, of one version.
type Settings struct {
	InquiryTimeout time.Duration // of a question, which has no deadline of its own
	Card           CardSettings
	Conveni        ConveniSettings
	ATM            ATMSettings
	Bank           BankSettings
	Link           LinkSettings
}

// CardSettings are クレジット決済設定.
type CardSettings struct {
	UseSecurityCode bool
	MerchantName    string // shown by the card company during 3-D Secure 2.0
	ValidCheck      bool   // カード有効性チェック of a card to be stored
}

// ConveniSettings are コンビニ(番号方式)決済設定.
type ConveniSettings struct{ LimitDays int }

// ATMSettings are ATM決済設定.
type ATMSettings struct {
	LimitDays int
	Detail    string // 店舗名(カナ)
}

// BankSettings are 銀行ネット決済設定.
type BankSettings struct {
	LimitDays int
	Claim     string // 店舗名(全角)
	ClaimKana string // 店舗名(カナ)
	CopyRight string
	FreeMemo  string
}

// LinkSettings are the settings of the link type.
type LinkSettings struct {
	LimitDays    int
	ReturnURL    string // 決済完了後戻りURL; empty: ours
	MerchantName string
	CopyRight    string
	FreeMemo     string
	Classes      string // カード支払区分
	SecurityCode bool   // カード確認番号
	StockCard    bool   // カード情報お預かり機能
}
