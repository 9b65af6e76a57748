package gateway_test

import (
	"cmp"
	"net/url"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
	"kessai/paygentsim"
)

// TestCardLives through authorisation, capture and cancellation.
func TestCardLives(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.authorised(good)
	c := r.command(payment.Capture)
	c.PaymentID = id
	r.succeed(c)
	if a := r.Execute(t.Context(), c); a.Outcome != ledger.Decline || a.Final || a.Code != "SIM002" { // captured before
		t.Errorf("%+v", a)
	}
	c.Kind = payment.CancelCapture
	r.succeed(c)
	if r.status(id) != paygentsim.CaptureCancelled {
		t.Error(r.status(id))
	}
}

// TestCardRefusals: the listed ones are final for 020, and have the payment's id.
func TestCardRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.command(payment.Authorize)
	c.Beside.Token = r.token("4900000000008101")
	a := r.Execute(t.Context(), c)
	if a.Outcome != ledger.Decline || !a.Final || a.Code != "2003" || !strings.HasPrefix(a.Detail, "1G12") || r.status(a.PaymentID) != paygentsim.Refused {
		t.Errorf("%+v", a)
	}
	if again := r.Execute(t.Context(), c); again.Code != "SIM006" || !again.Final {
		t.Errorf("a used token: %+v", again)
	}
	late := r.command(payment.Authorize)
	late.Beside.Token = r.token(good)
	if err := r.sim.Advance(24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	if a := r.Execute(t.Context(), late); a.Code != "SIM005" || !a.Final {
		t.Errorf("an old token: %+v", a)
	}
	for kind, number := range map[payment.Kind]string{payment.CancelAuthorization: "4900000000008221", payment.Capture: "4900000000008222"} {
		change := r.command(kind)
		change.TradingID = string(kind)
		change.Beside.Token, change.Kind = r.token(number), payment.Authorize
		change.PaymentID = r.succeed(change).PaymentID
		change.Kind = kind
		if a := r.Execute(t.Context(), change); a.Outcome != ledger.Decline || a.Final || a.Code != "2003" { // 094 first
			t.Errorf("%s: %+v", kind, a)
		}
	}
}

// TestReauthorisation uses the card of the payment before, under an id of its own or the same.
func TestReauthorisation(t *testing.T) {
	t.Parallel()
	for _, trading := range []string{"52_2", "52"} {
		r := newRig(t)
		first := r.authorised(good)
		c := r.command(payment.Authorize)
		c.TradingID, c.ReferenceID, c.Amount = trading, "52", 4400
		a := r.succeed(c)
		old, _ := r.sim.Payment(first)
		next, _ := r.sim.Payment(a.PaymentID)
		if a.PaymentID == first || next.Amount != 4400 || next.Card.Fingerprint != old.Card.Fingerprint || next.TradingID != trading {
			t.Errorf("%+v", next)
		}
	}
	r := newRig(t)
	r.authorised("4900000000008201")
	c := r.command(payment.Authorize)
	c.TradingID, c.ReferenceID = "52_2", "52"
	if a := r.Execute(t.Context(), c); a.Outcome != ledger.Decline || !a.Final || a.Code != "2003" {
		t.Errorf("%+v", a)
	}
}

// TestStoredCards are kept, listed, paid with and deleted.
func TestStoredCards(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	query := gatewayCards(1, member)
	if cards, err := r.CardList(t.Context(), query); err != nil || len(cards) > 0 {
		t.Errorf("none yet: %v, %v", cards, err)
	}
	id := r.stored(good)
	cards, err := r.CardList(t.Context(), query)
	if err != nil || len(cards) != 1 {
		t.Fatal(cards, err)
	}
	if got := cards[0]; got.ID != id || got.Masked != "************0000" || got.ValidTerm != "1230" || len(got.Fingerprint) != 64 || got.Brand != "V" || got.Expired {
		t.Errorf("%+v", got)
	}
	c := r.command(payment.Authorize)
	c.StoredCard, c.Beside.Token = id, r.codeToken()
	a := r.succeed(c)
	if p, _ := r.sim.Payment(a.PaymentID); p.Card.Fingerprint != cards[0].Fingerprint {
		t.Errorf("%+v", p.Card)
	}
	c.TradingID, c.Beside.Token = "52_2", ""
	if a := r.Execute(t.Context(), c); a.Outcome != ledger.Decline || a.Code != "2003" || !strings.HasPrefix(a.Detail, "1G45") {
		t.Errorf("without the code that the shop asks for: %+v", a)
	}
	other := gatewayCards(1, member+1)
	if cards, err := r.CardList(t.Context(), other); err != nil || len(cards) > 0 {
		t.Errorf("another member has %v, %v", cards, err)
	}
	del := r.command(payment.DeleteCard)
	del.StoredCard = id
	r.succeed(del)
	if cards, err := r.CardList(t.Context(), query); err != nil || len(cards) > 0 {
		t.Errorf("deleted: %v, %v", cards, err)
	}
	if a := r.Execute(t.Context(), del); a.Outcome == ledger.Success || !a.Final {
		t.Errorf("deleted twice: %+v", a)
	}
}

// TestGuestsKeepNoCards: without a member nothing is sent.
func TestGuestsKeepNoCards(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, kind := range []payment.Kind{payment.StoreCard, payment.DeleteCard, payment.Authorize, payment.Authenticate} {
		c := r.command(kind)
		c.CustomerID, c.StoredCard = 0, "10000001"
		if kind == payment.StoreCard {
			c.Beside.Token = "tok_1"
		}
		if a := r.Execute(t.Context(), c); a.Outcome != ledger.Reject || !a.NotSent || a.Detail == "" {
			t.Errorf("%s: %+v", kind, a)
		}
	}
	if _, err := r.CardList(t.Context(), gatewayCards(1, 0)); err == nil || r.count() > 0 {
		t.Error(err)
	}
}

// TestUncheckedCardsAreNotKept: カード有効性チェック refuses, and that is final.
func TestUncheckedCardsAreNotKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(r *rig, _ *paygentsim.Merchant) { r.settings.Card.ValidCheck = true })
	c := r.command(payment.StoreCard)
	c.Beside.Token = r.token("4900000000008161")
	if a := r.Execute(t.Context(), c); a.Outcome != ledger.Decline || !a.Final || a.Code != "2003" {
		t.Errorf("%+v", a)
	}
	if cards, err := r.CardList(t.Context(), gatewayCards(1, member)); err != nil || len(cards) > 0 {
		t.Errorf("%v, %v", cards, err)
	}
}

// TestNumbers: what a buyer needs at a store and at an ATM.
func TestNumbers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	last := func(day int) time.Time { return time.Date(2026, 4, day, 23, 59, 59, 0, paygent.JST()) }
	for store, usable := range map[string][]string{"00C001": {"00C001"}, "00C002": {"00C002", "00C004", "00C014"}, "00C005": {"00C005"}, "00C016": {"00C016"}} {
		c := r.command(payment.ApplyConveni)
		c.TradingID, c.Beside.Store = store, store
		a := r.succeed(c)
		p, _ := r.sim.Payment(a.PaymentID)
		if p.Status != paygentsim.Applied || a.Needs.Store != store || a.Needs.Receipt == "" || a.Needs.URL != "" || !a.LimitAt.Equal(last(16)) || !p.LimitAt.Equal(a.LimitAt.Add(time.Second)) {
			t.Errorf("%s: %+v until %s, %s", store, a.Needs, a.LimitAt, p.LimitAt)
		}
		if diff := gocmp.Diff(usable, a.Needs.Stores); diff != "" || a.Needs.PrintURL == "" {
			t.Errorf("%s: %+v", store, a.Needs)
		}
	}
	a := r.succeed(r.command(payment.ApplyATM))
	p, _ := r.sim.Payment(a.PaymentID)
	if a.Needs.PayCenter == "" || a.Needs.Customer == "" || a.Needs.Confirm == "" || a.Needs.Receipt != "" || !p.LimitAt.Equal(a.LimitAt.Add(time.Second)) {
		t.Errorf("%+v until %s, %s", a.Needs, a.LimitAt, p.LimitAt)
	}
}

// TestNumbersWithoutALimit: the centre told none, so none is made up.
func TestNumbersWithoutALimit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := "result=0\r\npayment_id=77\r\ntrading_id=52\r\nreceipt_number=1\r\npay_center_number=1\r\ncustomer_number=2\r\nconf_number=3"
	for _, kind := range []payment.Kind{payment.ApplyATM, payment.ApplyConveni} {
		a := stub(t, body, r.settings).Execute(t.Context(), ready()[kind](r))
		if a.Outcome != ledger.Success || !a.LimitAt.IsZero() || kind == payment.ApplyConveni && a.Needs.Store != string(paygent.Lawson) {
			t.Errorf("%s: %+v", kind, a)
		}
	}
}

// TestPaidyByItsID alone: by trading_id another window's payment could be meant.
func TestPaidyByItsID(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, kind := range []payment.Kind{payment.CancelPaidy, payment.CapturePaidy, payment.RefundPaidy} {
		c := r.command(kind)
		c.Amount = 0
		if a := r.Execute(t.Context(), c); a.Outcome != ledger.Reject || !a.NotSent || a.Detail == "" || r.count() > 0 {
			t.Errorf("%s: %+v", kind, a)
		}
	}
}

// TestNumbersThatAreMissing are no success: nobody could pay with them.
func TestNumbersThatAreMissing(t *testing.T) {
	t.Parallel()
	for _, kind := range []payment.Kind{payment.ApplyATM, payment.ApplyConveni, payment.ApplyBank, payment.LoginCarrier, payment.ApplyCarrier, payment.Authenticate} {
		for name, body := range map[string]string{"nothing": "result=0\r\npayment_id=77\r\ntrading_id=52", "a page without a form": "result=0\r\npayment_id=77\r\ntrading_id=52\r\nredirect_html=<html>\r\n</html>",
			"another payment's": "result=0\r\npayment_id=77\r\ntrading_id=53\r\nredirect_url=https://c.example/"} {
			r := newRig(t)
			cmd := ready()[kind](r)
			if kind == payment.LoginCarrier || kind == payment.ApplyCarrier {
				cmd.Brand, cmd.Beside.OpenID = payment.Docomo, "o"
			}
			if a := stub(t, body, r.settings).Execute(t.Context(), cmd); a.Outcome != ledger.Mystery || a.Code == "" {
				t.Errorf("%s, %s: %+v", kind, name, a)
			}
		}
	}
}

// TestBankPage: no payment until the buyer pays there.
func TestBankPage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.succeed(r.command(payment.ApplyBank))
	if a.PaymentID != "" || a.Needs.URL == "" || !a.LimitAt.Equal(begin().AddDate(0, 0, 7)) || len(r.sim.Payments()) > 0 {
		t.Errorf("%+v", a)
	}
	if f := r.Inquire(t.Context(), ledger.Inquiry{SettingsVersion: 1, TradingID: "52"}); f.Kind != ledger.NoSuch {
		t.Errorf("%+v", f)
	}
}

// TestTheLaterLimitCounts: a page may close before the bank does.
func TestTheLaterLimitCounts(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]time.Time{
		"asp_limit_date=20260402120000\r\nasp_payment_limit_date=20260403120000": begin().AddDate(0, 0, 2),
		"asp_limit_date=20260404120000\r\nasp_payment_limit_date=20260403120000": begin().AddDate(0, 0, 3),
		"asp_limit_date=20260404120000":                                          begin().AddDate(0, 0, 3),
		"trade_generation_date=20260401120000":                                   {},
	} {
		r := newRig(t)
		a := stub(t, "result=0\r\ntrading_id=52\r\nasp_url=https://b.example/\r\n"+body, r.settings).Execute(t.Context(), r.command(payment.ApplyBank))
		if a.Outcome != ledger.Success || !a.LimitAt.Equal(want) {
			t.Errorf("%s: %+v", body, a)
		}
	}
}

// TestCarriers: au and d払い log in first; d払い goes on by a form, the others by an address.
func TestCarriers(t *testing.T) {
	t.Parallel()
	for _, brand := range []payment.Brand{payment.AU, payment.Docomo, payment.SoftBank} {
		r := newRig(t)
		c := r.command(payment.ApplyCarrier)
		c.Brand = brand
		if brand != payment.SoftBank {
			c.Beside.OpenID = r.openID(brand)
		}
		a := r.succeed(c)
		if isForm := a.Needs.Action != ""; isForm != (brand == payment.Docomo) || isForm == (a.Needs.URL != "") || r.status(a.PaymentID) != paygentsim.Applied {
			t.Errorf("%s: %+v", brand, a)
		}
		back, err := url.ParseQuery(r.visit(a.Needs, "pay"))
		if err != nil || back.Get("payment_id") != a.PaymentID || back.Get("k") != "1" || r.status(a.PaymentID) != paygentsim.Authorized {
			t.Errorf("%s: %v, %v", brand, back, err)
		}
		f := r.Inquire(t.Context(), ledger.Inquiry{SettingsVersion: 1, PaymentID: a.PaymentID})
		if f.Kind != ledger.Found || f.Brand != brand || f.Type != payment.Carrier.Type() || f.Status != payment.AuthOK || f.Amount != total || !f.BegunAt.Equal(begin()) {
			t.Errorf("%s: %+v", brand, f)
		}
		correct := r.command(payment.CorrectCarrier)
		correct.PaymentID, correct.Amount, correct.Was = a.PaymentID, 3000, total
		r.succeed(correct)
		if p, _ := r.sim.Payment(a.PaymentID); p.Amount != 3000 {
			t.Errorf("%s: %d yen", brand, p.Amount)
		}
	}
}

// TestCarrierLoginOfSoftBank is none: 104 has no such carrier.
func TestCarrierLoginOfSoftBank(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, brand := range []payment.Brand{payment.SoftBank, payment.NoBrand} {
		c := r.command(payment.LoginCarrier)
		c.Brand = brand
		if a := r.Execute(t.Context(), c); a.Outcome != ledger.Reject || !a.NotSent || !strings.HasPrefix(a.Detail, "キャリア決済選択") || r.count() > 0 {
			t.Errorf("%q: %+v", brand, a)
		}
	}
}

// TestPaidy: a part given back leaves the payment captured with less.
func TestPaidy(t *testing.T) {
	t.Parallel()
	r, c := setup(t, payment.RefundPaidy)
	r.succeed(c)
	if p, _ := r.sim.Payment(c.PaymentID); p.Amount != 3000 || p.Status != paygentsim.Captured {
		t.Errorf("%s, %d yen", p.Status, p.Amount)
	}
	c.Was, c.Amount = 3000, 0
	r.succeed(c)
	if r.status(c.PaymentID) != paygentsim.CaptureCancelled {
		t.Error(r.status(c.PaymentID))
	}
}

// TestPaidyUnderAnotherID: 341 may renumber the payment, 340 and 342 may not.
func TestPaidyUnderAnotherID(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := stub(t, "result=0\r\npayment_id=88\r\ntrading_id=52", r.settings)
	c := r.command(payment.CapturePaidy)
	c.PaymentID = "77"
	if a := g.Execute(t.Context(), c); a.Outcome != ledger.Success || a.PaymentID != "88" {
		t.Errorf("%+v", a)
	}
	for _, kind := range []payment.Kind{payment.CancelPaidy, payment.RefundPaidy} {
		c.Kind, c.Was, c.Amount = kind, total, 0
		if a := g.Execute(t.Context(), c); a.Outcome != ledger.Mystery || a.PaymentID != "" {
			t.Errorf("%s: %+v", kind, a)
		}
	}
	quiet := stub(t, "result=0", r.settings)
	for _, kind := range []payment.Kind{payment.CancelPaidy, payment.CapturePaidy, payment.RefundPaidy} {
		c.Kind = kind
		if a := quiet.Execute(t.Context(), c); a.Outcome != ledger.Success || a.PaymentID != "77" {
			t.Errorf("%s: %+v", kind, a)
		}
	}
}

// TestForms: what a centre's page becomes. A form that is got is an address; the charset
// is told where it matters.
func TestForms(t *testing.T) {
	t.Parallel()
	post := `<form method="post" action="https://c.example/pay?x=1">`
	input := func(name, value string) string {
		return `<input type="hidden" name="` + name + `" value="` + value + `">`
	}
	for name, tt := range map[string]struct {
		page string
		want ledger.Needs
	}{
		"posted": {post + input("a", "1 &amp; 2") + input("a", "") + "</form>",
			ledger.Needs{Action: "https://c.example/pay?x=1", Fields: [][2]string{{"a", "1 & 2"}, {"a", ""}}}},
		"in Japanese": {post + input("shop", "\x8c\x88\x8d\xcf") + "</form>",
			ledger.Needs{Action: "https://c.example/pay?x=1", Fields: [][2]string{{"shop", "決済"}}, Charset: "Shift_JIS"}},
		"in Japanese by UTF-8": {`<form method="post" accept-charset="utf-8" action="https://c.example/">` + input("shop", "\x8c\x88\x8d\xcf") + "</form>",
			ledger.Needs{Action: "https://c.example/", Fields: [][2]string{{"shop", "決済"}}}},
		"got":          {`<form action="https://c.example/pay?x=1#top">` + input("b", "1 &amp; 2") + input("a", "") + "</form>", ledger.Needs{URL: "https://c.example/pay?b=1+%26+2&a="}},
		"got empty":    {`<form action="https://c.example/pay"></form>`, ledger.Needs{URL: "https://c.example/pay?"}},
		"got, strange": {`<form action="https://c.example/pay">` + input("shop", "\x8c\x88\x8d\xcf") + "</form>", ledger.Needs{}},
	} {
		r := newRig(t)
		c := r.command(payment.LoginCarrier)
		c.Brand = payment.Docomo
		a := stub(t, "result=0\r\ntrading_id=52\r\nredirect_html=<!DOCTYPE html>\r\n"+tt.page, r.settings).Execute(t.Context(), c)
		if diff := gocmp.Diff(tt.want, a.Needs); diff != "" || (a.Outcome == ledger.Success) == (tt.want.URL+tt.want.Action == "") {
			t.Errorf("%s: %s %s", name, a.Outcome, diff)
		}
	}
}

// fieldName is a field's Japanese name, or the wire's where it has none.
func fieldName(field string) string { return cmp.Or(paygent.FieldLabel(field), field) }

// TestUnfit: the sentence names the field in the shop's words, never what was typed.
func TestUnfit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, tt := range map[string]struct {
		kind   payment.Kind
		change func(*ledger.Command)
		code   string
		want   string
	}{
		"too long at a store":  {payment.ApplyConveni, func(c *ledger.Command) { c.Orderer.GivenName = "寿限無寿限無五劫の擦り" }, paygent.CodeParameter, "ご注文者お名前(名)は10文字以内を設定してください。"},
		"too long at an ATM":   {payment.ApplyATM, func(c *ledger.Command) { c.Orderer.FamilyName = "寿限無寿限無五" }, paygent.CodeParameter, "ご注文者お名前(姓)は6文字以内を設定してください。"},
		"kana too long":        {payment.ApplyBank, func(c *ledger.Command) { c.Orderer.FamilyKana = "ジュゲムジュゲムゴコウノスリキレ" }, paygent.CodeParameter, "ご注文者お名前(フリガナ)姓は12文字以内を設定してください。"},
		"no kana":              {payment.ApplyATM, func(c *ledger.Command) { c.Orderer.GivenKana = "太郎" }, paygent.CodeParameter, "ご注文者お名前(フリガナ)名は形式が正しくないか使用できない文字が含まれています。"},
		"a strange character":  {payment.ApplyConveni, func(c *ledger.Command) { c.Orderer.FamilyName = "𠮷田" }, paygent.CodeEncoding, "ご注文者お名前(姓)は形式が正しくないか使用できない文字が含まれています。"},
		"no telephone":         {payment.ApplyConveni, func(c *ledger.Command) { c.Orderer.Tel = "" }, paygent.CodeParameter, "ご注文者電話番号が入力されていません。"},
		"a long telephone":     {payment.ApplyConveni, func(c *ledger.Command) { c.Orderer.Tel = "090-1234-56789" }, paygent.CodeParameter, "ご注文者電話番号は11文字以内を設定してください。"},
		"letters to call":      {payment.OpenLink, func(c *ledger.Command) { c.Method, c.Orderer.Tel = payment.Card, "0120-KESSAI" }, paygent.CodeParameter, "ご注文者電話番号は形式が正しくないか使用できない文字が含まれています。"},
		"the link's buyer":     {payment.OpenLink, func(c *ledger.Command) { c.Method, c.Orderer.GivenName = payment.Card, "😀" }, paygent.CodeEncoding, "ご注文者お名前(名)は形式が正しくないか使用できない文字が含まれています。"},
		"no store":             {payment.ApplyConveni, func(c *ledger.Command) { c.Beside.Store = "" }, paygent.CodeParameter, "コンビニが入力されていません。"},
		"no amount":            {payment.ApplyATM, func(c *ledger.Command) { c.Amount = 0 }, paygent.CodeParameter, "決済金額の値が範囲外です。"},
		"no way back":          {payment.ApplyCarrier, func(c *ledger.Command) { c.Returns.OK = "" }, paygent.CodeParameter, fieldName("return_url") + "が入力されていません。"},
		"a relative way back":  {payment.Authenticate, func(c *ledger.Command) { c.Returns.Term = "/3ds" }, paygent.CodeParameter, fieldName("term_url") + "は形式が正しくないか使用できない文字が含まれています。"},
		"no card":              {payment.Authorize, func(c *ledger.Command) { c.Beside.Token = "" }, paygent.CodeParameter, fieldName("card_token") + "が入力されていません。"},
		"a class of its own":   {payment.Authorize, func(c *ledger.Command) { c.PaymentClass = "" }, paygent.CodeParameter, "支払区分が入力されていません。"},
		"instalments in one":   {payment.Authorize, func(c *ledger.Command) { c.PaymentClass, c.SplitCount = "61", 1 }, paygent.CodeParameter, "支払い回数の値が範囲外です。"},
		"a payment without id": {payment.Capture, func(c *ledger.Command) { c.PaymentID = "" }, paygent.CodeParameter, "決済IDは形式が正しくないか使用できない文字が含まれています。"},
	} {
		c := r.command(tt.kind)
		switch tt.kind {
		case payment.ApplyConveni:
			c.Beside.Store = "00C001"
		case payment.Authorize, payment.Authenticate:
			c.Beside.Token = "tok_1"
		case payment.ApplyCarrier:
			c.Brand = payment.SoftBank
		}
		tt.change(&c)
		if a := r.Execute(t.Context(), c); a.Outcome != ledger.Reject || !a.NotSent || !a.Final || a.Code != tt.code || a.Detail != tt.want {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if r.count() > 0 {
		t.Errorf("%d telegrams left", r.count())
	}
}
