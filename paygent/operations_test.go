package paygent

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// typed is a typed operation that must send a vector's request and read its answer.
type typed struct {
	call func(*Client, context.Context) (any, error)
	want any // nil: only the request matters
}

// does makes a typed of an operation. Go's method expressions fit: (*Client).ApplyATM.
func does[Q, A any](operation func(*Client, context.Context, Q) (A, error), q Q, want any) typed {
	return typed{func(c *Client, ctx context.Context) (any, error) { return operation(c, ctx, q) }, want}
}

// ignoreWhole leaves out what repeats the whole answer.
func ignoreWhole() cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool {
		name := p.Last().String()
		return name == ".Fields" || name == ".Row" || strings.HasSuffix(name, "HTML")
	}, cmp.Ignore())
}

// Every vector of a success is what a typed operation sends; none is left out.
func TestTypedOperations(t *testing.T) {
	t.Parallel()
	calls := map[string]typed{}
	for _, part := range []map[string]typed{numberCalls(), bankCalls(), careerCalls(), paidyCalls(), cardCalls(), storedCardCalls(), threeDSCalls(), inquiryCalls()} {
		for name, call := range part {
			calls[name] = call
		}
	}
	for _, v := range vectors(t, "request bytes") {
		call, ok := calls[v.name]
		delete(calls, v.name)
		if !ok && (v.text("outcome") != "succeeded" || strings.HasPrefix(v.name, "authorize") || strings.HasPrefix(v.name, "settle") ||
			strings.HasPrefix(v.name, "difference") || strings.HasPrefix(v.name, "inquire")) {
			continue // a failure, or one of TestTypedRequests
		}
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			if !ok {
				t.Fatal("no typed operation sends this")
			}
			centre := &answering{contentType: v.text("response type"), body: v.answer(t)}
			got, err := call.call(testClient(t, centre), t.Context())
			if diff := cmp.Diff(string(v.bytes(t, "request bytes")), string(centre.got)); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
			v.checkOutcome(t, err)
			if call.want != nil {
				if diff := cmp.Diff(call.want, got, ignoreWhole()); diff != "" {
					t.Errorf("answer (-want +got):\n%s", diff)
				}
			}
		})
	}
	for name := range calls {
		t.Errorf("no vector %q", name)
	}
}

// takahashi is typed as buyers do: half-width, hiragana, with a long vowel and a mark.
var takahashi = Buyer{FamilyName: "髙橋", GivenName: "一郎", FamilyNameKana: "タカハシ", GivenNameKana: "いちロー"}

func day25(month time.Month, day int) time.Time { return time.Date(2025, month, day, 0, 0, 0, 0, jst) }

func numberCalls() map[string]typed {
	return map[string]typed{
		"atm.txt: 010 success, every item": does((*Client).ApplyATM, ATMRequest{TradingID: "60", Amount: 3300, Buyer: takahashi,
			Detail: "ｵｶｲｱｹﾞﾀﾞｲｷﾝ", Limit: InDays(30)},
			&ATMApplication{PaymentID: "900000010", TradingID: "60", CenterNumber: "58091", CustomerNumber: "12345678901",
				ConfirmationNumber: "123456", LimitDate: day25(time.May, 1)}),
		"atm.txt: 010 success, the least: no name, until the end of today": does((*Client).ApplyATM,
			ATMRequest{TradingID: "61", Amount: 1, Detail: "代金", DetailKana: "ダイキン", Limit: InDays(0)},
			&ATMApplication{PaymentID: "900000011", TradingID: "61", CenterNumber: "58091", CustomerNumber: "12345678902",
				ConfirmationNumber: "4321", LimitDate: day25(time.April, 1)}),
		"conveni.txt: 030 success at Seven-Eleven, every item": does((*Client).ApplyConveni, ConveniRequest{TradingID: "70", Amount: 5000, Buyer: takahashi,
			Tel: "０９０ー１２３４−5678", Limit: InDays(15), Store: SevenEleven, StoreType: "03"},
			&ConveniApplication{PaymentID: "900000020", TradingID: "70", ReceiptNumber: "1234567890123",
				ReceiptPrintURL: "https://cvs.example/print?code=abc=", UsableStores: []ConveniStore{SevenEleven}, Store: SevenEleven, LimitDate: day25(time.April, 16)}),
		"conveni.txt: 030 success at Lawson, a number for three stores": does((*Client).ApplyConveni, ConveniRequest{TradingID: "71", Amount: 1,
			Buyer: Buyer{FamilyName: "Smith", GivenName: "〓"}, Tel: "0312345678", Limit: InDays(1), Store: Lawson},
			&ConveniApplication{PaymentID: "900000021", TradingID: "71", ReceiptNumber: "12345678901",
				UsableStores: []ConveniStore{Lawson, Ministop, DailyYamazaki}, Store: Lawson, LimitDate: day25(time.April, 2)}),
	}
}

func bankCalls() map[string]typed {
	begun := time.Date(2025, 4, 1, 12, 0, 0, 0, jst)
	return map[string]typed{
		"bank.txt: 060 success, every item": does((*Client).ApplyBank, BankRequest{TradingID: "80", Amount: 4080, Claim: "お買上げ代金", ClaimKana: "オカイアゲダイキン",
			MerchantName: "決済商店", Buyer: takahashi, ReceiptName: "髙橋一郎", ReceiptNameKana: "タカハシイチロー", Term: 7 * 24 * time.Hour,
			ReturnURL: "https://shop.example/paygent_payment_asp_complete", StopURL: "https://shop.example/paygent_payment_asp_cancel?order_id=80",
			CopyRight: "(c) 2025 Shop", FreeMemo: "お問い合わせは 03(1234)5678", MobileType: DevicePC},
			&BankApplication{TradingID: "80", PageURL: "https://bank.example/asp?p=abc==", PageLimit: begun.Add(time.Hour),
				PaymentLimit: begun.AddDate(0, 0, 7), GeneratedAt: begun}),
		"bank.txt: 060 success, the least": does((*Client).ApplyBank, BankRequest{TradingID: "81", Amount: 1, Claim: "代金", ClaimKana: "ダイキン"},
			&BankApplication{TradingID: "81", PageURL: "https://bank.example/asp?p=abd", PageLimit: begun.Add(time.Hour),
				PaymentLimit: begun.AddDate(0, 0, 5), GeneratedAt: begun}),
	}
}

func careerCalls() map[string]typed {
	const shop = "https://shop.example/paygent_payment_career_"
	au := CareerAuthRequest{TradingID: "90", Career: CareerAu, RedirectURL: shop + "apply?order_id=90", CancelURL: shop + "auth_ng?order_id=90"}
	docomo := CareerAuthRequest{TradingID: "91", Career: CareerDocomo, Device: DeviceSmartphone,
		RedirectURL: shop + "apply?order_id=91", CancelURL: shop + "auth_ng?order_id=91"}
	pay := SettlementRequest{PaymentID: "900000030", TradingID: "90"}
	done := &Settlement{PaymentID: "900000030", TradingID: "90"}
	return map[string]typed{
		"career.txt: 104 au, success: an address to go to": does((*Client).AuthenticateCareer, au,
			&CareerPage{TradingID: "90", RedirectURL: "https://connect.example/net/vwc/cca_lg_eu_nets/login?targeturl=a%3Db"}),
		"career.txt: 104 docomo, success: a page to post on": does((*Client).AuthenticateCareer, docomo, &CareerPage{TradingID: "91"}),
		"career.txt: 100 au, success: an address to go to": does((*Client).ApplyCareer, CareerRequest{TradingID: "90", Amount: 3300, Career: CareerAu,
			ReturnURL: shop + "complete", CancelURL: shop + "cancel?order_id=90", OpenID: "https://connect.example/id/abc"},
			&CareerPage{PaymentID: "900000030", TradingID: "90", RedirectURL: "https://carrier.example/pay?id=30"}),
		"career.txt: 100 docomo, success: a page to post on": does((*Client).ApplyCareer, CareerRequest{TradingID: "91", Amount: 1, Career: CareerDocomo,
			ReturnURL: shop + "complete", CancelURL: shop + "cancel?order_id=91", OtherURL: shop + "cancel?order_id=91", OpenID: "docomo-open-id"},
			&CareerPage{PaymentID: "900000031", TradingID: "91"}),
		"career.txt: 100 SoftBank, success without 104 before it": does((*Client).ApplyCareer, CareerRequest{TradingID: "93", Amount: 3300, Career: CareerSoftBank,
			ReturnURL: shop + "complete", CancelURL: shop + "cancel?order_id=93"},
			&CareerPage{PaymentID: "900000032", TradingID: "93", RedirectURL: "https://link.example/softbank?id=32"}),
		"career.txt: 101 success": does((*Client).CaptureCareer, pay, done),
		"career.txt: 102 success": does((*Client).CancelCareer, pay, done),
		"career.txt: 103 success": does((*Client).ChangeCareer, CareerChangeRequest{PaymentID: "900000030", TradingID: "90", Amount: 3000}, done),
	}
}

func paidyCalls() map[string]typed {
	pay := PaidyRequest{PaymentID: "900000040", TradingID: "100"}
	done := &Settlement{PaymentID: "900000040", TradingID: "100"}
	return map[string]typed{
		"paidy.txt: 340 success": does((*Client).CancelPaidy, pay, done),
		"paidy.txt: 341 success": does((*Client).CapturePaidy, pay, done),
		"paidy.txt: 342 success": does((*Client).RefundPaidy, PaidyRefundRequest{PaymentID: "900000040", TradingID: "100", Amount: 300}, done),
		"paidy.txt: 340 success by trading_id alone": does((*Client).CancelPaidy, PaidyRequest{TradingID: "101"},
			&Settlement{PaymentID: "900000042", TradingID: "101"}),
		"paidy.txt: 341 success, the payment got another number": does((*Client).CapturePaidy, PaidyRequest{PaymentID: "900000043", TradingID: "102"},
			&Settlement{PaymentID: "900000044", TradingID: "102"}),
		"paidy.txt: 342 success, everything is refunded": does((*Client).RefundPaidy, PaidyRefundRequest{PaymentID: "900000040", TradingID: "100"}, done),
		"paidy.txt: 343 success": does((*Client).VerifyPaidy, PaidyVerifyRequest{PaidyPaymentID: "pay_WxYz0123456789AB"},
			&PaidyVerification{RetrieveResult: "0", PaymentID: "900000040", TradingID: "100", Amount: 3300, Currency: "JPY", StoreName: "決済商店",
				BuyerEmail: "taro@shop.example", BuyerName: "山田 太郎", BuyerNameKana: "ヤマダ タロウ", BuyerPhone: "08000000001",
				Zip: "100-0001", State: "東京都", City: "千代田区千代田", Line2: "１－１", Tax: "300", Shipping: "500",
				Items: []PaidyItem{{ID: "sand-01", Title: "チェリーアイスサンド", UnitPrice: "3000", Quantity: "1"}, {Title: "値引き", UnitPrice: "-500", Quantity: "1"}}}),
	}
}

func cardCalls() map[string]typed {
	total := CorrectionRequest{PaymentID: "900000001", TradingID: "52", Amount: 3000}
	less := CorrectionRequest{PaymentID: "900000001", Amount: 300, Reduce: true}
	whole := &Correction{PaymentID: "900000050", BasePaymentID: "900000001", TradingID: "52", ReducedAmount: "300"}
	part := &Correction{PaymentID: "900000051", BasePaymentID: "900000001", TradingID: "52", ReducedAmount: "300"}
	return map[string]typed{
		"correct.txt: 028 success, the new total":         does((*Client).CorrectAuthorization, total, whole),
		"correct.txt: 028 success, an amount to subtract": does((*Client).CorrectAuthorization, less, part),
		"correct.txt: 029 success, the new total":         does((*Client).CorrectCapture, total, whole),
		"correct.txt: 029 success, an amount to subtract": does((*Client).CorrectCapture, less, part),
		"correct.txt: 020 the number itself, with its security code": does((*Client).Authorize, AuthorizeRequest{TradingID: "57", Amount: 3300,
			PaymentClass: LumpSum, Card: &CardData{Number: "4900000000000000", ValidTerm: "1228", SecurityCode: "123"}, UseSecurityCode: true},
			&Authorization{PaymentID: "900000057", TradingID: "57"}),
	}
}

func storedCardCalls() map[string]typed {
	const print = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ab"
	const back = "ba9876543210ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba"
	return map[string]typed{
		"storedcard.txt: 025 success, with a validity check": does((*Client).StoreCard, StoreCardRequest{CustomerID: "7", CardToken: "tok_store1",
			ValidCheck: true, UseSecurityCode: true, AddInfo: [4]string{"メモ", "b", "c", "d"}},
			&StoredCardResult{Cards: 2, CustomerCardID: "10000002", MaskedCard: "************1111", CardValidTerm: "1228",
				HolderName: "TARO YAMADA", IssuerName: "ﾃｽﾄｶｰﾄﾞ", Fingerprint: print}),
		"storedcard.txt: 025 success, the number itself": does((*Client).StoreCard, StoreCardRequest{CustomerID: "7",
			Card: &CardData{Number: "4900000000000000", ValidTerm: "1228", SecurityCode: "123"}, HolderName: "TARO YAMADA", Brand: Visa, UseSecurityCode: true},
			&StoredCardResult{Cards: 1, CustomerCardID: "10000001"}),
		"storedcard.txt: 026 success": does((*Client).DeleteCard, DeleteCardRequest{CustomerID: "7", CustomerCardID: "10000001"}, &StoredCardResult{}),
		"storedcard.txt: 027 two cards": does((*Client).ListCards, ListCardsRequest{CustomerID: "7"}, []KeptCard{
			{CustomerID: "7", CustomerCardID: "10000001", MaskedCard: "************1111", CardValidTerm: "1228", HolderName: "TARO YAMADA",
				Brand: Visa, IssuerName: "ﾃｽﾄｶｰﾄﾞ", Fingerprint: print},
			{CustomerID: "7", CustomerCardID: "10000002", MaskedCard: "************2222", CardValidTerm: "0124", Brand: Visa, IssuerName: "表示",
				Fingerprint: back, Expired: true}}),
		"storedcard.txt: 027 one of them": does((*Client).ListCards, ListCardsRequest{CustomerID: "7", CustomerCardID: "10000001", Limit: 1},
			[]KeptCard{{CustomerID: "7", CustomerCardID: "10000001", MaskedCard: "************1111", CardValidTerm: "1228"}}),
	}
}

func threeDSCalls() map[string]typed {
	const id = "1b4e28ba-2fa1-11d2-883f-0016d3cca42"
	date := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	return map[string]typed{
		"threeds.txt: 450 a member pays with a token, every item": does((*Client).AuthenticateThreeDS, ThreeDSRequest{TradingID: "110", Amount: 3300,
			CurrencyCode: "JPY", TermURL: "https://shop.example/paygent_payment_credit_3d2", MerchantName: "KESSAI-SHOTEN",
			CardToken: "tok_0123456789abcdef", HolderName: "TARO YAMADA",
			Account: &ThreeDSMember{LoggedInAt: time.Date(2025, 4, 1, 11, 55, 0, 0, jst), Age: AccountOver60, CreatedAt: date(2020, 1, 15),
				ChangedAt: date(2025, 3, 1), ChangeAge: ChangedUnder60, PasswordAt: date(2024, 1, 31), PasswordAge: PasswordOver60,
				Purchases: 12, Day: 1, Year: 24, ShipToSince: date(2023, 4, 1), ShipToAge: ShipToOver60},
			Address:  DifferentAddress,
			Billing:  ThreeDSAddress{City: "東京都", Country: "392", Line1: "千代田区千代田", Line2: "１−１ 𠮷野家〜", PostCode: "1000001", State: "13"},
			Shipping: ThreeDSAddress{City: "大阪府", Country: "392", Line1: "大阪市北区", Line2: "2-2", Line3: "ビル3F", PostCode: "5300001", State: "27"},
			Email:    "taro@shop.example", HomePhone: JapanesePhone("03-1234-5678"), MobilePhone: JapanesePhone("０９０１２３４５６７８"), WorkPhone: JapanesePhone("06-1234-5678"),
			Reorder: FirstOrder, ShipTo: ShipElsewhere}, &ThreeDSAuthentication{AuthID: id + "7"}),
		"threeds.txt: 450 a guest, the least": does((*Client).AuthenticateThreeDS, ThreeDSRequest{TradingID: "111", Amount: 1,
			TermURL: "https://shop.example/return?payment=1", MerchantName: "決済商店", CardToken: "tok_1", Guest: true}, &ThreeDSAuthentication{AuthID: id + "8"}),
		"threeds.txt: 450 a stored card": does((*Client).AuthenticateThreeDS, ThreeDSRequest{TradingID: "112", Amount: 3300,
			TermURL: "https://shop.example/return", MerchantName: "KESSAI", StoredCard: &StoredCard{CustomerID: "7", CustomerCardID: "10000001"},
			Account: &ThreeDSMember{}}, &ThreeDSAuthentication{AuthID: id + "9"}),
		"threeds.txt: 024 success, as 020 answers": does((*Client).CompleteThreeDS, CompleteRequest{PaymentID: "900000005", TradingID: "55", PaRes: "eJzVWFmT+/=", MD: "md 55"},
			&Authorization{PaymentID: "900000005", TradingID: "55", AttemptKbn: "1", MaskedCard: "************1111",
				IssuerClass: "1", AcquirerID: "50001", AcquirerName: "SIMACQ", IssuerName: "ﾃｽﾄ"}),
	}
}

func inquiryCalls() map[string]typed {
	begun := time.Date(2025, 4, 1, 12, 0, 0, 0, jst)
	return map[string]typed{
		"correct.txt: 094 a number issued for a convenience store": does((*Client).Inquire, InquireRequest{PaymentID: "900000020"},
			&Inquiry{PaymentID: "900000020", TradingID: "70", Type: TypeConveni, Status: StatusApplied, Amount: 5000, InitDate: begun, SiteID: "1",
				ReceiptNumber: "1234567890123", Store: SevenEleven, LimitDate: day25(time.April, 16)}),
		"correct.txt: 094 a carrier": does((*Client).Inquire, InquireRequest{PaymentID: "900000030"},
			&Inquiry{PaymentID: "900000030", TradingID: "90", Type: TypeCareer, Status: StatusAuthOK, Amount: 3300, InitDate: begun, CareerType: "4"}),
		"correct.txt: 094 Paidy": does((*Client).Inquire, InquireRequest{TradingID: "100"},
			&Inquiry{PaymentID: "900000040", TradingID: "100", Type: TypePaidy, Status: StatusAuthOK, Amount: 3300, InitDate: begun, PaidyPaymentID: "pay_WxYz0123456789AB"}),
		"list.txt: 090 two payments": does((*Client).List, ListRequest{}, &Table{Columns: []string{"payment_id", "trading_id", "payment_status", "customer_family_name"},
			Rows: [][]string{{"900000001", "52", "40", "髙橋"}, {"900000002", "53", "20", ""}}}),
		"list.txt: 090 too many rows; what there is follows": does((*Client).List, ListRequest{Limit: 1},
			&Table{Columns: []string{"payment_id"}, Rows: [][]string{{"900000001"}}}),
		"storedcard.txt: 027 no card at all": {func(c *Client, ctx context.Context) (any, error) {
			cards, err := c.ListCards(ctx, ListCardsRequest{CustomerID: "8"})
			if err == nil && len(cards) == 0 {
				_, err = c.Do(ctx, Request{Kind: KindListCards, Params: Params{{"trading_id", "0"}, {"customer_id", "8"}}})
			}
			return nil, err
		}, nil},
	}
}
