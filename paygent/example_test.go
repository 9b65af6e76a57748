package paygent_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"kessai/paygent"
)

// centre answers by telegram kind. With paygentsim there is a whole one.
type centre map[string]string

func (c centre) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	answer := c[form.Get("telegram_kind")]
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer))}, nil
}

func exampleClient(c centre) *paygent.Client {
	config := &paygent.Config{SelectMaxCount: 2000, RefKinds: []paygent.Kind{"027", "090"}, UTF8Kinds: []paygent.Kind{"450"}, URLs: map[string]string{}}
	for _, service := range []string{"01", "02", "03", "06", "09", "10", "34", "45"} {
		config.URLs[service] = "https://centre.example/n/request" // one for each service: modenv_properties.conf has them
	}
	client, err := paygent.New(paygent.Options{
		Config: config, MerchantID: "1234", ConnectID: "conn01", ConnectPassword: "pass01", Transport: c,
	})
	if err != nil {
		panic(err)
	}
	return client
}

func ExampleNew() {
	config, err := paygent.ReadConfig("/no/such/modenv_properties.conf")
	if err != nil {
		var c *paygent.ConfigError
		fmt.Println(errors.As(err, &c), c.Code)
		return
	}
	client, err := paygent.New(paygent.Options{Config: config, MerchantID: "1234", ConnectID: "conn01", ConnectPassword: "pass01"})
	fmt.Println(client, err)
	// Output: true E01001
}

func ExampleParseConfig() {
	_, err := paygent.ParseConfig("modenv_properties.conf", strings.NewReader(`
paygentB2Bmodule.client_file_path=client.pem
paygentB2Bmodule.ca_file_path=/kit/ca.crt
paygentB2Bmodule.timeout_value=35
paygentB2Bmodule.select_max_cnt=2000
`))
	for _, e := range paygent.ConfigErrors(err) {
		fmt.Println(e.Line, e.Key, e.Detail)
	}
	// Output:
	// 2 client_file_path the path of the client certificate's PEM file must be absolute, not "client.pem"
	// 0 log_output_path the key is missing; it may be empty
}

func ExampleRewritePaths() {
	kit := "# 接続キット\r\npaygentB2Bmodule.client_file_path=/old/client.pem\r\n"
	text, err := paygent.RewritePaths([]byte(kit), map[string]string{paygent.KeyClientFilePath: "/node/client.pem"})
	fmt.Printf("%q %v\n", text, err)
	// Output: "# 接続キット\r\npaygentB2Bmodule.client_file_path=/node/client.pem\r\n" <nil>
}

func ExampleClient_Authorize() {
	client := exampleClient(centre{"020": "\r\nresult=0\r\npayment_id=900000001\r\ntrading_id=52\r\nmasked_card_number=************1111\r\nout_acs_html="})
	auth, err := client.Authorize(context.Background(), paygent.AuthorizeRequest{
		TradingID: "52", Amount: 3300, PaymentClass: paygent.LumpSum, CardToken: "tok_0123",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(auth.PaymentID, auth.MaskedCard, auth.NeedsThreeDS)
	// Output: 900000001 ************1111 false
}

func ExampleClient_Authorize_declined() {
	client := exampleClient(centre{"020": "\r\nresult=1\r\nresponse_code=2003\r\nresponse_detail=1G12\r\npayment_id=900000002"})
	_, err := client.Authorize(context.Background(), paygent.AuthorizeRequest{
		TradingID: "53", Amount: 3300, PaymentClass: paygent.Instalments, SplitCount: 3, CardToken: "tok_0123",
	})
	var declined *paygent.DeclinedError
	if errors.As(err, &declined) {
		fmt.Println(declined.Code, declined.Detail, declined.PaymentID)
	}
	// Output: 2003 1G12 900000002
}

func ExampleClient_Capture() {
	client := exampleClient(centre{"022": "\r\nresult=0\r\npayment_id=900000001\r\ntrading_id=52"})
	done, err := client.Capture(context.Background(), paygent.SettlementRequest{PaymentID: "900000001", TradingID: "52"})
	fmt.Println(done.PaymentID, err)
	// Output: 900000001 <nil>
}

func ExampleClient_CancelAuthorization() {
	client := exampleClient(centre{"021": "\r\nresult=0\r\npayment_id=900000001"})
	done, err := client.CancelAuthorization(context.Background(), paygent.SettlementRequest{PaymentID: "900000001"})
	fmt.Println(done.PaymentID, err)
	// Output: 900000001 <nil>
}

func ExampleClient_CancelCapture() {
	client := exampleClient(centre{"023": "<html>maintenance</html>"})
	_, err := client.CancelCapture(context.Background(), paygent.SettlementRequest{PaymentID: "900000001"})
	fmt.Println(paygent.Outcome(err)) // ask with Inquire before anything else
	// Output: unknown
}

func ExampleClient_Inquire() {
	client := exampleClient(centre{"094": "\r\nresult=0\r\npayment_id=900000001\r\ntrading_id=52\r\npayment_type=02\r\npayment_status=40\r\npayment_amount=3300\r\npayment_date=20250401123456"})
	payment, err := client.Inquire(context.Background(), paygent.InquireRequest{PaymentID: "900000001"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(payment.Type.Name(), payment.Status.Name(), payment.Amount, payment.PaymentDate)
	// Output: クレジット決済 消込済 3300 2025-04-01 12:34:56 +0900 JST
}

func ExampleClient_Difference() {
	client := exampleClient(centre{"091": "\r\nresult=0\r\nsuccess_code=0\r\npayment_notice_id=1001\r\npayment_id=900000001\r\ntrading_id=52\r\npayment_type=02\r\npayment_status=20\r\npayment_amount=3300"})
	d, err := client.Difference(context.Background(), paygent.DifferenceRequest{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if d.Code != paygent.DifferenceNone {
		fmt.Println(d.Notice.NoticeID, d.Notice.Status.Name())
	}
	// Output: 1001 オーソリOK
}

func ExampleClient_TestConnection() {
	client := exampleClient(centre{"091": "\r\nresult=1\r\nresponse_code=P015"})
	var rejected *paygent.RejectedError
	if errors.As(client.TestConnection(context.Background()), &rejected) {
		fmt.Println(rejected.Code) // this computer's address is not registered at Paygent
	}
	// Output: P015
}

func ExampleClient_Do() {
	client := exampleClient(centre{"025": "\r\nresult=0\r\nnum_of_cards=1\r\ncustomer_card_id=10000001"})
	answer, err := client.Do(context.Background(), paygent.Request{
		Kind:   paygent.KindStoreCard,
		Params: paygent.Params{{Name: "trading_id", Value: "0"}, {Name: "customer_id", Value: "7"}, {Name: "card_token", Value: "tok_0123"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Get("customer_card_id"))
	// Output: 10000001
}

func ExampleClient_Do_encoding() {
	_, err := exampleClient(centre{}).Do(context.Background(), paygent.Request{
		Kind: "020", Params: paygent.ParamsOf(map[string]string{"trading_id": "寿司🍣"}),
	})
	var bad *paygent.EncodingError
	if errors.As(err, &bad) {
		fmt.Println(bad.Field, string(bad.Rune))
	}
	// Output: trading_id 🍣
}

func ExampleBeforeSend() {
	deadline := time.Date(2025, 4, 1, 12, 0, 5, 0, paygent.JST())
	now := func() time.Time { return deadline.Add(time.Second) }
	ctx := paygent.BeforeSend(context.Background(), func() error {
		if now().After(deadline) {
			return errors.New("too late")
		}
		return nil
	})
	_, err := exampleClient(centre{}).Capture(ctx, paygent.SettlementRequest{PaymentID: "900000001"})
	var rejected *paygent.RejectedError
	if errors.As(err, &rejected) {
		fmt.Println(rejected.NotSent, rejected.Err)
	}
	// Output: true too late
}

func ExampleParseNotice() {
	body := []byte("payment_notice_id=1001&change_date=20250401120001&payment_id=900000001&trading_id=52&payment_type=02" +
		"&payment_status=20&payment_amount=3300&payment_init_date=20250401120000&payment_date=" +
		"&hc=457cbc6289e5e7bd6e29a1803b90ca46605dc14debee179344840b6c22ac37bb")
	notice, err := paygent.ParseNotice(body, "NEWKEY0000000002", "NOTICEKEY0000001")
	switch {
	case errors.Is(err, paygent.ErrBadHash), errors.Is(err, paygent.ErrNoKey):
		fmt.Println("result=1")
	case notice.Verified: // keep it, readable or not, then answer
		fmt.Println(notice.NoticeID, notice.Status, notice.Amount, notice.Key)
		fmt.Println("result=0")
	}
	// Output:
	// 1001 20 3300 1
	// result=0
}

func ExampleSignNotice() {
	form, err := paygent.SignNotice(paygent.Notice{
		NoticeID: 1001, PaymentID: "900000001", TradingID: "52", Type: paygent.TypeCard, Status: paygent.StatusAuthOK, Amount: 3300,
	}, "NOTICEKEY0000001")
	fmt.Println(form.Get("hc"), err)
	// Output: 457cbc6289e5e7bd6e29a1803b90ca46605dc14debee179344840b6c22ac37bb <nil>
}

func ExampleWireLogFunc() {
	config := &paygent.Config{URLs: map[string]string{"02": "https://centre.example/n/card/request"}}
	log := paygent.WireLogFunc(func(_ context.Context, r paygent.WireRecord) { fmt.Println(r.Kind, r.Outcome, r.Request) })
	client, err := paygent.New(paygent.Options{Config: config, MerchantID: "1", ConnectID: "c", ConnectPassword: "p",
		Transport: centre{"020": "\r\nresult=0\r\npayment_id=1"}, WireLog: log})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = client.Authorize(context.Background(), paygent.AuthorizeRequest{TradingID: "52", Amount: 100, PaymentClass: paygent.LumpSum, CardToken: "tok"})
	// Output: 020 succeeded [trading_id=52 payment_amount=100 payment_class=10]
}

func ExampleParseTime() {
	t, err := paygent.ParseTime("20250401120000")
	fmt.Println(t.UTC().Format(time.RFC3339), err)
	// Output: 2025-04-01T03:00:00Z <nil>
}
