package paygent

import "context"

// ThreeDSRequest is telegram 450 (protocol.md §10.3). It creates no payment; 020 follows
// when the buyer has come back, with the same card again. Exactly one of CardToken alone,
// Card and StoredCard says which card; the token is not used up.
type ThreeDSRequest struct {
	TradingID    string
	Amount       Yen
	CurrencyCode string // empty: not sent
	TermURL      string // where the buyer comes back; its own query is kept
	MerchantName string // shown by the card company; at most 25 characters, ASCII is safe

	CardToken  Secret
	Card       *CardData
	StoredCard *StoredCard
	HolderName string // half-width

	Guest   bool           // login_type 01, account_indicator 01
	Account *ThreeDSMember // of a member: login_type 02

	Address           Match // is the goods' address the buyer's
	Billing, Shipping ThreeDSAddress
	Email             string
	HomePhone         ThreeDSPhone
	MobilePhone       ThreeDSPhone
	WorkPhone         ThreeDSPhone
	Reorder           Reorder
	ShipTo            ShipTo
	SiteID            string
	Extra             Params
}

// ThreeDSAuthentication is the answer to 450.
type ThreeDSAuthentication struct {
	AuthID  string // 3ds_auth_id, for 020 and to know the return by
	ACSHTML string // a page from the centre: parse it, never echo it
	Fields  Params // the whole answer
}

// ACSForm is the form of ACSHTML: post it from a page of your own.
func (a *ThreeDSAuthentication) ACSForm() (Form, error) { return formOf(a.ACSHTML, "UTF-8") }

// AuthenticateThreeDS sends 450 (3Dセキュア2.0認証). The buyer comes back to TermURL with what
// ParseThreeDS2 reads.
func (c *Client) AuthenticateThreeDS(ctx context.Context, q ThreeDSRequest) (*ThreeDSAuthentication, error) {
	b := builder{kind: KindThreeDSecure}
	q.add(&b)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	if err := sameSettlement(r, q.TradingID, "", false); err != nil {
		return nil, err
	}
	f := fieldReader{fields: r.Fields}
	a := &ThreeDSAuthentication{AuthID: f.required("3ds_auth_id"), ACSHTML: f.required("out_acs_html"), Fields: r.Fields}
	return trusted(a, r, q.TradingID, f.err)
}

func (q ThreeDSRequest) add(b *builder) {
	b.given("trading_id", q.TradingID)
	b.params.Add("authentication_type", "01")
	b.needURL("term_url", q.TermURL)
	b.needText("merchant_name", q.MerchantName)
	b.amount("payment_amount", q.Amount)
	b.given("currency_code", q.CurrencyCode)
	q.addCard(b)
	b.text("cardholder_name", q.HolderName)
	q.addAccount(b)
	b.given("address_match", string(q.Address))
	q.Billing.add(b, "bill")
	q.Shipping.add(b, "ship")
	b.given("email_address", q.Email)
	q.HomePhone.add(b, "home")
	q.MobilePhone.add(b, "mobile")
	q.WorkPhone.add(b, "work")
	b.given("reorder_indicator", string(q.Reorder))
	b.given("shipping_indicator", string(q.ShipTo))
}

func (q ThreeDSRequest) addCard(b *builder) {
	token, stored, direct := q.CardToken != "", q.StoredCard != nil, q.Card != nil
	switch {
	case stored && !direct: // a token beside it is one of the security code, for 020 only
		b.params.Add("card_set_method", "customer")
		q.StoredCard.add(b)
	case token && !stored && !direct:
		b.params.Add("card_set_method", "token")
		b.params.Add("card_token", string(q.CardToken))
	case direct && !token && !stored:
		b.params.Add("card_set_method", "direct")
		q.Card.add(b)
	default:
		b.fail(&FieldError{Field: "card_set_method", Problem: FieldMissing, Detail: "exactly one of card token, card number and stored card must be given"})
	}
}

func (q ThreeDSRequest) addAccount(b *builder) {
	switch {
	case q.Guest && q.Account != nil:
		b.fail(badFormat("login_type", "a guest has no account"))
	case q.Guest:
		b.params.Add("login_type", "01")
		b.params.Add("account_indicator", string(NoAccount))
	case q.Account != nil:
		b.params.Add("login_type", "02")
		q.Account.add(b)
	}
}
