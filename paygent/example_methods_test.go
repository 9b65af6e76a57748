package paygent_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"kessai/paygent"
)

func ExampleClient_ApplyATM() {
	client := exampleClient(centre{"010": "\r\nresult=0\r\npayment_id=900000010\r\ntrading_id=60\r\npay_center_number=58091\r\ncustomer_number=12345678901\r\nconf_number=123456\r\npayment_limit_date=20250501"})
	atm, err := client.ApplyATM(context.Background(), paygent.ATMRequest{
		TradingID: "60", Amount: 3300, Detail: "オカイアゲダイキン", Limit: paygent.InDays(30),
		Buyer: paygent.Buyer{FamilyName: "髙橋", GivenName: "一郎", FamilyNameKana: "タカハシ", GivenNameKana: "イチロー"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(atm.CenterNumber, atm.CustomerNumber, atm.ConfirmationNumber, atm.LimitDate.Format(time.DateOnly))
	// Output: 58091 12345678901 123456 2025-05-01
}

func ExampleClient_ApplyConveni() {
	client := exampleClient(centre{"030": "\r\nresult=0\r\npayment_id=900000021\r\ntrading_id=71\r\nreceipt_number=12345678901\r\nusable_cvs_company_id=00C002-00C004-00C014\r\npayment_limit_date=20250402"})
	store, err := client.ApplyConveni(context.Background(), paygent.ConveniRequest{
		TradingID: "71", Amount: 5000, Tel: "03-1234-5678", Store: paygent.Lawson, Limit: paygent.InDays(15),
		Buyer: paygent.Buyer{FamilyName: "山田", GivenName: "太郎"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range store.UsableStores {
		fmt.Println(s.Name(), store.ReceiptNumber)
	}
	// Output:
	// ローソン 12345678901
	// ミニストップ 12345678901
	// デイリーヤマザキ 12345678901
}

// A name that the centre would refuse is refused here, with the words of the shop's pages.
func ExampleFieldError() {
	_, err := exampleClient(centre{}).ApplyConveni(context.Background(), paygent.ConveniRequest{
		TradingID: "71", Amount: 5000, Tel: "0312345678", Store: paygent.Lawson,
		Buyer: paygent.Buyer{FamilyName: "山田", GivenName: "じゅげむじゅげむごこうの"},
	})
	var bad *paygent.FieldError
	if errors.As(err, &bad) {
		fmt.Printf("%sは%d文字以内を設定してください。\n", bad.Label(), bad.Limit)
	}
	// Output: ご注文者お名前(名)は10文字以内を設定してください。
}

func ExampleFit() {
	for _, kind := range []paygent.Kind{paygent.KindConveni, paygent.KindATM, paygent.KindLink} {
		kana, err := paygent.Fit(kind, "customer_name_kana", "ガッツー")
		fmt.Println(kana.Text, kana.Bytes, kana.Changed, err)
	}
	_, err := paygent.Fit(paygent.KindConveni, "customer_family_name", "𠮷田")
	fmt.Println(err)
	// Output:
	// ｶｯﾂｰ 4 true <nil>
	// ｶｯﾂ- 4 true <nil>
	// ｶﾞｯﾂ- 13 true <nil>
	// field customer_family_name (ご注文者お名前(姓)): the character '𠮷' (U+20BB7) cannot be sent in Windows-31J
}

func ExampleClient_ApplyBank() {
	client := exampleClient(centre{"060": "\r\nresult=0\r\ntrading_id=80\r\nasp_url=https://bank.example/asp?p=abc\r\nasp_payment_limit_date=20250408120000\r\namount=4080"})
	page, err := client.ApplyBank(context.Background(), paygent.BankRequest{
		TradingID: "80", Amount: 4080, Claim: "お買上げ代金", ClaimKana: "オカイアゲダイキン", Term: 7 * 24 * time.Hour,
		ReturnURL: "https://shop.example/return", StopURL: "https://shop.example/stop",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(page.PageURL, page.PaymentLimit.Format(time.DateTime))
	// Output: https://bank.example/asp?p=abc 2025-04-08 12:00:00
}

func ExampleClient_AuthenticateCareer() {
	client := exampleClient(centre{"104": "\r\nresult=0\r\nredirect_html=<!DOCTYPE html>\r\n<form method=\"post\" action=\"https://carrier.example/auth\"><input type=\"hidden\" name=\"id\" value=\"1\"></form>"})
	page, err := client.AuthenticateCareer(context.Background(), paygent.CareerAuthRequest{
		TradingID: "91", Career: paygent.CareerDocomo, RedirectURL: "https://shop.example/ok", CancelURL: "https://shop.example/ng",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	form, err := page.RedirectForm() // docomo; au has page.RedirectURL
	fmt.Println(form.Method, form.Action, form.Charset, len(form.Fields), err)
	// Output: POST https://carrier.example/auth Shift_JIS 1 <nil>
}

func ExampleClient_ApplyCareer() {
	client := exampleClient(centre{"100": "\r\nresult=0\r\npayment_id=900000032\r\ntrading_id=93\r\nredirect_url=https://link.example/softbank"})
	page, err := client.ApplyCareer(context.Background(), paygent.CareerRequest{
		TradingID: "93", Amount: 3300, Career: paygent.CareerSoftBank, ReturnURL: "https://shop.example/ok", CancelURL: "https://shop.example/ng",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(page.PaymentID, page.RedirectURL)
	// Output: 900000032 https://link.example/softbank
}

func ExampleClient_CaptureCareer() {
	client := exampleClient(centre{"101": "\r\nresult=0\r\npayment_id=900000032"})
	done, err := client.CaptureCareer(context.Background(), paygent.SettlementRequest{PaymentID: "900000032"})
	fmt.Println(done.PaymentID, err)
	// Output: 900000032 <nil>
}

func ExampleClient_CancelCareer() {
	client := exampleClient(centre{"102": "\r\nresult=0\r\npayment_id=900000032"})
	done, err := client.CancelCareer(context.Background(), paygent.SettlementRequest{PaymentID: "900000032"})
	fmt.Println(done.PaymentID, err)
	// Output: 900000032 <nil>
}

func ExampleClient_ChangeCareer() {
	client := exampleClient(centre{"103": "\r\nresult=0\r\npayment_id=900000032"})
	done, err := client.ChangeCareer(context.Background(), paygent.CareerChangeRequest{PaymentID: "900000032", Amount: 3000})
	fmt.Println(done.PaymentID, err)
	// Output: 900000032 <nil>
}

func ExampleClient_CancelPaidy() {
	client := exampleClient(centre{"340": "\r\nresult=0\r\npayment_id=900000040\r\ntrading_id=100"})
	done, err := client.CancelPaidy(context.Background(), paygent.PaidyRequest{TradingID: "100"})
	fmt.Println(done.PaymentID, err)
	// Output: 900000040 <nil>
}

func ExampleClient_CapturePaidy() {
	client := exampleClient(centre{"341": "\r\nresult=0\r\npayment_id=900000044\r\ntrading_id=100"})
	done, err := client.CapturePaidy(context.Background(), paygent.PaidyRequest{PaymentID: "900000040"})
	fmt.Println(done.PaymentID, err) // another number now
	// Output: 900000044 <nil>
}

func ExampleClient_RefundPaidy() {
	client := exampleClient(centre{"342": "\r\nresult=0\r\npayment_id=900000040"})
	done, err := client.RefundPaidy(context.Background(), paygent.PaidyRefundRequest{PaymentID: "900000040", Amount: 300})
	fmt.Println(done.PaymentID, err)
	// Output: 900000040 <nil>
}

func ExampleClient_VerifyPaidy() {
	client := exampleClient(centre{"343": "\r\nresult=0\r\nretrieve_result=0\r\npayment_id=900000040\r\ntrading_id=100\r\npayment_amount=3300\r\norder_items_title[0]=\x83\x54\x83\x93\x83\x68\r\norder_items_quantity[0]=2"})
	paidy, err := client.VerifyPaidy(context.Background(), paygent.PaidyVerifyRequest{PaidyPaymentID: "pay_WxYz0123"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(paidy.TradingID, paidy.Amount, paidy.Items[0].Title, paidy.Items[0].Quantity)
	// Output: 100 3300 サンド 2
}

func ExampleClient_CorrectAuthorization() {
	client := exampleClient(centre{"028": "\r\nresult=0\r\npayment_id=900000050\r\nbase_payment_id=900000001\r\ntrading_id=52"})
	done, err := client.CorrectAuthorization(context.Background(), paygent.CorrectionRequest{PaymentID: "900000001", Amount: 3000})
	fmt.Println(done.BasePaymentID, "→", done.PaymentID, err)
	// Output: 900000001 → 900000050 <nil>
}

func ExampleClient_CorrectCapture() {
	client := exampleClient(centre{"029": "\r\nresult=0\r\npayment_id=900000051\r\nbase_payment_id=900000001\r\nreduced_amount=300"})
	done, err := client.CorrectCapture(context.Background(), paygent.CorrectionRequest{PaymentID: "900000001", Amount: 300, Reduce: true})
	fmt.Println(done.BasePaymentID, "→", done.PaymentID, err)
	// Output: 900000001 → 900000051 <nil>
}

func ExampleClient_StoreCard() {
	client := exampleClient(centre{"025": "\r\nresult=0\r\nnum_of_cards=1\r\ncustomer_card_id=10000001"})
	card, err := client.StoreCard(context.Background(), paygent.StoreCardRequest{CustomerID: "7", CardToken: "tok_0123", ValidCheck: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(card.CustomerCardID, card.Cards)
	// Output: 10000001 1
}

func ExampleClient_DeleteCard() {
	client := exampleClient(centre{"026": "\r\nresult=0\r\nnum_of_cards=0"})
	left, err := client.DeleteCard(context.Background(), paygent.DeleteCardRequest{CustomerID: "7", CustomerCardID: "10000001"})
	fmt.Println(left.Cards, err)
	// Output: 0 <nil>
}

func ExampleClient_ListCards() {
	client := exampleClient(centre{"027": "\"1\",\"0\",\"\",\"\"\r\n\"2\",\"customer_id\",\"customer_card_id\",\"card_number\",\"card_valid_term\"\r\n\"3\",\"7\",\"10000001\",\"************1111\",\"1228\"\r\n\"4\",\"1\"\r\n"})
	cards, err := client.ListCards(context.Background(), paygent.ListCardsRequest{CustomerID: "7"})
	for _, card := range cards {
		fmt.Println(card.CustomerCardID, card.MaskedCard, card.CardValidTerm, err)
	}
	// Output: 10000001 ************1111 1228 <nil>
}

func ExampleClient_List() {
	client := exampleClient(centre{"090": "1,0,,\r\n2,payment_id,payment_status\r\n3,900000001,40\r\n4,1\r\n"})
	table, err := client.List(context.Background(), paygent.ListRequest{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var file strings.Builder
	err = table.WriteCSV(&file)
	fmt.Printf("%q %v\n", file.String(), err)
	// Output: "payment_id,payment_status\r\n900000001,40\r\n" <nil>
}

func ExampleClient_AuthenticateThreeDS() {
	client := exampleClient(centre{"450": "\r\nresult=0\r\n3ds_auth_id=1b4e28ba-2fa1-11d2-883f-0016d3cca427\r\nout_acs_html=<!DOCTYPE html>\r\n<form method=\"post\" action=\"https://acs.example/challenge\"><input type=\"hidden\" name=\"creq\" value=\"e30\"></form>"})
	now := time.Date(2025, 4, 1, 12, 0, 0, 0, paygent.JST())
	joined := now.AddDate(-1, 0, 0)
	auth, err := client.AuthenticateThreeDS(context.Background(), paygent.ThreeDSRequest{
		TradingID: "110", Amount: 3300, CardToken: "tok_0123", MerchantName: "SHOP", TermURL: "https://shop.example/return?payment=1",
		Account: &paygent.ThreeDSMember{CreatedAt: joined, Age: paygent.AccountAgeAt(joined, now), Purchases: 3},
		Email:   "taro@shop.example", MobilePhone: paygent.JapanesePhone("090-1234-5678"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	form, err := auth.ACSForm() // render it in a page of your own
	fmt.Println(auth.AuthID, form.Action, form.Fields[0].Name, err)
	// Output: 1b4e28ba-2fa1-11d2-883f-0016d3cca427 https://acs.example/challenge creq <nil>
}

// After the return the same card is authorised, with what was authenticated.
func ExampleParseThreeDS2() {
	query := []byte("payment=1&result=0&3ds_auth_id=1b4e28ba-2fa1-11d2-883f-0016d3cca427&attempt_kbn=0&hc=ef848dc98bbbaeb8ec1a1fc3bf9c85910bfa2b69b6d8fdd367d06239b6d2d18e")
	back, err := paygent.ParseThreeDS2(query, "TDSKEY0001")
	if err != nil || !back.OK {
		fmt.Println("決済に失敗しました。", err)
		return
	}
	client := exampleClient(centre{"020": "\r\nresult=0\r\npayment_id=900000001\r\ntrading_id=110\r\nout_acs_html="})
	payment, err := client.Authorize(context.Background(), paygent.AuthorizeRequest{
		TradingID: "110", Amount: 3300, PaymentClass: paygent.LumpSum, CardToken: "tok_0123",
		ThreeDSecure: paygent.ThreeDSecure2, ThreeDSAuthID: back.AuthID,
	})
	fmt.Println(payment.PaymentID, err)
	// Output: 900000001 <nil>
}

func ExampleParseThreeDS1() {
	query := []byte("order_id=52&result=0&payment_id=900000001&trading_id=52&attempt_kbn=&hc=2ff345627fe95975ef9a7fd6f396bd9b3ce1cad0dc54e29c09a18108efefbbea")
	back, err := paygent.ParseThreeDS1(query, "TDSKEY0001")
	fmt.Println(back.OK, back.PaymentID, err) // authorised already: nothing more to send
	// Output: true 900000001 <nil>
}

func ExampleSignThreeDS2() {
	query, err := paygent.SignThreeDS2(paygent.ThreeDSReturn{OK: true, AuthID: "1b4e28ba-2fa1-11d2-883f-0016d3cca427"}, "TDSKEY0001")
	fmt.Println(query.Get("hc"), err)
	// Output: ddac57abb09e5f94015e3a5c3812230be1c201e25871858b0e9811a947a0cdb6 <nil>
}

func ExampleSignThreeDS1() {
	query, err := paygent.SignThreeDS1(paygent.ThreeDSReturn{OK: true, PaymentID: "900000001", TradingID: "52"}, "TDSKEY0001")
	fmt.Println(query.Get("hc"), err)
	// Output: 2ff345627fe95975ef9a7fd6f396bd9b3ce1cad0dc54e29c09a18108efefbbea <nil>
}

func ExampleClient_CompleteThreeDS() {
	client := exampleClient(centre{"024": "\r\nresult=0\r\npayment_id=900000005\r\ntrading_id=55\r\nattempt_kbn=1\r\nout_acs_html="})
	payment, err := client.CompleteThreeDS(context.Background(), paygent.CompleteRequest{PaymentID: "900000005", TradingID: "55", PaRes: "eJzVWFmT", MD: "55"})
	fmt.Println(payment.PaymentID, payment.AttemptKbn, err)
	// Output: 900000005 1 <nil>
}

func ExampleClient_Sweep() {
	client := exampleClient(centre{"091": "\r\nresult=0\r\nsuccess_code=1"})
	state := paygent.SweepRequest{Highest: 1004, Missing: []paygent.NoticeIDs{{From: 1002, To: 1002}}}
	result, err := client.Sweep(context.Background(), state, func(n paygent.Notice) error {
		fmt.Println("store", n.NoticeID) // durably: the centre may not deliver it again
		return nil
	})
	fmt.Println(result.Highest, result.Missing, result.Asked, err)
	// Output: 1004 [{1002 1002}] 3 <nil>
}

func ExampleLink_Open() {
	link, err := paygent.NewLink(paygent.LinkOptions{
		URL: "https://link.example/v/u/request", MerchantID: "1234", HashKey: "LINKKEY0001", Order: paygent.LinkECCUBE, Partner: "lockon",
		Transport: centre{"": "result=0\r\nurl=https://link.example/v/u/top?p=abc\r\ntrading_id=52\r\nlimit_date=20250406235959\r\n"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := link.Open(context.Background(), paygent.LinkRequest{
		TradingID: "52", Amount: 3300, Methods: []paygent.PaymentType{paygent.TypeConveni}, TermDays: 5,
		Buyer: paygent.Buyer{FamilyName: "髙橋", GivenName: "一郎"}, FixedFields: paygent.LinkBuyerFields(),
		ReturnURL: "https://shop.example/ok", StopURL: "https://shop.example/stop",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(page.URL, page.LimitDate.Format(time.DateTime))
	// Output: https://link.example/v/u/top?p=abc 2025-04-06 23:59:59
}

func ExampleLink_Form() {
	link, err := paygent.NewLink(paygent.LinkOptions{URL: "https://link.example/v/u/request", MerchantID: "1234", HashKey: "LINKKEY0001"})
	if err != nil {
		fmt.Println(err)
		return
	}
	yes := true
	form, err := link.Form(paygent.LinkRequest{TradingID: "52", Amount: 3300, Methods: []paygent.PaymentType{paygent.TypeConveni},
		TermDays: 5, Classes: paygent.OneTimeOnly, UseSecurityCode: &yes})
	fmt.Println(form.Method, form.Action, form.Fields.Get("hc")[:8], err)
	// Output: POST https://link.example/v/u/request 2b6023e4 <nil>
}

func ExampleExtractForm() {
	form, err := paygent.ExtractForm(`<body onload="document.forms[0].submit()"><form method="post" action="https://acs.example/"><input type="hidden" name="MD" value="a&amp;b"></form>`)
	fmt.Println(form.Method, form.Action, form.Fields[0].Value, err)
	_, err = paygent.ExtractForm(`<form method="post" action="javascript:alert(1)"></form>`)
	fmt.Println(errors.Is(err, paygent.ErrNoForm))
	// Output:
	// POST https://acs.example/ a&b <nil>
	// true
}

func ExampleParseReturn() {
	back, err := paygent.ParseReturn([]byte("trading_id=80&result=0"))
	fmt.Println(back.TradingID, back.Result, err) // unsigned: ask 094, or wait for the notification
	// Output: 80 0 <nil>
}
