package paygentsim

import (
	"cmp"
	"net/http"
	"strings"
)

// payLinkCard takes the card form of the link type's page.
func (s *Sim) payLinkCard(c *change, m *Merchant, v *visit, p params, data linkPage) (view, error) {
	o, wrong := s.readLinkCard(c, v, p, &data)
	if wrong != "" {
		data.Error = wrong
		return view{page: "link.html", data: data}, nil
	}
	if v.get("threedsecure_ryaku") == "0" {
		child, err := c.openChild(v, visitThreeDS)
		if err == nil {
			child.Key, err = s.newUUID()
		}
		if err != nil {
			return view{}, err
		}
		child.Card, child.Order = &o.Card, &o
		return view{redirect: child.path()}, nil
	}
	return s.decideLinkCard(c, m, v, &o)
}

// readLinkCard checks the form and says in Japanese what is wrong.
func (s *Sim) readLinkCard(c *change, v *visit, p params, data *linkPage) (o order, wrong string) {
	class, split, _ := strings.Cut(p["class"], "-")
	o = order{TradingID: v.TradingID, Amount: v.Amount, Class: class, Split: split, InformURL: v.get("inform_url"), Linked: true,
		Customer: v.get("customer_id"), Keep: data.MustKeep || data.MayKeep && p["keep"] == "1", Capture: v.get("sales_flg") == "1"}
	offered := false
	for _, ch := range data.Classes {
		offered = offered || ch.Value == p["class"]
	}
	stored := s.st.stored(v.MerchantID, v.get("customer_id"), p["stored"])
	number := strings.NewReplacer(" ", "", "-", "").Replace(p["card_number"])
	switch {
	case !offered:
		return o, "支払い回数を選択してください。"
	case data.CVC && !isCVC(p["cvc"]):
		return o, "セキュリティコードを正しく入力してください。"
	case p["stored"] != "" && stored == nil:
		return o, "登録カードを選択してください。"
	case stored != nil:
		o.Card, o.Keep = stored.Card, false
	case !isCardNumber(number):
		return o, "カード番号を正しく入力してください。"
	case !isTerm(p["month"] + p["year"]):
		return o, "有効期限を正しく入力してください。"
	default:
		o.Card = newCard(number, p["month"]+p["year"])
	}
	if cardExpired(o.Card.Term, c.now) {
		return o, "有効期限が切れています。"
	}
	return o, ""
}

// finishLinkedCard goes on after 3-D Secure.
func (s *Sim) finishLinkedCard(c *change, auth *visit) (view, error) {
	v, m := c.visit(auth.Back), s.merchant(auth.MerchantID)
	if v == nil || m == nil || !v.open(c.now) {
		return note(http.StatusGone, "有効期限が切れています", "お手続きの有効期限が切れました。お手数ですが、ショップへお戻りください。"), nil
	}
	if auth.Result != "0" {
		return s.linkRefused(c, m, v, "3-Dセキュアの本人認証ができませんでした。")
	}
	o := *auth.Order
	o.ThreeDS, o.Attempt = "2.0", auth.Attempt
	c.editVisit(auth).UsedAt = c.now
	return s.decideLinkCard(c, m, v, &o)
}

// decideLinkCard applies (10, told) and asks the issuer.
func (s *Sim) decideLinkCard(c *change, m *Merchant, v *visit, o *order) (view, error) {
	p := c.move(c.create(o.payment(v.MerchantID)), Applied, "buyer", true)
	v = c.editVisit(v)
	v.PaymentID = p.PaymentID
	if code := refusal(c, o); code != "" {
		p.IssuerCode = code
		if !securityCodeRefusal(code) && !m.Rules.RefusedStays10 {
			c.move(p, Refused, "buyer", true)
		}
		return s.linkRefused(c, m, v, "カード会社の承認が得られませんでした。（"+code+"）")
	}
	if o.Keep {
		kept := c.storeCard(v.MerchantID, o.Customer, o.Card)
		p.Details = append(p.Details, Item{"customer_id", kept.CustomerID}, Item{"customer_card_id", kept.CardID})
	}
	to := Authorized
	if o.Capture {
		to = Captured
	}
	c.move(p, to, "buyer", true)
	return finishLink(c, v, p.PaymentID)
}

// linkRefused shows the form again when the shop allows another try (re_payment_type),
// else the end.
func (s *Sim) linkRefused(c *change, m *Merchant, v *visit, why string) (view, error) {
	if v.get("re_payment_type") == "1" {
		data := s.linkData(c, m, v, params{"type": string(TypeCard)})
		data.Error = why + "別のカードでもう一度お試しください。"
		return view{page: "link.html", data: data}, nil
	}
	v = c.editVisit(v)
	v.DoneAt, v.Result = c.now, "stopped"
	return view{page: "note.html", data: notePage{"決済に失敗しました", why, cmp.Or(v.get("stop_return_url"), v.get("return_url")), "ショップへ戻る"}}, nil
}
