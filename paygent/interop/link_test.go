package interop_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"kessai/paygent"
)

func (s *shop) link(order paygent.LinkOrder, key paygent.Secret) *paygent.Link {
	s.t.Helper()
	o := paygent.LinkOptions{URL: "https://sim.example/v/u/request", MerchantID: "12345", HashKey: key, Order: order, Transport: s.sim.Transport(), Random: rand.NewChaCha8([32]byte{2})}
	if order == paygent.LinkECCUBE {
		o.Partner, o.ShopVersion, o.PluginVersion = "lockon", "4.0.6", "1.4.1"
	}
	l, err := paygent.NewLink(o)
	if err != nil {
		s.t.Fatal(err)
	}
	return l
}

func linkRequest(method paygent.PaymentType) paygent.LinkRequest {
	yes := true
	return paygent.LinkRequest{TradingID: "5" + string(method), Amount: 3300, Methods: []paygent.PaymentType{method}, FixedFields: paygent.LinkBuyerFields(),
		TermDays: 5, Classes: paygent.EveryClass, UseSecurityCode: &yes, Buyer: buyer, Tel: "090-1234-5678", MerchantName: "決済商店",
		CopyRight: "(c) Shop", FreeMemo: "お問い合わせは店舗へ", ReturnURL: "https://shop.example/ok?order_id=5", StopURL: "https://shop.example/stop?order_id=5", RetryCard: true}
}

// Every method is offered by both orders of the hash, from server to server and by the browser.
func TestLinkOpens(t *testing.T) {
	t.Parallel()
	for _, order := range []paygent.LinkOrder{paygent.LinkStandard, paygent.LinkECCUBE} {
		for _, method := range []paygent.PaymentType{paygent.TypeATM, paygent.TypeCard, paygent.TypeConveni, paygent.TypeBank, paygent.TypeCareer} {
			s := open(t, nil)
			l := s.link(order, linkKey)
			opened, err := l.Open(t.Context(), linkRequest(method))
			if err != nil {
				t.Fatalf("%s %s: %v", order, method.Name(), err)
			}
			if opened.LimitDate.IsZero() || opened.TradingID != "5"+string(method) {
				t.Errorf("%s %s: %+v", order, method.Name(), opened)
			}
			s.goTo(opened.URL).press("stop").back("/stop")
			s.submit(l.Form(linkRequest(method))).press("stop").back("/stop")
		}
	}
}

func TestLinkCardIsPaid(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	q := linkRequest(paygent.TypeCard)
	q.StockCards, q.CustomerID = paygent.OfferStoring, "7"
	opened, err := s.link(paygent.LinkECCUBE, linkKey).Open(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	s.goTo(opened.URL).press("pay", "card_number", good, "month", "12", "year", "30", "cvc", "123", "keep", "1")
	n := s.told()
	if n.Type != paygent.TypeCard || n.Status != paygent.StatusAuthOK || n.TradingID != "502" || n.CustomerID != "7" || n.CustomerCardID == "" {
		t.Errorf("%+v", n)
	}
	cards, err := s.client.ListCards(t.Context(), paygent.ListCardsRequest{CustomerID: "7"})
	if err != nil || len(cards) != 1 || cards[0].CustomerCardID != n.CustomerCardID {
		t.Errorf("%+v, %v", cards, err)
	}
}

func TestLinkConveniGetsANumber(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	opened, err := s.link(paygent.LinkECCUBE, linkKey).Open(t.Context(), linkRequest(paygent.TypeConveni))
	if err != nil {
		t.Fatal(err)
	}
	s.goTo(opened.URL).press("pay", "cvs_company_id", string(paygent.Lawson))
	n := s.told()
	if n.Type != paygent.TypeConveni || n.Status != paygent.StatusApplied || n.ReceiptNumber == "" || len(paygent.ConveniStores(n.UsableStores)) == 0 || n.LimitDate.IsZero() || n.Unusable != nil {
		t.Errorf("%+v", n)
	}
	if name := n.Fields.Get("customer_family_name"); name != "" && name != "髙橋" {
		t.Errorf("name %q", name)
	}
}

func TestLinkRefusals(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	if _, err := s.link(paygent.LinkStandard, "WRONGKEY").Open(t.Context(), linkRequest(paygent.TypeCard)); err == nil {
		t.Error("a wrong hash was accepted")
	}
	q := linkRequest(paygent.TypeATM)
	q.Buyer, q.Extra = paygent.Buyer{}, paygent.Params{{Name: "customer_family_name", Value: "七文字の名前だ"}}
	var rejected *paygent.RejectedError
	if _, err := s.link(paygent.LinkStandard, linkKey).Open(t.Context(), q); !errors.As(err, &rejected) || rejected.NotSent || rejected.Code != "P009" {
		t.Errorf("too long for the centre: %v", err)
	}
}
