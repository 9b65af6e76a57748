package paygent

import (
	"slices"
	"strconv"
	"strings"
)

// LinkRequest opens a payment page of the link type (protocol.md §8.2). Empty items are not
// sent. Names are given as the buyer typed them: Fit makes them what the page takes.
type LinkRequest struct {
	TradingID   string
	Amount      Yen           // sent as "id"
	Methods     []PaymentType // offered to the buyer; none: all of the contract
	FixedFields []string      // fix_params, what the buyer may not change; LinkBuyerFields
	InformURL   string        // inform_url, where this trade's notices go

	TermDays    int // 2 to 60; either this
	TermMinutes int // 5 to 2880; or this

	Classes         LinkClasses // payment_class, which divisions are offered
	UseSecurityCode *bool       // use_card_conf_number; nil: not sent
	StockCards      StockMode   // stock_card_mode
	CustomerID      string      // with StockCards
	ThreeDSecure    LinkThreeDS // threedsecure_ryaku

	MerchantName string // 店舗名(全角), at most 32
	BannerURL    string
	CopyRight    string // コピーライト(半角英数), at most 128
	FreeMemo     string // 自由メモ欄(全角), at most 128
	Detail       string // payment_detail
	DetailKana   string // payment_detail_kana
	Buyer        Buyer
	Tel          string

	ReturnURL     string
	StopURL       string
	RetryCard     bool // re_payment_type: after a card error the buyer may try again
	SkipFinish    bool // finish_disable: no page of Paygent's at the end
	CaptureAtOnce bool // sales_flg, by its name [C]
	Appendix      string
	Language      string // language_code
	Currency      string // currency_code
	MailSuccess   string // mail_send_flg_success
	MailFailure   string // mail_send_flg_failure
	Extra         Params // further items, outside of the hash
}

// LinkClasses is payment_class of the link type.
type LinkClasses string

// StockMode is stock_card_mode of the link type.
type StockMode string

// LinkThreeDS is threedsecure_ryaku of the link type.
type LinkThreeDS string

// What they say; empty is not sent.
const (
	OneTimeOnly     LinkClasses = "0" // 1回払いのみ
	EveryClass      LinkClasses = "1" // 全て
	AllButBonus     LinkClasses = "2" // ボーナス一括以外全て
	NoStoredCards   StockMode   = "0"
	OfferStoring    StockMode   = "1"
	AlwaysStore     StockMode   = "2"
	UseThreeDSecure LinkThreeDS = "0"
	NoThreeDSecure  LinkThreeDS = "1"
)

// LinkBuyerFields are the fields that the original lets nobody change on Paygent's page.
func LinkBuyerFields() []string {
	return []string{"customer_family_name", "customer_name", "customer_family_name_kana", "customer_name_kana", "customer_tel"}
}

// add collects the items; hc stays empty until all are known.
func (q LinkRequest) add(b *builder, merchantID string, hashed bool) {
	b.need("trading_id", q.TradingID)
	b.given("payment_type", joinTypes(q.Methods))
	b.given("fix_params", strings.Join(q.FixedFields, ","))
	b.amount("id", q.Amount)
	b.url("inform_url", q.InformURL)
	b.params.Add("seq_merchant_id", merchantID)
	q.addTerm(b)
	b.choice("payment_class", string(q.Classes), "0", "1", "2")
	if q.UseSecurityCode != nil {
		b.params.Add("use_card_conf_number", flagText(*q.UseSecurityCode))
	}
	b.choice("stock_card_mode", string(q.StockCards), "0", "1", "2")
	if q.StockCards != "" && q.StockCards != NoStoredCards && q.CustomerID == "" {
		b.fail(missing("customer_id"))
	}
	if q.CustomerID != "" {
		b.customerID(q.CustomerID)
	}
	b.choice("threedsecure_ryaku", string(q.ThreeDSecure), "0", "1")
	if hashed {
		b.params.Add("hc", "")
	}
	q.addShown(b)
	q.addReturn(b)
}

func joinTypes(types []PaymentType) string {
	var codes []string
	for _, t := range types {
		codes = append(codes, string(t))
	}
	return strings.Join(codes, ",")
}

func (q LinkRequest) addTerm(b *builder) {
	switch {
	case (q.TermDays != 0) == (q.TermMinutes != 0):
		b.fail(&FieldError{Field: "payment_term_day", Problem: FieldMissing, Detail: "either days or minutes must be given, not both"})
	case q.TermDays != 0:
		if q.TermDays < 2 || q.TermDays > 60 {
			b.fail(outOfRange("payment_term_day", "must be 2 to 60 days"))
		}
		b.params.Add("payment_term_day", strconv.Itoa(q.TermDays))
	default:
		if q.TermMinutes < 5 || q.TermMinutes > 2880 {
			b.fail(outOfRange("payment_term_min", "must be 5 to 2880 minutes"))
		}
		b.params.Add("payment_term_min", strconv.Itoa(q.TermMinutes))
	}
}

func (q LinkRequest) addShown(b *builder) {
	b.text("merchant_name", q.MerchantName)
	b.url("banner_url", q.BannerURL)
	b.text("copy_right", q.CopyRight)
	b.text("free_memo", q.FreeMemo)
	b.text("payment_detail", q.Detail)
	b.text("payment_detail_kana", q.DetailKana)
	q.Buyer.add(b)
	b.text("customer_tel", q.Tel)
}

func (q LinkRequest) addReturn(b *builder) {
	b.url("return_url", q.ReturnURL)
	b.url("stop_return_url", q.StopURL)
	b.flag("re_payment_type", q.RetryCard)
	b.flag("finish_disable", q.SkipFinish)
	b.flag("sales_flg", q.CaptureAtOnce)
	b.given("appendix", q.Appendix)
	b.given("language_code", q.Language)
	b.given("currency_code", q.Currency)
	b.given("mail_send_flg_success", q.MailSuccess)
	b.given("mail_send_flg_failure", q.MailFailure)
	for _, item := range q.Extra {
		if slices.ContainsFunc(b.params, func(p Param) bool { return p.Name == item.Name }) {
			b.fail(badFormat(item.Name, "it is given twice"))
		}
		b.params.Add(item.Name, item.Value)
	}
}
