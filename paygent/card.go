package paygent

import (
	"context"
	"strconv"
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

// AuthorizeRequest is telegram 020 (protocol.md §5.1.1). Exactly one of CardToken alone,
// StoredCard and RefTradingID says which card.
type AuthorizeRequest struct {
	TradingID    string // マーチャント取引ID; the centre accepts an empty one
	Amount       Yen    // at least 1
	PaymentClass PaymentClass
	SplitCount   int // number of payments; with Instalments only

	CardToken    Secret // from the buyer's browser, one use
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

// Authorize sends 020 (カード決済オーソリ). A refusal is a *DeclinedError that has a PaymentID too.
func (c *Client) Authorize(ctx context.Context, q AuthorizeRequest) (*Authorization, error) {
	if err := q.check(); err != nil {
		return nil, notSent(Failure{Kind: KindAuthorize, TradingID: q.TradingID}, CodeParameter, err.Error(), err)
	}
	r, err := c.Do(ctx, Request{Kind: KindAuthorize, Params: q.params()})
	if err != nil {
		return nil, err
	}
	if err := sameSettlement(r, q.TradingID, "", true); err != nil {
		return nil, err
	}
	return &Authorization{
		PaymentID: r.Get("payment_id"), TradingID: r.Get("trading_id"),
		NeedsThreeDS: r.Result == ResultThreeDSecure, ACSHTML: r.Get("out_acs_html"),
		AttemptKbn: r.Get("attempt_kbn"), MaskedCard: r.Get("masked_card_number"),
		CardValidTerm: r.Get("card_valid_term"), Fingerprint: r.Get("fingerprint"),
		IssuerClass: r.Get("issur_class"), AcquirerID: r.Get("acq_id"), AcquirerName: r.Get("acq_name"),
		IssuerID: r.Get("issur_id"), IssuerName: r.Get("issur_name"),
		Fields: r.Fields, UndecodableText: r.Undecodable,
	}, nil
}

func (q AuthorizeRequest) check() error {
	ways := 0
	for _, given := range []bool{q.CardToken != "" && q.StoredCard == nil, q.StoredCard != nil, q.RefTradingID != ""} {
		if given {
			ways++
		}
	}
	switch {
	case q.Amount < 1:
		return &parameterError{"payment_amount", "must be at least 1 yen"}
	case q.PaymentClass == "":
		return &parameterError{"payment_class", "is missing"}
	case (q.PaymentClass == Instalments) != (q.SplitCount > 0):
		return &parameterError{"split_count", "belongs to instalments (61), and only to them"}
	case ways != 1:
		return &parameterError{"card_token", "exactly one of card token, stored card and ref_trading_id must be given"}
	case q.StoredCard != nil && (q.StoredCard.CustomerID == "" || q.StoredCard.CustomerCardID == ""):
		return &parameterError{"customer_card_id", "a stored card needs customer_id and customer_card_id"}
	case q.StoredCard != nil && q.StoredCard.WithCVCToken != (q.CardToken != ""):
		return &parameterError{"security_code_token", "a stored card takes a card token only as token of its security code"}
	}
	return nil
}

func (q AuthorizeRequest) params() Params {
	p := Params{{"trading_id", q.TradingID}, {"payment_amount", q.Amount.String()}, {"payment_class", string(q.PaymentClass)}}
	if q.SplitCount > 0 {
		p.Add("split_count", strconv.Itoa(q.SplitCount))
	}
	p.addIf("card_token", string(q.CardToken))
	if q.StoredCard != nil {
		p.Add("stock_card_mode", "1")
		p.Add("customer_id", q.StoredCard.CustomerID)
		p.Add("customer_card_id", q.StoredCard.CustomerCardID)
		p.addFlag("security_code_token", q.StoredCard.WithCVCToken)
	}
	p.addIf("ref_trading_id", q.RefTradingID)
	p.addFlag("security_code_use", q.UseSecurityCode)
	p.addFlag("sales_mode", q.CaptureAtOnce)
	p.addIf("3dsecure_use_type", string(q.ThreeDSecure))
	p.addFlag("3dsecure_ryaku", q.SkipThreeDSecure || q.RefTradingID != "")
	p.addIf("3ds_auth_id", q.ThreeDSAuthID)
	p.addIf("term_url", q.TermURL)
	p.addIf("http_accept", q.HTTPAccept)
	p.addIf("http_user_agent", q.HTTPUserAgent)
	p.addIf("site_id", q.SiteID)
	return append(p, q.Extra...)
}

func (p *Params) addFlag(name string, on bool) {
	if on {
		p.Add(name, "1")
	}
}
