package paygentsim

import (
	"net/http"
	"slices"
	"strings"
)

// linkPage is the link type's payment page in all its states.
type linkPage struct {
	ID, Shop, Detail, Memo, CopyRight, Error string
	Amount                                   int64
	Visit                                    *visit
	Types                                    []PaymentType
	Type                                     PaymentType
	Names                                    []nameInput
	Stores                                   []store
	Cards                                    []*storedCard
	Classes                                  []choice
	Carriers                                 []choice
	CVC, MayKeep, MustKeep, CanStop          bool
}

// finishPage says how it ended.
type finishPage struct {
	Payment *Payment
	Store   string
	Rows    []Item
	Return  string
	Last    string
}

type choice struct{ Value, Label string }

// nameInput is a buyer's field; a fixed one cannot be edited.
type nameInput struct {
	Name, Label, Value string
	Fixed              bool
	is                 shape
	bytes              int
}

func nameInputs(v *visit, p params) []nameInput {
	list := []nameInput{
		{"customer_family_name", "お名前（姓）", "", false, fullWidth(), 12}, {"customer_name", "お名前（名）", "", false, fullWidth(), 12},
		{"customer_family_name_kana", "お名前カナ（姓）", "", false, halfKana(), 12}, {"customer_name_kana", "お名前カナ（名）", "", false, halfKana(), 12},
		{"customer_tel", "電話番号", "", false, digits(), 11},
	}
	fixed := strings.Split(v.get("fix_params"), ",")
	for i := range list {
		in := &list[i]
		in.Value = v.get(in.Name)
		in.Fixed = in.Value != "" && slices.Contains(fixed, in.Name)
		if typed, given := p[in.Name]; given && !in.Fixed {
			in.Value = storable(typed)
		}
	}
	return list
}

// serveLink is the page that a link type request leads to.
func (s *Sim) serveLink(c *change, v *visit, p params) (view, error) {
	m := s.merchant(v.MerchantID)
	payment := c.payment(v.MerchantID, v.PaymentID)
	switch {
	case m == nil:
		return note(http.StatusNotFound, "お取引が見つかりません", ""), nil
	case v.Result == "stopped":
		return note(http.StatusGone, "お支払いは中止されました", "このお取引のお手続きは終了しています。"), nil
	case v.done() && payment != nil:
		return view{page: "finish.html", data: finishData(v, payment)}, nil
	}
	data := s.linkData(c, m, v, p)
	switch {
	case p["do"] == "stop":
		return stopLink(c, v), nil
	case data.Type == "" || p["do"] != "pay":
		return view{page: "link.html", data: data}, nil
	}
	switch data.Type {
	case TypeCard:
		return s.payLinkCard(c, m, v, p, data)
	case TypeATM, TypeConveni:
		return s.payLinkNumber(c, v, p, data)
	case TypeBank:
		return s.goOn(c, v, visitBank)
	}
	if carrierName(p["career_type"]) == "不明" {
		data.Error = "キャリアを選択してください。"
		return view{page: "link.html", data: data}, nil
	}
	child, err := c.openChild(v, visitCarrier)
	if err != nil {
		return view{}, err
	}
	c.openCarrier(child, p["career_type"], v.Amount, "buyer")
	c.editVisit(v).PaymentID = child.PaymentID
	return view{redirect: child.path()}, nil
}

func (s *Sim) linkData(c *change, m *Merchant, v *visit, p params) linkPage {
	data := linkPage{ID: v.ID, Shop: v.get("merchant_name"), Detail: v.get("payment_detail"), Memo: v.get("free_memo"), CopyRight: v.get("copy_right"),
		Amount: v.Amount, Visit: v, Types: offered(m, v.get("payment_type")), Names: nameInputs(v, p), Stores: stores(),
		Carriers: []choice{{carrierDocomo, carrierName(carrierDocomo)}, {carrierAu, carrierName(carrierAu)}, {carrierSoftBank, carrierName(carrierSoftBank)}},
		Classes:  classChoices(v.get("payment_class")), CVC: v.get("use_card_conf_number") == "1", CanStop: v.get("stop_return_url") != "",
		MayKeep: v.get("stock_card_mode") == "1", MustKeep: v.get("stock_card_mode") == "2",
	}
	if len(data.Types) == 1 {
		data.Type = data.Types[0]
	}
	if t := PaymentType(p["type"]); slices.Contains(data.Types, t) {
		data.Type = t
	}
	if data.MayKeep || data.MustKeep {
		data.Cards = s.st.cards[wallet{v.MerchantID, v.get("customer_id")}]
	}
	return data
}

// classChoices are the payment divisions that payment_class offers, protocol.md §8.2.
func classChoices(class string) []choice {
	out := []choice{{"10", "一括払い"}}
	if class != "1" && class != "2" {
		return out
	}
	for _, n := range []string{"2", "3", "6", "10", "15", "20"} {
		out = append(out, choice{"61-" + n, "分割" + n + "回払い"})
	}
	out = append(out, choice{"80", "リボ払い"})
	if class == "1" {
		out = append(out, choice{"23", "ボーナス一括払い"})
	}
	return out
}

// openChild sends a buyer on from the link type's page to a page that brings them back.
func (c *change) openChild(v *visit, kind visitKind) (*visit, error) {
	asked := params{"trading_id": v.TradingID, "merchant_name": v.get("merchant_name"), "claim_kanji": v.get("payment_detail"),
		"free_memo": v.get("free_memo"), "copy_right": v.get("copy_right"), "stop_return_url": v.get("stop_return_url"), "inform_url": v.get("inform_url")}
	child, err := c.openVisit(&telegram{merchant: &Merchant{MerchantID: v.MerchantID}, params: asked}, kind, v.Until)
	if err != nil {
		return nil, err
	}
	child.Back, child.Amount = v.ID, v.Amount
	return child, nil
}

func (s *Sim) goOn(c *change, v *visit, kind visitKind) (view, error) {
	child, err := c.openChild(v, kind)
	if err != nil {
		return view{}, err
	}
	return view{redirect: child.path()}, nil
}

// payLinkNumber issues the number of a convenience store or of an ATM.
func (s *Sim) payLinkNumber(c *change, v *visit, p params, data linkPage) (view, error) {
	values := params{}
	for _, in := range data.Names {
		values[in.Name] = in.Value
		switch {
		case in.Value == "" && (in.Name != "customer_tel" || data.Type == TypeConveni):
			data.Error = in.Label + "を入力してください。"
		case width(in.Value, "") > in.bytes || !in.is.fits(in.Value):
			data.Error = in.Label + "を正しく入力してください。"
		}
	}
	chosen := storeOf(p["cvs_company_id"])
	if data.Type == TypeConveni && chosen.ID == "" {
		data.Error = "コンビニを選択してください。"
	}
	if data.Error != "" {
		return view{page: "link.html", data: data}, nil
	}
	payment := &Payment{MerchantID: v.MerchantID, TradingID: v.TradingID, Amount: v.Amount, LimitAt: v.Until, InformURL: v.get("inform_url"),
		Details: buyerDetails(func(name string) string { return values[name] })}
	if data.Type == TypeATM {
		payment = c.issueATM(payment, "buyer")
	} else {
		payment = c.issueConveni(payment, chosen, v.get(basePage), "buyer")
	}
	return finishLink(c, v, payment.PaymentID)
}

// basePage is the name under which a visit remembers where browsers reach the simulator.
const basePage = "simulator_page_url"

// finishLink ends a link visit with its payment.
func finishLink(c *change, v *visit, paymentID string) (view, error) {
	v = c.editVisit(v)
	v.PaymentID, v.DoneAt, v.Result = paymentID, c.now, "0"
	payment := c.peek(paymentID)
	if v.get("finish_disable") == "1" && v.get("return_url") != "" {
		return view{redirect: v.get("return_url")}, nil
	}
	return view{page: "finish.html", data: finishData(v, payment)}, nil
}

// stopLink ends a link visit without one.
func stopLink(c *change, v *visit) view {
	v = c.editVisit(v)
	v.DoneAt, v.Result = c.now, "stopped"
	if v.get("stop_return_url") == "" {
		return note(http.StatusOK, "お支払いを中止しました", "このまま画面を閉じてください。")
	}
	return view{redirect: v.get("stop_return_url")}
}

func finishData(v *visit, p *Payment) finishPage {
	data := finishPage{Payment: p, Return: v.get("return_url"), Store: storeOf(p.detail("cvs_company_id")).Name}
	labels := []choice{{"receipt_number", "受付番号（払込票番号）"}, {"pay_center_number", "収納機関番号"}, {"customer_number", "お客様番号"}, {"conf_number", "確認番号"}}
	for _, l := range labels {
		if value := p.detail(l.Value); value != "" {
			data.Rows = append(data.Rows, Item{l.Label, value})
		}
	}
	if len(data.Rows) > 0 {
		data.Last = p.LimitAt.Add(-1).In(japan()).Format("2006年01月02日")
	}
	return data
}

// serveReceipt is receipt_print_url: the slip to show at the store.
func (s *Sim) serveReceipt(w http.ResponseWriter, r *http.Request) {
	id, number := r.URL.Query().Get("id"), r.URL.Query().Get("n")
	out, err := s.step(func(c *change) (view, error) {
		p := c.peek(id)
		if p == nil || p.Type != TypeConveni || number == "" || p.detail("receipt_number") != number {
			return note(http.StatusNotFound, "払込票が見つかりません", "番号をご確認ください。"), nil
		}
		return view{page: "finish.html", data: finishData(&visit{}, c.expire(p))}, nil
	})
	s.show(w, r, out, err)
}
