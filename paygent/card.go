package paygent

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"
)

// StoredCard names a card that the customer keeps at Paygent (カード情報お預かり).
type StoredCard struct {
	CustomerID     string // 顧客ID
	CustomerCardID string // 顧客カードID, digits
	WithCVCToken   bool   // AuthorizeRequest.CardToken holds a token of the security code alone
}

// ThreeDSecureVersion is 3dsecure_use_type (protocol.md §5.1.1).
type ThreeDSecureVersion string

// Versions of 3-D Secure.
const (
	ThreeDSecure1 ThreeDSecureVersion = "1"
	ThreeDSecure2 ThreeDSecureVersion = "2"
)

// CardData is a card's number itself, for merchants who may handle one (PCI DSS): everybody
// else has a token made in the buyer's browser.
type CardData struct {
	Number       Secret // 14 to 16 digits without separators
	ValidTerm    string // MMYY
	SecurityCode Secret // 3 or 4 digits, or empty
}

func (d *CardData) add(b *builder) {
	if n := string(d.Number); len(n) < 14 || len(n) > 16 || !isDigits(n) {
		b.fail(badFormat("card_number", "must be 14 to 16 digits"))
	}
	if len(d.ValidTerm) != 4 || !isDigits(d.ValidTerm) {
		b.fail(badFormat("card_valid_term", "must be MMYY"))
	}
	b.params.Add("card_number", string(d.Number))
	b.params.Add("card_valid_term", d.ValidTerm)
	if n := string(d.SecurityCode); n != "" && (len(n) < 3 || len(n) > 4 || !isDigits(n)) {
		b.fail(badFormat("card_conf_number", "must be 3 or 4 digits"))
	}
}

// AuthorizeRequest is telegram 020 (protocol.md §5.1.1). Exactly one of CardToken alone,
// Card, StoredCard and RefTradingID says which card.
type AuthorizeRequest struct {
	TradingID    string // マーチャント取引ID; the centre accepts an empty one
	Amount       Yen    // at least 1
	PaymentClass PaymentClass
	SplitCount   int // number of payments; with Instalments only

	CardToken    Secret // from the buyer's browser, one use
	Card         *CardData
	StoredCard   *StoredCard
	RefTradingID string // re-authorisation of an earlier trading's card; skips 3-D Secure

	UseSecurityCode bool // security_code_use=1
	CaptureAtOnce   bool // sales_mode=1, 同時売上: status 40 instead of 20

	ThreeDSecure     ThreeDSecureVersion // empty: not sent
	SkipThreeDSecure bool                // 3dsecure_ryaku=1
	ThreeDSAuthID    string              // 3ds_auth_id of telegram 450, with ThreeDSecure2
	TermURL          string              // return address of 3-D Secure 1.0
	HTTPAccept       string              // the browser's header, 1.0
	HTTPUserAgent    string              // the browser's header, 1.0

	SiteID string // サイトID; empty: 1
	Extra  Params // further items, sent last
}

// Authorization is the answer to 020.
type Authorization struct {
	PaymentID       string // 決済ID
	TradingID       string
	NeedsThreeDS    bool   // result 7: nothing is authorised yet; show the buyer ACSHTML
	ACSHTML         string // a page from the centre: parse it, never echo it
	AttemptKbn      string // protocol.md §10.4
	MaskedCard      string // ************1111
	CardValidTerm   string // MMYY
	Fingerprint     string // the same for the same card number
	IssuerClass     string
	AcquirerID      string
	AcquirerName    string
	IssuerID        string
	IssuerName      string
	Fields          Params // the whole answer
	UndecodableText []string
}

// ACSForm is the form of ACSHTML: post it from a page of your own.
func (a *Authorization) ACSForm() (Form, error) { return formOf(a.ACSHTML, "Shift_JIS") }

// Authorize sends 020 (カード決済オーソリ). A refusal is a *DeclinedError that has a PaymentID too.
func (c *Client) Authorize(ctx context.Context, q AuthorizeRequest) (*Authorization, error) {
	b := builder{kind: KindAuthorize}
	q.add(&b)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	if err := sameSettlement(r, q.TradingID, "", true); err != nil {
		return nil, err
	}
	return readAuthorization(r), nil
}

func readAuthorization(r *Response) *Authorization {
	return &Authorization{
		PaymentID: r.Get("payment_id"), TradingID: r.Get("trading_id"),
		NeedsThreeDS: r.Result == ResultThreeDSecure, ACSHTML: r.Get("out_acs_html"),
		AttemptKbn: r.Get("attempt_kbn"), MaskedCard: r.Get("masked_card_number"),
		CardValidTerm: r.Get("card_valid_term"), Fingerprint: r.Get("fingerprint"),
		IssuerClass: r.Get("issur_class"), AcquirerID: r.Get("acq_id"), AcquirerName: r.Get("acq_name"),
		IssuerID: r.Get("issur_id"), IssuerName: r.Get("issur_name"),
		Fields: r.Fields, UndecodableText: r.Undecodable,
	}
}

func (q AuthorizeRequest) add(b *builder) {
	b.given("trading_id", q.TradingID)
	b.amount("payment_amount", q.Amount)
	b.needChoice("payment_class", string(q.PaymentClass), string(LumpSum), string(Instalments), string(Revolving), string(BonusLumpSum), bonusLumpSumECCUBE)
	if (q.PaymentClass == Instalments) != (q.SplitCount > 0) || q.SplitCount == 1 {
		b.fail(outOfRange("split_count", "belongs to instalments (61), which are two payments or more, and only to them"))
	}
	if q.SplitCount > 0 {
		b.choice("split_count", strconv.Itoa(q.SplitCount), "2", "3", "4", "5", "6", "10", "12", "15", "18", "20", "24")
	}
	q.addCard(b)
	b.given("ref_trading_id", q.RefTradingID)
	if q.Card != nil {
		b.given("card_conf_number", string(q.Card.SecurityCode))
	}
	b.flag("security_code_use", q.UseSecurityCode)
	b.flag("sales_mode", q.CaptureAtOnce)
	q.addThreeDSecure(b)
}

func (q AuthorizeRequest) addCard(b *builder) {
	ways := 0
	for _, given := range []bool{q.CardToken != "" && q.StoredCard == nil, q.StoredCard != nil, q.Card != nil, q.RefTradingID != ""} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		b.fail(&FieldError{Field: "card_token", Problem: FieldMissing, Detail: "exactly one of card token, card number, stored card and ref_trading_id must be given"})
	}
	b.given("card_token", string(q.CardToken))
	switch {
	case q.StoredCard != nil:
		if q.StoredCard.WithCVCToken != (q.CardToken != "") {
			b.fail(badFormat("security_code_token", "a stored card takes a card token only as token of its security code"))
		}
		b.flag("stock_card_mode", true)
		q.StoredCard.add(b)
		b.flag("security_code_token", q.StoredCard.WithCVCToken)
	case q.Card != nil:
		q.Card.add(b)
	}
}

func (s StoredCard) add(b *builder) {
	b.customerID(s.CustomerID)
	b.need("customer_card_id", s.CustomerCardID)
	if s.CustomerCardID != "" && (len(s.CustomerCardID) > 16 || !isDigits(s.CustomerCardID)) {
		b.fail(badFormat("customer_card_id", "must be 1 to 16 digits"))
	}
}

// customerID is the shop's own name for a customer: letters and digits (protocol.md §5.1.1),
// and what joins them.
func (b *builder) customerID(id string) {
	b.need("customer_id", id)
	if strings.ContainsFunc(id, func(r rune) bool {
		return r != '-' && r != '_' && (r >= utf8.RuneSelf || !isLetter(byte(r)) && (r < '0' || r > '9'))
	}) {
		b.fail(badFormat("customer_id", "must be half-width letters and digits"))
	}
}

func (q AuthorizeRequest) addThreeDSecure(b *builder) {
	skip := q.SkipThreeDSecure || q.RefTradingID != ""
	switch {
	case q.ThreeDSecure == ThreeDSecure2 && !skip && q.ThreeDSAuthID == "":
		b.fail(missing("3ds_auth_id"))
	case q.ThreeDSecure == ThreeDSecure1 && !skip && q.TermURL == "":
		b.fail(missing("term_url"))
	}
	b.choice("3dsecure_use_type", string(q.ThreeDSecure), string(ThreeDSecure1), string(ThreeDSecure2))
	b.flag("3dsecure_ryaku", skip)
	b.given("3ds_auth_id", q.ThreeDSAuthID)
	b.url("term_url", q.TermURL)
	b.given("http_accept", q.HTTPAccept)
	b.given("http_user_agent", q.HTTPUserAgent)
}

func (p *Params) addFlag(name string, on bool) {
	if on {
		p.Add(name, "1")
	}
}
