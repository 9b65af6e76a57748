package paygent

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// refusal is a call that must not send anything.
type refusal struct {
	field string
	call  func(*Client, context.Context) error
}

func refused[Q, A any](field string, operation func(*Client, context.Context, Q) (A, error), q Q) refusal {
	return refusal{field, func(c *Client, ctx context.Context) error { _, err := operation(c, ctx, q); return err }}
}

// with returns q changed.
func with[Q any](q Q, change func(*Q)) Q {
	change(&q)
	return q
}

func TestOperationsRefuseNonsense(t *testing.T) {
	t.Parallel()
	for _, part := range [][]refusal{numberRefusals(), careerRefusals(), cardRefusals(), threeDSRefusals()} {
		for _, r := range part {
			err := r.call(testClient(t, refusing{t}), t.Context())
			var rejected *RejectedError
			var bad *FieldError
			if !errors.As(err, &rejected) || !rejected.NotSent || rejected.Code != CodeParameter || !errors.As(err, &bad) || bad.Field != r.field || bad.Label() == "" || !strings.Contains(err.Error(), bad.Label()) {
				t.Errorf("%s: %v", r.field, err)
			}
		}
	}
}

func numberRefusals() []refusal {
	atm := ATMRequest{TradingID: "1", Amount: 1, Detail: "ダイキン"}
	conveni := ConveniRequest{TradingID: "1", Amount: 1, Buyer: Buyer{FamilyName: "山田", GivenName: "太郎"}, Tel: "031234567", Store: Lawson}
	bank := BankRequest{TradingID: "1", Amount: 1, Claim: "ダイキン"}
	days := func(n int) func(*ATMRequest) { return func(q *ATMRequest) { q.Limit = InDays(n) } }
	term := func(d time.Duration) BankRequest { return with(bank, func(q *BankRequest) { q.Term = d }) }
	return []refusal{
		refused("trading_id", (*Client).ApplyATM, with(atm, func(q *ATMRequest) { q.TradingID = "" })),
		refused("payment_amount", (*Client).ApplyATM, with(atm, func(q *ATMRequest) { q.Amount = 0 })),
		refused("payment_detail", (*Client).ApplyATM, with(atm, func(q *ATMRequest) { q.Detail = "" })),
		refused("payment_detail_kana", (*Client).ApplyATM, with(atm, func(q *ATMRequest) { q.Detail = "代金" })),
		refused("payment_limit_date", (*Client).ApplyATM, with(atm, days(-1))),
		refused("payment_limit_date", (*Client).ApplyATM, with(atm, days(61))),
		refused("customer_family_name", (*Client).ApplyATM, with(atm, func(q *ATMRequest) { q.Buyer.FamilyName = "七文字の名前だ" })),
		refused("payment_limit_date", (*Client).ApplyConveni, with(conveni, func(q *ConveniRequest) { q.Limit = InDays(0) })),
		refused("customer_family_name", (*Client).ApplyConveni, with(conveni, func(q *ConveniRequest) { q.Buyer.FamilyName = "" })),
		refused("customer_name", (*Client).ApplyConveni, with(conveni, func(q *ConveniRequest) { q.Buyer.GivenName = "" })),
		refused("customer_tel", (*Client).ApplyConveni, with(conveni, func(q *ConveniRequest) { q.Tel = "" })),
		refused("cvs_company_id", (*Client).ApplyConveni, with(conveni, func(q *ConveniRequest) { q.Store = "" })),
		refused("cvs_type", (*Client).ApplyConveni, with(conveni, func(q *ConveniRequest) { q.StoreType = "05" })),
		refused("amount", (*Client).ApplyBank, with(bank, func(q *BankRequest) { q.Amount = -1 })),
		refused("claim_kanji", (*Client).ApplyBank, with(bank, func(q *BankRequest) { q.Claim = "" })),
		refused("return_url", (*Client).ApplyBank, with(bank, func(q *BankRequest) { q.ReturnURL = "/relative" })),
		refused("asp_payment_term", (*Client).ApplyBank, term(100*24*time.Hour)),
		refused("asp_payment_term", (*Client).ApplyBank, term(25*time.Hour)),
		refused("asp_payment_term", (*Client).ApplyBank, term(time.Hour)),
		refused("asp_payment_term", (*Client).ApplyBank, term(30*time.Second)),
	}
}

func careerRefusals() []refusal {
	auth := CareerAuthRequest{TradingID: "1", Career: CareerAu, RedirectURL: "https://shop.example/", CancelURL: "https://shop.example/"}
	apply := CareerRequest{TradingID: "1", Amount: 1, Career: CareerSoftBank, ReturnURL: "https://shop.example/", CancelURL: "https://shop.example/"}
	return []refusal{
		refused("career_type", (*Client).AuthenticateCareer, with(auth, func(q *CareerAuthRequest) { q.Career = CareerSoftBank })),
		refused("redirect_url", (*Client).AuthenticateCareer, with(auth, func(q *CareerAuthRequest) { q.RedirectURL = "" })),
		refused("cancel_url", (*Client).AuthenticateCareer, with(auth, func(q *CareerAuthRequest) { q.CancelURL = "ftp://shop.example/" })),
		refused("pc_mobile_type", (*Client).AuthenticateCareer, with(auth, func(q *CareerAuthRequest) { q.Device = "5" })),
		refused("career_type", (*Client).ApplyCareer, with(apply, func(q *CareerRequest) { q.Career = "" })),
		refused("amount", (*Client).ApplyCareer, with(apply, func(q *CareerRequest) { q.Amount = 0 })),
		refused("other_url", (*Client).ApplyCareer, with(apply, func(q *CareerRequest) { q.OtherURL = "https://shop.example/" })),
		refused("payment_id", (*Client).ChangeCareer, CareerChangeRequest{Amount: 1}),
		refused("amount", (*Client).ChangeCareer, CareerChangeRequest{PaymentID: "1"}),
		refused("payment_id", (*Client).CaptureCareer, SettlementRequest{TradingID: "1"}),
		refused("payment_id", (*Client).CancelPaidy, PaidyRequest{}),
		refused("payment_id", (*Client).CapturePaidy, PaidyRequest{PaymentID: "1234567890123456789"}),
		refused("amount", (*Client).RefundPaidy, PaidyRefundRequest{TradingID: "1", Amount: -1}),
		refused("paidy_payment_id", (*Client).VerifyPaidy, PaidyVerifyRequest{}),
	}
}

func cardRefusals() []refusal {
	pay := AuthorizeRequest{TradingID: "1", Amount: 1, PaymentClass: LumpSum}
	number := func(d CardData) AuthorizeRequest { return with(pay, func(q *AuthorizeRequest) { q.Card = &d }) }
	token := with(pay, func(q *AuthorizeRequest) { q.CardToken = "tok" })
	return []refusal{
		refused("card_number", (*Client).Authorize, number(CardData{Number: "4900-0000-0000", ValidTerm: "1228"})),
		refused("card_valid_term", (*Client).Authorize, number(CardData{Number: "4900000000000000", ValidTerm: "12/28"})),
		refused("card_conf_number", (*Client).Authorize, number(CardData{Number: "4900000000000000", ValidTerm: "1228", SecurityCode: "12"})),
		refused("card_token", (*Client).Authorize, with(token, func(q *AuthorizeRequest) { q.Card = &CardData{Number: "4900000000000000", ValidTerm: "1228"} })),
		refused("payment_class", (*Client).Authorize, with(token, func(q *AuthorizeRequest) { q.PaymentClass = "11" })),
		refused("split_count", (*Client).Authorize, with(token, func(q *AuthorizeRequest) { q.PaymentClass, q.SplitCount = Instalments, 7 })),
		refused("split_count", (*Client).Authorize, with(token, func(q *AuthorizeRequest) { q.SplitCount = 3 })),
		refused("customer_card_id", (*Client).Authorize, with(pay, func(q *AuthorizeRequest) { q.StoredCard = &StoredCard{CustomerID: "7", CustomerCardID: "x1"} })),
		refused("customer_id", (*Client).Authorize, with(pay, func(q *AuthorizeRequest) { q.StoredCard = &StoredCard{CustomerID: "山田", CustomerCardID: "1"} })),
		refused("split_count", (*Client).Authorize, with(token, func(q *AuthorizeRequest) { q.PaymentClass, q.SplitCount = Instalments, 1 })),
		refused("3ds_auth_id", (*Client).Authorize, with(token, func(q *AuthorizeRequest) { q.ThreeDSecure = ThreeDSecure2 })),
		refused("term_url", (*Client).Authorize, with(token, func(q *AuthorizeRequest) { q.ThreeDSecure = ThreeDSecure1 })),
		refused("3dsecure_use_type", (*Client).Authorize, with(token, func(q *AuthorizeRequest) { q.ThreeDSecure = "3" })),
		refused("payment_amount", (*Client).CorrectCapture, CorrectionRequest{PaymentID: "1"}),
		refused("payment_id", (*Client).CorrectAuthorization, CorrectionRequest{Amount: 1}),
		refused("customer_id", (*Client).StoreCard, StoreCardRequest{CardToken: "tok"}),
		refused("card_token", (*Client).StoreCard, StoreCardRequest{CustomerID: "7"}),
		refused("customer_card_id", (*Client).DeleteCard, DeleteCardRequest{CustomerID: "7"}),
		refused("customer_id", (*Client).ListCards, ListCardsRequest{}),
		refused("limit_count", (*Client).List, ListRequest{Limit: -1}),
		refused("limit_count", (*Client).ListCards, ListCardsRequest{CustomerID: "7", Limit: 2001}),
		refused("PaRes", (*Client).CompleteThreeDS, CompleteRequest{PaymentID: "1", MD: "x"}),
	}
}

func threeDSRefusals() []refusal {
	q := ThreeDSRequest{TradingID: "1", Amount: 1, TermURL: "https://shop.example/", MerchantName: "SHOP", CardToken: "tok"}
	return []refusal{
		refused("term_url", (*Client).AuthenticateThreeDS, with(q, func(q *ThreeDSRequest) { q.TermURL = "" })),
		refused("merchant_name", (*Client).AuthenticateThreeDS, with(q, func(q *ThreeDSRequest) { q.MerchantName = "" })),
		refused("merchant_name", (*Client).AuthenticateThreeDS, with(q, func(q *ThreeDSRequest) { q.MerchantName = strings.Repeat("M", 26) })),
		refused("payment_amount", (*Client).AuthenticateThreeDS, with(q, func(q *ThreeDSRequest) { q.Amount = 0 })),
		refused("card_set_method", (*Client).AuthenticateThreeDS, with(q, func(q *ThreeDSRequest) { q.CardToken = "" })),
		refused("card_set_method", (*Client).AuthenticateThreeDS, with(q, func(q *ThreeDSRequest) { q.Card = &CardData{} })),
		refused("login_type", (*Client).AuthenticateThreeDS, with(q, func(q *ThreeDSRequest) { q.Guest, q.Account = true, &ThreeDSMember{} })),
		refused("purchase_count", (*Client).AuthenticateThreeDS, with(q, func(q *ThreeDSRequest) { q.Account = &ThreeDSMember{Purchases: -1} })),
		refused("cardholder_name", (*Client).AuthenticateThreeDS, with(q, func(q *ThreeDSRequest) { q.HolderName = "山田" })),
	}
}

// A success that lacks what it is for, or is about something else, is unknown.
func TestOperationsDoubtAnswers(t *testing.T) {
	t.Parallel()
	atm := does((*Client).ApplyATM, ATMRequest{TradingID: "1", Amount: 1, Detail: "ダイキン"}, nil)
	conveni := does((*Client).ApplyConveni, ConveniRequest{TradingID: "1", Amount: 1, Buyer: Buyer{FamilyName: "山", GivenName: "川"}, Tel: "03", Store: Lawson}, nil)
	bank := does((*Client).ApplyBank, BankRequest{TradingID: "1", Amount: 1, Claim: "ダイキン"}, nil)
	career := does((*Client).ApplyCareer, CareerRequest{TradingID: "1", Amount: 1, Career: CareerSoftBank, ReturnURL: "https://a.example", CancelURL: "https://a.example"}, nil)
	correct := does((*Client).CorrectCapture, CorrectionRequest{PaymentID: "1", Amount: 1}, nil)
	three := does((*Client).AuthenticateThreeDS, ThreeDSRequest{TradingID: "1", Amount: 1, TermURL: "https://a.example", MerchantName: "S", CardToken: "t"}, nil)
	for name, c := range map[string]struct {
		do     typed
		answer string
	}{
		"ATM without its number":      {atm, "payment_id=1\r\npay_center_number=1\r\nconf_number=2"},
		"ATM without an id":           {atm, "pay_center_number=1\r\nconf_number=2\r\ncustomer_number=3"},
		"ATM, strange day":            {atm, "payment_id=1\r\npay_center_number=1\r\nconf_number=2\r\ncustomer_number=3\r\npayment_limit_date=soon"},
		"ATM, another trade":          {atm, "payment_id=1\r\ntrading_id=2\r\npay_center_number=1\r\nconf_number=2\r\ncustomer_number=3"},
		"store without a number":      {conveni, "payment_id=1\r\nusable_cvs_company_id=00C002"},
		"bank without a page":         {bank, "trading_id=1"},
		"bank, strange page":          {bank, "asp_url=javascript:x"},
		"bank, another amount":        {bank, "asp_url=https://b.example\r\namount=2"},
		"carrier without a page":      {career, "payment_id=1"},
		"carrier with two":            {career, "payment_id=1\r\nredirect_url=https://c.example\r\nredirect_html=<form>"},
		"carrier, strange page":       {career, "payment_id=1\r\nredirect_url=about:blank"},
		"carrier without an id":       {career, "redirect_url=https://c.example"},
		"correction of another":       {correct, "payment_id=2\r\nbase_payment_id=3"},
		"correction without an id":    {correct, "base_payment_id=1"},
		"3-D Secure without an id":    {three, "out_acs_html=<form>"},
		"3-D Secure without a page":   {three, "3ds_auth_id=x"},
		"Paidy cancels another":       {does((*Client).CancelPaidy, PaidyRequest{PaymentID: "1"}, nil), "payment_id=2"},
		"Paidy captures another":      {does((*Client).CapturePaidy, PaidyRequest{TradingID: "1"}, nil), "payment_id=2\r\ntrading_id=2"},
		"Paidy without an amount":     {does((*Client).VerifyPaidy, PaidyVerifyRequest{PaidyPaymentID: "pay_"}, nil), "payment_id=2"},
		"stored card without its id":  {does((*Client).StoreCard, StoreCardRequest{CustomerID: "7", CardToken: "t"}, nil), "num_of_cards=1"},
		"deleted card, no number":     {does((*Client).DeleteCard, DeleteCardRequest{CustomerID: "7", CustomerCardID: "1"}, nil), "num_of_cards="},
		"3-D Secure 1.0 of another":   {does((*Client).CompleteThreeDS, CompleteRequest{PaymentID: "1", PaRes: "x", MD: "y"}, nil), "payment_id=2"},
		"carrier's change of another": {does((*Client).ChangeCareer, CareerChangeRequest{PaymentID: "1", Amount: 1}, nil), "payment_id=2"},
	} {
		_, err := c.do.call(testClient(t, &answering{body: []byte("\r\nresult=0\r\n" + c.answer)}), t.Context())
		if Outcome(err) != OutcomeUnknown {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, table := range map[string]string{
		"a card of another customer": "1,0,,\r\n2,customer_id,customer_card_id\r\n3,8,1\r\n4,1",
		"a card without an id":       "1,0,,\r\n2,customer_id\r\n3,7\r\n4,1",
	} {
		if _, err := testClient(t, &answering{body: []byte(table)}).ListCards(t.Context(), ListCardsRequest{CustomerID: "7"}); Outcome(err) != OutcomeUnknown {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTablesNeedConfiguration(t *testing.T) {
	t.Parallel()
	config := testConfig()
	config.RefKinds = nil
	c := testClientWith(t, Options{Transport: refusing{t}, Config: config})
	_, errCards := c.ListCards(t.Context(), ListCardsRequest{CustomerID: "7"})
	_, errList := c.List(t.Context(), ListRequest{})
	config = testConfig()
	config.SelectMaxCount = 0
	_, errCount := testClientWith(t, Options{Transport: refusing{t}, Config: config}).List(t.Context(), ListRequest{})
	for _, e := range []struct {
		err  error
		code string
		key  string
	}{{errCards, CodeAnswerKind, KeyRefKinds}, {errList, CodeAnswerKind, KeyRefKinds}, {errCount, CodeModule, KeySelectMaxCount}} {
		var conf *ConfigError
		if !errors.As(e.err, &conf) || conf.Code != e.code || conf.Key != e.key {
			t.Errorf("%v", e.err)
		}
	}
	if _, err := New(Options{Config: &Config{Timeout: -1}, MerchantID: "1", ConnectID: "c", ConnectPassword: "p"}); err == nil {
		t.Error("a negative time-out was accepted")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestWriteCSV(t *testing.T) {
	t.Parallel()
	table := &Table{Columns: []string{"a", "b"}, Rows: [][]string{{"1", "x,\"y\""}, {"髙", ""}}}
	var out strings.Builder
	if err := table.WriteCSV(&out); err != nil || out.String() != "a,b\r\n1,\"x,\"\"y\"\"\"\r\n髙,\r\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
	var conf *ConfigError
	if err := table.WriteCSV(brokenWriter{}); !errors.As(err, &conf) || conf.Code != CodeCSV {
		t.Errorf("%v", err)
	}
}

func TestThreeDSAges(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, 4, 1, 12, 0, 0, 0, jst)
	for days, want := range map[int]string{0: "03 02 03 02", 29: "03 02 03 02", 30: "04 03 04 03", 60: "04 03 04 03", 61: "05 04 05 04"} {
		then := now.AddDate(0, 0, -days)
		got := []string{string(AccountAgeAt(then, now)), string(ChangeAgeAt(then, now)), string(PasswordAgeAt(then, now)), string(ShipToAgeAt(then, now))}
		if strings.Join(got, " ") != want {
			t.Errorf("%d days: %v, want %s", days, got, want)
		}
	}
	var never time.Time
	if AccountAgeAt(never, now) != NoAccount || ChangeAgeAt(never, now) != "" || PasswordAgeAt(never, now) != PasswordNever || ShipToAgeAt(never, now) != ShipToNow {
		t.Error("the zero time")
	}
	for number, want := range map[string]ThreeDSPhone{"０３−1234-5678": {"81", "312345678"}, "": {}, "+81 3": {}, "12": {}, "abc": {}} {
		if got := JapanesePhone(number); got != want {
			t.Errorf("%q: %v", number, got)
		}
	}
}

func TestPaidyItemIndexes(t *testing.T) {
	t.Parallel()
	for _, names := range [][2]string{{"order_items_title[0]", "order_items_title[1]"}, {"order_items_title_1", "order_items_title_2"},
		{"order_items_title01", "order_items_title02"}} {
		items := paidyItems(Params{{names[0], "a"}, {names[1], "b"}, {strings.Replace(names[1], "title", "unit_price", 1), "2"}})
		if len(items) != 2 || items[0].Title != "a" || items[1] != (PaidyItem{Title: "b", UnitPrice: "2"}) {
			t.Errorf("%v: %+v", names, items)
		}
	}
	if items := paidyItems(Params{{"order_items_title", "a"}, {"order_items_quantity", "1"}}); len(items) != 1 || items[0].Quantity != "1" {
		t.Errorf("%+v", items)
	}
}

func TestMoreNames(t *testing.T) {
	t.Parallel()
	for _, s := range []ConveniStore{SevenEleven, Lawson, Ministop, FamilyMart, DailyYamazaki, Seicomart, "00C006", "00C007"} {
		if s.Name() == string(s) {
			t.Errorf("store %s has no name", s)
		}
	}
	for _, c := range []CareerType{CareerAu, CareerDocomo, CareerSoftBank} {
		if c.Name() == string(c) {
			t.Errorf("carrier %s has no name", c)
		}
	}
	if ConveniStore("x").Name() != "x" || CareerType("9").Name() != "9" || KindLink.Name() != "リンク型決済" || len(ConveniStores("")) != 0 {
		t.Error("a code without a name must stand for itself")
	}
	for word, brand := range map[string]CardBrand{"VISA": Visa, "MASTER": Mastercard, "JCB": JCB, "AMEX": Amex, "DINERS": Diners, "V": Visa, "?": "?"} {
		if brandOf(word) != brand {
			t.Errorf("brand %s", word)
		}
	}
}

func TestThreeDSCards(t *testing.T) {
	t.Parallel()
	for want, q := range map[string]ThreeDSRequest{
		"card_set_method=direct card_number=4900000000000000 card_valid_term=1228": {Card: &CardData{Number: "4900000000000000", ValidTerm: "1228", SecurityCode: "123"}},
		"card_set_method=token card_token=tok":                                     {CardToken: "tok"},
		"card_set_method=customer customer_id=7 customer_card_id=1":                {StoredCard: &StoredCard{CustomerID: "7", CustomerCardID: "1", WithCVCToken: true}, CardToken: "tok_cvc"},
	} {
		b := builder{kind: KindThreeDSecure}
		q.addCard(&b)
		if got := strings.Join(pairs(b.params), " "); got != want || b.err != nil {
			t.Errorf("%s, %v, want %s", got, b.err, want)
		}
	}
}
