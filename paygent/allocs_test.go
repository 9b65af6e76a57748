package paygent

import (
	"testing"
)

// hot is one step that every telegram or callback takes.
type hot struct {
	name  string
	limit float64 // allocations
	run   func() error
}

// hotSteps are what BenchmarkHotSteps times; TestAllocations counts those of every vector too.
func hotSteps(t testing.TB) (*Client, []hot) {
	c, err := New(Options{Config: testConfig(), MerchantID: "1234", ConnectID: "conn01", ConnectPassword: "pass01", Partner: "kessai"})
	if err != nil {
		t.Fatal(err)
	}
	card := AuthorizeRequest{TradingID: "52", Amount: 3300, PaymentClass: LumpSum, CardToken: "tok_0123456789abcdef", UseSecurityCode: true}
	conveni := ConveniRequest{TradingID: "70", Amount: 5000, Buyer: takahashi, Tel: "09012345678", Limit: InDays(15), Store: SevenEleven}
	three := ThreeDSRequest{TradingID: "110", Amount: 3300, TermURL: "https://shop.example/return", MerchantName: "SHOP", CardToken: "tok_1",
		Billing: ThreeDSAddress{City: "東京都", Country: "392", Line1: "千代田区千代田", PostCode: "1000001", State: "13"}, Email: "taro@shop.example"}
	encode := func(kind Kind, add func(*builder)) func() error {
		b := builder{kind: kind}
		if add(&b); b.err != nil {
			t.Fatal(b.err)
		}
		request := Request{Kind: kind, Params: b.params}
		return func() error { _, _, err := c.encode(request); return err }
	}
	parse := func(kind Kind, isUTF8 bool, answer string) func() error {
		return func() error { _, err := parsePayment(kind, []byte(answer), isUTF8); return err }
	}
	notice := []byte(formOfNotice(t, Notice{NoticeID: 1001, PaymentID: "900000001", TradingID: "52", Type: TypeCard, Status: StatusAuthOK, Amount: 3300, SiteID: "1"}))
	back, err := SignThreeDS2(ThreeDSReturn{OK: true, AuthID: "1b4e28ba-2fa1-11d2-883f-0016d3cca427"}, testNoticeKey)
	if err != nil {
		t.Fatal(err)
	}
	query := []byte(back.Encode())
	return c, []hot{
		{"encode/020", 5, encode(KindAuthorize, card.add)},
		{"encode/030", 5, encode(KindConveni, conveni.add)},
		{"encode/450", 5, encode(KindThreeDSecure, three.add)},
		{"parse/020", 10, parse(KindAuthorize, false, "\r\nresult=0\r\npayment_id=900000001\r\ntrading_id=52\r\nissur_class=1\r\nacq_id=50001\r\nissur_name=\xC3\xBD\xC4\r\nmasked_card_number=************1111\r\nout_acs_html=")},
		{"parse/030", 10, parse(KindConveni, false, "\r\nresult=0\r\npayment_id=900000020\r\ntrading_id=70\r\nreceipt_number=1234567890123\r\nusable_cvs_company_id=00C001\r\npayment_limit_date=20250416")},
		{"parse/094", 10, parse(KindInquire, false, "\r\nresult=0\r\npayment_id=900000020\r\ntrading_id=70\r\npayment_type=03\r\npayment_status=10\r\npayment_amount=5000\r\ncustomer_family_name=\xFB\xFC\x8B\xB4\r\ncustomer_name=\x88\xEA\x98Y\r\ncustomer_name_kana=\xB2\xC1\xDB\xB0")},
		{"parse/450", 10, parse(KindThreeDSecure, true, "\r\nresult=0\r\n3ds_auth_id=1b4e28ba-2fa1-11d2-883f-0016d3cca427\r\nout_acs_html=<!DOCTYPE html>\r\n<form>続ける</form>")},
		{"verify/notice", 3, func() error { _, err := ParseNotice(notice, testNoticeKey); return err }},
		{"verify/3dsecure", 3, func() error { _, err := ParseThreeDS2(query, testNoticeKey); return err }},
	}
}

// wireSteps are every vector's telegram, answer, notification and return.
func wireSteps(t testing.TB, c *Client) (steps []hot) {
	for _, v := range vectors(t, "request bytes") {
		request := Request{Kind: Kind(v.text("kind")), Params: v.params(t)}
		steps = append(steps, hot{"encode/" + v.name, 5, func() error { _, _, err := c.encode(request); return err }})
	}
	for _, v := range vectors(t, "response bytes") {
		kind, body := Kind(v.text("kind")), v.bytes(t, "response bytes")
		steps = append(steps, hot{"parse/" + v.name, 10, func() error { _, err := parsePayment(kind, body, kind == KindThreeDSecure); return err }})
	}
	for _, v := range vectors(t, "link response bytes") {
		body := v.bytes(t, "link response bytes")
		steps = append(steps, hot{"parse/" + v.name, 10, func() error { _, err := parseLink(body); return err }})
	}
	for _, v := range vectors(t, "notice bytes") {
		body, key := v.bytes(t, "notice bytes"), Secret(v.text("key"))
		steps = append(steps, hot{"verify/" + v.name, 3, func() error { _, err := ParseNotice(body, key); return err }})
	}
	for _, v := range vectors(t, "callback bytes") {
		parse, _ := v.parser()
		body, keys := v.bytes(t, "callback bytes"), []Secret{Secret(v.text("key"))}
		steps = append(steps, hot{"verify/" + v.name, 3, func() error { _, err := parse(body, keys...); return err }})
	}
	return steps
}

func formOfNotice(t testing.TB, n Notice) string {
	form, err := SignNotice(n, testNoticeKey)
	if err != nil {
		t.Fatal(err)
	}
	return form.Encode()
}

// Not parallel: AllocsPerRun counts what the whole program allocates.
func TestAllocations(t *testing.T) {
	client, steps := hotSteps(t)
	for _, step := range append(steps, wireSteps(t, client)...) {
		var err error
		got := testing.AllocsPerRun(100, func() { err = step.run() })
		if err != nil || got > step.limit {
			t.Errorf("%s: %v allocations, at most %v (%v)", step.name, got, step.limit, err)
		}
		t.Logf("%s: %v allocations", step.name, got)
	}
}

func BenchmarkHotSteps(b *testing.B) {
	_, steps := hotSteps(b)
	for _, step := range steps {
		b.Run(step.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := step.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFit(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Fit(KindConveni, "customer_name_kana", "ガッツー"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExtractForm(b *testing.B) {
	const page = `<!DOCTYPE html><html><body onload="document.forms[0].submit()"><form method="post" action="https://acs.example/challenge"><input type="hidden" name="creq" value="eyJ0aHJlZURTIn0"></form></body></html>`
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ExtractForm(page); err != nil {
			b.Fatal(err)
		}
	}
}
