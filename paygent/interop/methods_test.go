package interop_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kessai/paygent"
	"kessai/paygentsim"
)

var buyer = paygent.Buyer{FamilyName: "髙橋", GivenName: "一郎", FamilyNameKana: "タカハシ", GivenNameKana: "イチロー"}

func TestATM(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	atm, err := s.client.ApplyATM(t.Context(), paygent.ATMRequest{TradingID: "60", Amount: 3300, Buyer: buyer, Detail: "オカイアゲダイキン", Limit: paygent.InDays(30)})
	if err != nil {
		t.Fatal(err)
	}
	s.is(atm.PaymentID, paygent.StatusApplied, 3300)
	if _, err := s.sim.SetStatus(atm.PaymentID, paygentsim.Captured, true); err != nil {
		t.Fatal(err)
	}
	if n := s.told(); n.PaymentID != atm.PaymentID || n.TradingID != "60" || n.Type != paygent.TypeATM || n.Status != paygent.StatusCleared || n.PaymentDate.IsZero() {
		t.Errorf("%+v", n)
	}
}

func TestConveni(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for _, store := range []paygent.ConveniStore{paygent.SevenEleven, paygent.Lawson, paygent.Ministop, paygent.FamilyMart, paygent.DailyYamazaki, paygent.Seicomart} {
		number, err := s.client.ApplyConveni(t.Context(), paygent.ConveniRequest{TradingID: string(store), Amount: 5000, Buyer: buyer, Tel: "０９０-1234-5678", Store: store, Limit: paygent.InDays(15)})
		if err != nil {
			t.Fatal(err)
		}
		if number.LimitDate.IsZero() || len(number.UsableStores) == 0 {
			t.Errorf("%s: %+v", store.Name(), number)
		}
		s.is(number.PaymentID, paygent.StatusApplied, 5000)
	}
	// What the client would have stopped, the centre refuses with the code that goes with it.
	_, err := s.client.Do(t.Context(), paygent.Request{Kind: paygent.KindConveni, Params: paygent.Params{{Name: "trading_id", Value: "x"}, {Name: "payment_amount", Value: "1"},
		{Name: "customer_family_name", Value: "十文字を超える名前だよ"}, {Name: "customer_name", Value: "一"}, {Name: "customer_tel", Value: "03"},
		{Name: "cvs_company_id", Value: "00C001"}, {Name: "sales_type", Value: "1"}}})
	var rejected *paygent.RejectedError
	if !errors.As(err, &rejected) || rejected.NotSent || rejected.Code != "P009" || !strings.Contains(rejected.Detail, "customer_family_name") {
		t.Errorf("too long: %v", err)
	}
}

func TestBank(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	q := paygent.BankRequest{TradingID: "80", Amount: 4080, Claim: "お買上げ代金", ClaimKana: "オカイアゲダイキン", Buyer: buyer, Term: 5 * 24 * time.Hour,
		MerchantName: "決済商店", ReturnURL: "https://shop.example/done", StopURL: "https://shop.example/stop?order_id=80", CopyRight: "(c) Shop", FreeMemo: "memo 1"}
	bank, err := s.client.ApplyBank(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.Inquire(t.Context(), paygent.InquireRequest{TradingID: "80"}); paygent.Outcome(err) != paygent.OutcomeDeclined {
		t.Errorf("before the buyer pays: %v", err)
	}
	back, err := paygent.ParseReturn(s.goTo(bank.PageURL).press("bank").press("pay").back("/done"))
	if err != nil || back.TradingID != "80" || back.Result != paygent.ResultOK {
		t.Errorf("%+v, %v", back, err)
	}
	n := s.told()
	if n.Status != paygent.StatusCleared || n.TradingID != "80" || n.Type != paygent.TypeBank {
		t.Errorf("%+v", n)
	}
	s.is(n.PaymentID, paygent.StatusCleared, 4080)
}

func TestCarriers(t *testing.T) {
	t.Parallel()
	for _, carrier := range []paygent.CareerType{paygent.CareerAu, paygent.CareerDocomo, paygent.CareerSoftBank} {
		t.Run(carrier.Name(), func(t *testing.T) {
			t.Parallel()
			s := open(t, nil)
			follow := func(p *paygent.CareerPage) *page {
				if p.RedirectURL != "" {
					return s.goTo(p.RedirectURL)
				}
				return s.submit(p.RedirectForm())
			}
			q := paygent.CareerRequest{TradingID: "90", Amount: 3300, Career: carrier, ReturnURL: "https://shop.example/done", CancelURL: "https://shop.example/ng"}
			if carrier != paygent.CareerSoftBank {
				auth, err := s.client.AuthenticateCareer(t.Context(), paygent.CareerAuthRequest{TradingID: "90", Career: carrier,
					RedirectURL: "https://shop.example/auth?order_id=90", CancelURL: "https://shop.example/ng?order_id=90"})
				if err != nil {
					t.Fatal(err)
				}
				back, err := paygent.ParseReturn(follow(auth).press("ok").back("/auth"))
				if err != nil || back.OpenID == "" || back.Fields.Get("order_id") != "90" {
					t.Fatalf("%+v, %v", back, err)
				}
				q.OpenID = back.OpenID
			}
			pay, err := s.client.ApplyCareer(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			back, err := paygent.ParseReturn(follow(pay).press("pay").back("/done"))
			if err != nil || back.PaymentID != pay.PaymentID {
				t.Errorf("%+v, %v", back, err)
			}
			if n := s.told(); n.Type != paygent.TypeCareer || n.Amount != 3300 {
				t.Errorf("%+v", n)
			}
			found, err := s.client.Inquire(t.Context(), paygent.InquireRequest{PaymentID: pay.PaymentID})
			if err != nil || found.CareerType != string(carrier) {
				t.Errorf("094: %+v, %v", found, err)
			}
			amount := paygent.Yen(3300)
			if carrier != paygent.CareerDocomo { // whose payments cannot be cancelled after a change
				amount = 3000
				if _, err := s.client.ChangeCareer(t.Context(), paygent.CareerChangeRequest{PaymentID: pay.PaymentID, Amount: amount}); err != nil {
					t.Error(err)
				}
			}
			if _, err := s.client.CancelCareer(t.Context(), paygent.SettlementRequest{PaymentID: pay.PaymentID}); err != nil {
				t.Error(err)
			}
			s.is(pay.PaymentID, paygent.StatusAuthCancelled, amount)
		})
	}
}

func TestPaidy(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	const order = `{"amount":4080,"currency":"JPY","store_name":"決済商店","buyer":{"email":"taro@shop.example","name1":"山田 太郎","name2":"ヤマダ タロウ","phone":"09012345678","dob":""},
"buyer_data":{"age":0,"order_count":0,"ltv":0,"last_order_amount":0,"last_order_at":0},
"order":{"items":[{"id":"sand-01","quantity":1,"title":"チェリーアイスサンド","unit_price":3280,"description":""}],"order_ref":"100","shipping":500,"tax":300},
"shipping_address":{"line1":"","line2":"１－１","city":"千代田区","state":"東京都","zip":"100-0001"}}`
	rec := httptest.NewRecorder()
	s.sim.BrowserHandler().ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/paidy/payments",
		strings.NewReader(`{"api_key":"pk_test_1","decision":"authorized","payload":`+order+`}`)))
	n := s.told()
	if n.Type != paygent.TypePaidy || n.Status != paygent.StatusAuthOK || n.TradingID != "100" || n.PaidyPaymentID == "" {
		t.Fatalf("%+v; %s", n, rec.Body)
	}
	v, err := s.client.VerifyPaidy(t.Context(), paygent.PaidyVerifyRequest{PaidyPaymentID: n.PaidyPaymentID})
	if err != nil || v.PaymentID != n.PaymentID || v.Amount != 4080 || v.BuyerName != "山田 太郎" || len(v.Items) != 1 || v.Items[0].Title != "チェリーアイスサンド" {
		t.Errorf("343: %+v, %v", v, err)
	}
	done, err := s.client.CapturePaidy(t.Context(), paygent.PaidyRequest{PaymentID: n.PaymentID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.RefundPaidy(t.Context(), paygent.PaidyRefundRequest{PaymentID: done.PaymentID, Amount: 80}); err != nil {
		t.Error(err)
	}
	s.is(done.PaymentID, paygent.StatusCleared, 4000)
	if _, err := s.client.CancelPaidy(t.Context(), paygent.PaidyRequest{PaymentID: done.PaymentID}); paygent.Outcome(err) != paygent.OutcomeDeclined {
		t.Errorf("340 after the capture: %v", err)
	}
	if _, err := s.client.RefundPaidy(t.Context(), paygent.PaidyRefundRequest{PaymentID: done.PaymentID}); err != nil {
		t.Error(err)
	}
	if n := s.told(); n.Status != paygent.StatusRefunded {
		t.Errorf("%+v", n)
	}
}

func TestCard(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	auth, err := s.client.Authorize(t.Context(), paygent.AuthorizeRequest{TradingID: "1", Amount: 3300, PaymentClass: paygent.Instalments, SplitCount: 3, CardToken: s.token(), UseSecurityCode: true})
	if err != nil {
		t.Fatal(err)
	}
	if n := s.told(); n.PaymentClass != paygent.Instalments || n.SplitCount != 3 {
		t.Errorf("%+v", n)
	}
	lower, err := s.client.CorrectAuthorization(t.Context(), paygent.CorrectionRequest{PaymentID: auth.PaymentID, Amount: 3000})
	if err != nil || lower.PaymentID == auth.PaymentID || lower.BasePaymentID != auth.PaymentID {
		t.Fatalf("028: %+v, %v", lower, err)
	}
	s.is(auth.PaymentID, paygent.StatusAuthCancelled, 3300)
	if _, err := s.client.Capture(t.Context(), paygent.SettlementRequest{PaymentID: lower.PaymentID}); err != nil {
		t.Fatal(err)
	}
	less, err := s.client.CorrectCapture(t.Context(), paygent.CorrectionRequest{PaymentID: lower.PaymentID, Amount: 500, Reduce: true})
	if err != nil {
		t.Fatal(err)
	}
	s.is(less.PaymentID, paygent.StatusCleared, 2500)
	if n := s.told(); n.BasePaymentID != lower.PaymentID && n.PaymentID != lower.PaymentID {
		t.Errorf("%+v", n)
	}
	_, err = s.client.Do(t.Context(), paygent.Request{Kind: paygent.KindAuthorize, Params: paygent.Params{{Name: "trading_id", Value: "2"}, {Name: "payment_amount", Value: "1"},
		{Name: "payment_class", Value: "10"}, {Name: "card_token", Value: "tok_of_another_merchant"}}})
	var declined *paygent.DeclinedError
	if !errors.As(err, &declined) || declined.Code != "2021" {
		t.Errorf("a foreign token: %v", err)
	}
}

func TestStoredCards(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	if cards, err := s.client.ListCards(t.Context(), paygent.ListCardsRequest{CustomerID: "7"}); err != nil || len(cards) != 0 {
		t.Errorf("no card: %v, %v", cards, err)
	}
	kept, err := s.client.StoreCard(t.Context(), paygent.StoreCardRequest{CustomerID: "7", CardToken: s.token(), ValidCheck: true})
	if err != nil {
		t.Fatal(err)
	}
	if n := s.told(); n.TradingID != "" || n.Type != paygent.TypeCard || n.Status != paygent.StatusApplied {
		t.Errorf("the check's notice: %+v", n)
	}
	cards, err := s.client.ListCards(t.Context(), paygent.ListCardsRequest{CustomerID: "7"})
	if err != nil || len(cards) != 1 || cards[0].CustomerCardID != kept.CustomerCardID || cards[0].MaskedCard != "************0000" || cards[0].Brand != paygent.Visa {
		t.Fatalf("%+v, %v", cards, err)
	}
	stored := &paygent.StoredCard{CustomerID: "7", CustomerCardID: kept.CustomerCardID}
	if _, err := s.client.Authorize(t.Context(), paygent.AuthorizeRequest{TradingID: "1", Amount: 100, PaymentClass: paygent.LumpSum, StoredCard: stored}); err != nil {
		t.Error(err)
	}
	left, err := s.client.DeleteCard(t.Context(), paygent.DeleteCardRequest{CustomerID: "7", CustomerCardID: kept.CustomerCardID})
	if err != nil || left.Cards != 0 {
		t.Errorf("026: %+v, %v", left, err)
	}
	if _, err := s.client.DeleteCard(t.Context(), paygent.DeleteCardRequest{CustomerID: "7", CustomerCardID: kept.CustomerCardID}); err == nil {
		t.Error("deleted twice")
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for _, id := range []string{"1", "2"} {
		if _, err := s.client.Authorize(t.Context(), paygent.AuthorizeRequest{TradingID: id, Amount: 100, PaymentClass: paygent.LumpSum, CardToken: s.token()}); err != nil {
			t.Fatal(err)
		}
	}
	table, err := s.client.List(t.Context(), paygent.ListRequest{})
	if err != nil || len(table.Rows) != 2 || table.Row(0).Get("payment_id") == "" {
		t.Errorf("%v, %v", table, err)
	}
	table, err = s.client.List(t.Context(), paygent.ListRequest{Limit: 1})
	var declined *paygent.DeclinedError
	if !errors.As(err, &declined) || declined.Code != paygent.CodeTooMany || table == nil {
		t.Errorf("too many: %v, %v", table, err)
	}
}

func TestThreeDSecure2(t *testing.T) {
	t.Parallel()
	for press, want := range map[string]struct {
		ok  bool
		kbn paygent.AttemptKbn
	}{"authenticate": {true, ""}, "attempt0": {true, "0"}, "attempt1": {true, "1"}, "fail": {false, ""}} {
		for _, post := range []bool{false, true} {
			s := open(t, func(m *paygentsim.Merchant) { m.Rules.ThreeDSPost = post })
			token := s.token()
			auth, err := s.client.AuthenticateThreeDS(t.Context(), paygent.ThreeDSRequest{TradingID: "1", Amount: 3300, TermURL: "https://shop.example/back?order=1",
				MerchantName: "SHOP", CardToken: token, Account: &paygent.ThreeDSMember{CreatedAt: now().AddDate(-1, 0, 0), Age: paygent.AccountOver60, Purchases: 2},
				Billing: paygent.ThreeDSAddress{City: "東京都", Country: "392", Line1: "𠮷祥寺", PostCode: "1800004", State: "13"}, Address: paygent.SameAddress,
				Email: "taro@shop.example", MobilePhone: paygent.JapanesePhone("090-1234-5678"), Reorder: paygent.FirstOrder, ShipTo: paygent.ShipToBuyer})
			if err != nil {
				t.Fatal(err)
			}
			back, err := paygent.ParseThreeDS2(s.submit(auth.ACSForm()).press(press).back("/back"), threeDS)
			if err != nil || back.OK != want.ok || back.AttemptKbn != want.kbn || back.AuthID != auth.AuthID || !want.ok && (back.Code == "" || back.Undecodable != nil) {
				t.Errorf("%s: %+v, %v", press, back, err)
			}
			pay, err := s.client.Authorize(t.Context(), paygent.AuthorizeRequest{TradingID: "1", Amount: 3300, PaymentClass: paygent.LumpSum, CardToken: token,
				ThreeDSecure: paygent.ThreeDSecure2, ThreeDSAuthID: back.AuthID})
			if (err == nil) != want.ok || err == nil && pay.AttemptKbn != string(want.kbn) {
				t.Errorf("%s: 020: %+v, %v", press, pay, err)
			}
		}
	}
}

func TestThreeDSecure1(t *testing.T) {
	t.Parallel()
	for _, paRes := range []bool{false, true} {
		s := open(t, func(m *paygentsim.Merchant) { m.Rules.PaRes = paRes })
		auth, err := s.client.Authorize(t.Context(), paygent.AuthorizeRequest{TradingID: "1", Amount: 3300, PaymentClass: paygent.LumpSum, CardToken: s.token(),
			ThreeDSecure: paygent.ThreeDSecure1, TermURL: "https://shop.example/back?order_id=1", HTTPAccept: "*/*", HTTPUserAgent: "Mozilla/5.0"})
		if err != nil || !auth.NeedsThreeDS {
			t.Fatalf("020: %+v, %v", auth, err)
		}
		s.is(auth.PaymentID, paygent.StatusThreeDSRunning, 3300)
		brought := s.submit(auth.ACSForm()).press("authenticate").back("/back")
		if !paRes {
			back, err := paygent.ParseThreeDS1(brought, threeDS)
			if err != nil || !back.OK || back.PaymentID != auth.PaymentID || back.TradingID != "1" {
				t.Errorf("%+v, %v", back, err)
			}
		} else {
			back, err := paygent.ParseReturn(brought)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.client.CompleteThreeDS(t.Context(), paygent.CompleteRequest{PaymentID: auth.PaymentID, TradingID: "1",
				PaRes: paygent.Secret(back.Fields.Get("PaRes")), MD: paygent.Secret(back.Fields.Get("MD"))}); err != nil {
				t.Error(err)
			}
		}
		s.is(auth.PaymentID, paygent.StatusAuthOK, 3300)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	var id string
	for _, trading := range []string{"1", "2", "3"} {
		auth, err := s.client.Authorize(t.Context(), paygent.AuthorizeRequest{TradingID: trading, Amount: 100, PaymentClass: paygent.LumpSum, CardToken: s.token()})
		if err != nil {
			t.Fatal(err)
		}
		id = auth.PaymentID
	}
	var seen []int64
	keep := func(n paygent.Notice) error { seen = append(seen, n.NoticeID); return nil }
	r, err := s.client.Sweep(t.Context(), paygent.SweepRequest{}, keep)
	if err != nil || r.Highest != 3 || len(seen) != 3 {
		t.Fatalf("%+v, %v, %v", r, seen, err)
	}
	if _, err := s.client.Capture(t.Context(), paygent.SettlementRequest{PaymentID: id}); err != nil {
		t.Fatal(err)
	}
	// Delivered to a process that crashed: the next one asks by id.
	if _, err := s.client.Difference(t.Context(), paygent.DifferenceRequest{}); err != nil {
		t.Fatal(err)
	}
	r, err = s.client.Sweep(t.Context(), paygent.SweepRequest{Highest: r.Highest}, keep)
	if err != nil || r.Highest != 4 || len(seen) != 4 {
		t.Errorf("%+v, %v, %v", r, seen, err)
	}
	if err := s.client.TestConnection(t.Context()); err != nil {
		t.Error(err)
	}
}
