package paygent

import (
	"context"
	"errors"
)

// StoreCardRequest is telegram 025 (protocol.md §11). Exactly one of CardToken and Card is
// given; the token is one of its own, not the one that is authorised.
type StoreCardRequest struct {
	CustomerID      string // 顧客ID, the shop's own
	CardToken       Secret
	Card            *CardData
	HolderName      string    // with Card
	Brand           CardBrand // with Card
	ValidCheck      bool      // valid_check_flg: ask the card company; a notice without trading_id follows
	UseSecurityCode bool
	AddInfo         [4]string // add_info1 … 4
	SiteID          string
	Extra           Params
}

// StoredCardResult is the answer to 025 and 026.
type StoredCardResult struct {
	Cards          int    // num_of_cards: how many the customer has now
	CustomerCardID string // of 025: the new card
	MaskedCard     string
	CardValidTerm  string // MMYY
	HolderName     string
	IssuerName     string
	Fingerprint    string // the same for the same card number
	Fields         Params // the whole answer
}

// StoreCard sends 025 (カード情報設定).
func (c *Client) StoreCard(ctx context.Context, q StoreCardRequest) (*StoredCardResult, error) {
	b := builder{kind: KindStoreCard}
	q.add(&b)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	return readStoredCard(r, true)
}

func (q StoreCardRequest) add(b *builder) {
	b.params.Add("trading_id", "0")
	b.customerID(q.CustomerID)
	if (q.CardToken != "") == (q.Card != nil) {
		b.fail(&FieldError{Field: "card_token", Problem: FieldMissing, Detail: "exactly one of card token and card number must be given"})
	}
	b.given("card_token", string(q.CardToken))
	if q.Card != nil {
		q.Card.add(b)
		b.given("card_conf_number", string(q.Card.SecurityCode))
		b.text("cardholder_name", q.HolderName)
		b.choice("card_brand", string(q.Brand), "V", "M", "J", "X", "C")
	}
	b.params.Add("valid_check_flg", flagText(q.ValidCheck))
	b.flag("security_code_use", q.UseSecurityCode)
	for i, info := range q.AddInfo {
		b.given("add_info"+string(rune('1'+i)), info)
	}
}

// DeleteCardRequest is telegram 026.
type DeleteCardRequest struct {
	CustomerID     string
	CustomerCardID string
	SiteID         string
	Extra          Params
}

// DeleteCard sends 026 (カード情報削除).
func (c *Client) DeleteCard(ctx context.Context, q DeleteCardRequest) (*StoredCardResult, error) {
	b := builder{kind: KindDeleteCard}
	b.params.Add("trading_id", "0")
	StoredCard{CustomerID: q.CustomerID, CustomerCardID: q.CustomerCardID}.add(&b)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	return readStoredCard(r, false)
}

func readStoredCard(r *Response, isNew bool) (*StoredCardResult, error) {
	f := fieldReader{fields: r.Fields}
	s := &StoredCardResult{
		Cards: f.count("num_of_cards"), CustomerCardID: r.Get("customer_card_id"), MaskedCard: r.Get("masked_card_number"),
		CardValidTerm: r.Get("card_valid_term"), HolderName: r.Get("cardholder_name"), IssuerName: r.Get("issur_name"),
		Fingerprint: r.Get("fingerprint"), Fields: r.Fields,
	}
	if isNew {
		f.required("customer_card_id")
	}
	return trusted(s, r, "0", f.err)
}

// ListCardsRequest is telegram 027.
type ListCardsRequest struct {
	CustomerID     string
	CustomerCardID string // this one only; empty: all
	Limit          int    // limit_count; 0: the configuration's select_max_cnt
	SiteID         string
	Extra          Params
}

// KeptCard is a card that a customer keeps at Paygent.
type KeptCard struct {
	CustomerID     string
	CustomerCardID string
	MaskedCard     string // card_number
	CardValidTerm  string // MMYY
	HolderName     string
	Brand          CardBrand
	IssuerName     string
	Fingerprint    string
	Expired        bool   // card_expire_flag
	Row            Params // the whole row
}

// ListCards sends 027 (カード情報照会). No card at all is an empty list: the centre's P026.
func (c *Client) ListCards(ctx context.Context, q ListCardsRequest) ([]KeptCard, error) {
	b := builder{kind: KindListCards}
	b.params.Add("trading_id", "0")
	b.customerID(q.CustomerID)
	b.given("customer_card_id", q.CustomerCardID)
	b.limit(q.Limit)
	b.table(c)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	var rejected *RejectedError
	if errors.As(err, &rejected) && !rejected.NotSent && rejected.Code == CodeNoCard {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return readCards(r, q)
}

// readCards refuses a card of another customer: a shop would show it.
func readCards(r *Response, q ListCardsRequest) ([]KeptCard, error) {
	cards := make([]KeptCard, 0, len(r.Table.Rows))
	for i := range r.Table.Rows {
		row := r.Table.Row(i)
		card := KeptCard{
			CustomerID: row.Get("customer_id"), CustomerCardID: row.Get("customer_card_id"), MaskedCard: row.Get("card_number"),
			CardValidTerm: row.Get("card_valid_term"), HolderName: row.Get("cardholder_name"), Brand: brandOf(row.Get("card_brand")),
			IssuerName: row.Get("issur_name"), Fingerprint: row.Get("fingerprint"), Expired: row.Get("card_expire_flag") == "1", Row: row,
		}
		switch {
		case card.CustomerCardID == "":
			return nil, untrusted(r, "0", "a card has no customer_card_id")
		case card.CustomerID != q.CustomerID:
			return nil, untrusted(r, "0", "the answer is about another customer")
		}
		cards = append(cards, card)
	}
	return cards, nil
}

// CardBrand is card_brand, one letter.
type CardBrand string

// Brands.
const (
	Visa       CardBrand = "V"
	Mastercard CardBrand = "M"
	JCB        CardBrand = "J"
	Amex       CardBrand = "X"
	Diners     CardBrand = "C"
)

// brandOf reads letters and words: public sources disagree (protocol.md §19).
func brandOf(s string) CardBrand {
	switch s {
	case "VISA":
		return Visa
	case "MASTER":
		return Mastercard
	case "JCB":
		return JCB
	case "AMEX":
		return Amex
	case "DINERS":
		return Diners
	}
	return CardBrand(s)
}
