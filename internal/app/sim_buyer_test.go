package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store"
	"kessai/internal/store/storetest"
	"kessai/paygent"
	"kessai/paygentsim"
)

// purchase is an order and what people did with it.
type purchase struct {
	id      order.ID
	way     way
	label   string // of the coverage table
	submits []ledger.Begin
	clicks  []ledger.Change
	tabs    []tab
	backs   []page
	outside bool   // someone at the centre moved its payment
	cheated bool   // the amount was edited at Paidy's window
	edited  bool   // staff saved other lines or totals
	acts    int    // of staff, beside the buttons
	refuses bool   // it was paid by a card of which some later telegram is refused
	acs     string // what was pressed at the issuer's page last
	hand    hand   // EC-CUBE's own
}

// tab is a page of the centre that the buyer has open.
type tab struct {
	payment string
	needs   ledger.Needs
}

// newOrder makes an order of short goods, and mostly pays it.
func (s *simulation) newOrder() {
	if p := s.draft(s.anyWay()); s.chosen(92) {
		s.submit(p, "pay")
	}
}

// draft is a cart at the payment page.
func (s *simulation) draft(how way) *purchase {
	w := storetest.Wanted{}
	classes := s.classes
	if s.aimed.table != "" { // nothing comes of an order of goods that are gone
		classes = slices.DeleteFunc(slices.Clone(classes), func(c class) bool {
			left, _ := s.Stock(c.id)
			return left < 5
		})
	}
	for range 1 + s.dice.IntN(2) {
		c := classes[s.dice.IntN(len(classes))].id
		if !slices.ContainsFunc(w.Lines, func(m order.Movement) bool { return m.ProductClassID == c }) {
			w.Lines = append(w.Lines, order.Movement{ProductClassID: c, Quantity: 1 + s.dice.Int64N(3)})
		}
	}
	if how.stored || s.chosen(20) {
		w.Customer, w.UsePoint = s.member, 10*s.dice.Int64N(50)
	}
	w.Edit = func(d *store.Draft) { d.PaymentRow, d.PaymentName = how.row, "ペイジェント" }
	p := &purchase{id: s.Order(w), way: how}
	p.label = s.label(how)
	s.purchases, s.byID[p.id] = append(s.purchases, p), p
	s.note("order %d by %s: %v, %d points", p.id, p.label, w.Lines, w.UsePoint)
	return p
}

// restock is a delivery of goods.
func (s *simulation) restock() {
	c := &s.classes[s.dice.IntN(len(s.classes))]
	more := 20 + s.dice.Int64N(60)
	s.Exec("UPDATE dtb_product_stock SET stock = stock + ? WHERE product_class_id = ?", more, c.id)
	s.Exec("UPDATE dtb_product_class SET stock = stock + ? WHERE id = ?", more, c.id)
	c.stock += more
	s.note("%d of %d are delivered", more, c.id)
}

func (s *simulation) anyWay() way {
	sum := 0
	for _, w := range s.ways {
		sum += w.weight
	}
	n := s.dice.IntN(sum)
	for _, w := range s.ways {
		if n -= w.weight; n < 0 {
			return w
		}
	}
	panic("unreachable")
}

// submit sends the payment page with a new key, and follows where it leads.
func (s *simulation) submit(p *purchase, what string) {
	in := ledger.Begin{
		Order: p.id, Amount: s.view(p.id).Order.Total, Actor: ledger.Buyer, Brand: p.way.brand,
		Key: fmt.Sprintf("submit:%d:%d", p.id, len(p.submits)),
	}
	if p.way.scheme == (payment.Scheme{Method: payment.Card, System: payment.Module}) {
		in.PaymentClass = "10"
		if p.way.stored {
			in.StoredCard = s.storedCard
		}
	}
	trick := s.dice.IntN(40)
	if s.smooth {
		trick = -1
	}
	switch trick {
	case 0:
		in.Amount++ // a page shown before the price changed
	case 1:
		in.PaymentClass, in.SplitCount = "61", 5 // not offered
	case 2:
		in.Brand, in.PaymentClass = "", "80"
	}
	p.submits = append(p.submits, in)
	s.send(p, in, what)
}

func (s *simulation) send(p *purchase, in ledger.Begin, what string) {
	if !s.meanwhile {
		p.label = s.label(p.way)
	}
	card := ""
	in.Beside, card = s.beside(p)
	s.cover("buyer", p.label, what)
	delayed := len(s.wire.slow)
	var result ledger.Result
	var err error
	s.do(p.id, fmt.Sprintf("%s %d with %s (%s)", what, p.id, card, in.Key), 12, func() string {
		result, err = ledger.Result{}, errors.New("crashed")
		result, err = s.app.Ledger.Begin(context.Background(), in)
		return s.outcome(result, err)
	})
	if s.meanwhile {
		return
	}
	if err == nil {
		s.goOn(p, result.Step)
	}
	s.impatient(delayed, func() { s.submit(p, "meanwhile") })
}

// beside is what the page hands over beside the order: a card's token, a store.
func (s *simulation) beside(p *purchase) (b ledger.Beside, card string) {
	switch {
	case p.way.scheme.System == payment.Link:
	case p.way.scheme.Method == payment.Conveni:
		b.Store = string([]paygent.ConveniStore{paygent.SevenEleven, paygent.Lawson}[s.dice.IntN(2)])
	case p.way.stored:
		token, err := s.sim.CVCToken(s.merchant.MerchantID, "123")
		if err != nil {
			s.t.Fatal(err)
		}
		b.Token = ledger.CardToken(token)
	case p.way.scheme.Method == payment.Card:
		card = s.card(p)
		b.Token = s.token(card)
	}
	return b, card
}

// card is a good one most of the time.
func (s *simulation) card(p *purchase) string {
	if s.smooth || s.chosen(65) {
		return goodCard
	}
	magic := paygentsim.MagicCards()
	m := magic[s.dice.IntN(len(magic))]
	if m.Kind != "020" {
		p.refuses = true
	}
	return m.Number
}

// label is a way in the coverage table.
func (s *simulation) label(w way) string {
	switch {
	case w.scheme.System == payment.Link:
		return schemeName(w.scheme)
	case w.brand != payment.NoBrand:
		return string(w.brand)
	case w.stored:
		return "stored card"
	case w.scheme.Method == payment.Card && s.threeDS != ledger.NoThreeDS:
		return "card 3DS " + string(s.threeDS)
	}
	return schemeName(w.scheme)
}

func labels() []string {
	return []string{"card", "card 3DS 1.0", "card 3DS 2.0", "stored card", "conveni", "ATM", "bank", "docomo", "au", "softbank", "Paidy",
		"link card", "link conveni", "link ATM", "link bank", "link carrier"}
}

func (s *simulation) labelOf(id order.ID) string {
	if p := s.byID[id]; p != nil {
		return p.label
	}
	return "*"
}

// payAgain goes on with an order, wherever it is.
func (s *simulation) payAgain() {
	if p := s.some(); p != nil {
		s.submit(p, "again")
	}
}

// doubleClick sends a submit once more: nothing may be sent for it but where the first
// one never got as far as transaction A.
func (s *simulation) doubleClick() {
	p := s.someWith(func(p *purchase) bool { return len(p.submits) > 0 })
	if p != nil {
		s.doubleClickOn(p)
	}
}

func (s *simulation) doubleClickOn(p *purchase) {
	in := p.submits[s.dice.IntN(len(p.submits))]
	had := s.wire.begun
	known := slices.ContainsFunc(s.view(p.id).Operations, func(op *ledger.Operation) bool { return op.IdemKey == in.Key })
	in.Beside, _ = s.beside(p)
	s.cover("buyer", p.label, "double")
	var step ledger.Step
	s.do(p.id, fmt.Sprintf("double %d (%s)", p.id, in.Key), 8, func() string {
		r, err := s.app.Ledger.Begin(context.Background(), in)
		step = r.Step
		if known && s.wire.begun != had {
			s.bad(p.id, "a submit that was taken was sent once more")
		}
		return s.outcome(r, err)
	})
	s.goOn(p, step)
}

// secondTab pays twice from two pages, one after the other.
func (s *simulation) secondTab() {
	if p := s.some(); p != nil {
		s.secondTabOf(p)
	}
}

func (s *simulation) secondTabOf(p *purchase) {
	s.submit(p, "first tab")
	s.submit(p, "second tab")
}

// impatient tries again while the first telegram is still on its way, and was mostly
// given up meanwhile and settled as not happened.
func (s *simulation) impatient(delayed int, again func()) {
	if len(s.wire.slow) <= delayed || !s.chosen(70) {
		return
	}
	for range 6 { // as long as it takes, unless it arrives before
		s.Advance(time.Minute)
		s.do(0, "a minute passes", 0, s.work)
	}
	again()
}

func (s *simulation) giveUp() {
	if p := s.some(); p != nil {
		s.giveUpOf(p)
	}
}

func (s *simulation) giveUpOf(p *purchase) {
	s.cover("buyer", p.label, "gives up")
	s.leave(p, true)
}

// leave gives up, or makes way for another try.
func (s *simulation) leave(p *purchase, forGood bool) {
	s.do(p.id, fmt.Sprintf("leave %d (for good %v)", p.id, forGood), 0, func() string {
		var err error
		var step ledger.Step
		if forGood {
			err = s.app.Ledger.GiveUp(context.Background(), p.id)
		} else {
			step, err = s.app.Ledger.Another(context.Background(), p.id)
		}
		return s.outcome(ledger.Result{Step: step}, err)
	})
}

// backButton leaves the centre's page for another try.
func (s *simulation) backButton() {
	p := s.someWith(func(p *purchase) bool { return len(p.tabs) > 0 })
	if p != nil {
		s.backButtonOf(p)
	}
}

func (s *simulation) backButtonOf(p *purchase) {
	s.cover("buyer", p.label, "back button")
	s.leave(p, false)
	s.submit(p, "another try")
}

// reload shows the order's page once more: the same page outside opens a second time.
func (s *simulation) reload() {
	p := s.someWith(func(p *purchase) bool { return len(p.tabs) > 0 })
	if p != nil {
		s.reloadOf(p)
	}
}

func (s *simulation) reloadOf(p *purchase) {
	s.cover("buyer", p.label, "reload")
	s.goOn(p, ledger.Next(s.view(p.id)))
}

// goOn follows a step to the centre's page, now or later.
func (s *simulation) goOn(p *purchase, step ledger.Step) {
	if step.Kind != ledger.StepPage {
		return
	}
	p.tabs = append(p.tabs, tab{payment: step.Payment, needs: step.Needs})
	if !s.lingers && (s.smooth || s.chosen(80)) {
		s.visit(p, len(p.tabs)-1)
	}
}

// atPage goes on at a page that was left open.
func (s *simulation) atPage() {
	p := s.someWith(func(p *purchase) bool { return len(p.tabs) > 0 })
	if p != nil {
		s.visit(p, s.dice.IntN(len(p.tabs)))
	}
}

// visit is a buyer at a page of the centre.
func (s *simulation) visit(p *purchase, i int) {
	t := p.tabs[i]
	if p.hand.gone && p.way.scheme.Method == payment.Paidy { // whose window is told everything by our page
		return
	}
	if s.chosen(70) {
		p.tabs = slices.Delete(p.tabs, i, i+1) // else it can be used again
	}
	s.spoilNotice(p)
	at := s.atTheCentre(p, t)
	s.check()
	if at.back != nil && (s.smooth && (!s.stays || at.back.Query().Has("open_id")) || !s.smooth && s.chosen(92)) {
		p.backs = append(p.backs, at)
		s.comeBack(p, at, "returns")
	}
}

// atTheCentre presses buttons until the browser comes back or the buyer goes away.
func (s *simulation) atTheCentre(p *purchase, t tab) page {
	if p.way.scheme.Method == payment.Paidy {
		return s.paidy(p, t)
	}
	at := s.browser.follow(s.t, t.needs)
	for range 6 {
		s.Advance(time.Duration(1+s.dice.IntN(30)) * time.Second)
		if s.chosen(2) {
			s.Advance(20 * time.Minute)
		}
		if at.back != nil {
			s.note("buyer of %d back at %s", p.id, at.back.Query().Get("way"))
			return at
		}
		if at.visit == "" {
			s.note("buyer of %d at the end of %s", p.id, at.path)
			if strings.Contains(at.text, "way=ok") && (s.smooth || s.chosen(60)) { // 完了画面からショップへ戻る
				return page{back: s.backTo(p.id, t.payment, "ok")}
			}
			return page{}
		}
		button, fields := s.button(p, at)
		s.cover("page", p.label, strings.Trim(at.path, "/")+" "+button)
		s.note("buyer of %d at %s: %s %v", p.id, at.path, button, fields)
		if button == "" {
			return page{}
		}
		if at.path == "/acs/auth" {
			p.acs = button
		}
		at = s.browser.press(s.t, at, button, fields...)
	}
	return page{}
}

func (s *simulation) backTo(id order.ID, paymentID, way string) *url.URL {
	u, err := url.Parse(publicURL + "/back?" + url.Values{"way": {way}, "order": {id.String()}, "payment": {paymentID}}.Encode())
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

// button is what the buyer presses; none closes the window.
func (s *simulation) button(p *purchase, at page) (do string, fields []string) {
	d := s.dice.IntN(100)
	if s.smooth {
		d = 0 // the first of each page leads on
	}
	pressed := func(more ...string) string { // pairs of weight and button, the rest is the last
		for i := 0; i+1 < len(more); i += 2 {
			n, err := strconv.Atoi(more[i])
			if err != nil {
				s.t.Fatal(err)
			}
			if d -= n; d < 0 {
				return more[i+1]
			}
		}
		return ""
	}
	switch at.path {
	case "/acs/auth":
		if s.acs != "" {
			return s.acs, nil
		}
		return pressed("64", "authenticate", "8", "attempt0", "8", "attempt1", "10", "fail", "5", "abandon"), nil
	case "/asp/pay":
		if strings.Contains(at.text, `value="bank"`) {
			return pressed("86", "bank", "8", "stop"), []string{"bank", "シミュレーター銀行"}
		}
		return pressed("70", "pay", "10", "fail", "8", "unknown", "8", "stop"), nil
	case "/carrier/auth":
		return pressed("88", "ok", "8", "cancel"), nil
	case "/carrier/pay":
		return pressed("80", "pay", "8", "cancel", "6", "other"), nil
	}
	fields = []string{"type", p.way.scheme.Method.Type()}
	switch p.way.scheme.Method {
	case payment.Card:
		card := s.card(p)
		fields = append(fields, "card_number", card, "month", "12", "year", "30", "cvc", "123", "class", "10", "keep", strconv.Itoa(s.dice.IntN(2)))
	case payment.Conveni:
		fields = append(fields, "cvs_company_id", string(paygent.Lawson))
	case payment.Carrier:
		fields = append(fields, "career_type", []string{"4", "5", "6"}[s.dice.IntN(3)])
	}
	return pressed("86", "pay", "8", "stop"), fields
}

// paidy is the buyer in Paidy's window, who can edit the amount.
func (s *simulation) paidy(p *purchase, t tab) page {
	l := s.view(p.id)
	pay := find(l, t.payment)
	amount, decision := int64(pay.Amount), "authorized"
	d := s.dice.IntN(100)
	if s.smooth {
		d = 99
	}
	switch {
	case d < 8:
		amount = 1 + s.dice.Int64N(amount)
		p.cheated = p.cheated || amount != int64(pay.Amount)
		s.cover("page", p.label, "cheats")
	case d < 18:
		decision = "rejected"
		s.cover("page", p.label, "rejected")
	case d < 26:
		s.cover("page", p.label, "closed")
		s.note("buyer of %d closes Paidy's window", p.id)
		return page{back: s.backTo(p.id, t.payment, "stop")}
	default:
		s.cover("page", p.label, "authorized")
	}
	s.Advance(20 * time.Second)
	lose := !s.smooth && decision == "authorized" && s.chosen(8)
	if lose { // Paidy lets go of it in its time; nobody was charged
		s.cover("page", p.label, "webhook lost")
	}
	s.note("buyer of %d in Paidy's window: %s %d, webhook lost %v", p.id, decision, amount, lose)
	if s.browser.paidy(s.t, s.placeOf(pay.MerchantID).merchant.PaidyKey, pay.TradingID, amount, decision, lose) {
		return page{back: s.backTo(p.id, t.payment, "ok")}
	}
	return page{back: s.backTo(p.id, t.payment, "stop")}
}

// find is a payment of an order by our id.
func find(l *ledger.Ledger, id string) *ledger.Payment {
	for _, p := range l.Payments {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// returnAgain brings back what was brought back before: a reload, or a second tab.
func (s *simulation) returnAgain() {
	if p := s.someWith(func(p *purchase) bool { return len(p.backs) > 0 }); p != nil {
		s.comeBack(p, p.backs[s.dice.IntN(len(p.backs))], "returns again")
	}
}

// returnOfAnother brings another order's return.
func (s *simulation) returnOfAnother() {
	p := s.someWith(func(p *purchase) bool { return len(p.backs) > 0 })
	other := s.some()
	if p == nil || other == p {
		return
	}
	s.comeBack(other, p.backs[s.dice.IntN(len(p.backs))], "return of another order")
}

// comeBack is the shop's page that a buyer comes back to.
func (s *simulation) comeBack(p *purchase, at page, what string) {
	query := at.back.Query()
	l := s.view(p.id)
	paymentID := query.Get("payment")
	s.cover("buyer", p.label, what)
	var step ledger.Step
	s.do(p.id, fmt.Sprintf("%s %d by %s", what, p.id, query.Get("way")), 12, func() string {
		var r ledger.Result
		var err error
		switch pay := find(l, paymentID); {
		case query.Get("way") == "term" && pay != nil:
			if r, err = s.authenticated(p, pay, at.raw); err == nil {
				s.cover("3-D Secure", s.styleOf(pay), string(s.attempts)+" "+p.acs)
			}
		case query.Get("open_id") != "":
			r, err = s.app.Ledger.LoggedIn(context.Background(), ledger.LoggedIn{Order: p.id, PaymentID: paymentID, OpenID: ledger.Secret(query.Get("open_id"))})
		default:
			stop := query.Get("way") == "stop" || query.Get("result") == "1"
			r.Step, err = s.app.Ledger.Return(context.Background(), ledger.Return{Order: p.id, PaymentID: paymentID, Stop: stop})
		}
		if err == nil {
			step = r.Step
		}
		return s.outcome(r, err)
	})
	if step.Kind == ledger.StepPage && step.Payment == paymentID && query.Get("open_id") == "" {
		return // the same page: the buyer has just left it
	}
	s.goOn(p, step)
}

// authenticated takes what came back from 3-D Secure, as the shop's page will.
func (s *simulation) authenticated(p *purchase, pay *ledger.Payment, raw []byte) (ledger.Result, error) {
	if form, err := url.ParseQuery(string(raw)); err == nil && form.Has("PaRes") {
		return s.app.Ledger.CompleteChallenge(context.Background(), ledger.Completed{Order: p.id, PaymentID: pay.ID, PaRes: form.Get("PaRes"), MD: form.Get("MD")})
	}
	calls := gateway.Callbacks{Keys: func(context.Context) ([]paygent.Secret, error) {
		return []paygent.Secret{paygent.Secret(s.placeOf(pay.MerchantID).merchant.ThreeDSKey.Reveal())}, nil
	}}
	back, err := calls.ThreeDS(context.Background(), pay.ThreeDS, raw)
	if err != nil {
		s.t.Fatalf("order %d: %v: %s", p.id, err, raw)
	}
	in := ledger.Authenticated{
		Order: p.id, PaymentID: pay.ID, AuthID: back.AuthID, PaygentID: back.PaymentID, OK: back.OK, Attempt: back.Attempt,
		Protected: back.Protected, Full: back.Full, Code: back.Code, Detail: back.Detail,
	}
	var r ledger.Result
	if pay.ThreeDS == ledger.ThreeDS1 {
		r.Step, err = s.app.Ledger.Challenged(context.Background(), in)
	} else {
		r, err = s.app.Ledger.Authenticated(context.Background(), in)
	}
	if now := find(s.view(p.id), pay.ID); err == nil && now != nil && !living(pay) && living(now) && !now.Reverse && !s.accepts(back) {
		s.bad(p.id, "attempts are accepted as %s, and a payment stands of %+v", s.attempts, back)
	}
	return r, err
}

// accepts is the shop's policy on attempts, read off money.md §6.
func (s *simulation) accepts(back ledger.ThreeDSReturn) bool {
	return back.OK && (s.attempts == ledger.AcceptAttempts || back.Full || s.attempts == ledger.ProtectedAttempts && back.Protected)
}

// styleOf is the row of the coverage table for an authentication.
func (s *simulation) styleOf(pay *ledger.Payment) string {
	if pay.ThreeDS == ledger.ThreeDS1 && s.covered.oldStyle {
		return "1.0 old style"
	}
	return string(pay.ThreeDS)
}
