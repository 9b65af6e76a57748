package paygentsim

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"
)

// storedCard is a card kept for a customer (カード情報お預かり), protocol.md §11.
type storedCard struct {
	MerchantID string    `json:"merchant_id"`
	CustomerID string    `json:"customer_id"`
	CardID     string    `json:"customer_card_id"`
	Card       Card      `json:"card"`
	Holder     string    `json:"cardholder_name,omitempty"`
	Info       [4]string `json:"add_info"`
	StoredAt   time.Time `json:"stored_at"`
	UsedAt     time.Time `json:"used_at,omitzero"`
	CheckedAt  time.Time `json:"checked_at,omitzero"`
	Valid      string    `json:"valid_check_result,omitempty"`
	Deleted    bool      `json:"deleted,omitempty"`
}

// wallet names a customer's cards.
type wallet struct{ merchantID, customerID string }

// storedLimit is a guess: the plugin offers ten to a customer.
const storedLimit = 10

func (st *state) applyCard(card *storedCard) {
	key := wallet{card.MerchantID, card.CustomerID}
	list := st.cards[key]
	i := slices.IndexFunc(list, func(c *storedCard) bool { return c.CardID == card.CardID })
	switch {
	case i < 0 && !card.Deleted:
		st.cards[key] = append(list, card)
	case i >= 0 && card.Deleted:
		st.cards[key] = slices.Delete(list, i, i+1)
	case i >= 0:
		list[i] = card
	}
	if id, err := strconv.ParseInt(card.CardID, 10, 64); err == nil {
		st.nextCard = max(st.nextCard, id+1)
	}
}

func (st *state) allCards() []*storedCard {
	keys := slices.SortedFunc(maps.Keys(st.cards), func(a, b wallet) int {
		return cmp.Or(cmp.Compare(a.merchantID, b.merchantID), cmp.Compare(a.customerID, b.customerID))
	})
	var out []*storedCard
	for _, k := range keys {
		out = append(out, st.cards[k]...)
	}
	return out
}

// stored finds one of a customer's cards.
func (st *state) stored(merchantID, customerID, cardID string) *storedCard {
	for _, card := range st.cards[wallet{merchantID, customerID}] {
		if card.CardID == cardID {
			return card
		}
	}
	return nil
}

// storeCard keeps a card for a customer; it is written with the step.
func (c *change) storeCard(merchantID, customerID string, card Card) *storedCard {
	kept := &storedCard{MerchantID: merchantID, CustomerID: customerID, CardID: strconv.FormatInt(c.sim.st.nextCard, 10), Card: card, StoredAt: c.now}
	c.d.Cards = append(c.d.Cards, kept)
	return kept
}

// keepCard is 025.
func (s *Sim) keepCard(c *change, t *telegram) answer {
	list := s.st.cards[wallet{t.merchant.MerchantID, t.get("customer_id")}]
	if len(list) >= storedLimit {
		return abnormal("SIM007", "登録できるカードは"+strconv.Itoa(storedLimit)+"件までです")
	}
	o := order{securityCode: t.get("security_code_use") == "1"}
	if bad := s.cardOfTokenOrNumber(c, t, &o); bad != nil {
		return *bad
	}
	if o.token != nil {
		c.useToken(o.token)
	}
	kept := c.storeCard(t.merchant.MerchantID, t.get("customer_id"), o.Card)
	kept.Holder = cmp.Or(t.get("cardholder_name"), o.holder)
	for i := range kept.Info {
		kept.Info[i] = t.get("add_info" + strconv.Itoa(i+1))
	}
	if t.get("valid_check_flg") == "1" {
		if code := s.checkValidity(c, t, &o, kept); code != "" {
			a := abnormal("2003", issuerDetail(code))
			a.effect = true
			return a
		}
	}
	a := normal()
	a.effect = true
	a.add("num_of_cards", strconv.Itoa(len(list)+1))
	a.add("customer_card_id", kept.CardID)
	a.add("issur_name", issuerName)
	a.add("fingerprint", o.Card.Fingerprint)
	a.add("masked_card_number", o.Card.Masked)
	a.add("card_valid_term", o.Card.Term)
	a.add("cardholder_name", kept.Holder)
	return a
}

// checkValidity asks the issuer about a card to be kept. The question is a payment of its
// own without trading_id, and 10 means valid (protocol.md §11, §18 guess 21). A card that
// is not valid is not kept.
func (s *Sim) checkValidity(c *change, t *telegram, o *order, kept *storedCard) (refused string) {
	p := c.create(&Payment{MerchantID: t.merchant.MerchantID, Type: TypeCard, SiteID: t.get("site_id"), PaymentClass: "10", Card: o.Card})
	code := refusal(c, o)
	kept.CheckedAt, kept.Valid = c.now, "0"
	if code == "" {
		c.move(p, Applied, t.kind, true)
		return ""
	}
	p.IssuerCode = code
	c.move(p, Refused, t.kind, true)
	c.d.Cards = slices.DeleteFunc(c.d.Cards, func(card *storedCard) bool { return card == kept })
	return code
}

// dropCard is 026.
func (s *Sim) dropCard(c *change, t *telegram) answer {
	customerID := t.get("customer_id")
	card := s.st.stored(t.merchant.MerchantID, customerID, t.get("customer_card_id"))
	if card == nil {
		return abnormal("P026", "customer_card_id のカードは登録されていません")
	}
	gone := *card
	gone.Deleted = true
	c.d.Cards = append(c.d.Cards, &gone)
	a := normal()
	a.effect = true
	a.add("num_of_cards", strconv.Itoa(len(s.st.cards[wallet{t.merchant.MerchantID, customerID}])-1))
	return a
}

// cardColumns are those of 027, in their order.
func cardColumns() []string {
	return []string{"customer_id", "customer_card_id", "card_number", "card_valid_term", "card_last_use_date", "card_brand",
		"cardholder_name", "add_info1", "add_info2", "add_info3", "add_info4", "card_expire_flag", "valid_check_result",
		"valid_update_cd", "valid_check_date", "issur_name", "fingerprint"}
}

// listCards is 027.
func (s *Sim) listCards(c *change, t *telegram) answer {
	rows := table{columns: cardColumns()}
	for _, card := range s.st.cards[wallet{t.merchant.MerchantID, t.get("customer_id")}] {
		if only := t.get("customer_card_id"); only == "" || only == card.CardID {
			rows.rows = append(rows.rows, card.row(c.now))
		}
	}
	if len(rows.rows) == 0 {
		return abnormal("P026", "customer_id のカードは登録されていません")
	}
	return rows.answer(t.get("limit_count"))
}

func (card *storedCard) row(now time.Time) []string {
	expired := "0"
	if cardExpired(card.Card.Term, now) {
		expired = "1"
	}
	minutes := func(t time.Time) string { return stamp(t)[:min(12, len(stamp(t)))] }
	return []string{card.CustomerID, card.CardID, card.Card.Masked, card.Card.Term, minutes(card.UsedAt), card.Card.Brand, card.Holder,
		card.Info[0], card.Info[1], card.Info[2], card.Info[3], expired, card.Valid, "", minutes(card.CheckedAt), issuerName, card.Card.Fingerprint}
}
