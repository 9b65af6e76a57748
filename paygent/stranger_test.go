package paygent_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"

	"kessai/paygent"
)

// stranger is a centre of somebody who has read protocol.md §1 and §3 and nothing of this
// package: a socket that reads one request and writes bytes, framed in ways that the
// protocol allows and no library writes by itself.
type stranger struct {
	t       *testing.T
	answers map[string]string // by telegram kind, status line and headers included
	drip    bool              // one byte at a time
}

// open listens, and returns a client whose configuration was read as a shop's is.
func (s *stranger) open() *paygent.Client {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { l.Close() })
	go func() {
		for conn, err := l.Accept(); err == nil; conn, err = l.Accept() {
			go s.talk(conn)
		}
	}()
	conf := "paygentB2Bmodule.not_use_client_cert=true\npaygentB2Bmodule.not_use_ca_cert=true\npaygentB2Bmodule.timeout_value=20\n" +
		"paygentB2Bmodule.log_output_path=\npaygentB2Bmodule.select_max_cnt=2000\npaygentB2Bmodule.telegram_kind.ref=027,090\n"
	for _, service := range []string{"01", "02", "03", "09", "10", "45"} {
		conf += "paygentB2Bmodule.url." + service + "=http://" + l.Addr().String() + "/n/" + service + "/request\n"
	}
	config, err := paygent.ParseConfig("modenv_properties.conf", strings.NewReader(conf))
	if err != nil {
		s.t.Fatal(err)
	}
	client, err := paygent.New(paygent.Options{Config: config, MerchantID: "1234", ConnectID: "conn01", ConnectPassword: "pass01"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(client.Close)
	return client
}

func (s *stranger) talk(conn net.Conn) {
	defer conn.Close()
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	body, err := io.ReadAll(r.Body)
	form, bad := url.ParseQuery(string(body))
	switch {
	case err != nil || bad != nil:
		s.t.Errorf("the body is no form: %v, %v", err, bad)
	case r.Method != http.MethodPost || r.ContentLength != int64(len(body)) || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded":
		s.t.Errorf("%s with %d bytes announced, %d sent, %q", r.Method, r.ContentLength, len(body), r.Header.Get("Content-Type"))
	case form.Get("merchant_id") != "1234" || form.Get("connect_id") != "conn01" || form.Get("connect_password") != "pass01" || form.Get("telegram_version") != "1.0":
		s.t.Errorf("common parameters: %v", form)
	}
	answer := s.answers[form.Get("telegram_kind")]
	if !s.drip {
		_, _ = io.WriteString(conn, answer)
		return
	}
	for i := range len(answer) {
		if _, err := io.WriteString(conn, answer[i:i+1]); err != nil {
			return
		}
	}
}

const (
	bare    = "HTTP/1.0 200 OK\r\n\r\n" // the end of the connection ends the body
	windows = "HTTP/1.1 200 OK\r\nContent-Type: text/plain;charset=windows-31j\r\nConnection: close\r\n\r\n"
	html    = "HTTP/1.1 200\r\ncontent-type: TEXT/HTML; Charset=\"Shift_JIS\"\r\nConnection: close\r\n\r\n"
	unicode = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nConnection: close\r\n\r\n"
)

// chunked frames a body in chunks of n bytes, with an extension and a trailer.
func chunked(body string, n int) string {
	out := "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=Windows-31J\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n"
	for len(body) > 0 {
		part := body[:min(n, len(body))]
		out += fmt.Sprintf("%x;a=b\r\n%s\r\n", len(part), part)
		body = body[len(part):]
	}
	return out + "0\r\nX: y\r\n\r\n"
}

// One answer of 020 in every framing; the client must read the same of each.
func TestStrangersFramings(t *testing.T) {
	t.Parallel()
	const items = "payment_id=900000001\r\ntrading_id=52\r\nacq_name=\x95\x5C\x8E\xA6\r\nissur_name=\xC3\xBD\xC4\r\nnew_item=a=b= c \r\nfc_auth_umu=\r\nmasked_card_number=************1111"
	const plain = "\r\nresult=0\r\n" + items + "\r\nout_acs_html="
	for name, answer := range map[string]string{
		"HTTP/1.0, no length, no type":    bare + plain,
		"a charset in lower case":         windows + plain,
		"another name of the charset":     html + plain,
		"a length":                        fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(plain), plain),
		"chunks of one byte":              chunked(plain, 1),
		"chunks that cut characters":      chunked(plain, 7),
		"100 Continue before it":          "HTTP/1.1 100 Continue\r\n\r\n" + windows + plain,
		"status 203":                      strings.Replace(windows, "200 OK", "203 x", 1) + plain,
		"status 206":                      strings.Replace(windows, "200 OK", "206 x", 1) + plain,
		"codes that are empty":            bare + "\r\nresult=0\r\nresponse_code=\r\nresponse_detail=\r\n" + items,
		"the result last":                 bare + "\r\n" + items + "\r\nresult=0",
		"an end of line after the last":   bare + plain + "\r\n",
		"no empty line before the first":  bare + plain[2:],
		"several empty lines, and a note": bare + "\r\n\r\nnothing to see\r\n" + plain,
		"UTF-8 by its own word":           unicode + strings.NewReplacer("\x95\x5C\x8E\xA6", "表示", "\xC3\xBD\xC4", "ﾃｽﾄ").Replace(plain),
	} {
		for _, drip := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " drip ", drip), func(t *testing.T) {
				t.Parallel()
				s := &stranger{t: t, answers: map[string]string{"020": answer}, drip: drip}
				got, err := s.open().Authorize(t.Context(), paygent.AuthorizeRequest{TradingID: "52", Amount: 3300, PaymentClass: paygent.LumpSum, CardToken: "tok_1"})
				if err != nil {
					t.Fatal(err)
				}
				if got.PaymentID != "900000001" || got.AcquirerName != "表示" || got.IssuerName != "ﾃｽﾄ" || got.MaskedCard != "************1111" ||
					got.Fields.Get("new_item") != "a=b= c " || got.ACSHTML != "" || got.NeedsThreeDS || got.UndecodableText != nil {
					t.Errorf("%+v", *got)
				}
				if v, ok := got.Fields.Lookup("fc_auth_umu"); !ok || v != "" {
					t.Error("an empty item is lost")
				}
			})
		}
	}
}

// Pages are the last item whatever they look like, in the charset of their telegram.
func TestStrangersPages(t *testing.T) {
	t.Parallel()
	const form = `<form method="post" action="https://acs.example/challenge"><input type="hidden" name="creq" value="%s"></form>`
	sjis := fmt.Sprintf(form, "\x95\x5C")
	utf8 := fmt.Sprintf(form, "𠮷")
	s := &stranger{t: t, answers: map[string]string{
		"020": windows + "\r\nresult=7\r\npayment_id=900000005\r\ntrading_id=55\r\nout_acs_html=<!DOCTYPE html>\r\n<html>\r\nresult=1\r\npayment_id=666\r\n" + sjis + "</html>\r\n",
		"104": bare + "\r\nresult=0\r\ntrading_id=91\r\nredirect_html=\r\n" + sjis,
		"450": bare + "\r\nresult=0\r\n3ds_auth_id=1b4e28ba-2fa1-11d2-883f-0016d3cca427\r\nout_acs_html=" + utf8, // UTF-8 by its kind
	}}
	client := s.open()
	auth, err := client.Authorize(t.Context(), paygent.AuthorizeRequest{TradingID: "55", Amount: 1, PaymentClass: paygent.LumpSum, CardToken: "t",
		ThreeDSecure: paygent.ThreeDSecure1, TermURL: "https://shop.example/return"})
	if err != nil || !auth.NeedsThreeDS || auth.PaymentID != "900000005" {
		t.Fatalf("%+v, %v", auth, err)
	}
	career, err := client.AuthenticateCareer(t.Context(), paygent.CareerAuthRequest{TradingID: "91", Career: paygent.CareerDocomo, RedirectURL: "https://a.example", CancelURL: "https://a.example"})
	if err != nil {
		t.Fatal(err)
	}
	three, err := client.AuthenticateThreeDS(t.Context(), paygent.ThreeDSRequest{Amount: 1, CardToken: "t", MerchantName: "S", TermURL: "https://shop.example/return"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		form func() (paygent.Form, error)
		want string
	}{"020": {auth.ACSForm, "表"}, "104": {career.RedirectForm, "表"}, "450": {three.ACSForm, "𠮷"}} {
		got, err := c.form()
		if err != nil || got.Action != "https://acs.example/challenge" || got.Fields.Get("creq") != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// Tables may enclose items or not, and end with a line end or without.
func TestStrangersTables(t *testing.T) {
	t.Parallel()
	const name = "\x8ER\x93c \x91\xBE\x98Y"
	for how, table := range map[string]string{
		"every item enclosed":    "\"1\",\"0\",\"\",\"\"\r\n\"2\",\"customer_id\",\"customer_card_id\",\"cardholder_name\"\r\n\"3\",\"7\",\"10000001\",\"" + name + "\"\r\n\"3\",\"7\",\"10000002\",\"a \"\"b\"\", c\"\r\n\"4\",\"2\"\r\n",
		"none enclosed":          "1,0,,\r\n2,customer_id,customer_card_id,cardholder_name\r\n3,7,10000001," + name + "\r\n3,7,10000002,\"a \"\"b\"\", c\"\r\n4,2",
		"line feeds, no trailer": "1,0,,\n2,customer_id,customer_card_id,cardholder_name\n3,7,10000001," + name + "\n3,7,10000002,\"a \"\"b\"\", c\"\n",
	} {
		s := &stranger{t: t, answers: map[string]string{"027": bare + table}}
		cards, err := s.open().ListCards(t.Context(), paygent.ListCardsRequest{CustomerID: "7"})
		if err != nil || len(cards) != 2 || cards[0].HolderName != "山田 太郎" || cards[1].HolderName != `a "b", c` || cards[1].CustomerCardID != "10000002" {
			t.Errorf("%s: %+v, %v", how, cards, err)
		}
	}
	s := &stranger{t: t, answers: map[string]string{"027": bare + "1,1,P026,customer_id", "090": bare + "1,1,9003,\r\n2,payment_id\r\n3,1\r\n4,1\r\n"}}
	if cards, err := s.open().ListCards(t.Context(), paygent.ListCardsRequest{CustomerID: "7"}); err != nil || len(cards) != 0 {
		t.Errorf("no card: %v, %v", cards, err)
	}
	table, err := s.open().List(t.Context(), paygent.ListRequest{})
	var declined *paygent.DeclinedError
	if !errors.As(err, &declined) || declined.Code != paygent.CodeTooMany || len(table.Rows) != 1 {
		t.Errorf("too many: %v, %v", table, err)
	}
}

// What cannot be believed is unknown, and a refusal has its payment_id.
func TestStrangersRefusalsAndRubbish(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer string
		want   paygent.OutcomeKind
	}{
		"refused by the card company": {windows + "\r\nresult=1\r\nresponse_code=2003\r\nresponse_detail=1G12 \x8Eg\x97p\x95s\x89\xC2\r\npayment_id=900000002", paygent.OutcomeDeclined},
		"a code nobody knows":         {windows + "\r\nresult=1\r\nresponse_code=Z-99\r\nresponse_detail=", paygent.OutcomeDeclined},
		"a parameter":                 {windows + "\r\nresult=1\r\nresponse_code=P099\r\nresponse_detail=the parameter split_count is bad", paygent.OutcomeRejected},
		"result 2":                    {windows + "\r\nresult=2\r\nresponse_code=\r\n", paygent.OutcomeUnknown},
		"cut within the head":         {"HTTP/1.1 200 O", paygent.OutcomeUnknown},
		"cut within a length":         {"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n\r\nresult=0\r\npayment_id=1", paygent.OutcomeUnknown},
		"cut within a chunk":          {strings.TrimSuffix(chunked("\r\nresult=0\r\npayment_id=1", 5), "0\r\nX: y\r\n\r\n"), paygent.OutcomeUnknown},
		"a proxy's page":              {bare + "<html><body>result=0</body></html>", paygent.OutcomeUnknown},
		"207":                         {strings.Replace(windows, "200 OK", "207 x", 1) + "\r\nresult=0\r\npayment_id=1", paygent.OutcomeUnknown},
		"not HTTP":                    {"SSH-2.0-x\r\n", paygent.OutcomeUnknown},
		"nothing":                     {"", paygent.OutcomeUnknown},
	} {
		s := &stranger{t: t, answers: map[string]string{"020": c.answer}}
		_, err := s.open().Authorize(t.Context(), paygent.AuthorizeRequest{TradingID: "52", Amount: 1, PaymentClass: paygent.LumpSum, CardToken: "t"})
		if paygent.Outcome(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		var declined *paygent.DeclinedError
		if name == "refused by the card company" && (!errors.As(err, &declined) || declined.PaymentID != "900000002" || declined.Detail != "1G12 使用不可") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The bytes of names are Windows-31J to a reader that is not ours, too.
func TestStrangerReadsNames(t *testing.T) {
	t.Parallel()
	got := make(chan url.Values, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		got <- r.PostForm
		_, _ = io.WriteString(w, "\r\nresult=0\r\npayment_id=1\r\nreceipt_number=1\r\n")
	})}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close() })
	client, err := paygent.New(paygent.Options{Config: &paygent.Config{URLs: map[string]string{"03": "http://" + l.Addr().String()}, NoClientCert: true, NoCAFile: true},
		MerchantID: "1234", ConnectID: "conn01", ConnectPassword: "pass01"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.ApplyConveni(t.Context(), paygent.ConveniRequest{TradingID: "1", Amount: 1, Tel: "03-1", Store: paygent.Lawson,
		Buyer: paygent.Buyer{FamilyName: "髙﨑〜", GivenName: "①ソ", FamilyNameKana: "タカサキ", GivenNameKana: "いち"}})
	if err != nil {
		t.Fatal(err)
	}
	form := <-got
	for name, want := range map[string]string{"customer_family_name": "髙﨑～", "customer_name": "①ソ", "customer_family_name_kana": "ﾀｶｻｷ", "customer_name_kana": "ｲﾁ", "customer_tel": "031"} {
		text, err := japanese.ShiftJIS.NewDecoder().String(form.Get(name))
		if err != nil || text != want {
			t.Errorf("%s: %q, %v, want %q", name, text, err, want)
		}
	}
}
