package paygentsim

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// Each target here is one parser without the books behind it, so that ten million
// executions take minutes. fuzz_test.go has the targets that keep books.

func FuzzParseForm(f *testing.F) {
	f.Add("a=1&b=%83%65", "c=3")
	f.Add("telegram_kind=020&x=%", "=")
	f.Add("customer_name=%E5%B1%B1&customer_name=+%2B~", "&&=&a")
	f.Fuzz(func(t *testing.T, body, query string) {
		p, err := parseForm(body, query)
		if err != nil {
			return
		}
		if bad := p.decode("020"); bad != "" {
			if _, given := p[bad]; !given {
				t.Fatalf("%q is said to be bad and was not sent", bad)
			}
			return
		}
		// What was read as text can be written and is read again alike.
		lines := linesOf(p)
		text, err := encodeForm(lines)
		if err != nil {
			if slices.ContainsFunc(lines, func(l line) bool { return !isASCII(l.value) }) {
				return // characters with a code of their own and no way back
			}
			t.Fatalf("%v of %q", err, p)
		}
		again, err := parseForm(text)
		if err != nil || again.decode("020") != "" || !maps.Equal(p, again) {
			t.Fatalf("own form %q: %v, %q from %q", text, err, again, p)
		}
	})
}

func linesOf(p params) []line {
	var out []line
	for _, name := range slices.Sorted(maps.Keys(p)) {
		out = append(out, line{name, p[name]})
	}
	return out
}

// FuzzCheck holds any parameters of any kind to its table: what passes fits every row, and
// what does not is answered with a P code that names a row.
func FuzzCheck(f *testing.F) {
	for kind, p := range goodRequests() {
		text, err := encodeFormAs(linesOf(p), isUTF8Kind(kind) || kind == "link")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(kind, text)
	}
	tables := operations()
	tables["link"] = operation{kind: "link", fields: tableLink()}
	f.Fuzz(func(t *testing.T, kind, body string) {
		op, known := tables[kind]
		p, err := parseForm(body)
		if !known || err != nil {
			return
		}
		charset := kind
		if kind == "link" {
			charset = "450"
		}
		if p.decode(charset) != "" {
			return
		}
		bad := check(p, kind, op.fields)
		if bad != nil {
			code, detail := bad.get("response_code"), bad.get("response_detail")
			named := slices.ContainsFunc(op.fields, func(r field) bool { return strings.HasPrefix(detail, r.name+" ") })
			if !named || !slices.Contains([]string{"P008", "P009", "P010"}, code) {
				t.Fatalf("%s: %s %s", kind, code, detail)
			}
			return
		}
		for _, r := range op.fields {
			v := p[r.name]
			if r.required && v == "" || r.bytes > 0 && width(v, kind) > r.bytes || v != "" && !r.is.fits(v) {
				t.Fatalf("%s %s=%q passed", kind, r.name, v)
			}
			if strings.ContainsAny(v, "\r\n") {
				t.Fatalf("%s %s=%q would break the framing of an answer", kind, r.name, v)
			}
		}
	})
}

// FuzzToken reads anything as a token request; what passes makes a token whose answer is JSON.
func FuzzToken(f *testing.F) {
	f.Add("merchant_id=1&token_generate_key=k&card_number=4900000000000000&card_expire_year=30&card_expire_month=12&card_cvc=123&card_name=TARO")
	f.Add("merchant_id=1&token_generate_key=k&card_cvc=123&cvc_only_flg=1")
	f.Add("merchant_id=1&token_generate_key=k&card_number=4&card_expire_year=3x&card_expire_month=13&card_cvc=12a&card_name=%E5%B1%B1")
	s := fuzzSim(f)
	f.Fuzz(func(t *testing.T, body string) {
		p, err := parseForm(body)
		if err != nil {
			return
		}
		now := s.opt.Clock()
		code := s.checkTokenRequest(p, now)
		if code != "" {
			if len(code) != 4 || !isDigits(code) {
				t.Fatalf("result %q", code)
			}
			return
		}
		token := cardToken{Token: "tok_x", ValidUntil: now.Add(tokenLife)}
		if p["cvc_only_flg"] != "1" {
			token.Card = newCard(p["card_number"], p["card_expire_month"]+p["card_expire_year"])
			if len(token.Card.Masked) != 16 || cardExpired(token.Card.Term, now) {
				t.Fatalf("card %+v of %q", token.Card, body)
			}
		}
		if _, err := json.Marshal(token.answer("key")); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzPaidyOrder reads anything as what Paidy's window sends; what passes can be told in 343.
func FuzzPaidyOrder(f *testing.F) {
	f.Add([]byte(`{"api_key":"pk","decision":"authorized","payload":{"amount":1,"currency":"JPY","order":{"order_ref":1,"items":[{"id":null,"title":"😀\n"}]}}}`))
	f.Add([]byte(`{"payload":{"amount":99999999,"currency":"JPY","store_name":"店","order":{"order_ref":"a-1","shipping":-1,"tax":9e1,"items":[{"quantity":1.5}]}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var req paidyRequest
		if json.Unmarshal(body, &req) != nil || req.Payload.check() != nil {
			return
		}
		var lines []line
		for _, d := range req.Payload.details("pay_x") {
			lines = append(lines, line{d.Name, d.Value})
		}
		a := answer{lines: lines}
		text, err := a.encode("343")
		if err != nil || bytes.Count(text, []byte("\r\n")) != len(lines) || bytes.Count(text, []byte("\n")) != len(lines) {
			t.Fatalf("%v: %q of %d items", err, text, len(lines))
		}
		if ref := string(req.Payload.Order.OrderRef); !isWord(ref) {
			t.Fatalf("order_ref %q became a trading_id", ref)
		}
	})
}

// FuzzControl reads anything as the bodies of /control/faults, clock and pace.
func FuzzControl(f *testing.F) {
	f.Add([]byte(`{"profile":"hostile","next":[{"telegram_kind":"020","fault":"slow"}],"next_notice":["late"],"next_token":["8000"]}`))
	f.Add([]byte(`{"faults":{"slow":0.5,"slow_ms":9}}`))
	f.Add([]byte(`{"advance":"72h","set":"2026-12-04T03:30:00+09:00","speed":60}`))
	f.Add([]byte(`{"transit_ms":60000,"final_report_ms":"1"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if req, err := readFaults(bytes.NewReader(body)); err == nil && req.Faults != nil && req.Faults.validate() == nil {
			shares := req.Faults.telegrams()
			for _, u := range []float64{0, .5, .999} {
				if got := pick(shares[:], u); got != NoFault && !knownFault(got) {
					t.Fatalf("fault %q", got)
				}
			}
		}
		get, err := readValues(bytes.NewReader(body))
		if err != nil {
			return
		}
		if o, err := readClock(get); err == nil && (o.advance < 0 || o.speed != 0 && !speedFits(o.speed)) {
			t.Fatalf("order %+v", o)
		}
		if p, err := readPace(Pace{}, get); err == nil && p.validate() != nil {
			t.Fatalf("pace %+v", p)
		}
	})
}

// FuzzReplay reads anything as a journal.
func FuzzReplay(f *testing.F) {
	f.Add([]byte("{\"ordinal\":1}\n{\"reset\":true}\n"))
	f.Add([]byte("{\"payments\":[{\"payment_id\":\"900000001\",\"payment_status\":\"20\"}]}\n{\"notices\":[{\"payment_notice_id\":1}]}\n{\"tor"))
	f.Add([]byte("{\"payments\":[null]}\n"))
	f.Add([]byte("{\"purged\":{\"1\":-9},\"cursors\":{\"1\":5}}\n{\"notices\":[{\"merchant_id\":\"1\",\"payment_notice_id\":1,\"held\":true}]}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		st := newState()
		if _, err := replayFrom(bytes.NewReader(text), st.apply); err != nil {
			return
		}
		st.consistent(t)
	})
}

// FuzzSnapshot reads anything as a snapshot; what passes its check is written and read alike.
func FuzzSnapshot(f *testing.F) {
	f.Add([]byte(`{"seed":7,"payments":[{"payment_id":"900000001","merchant_id":"1","payment_status":"20"}],"books":{"1":{"first":1,"last":1,"cursor":0,"notices":[{"merchant_id":"1","payment_notice_id":1}]}}}`))
	f.Add([]byte(`{"books":{"1":{"first":2,"last":1,"notices":[]}},"tokens":[{"token":"t"}],"visits":[{"id":"v"}],"cards":[{"customer_card_id":"10000001"}]}`))
	f.Add([]byte(`{"books":{"1":{"first":1,"last":1,"notices":[null]}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var k snapshot
		if json.Unmarshal(text, &k) != nil || k.check() != nil {
			return
		}
		st := newState()
		st.restore(&k)
		st.consistent(t)
	})
}

// consistent holds what every state must hold.
func (st *state) consistent(t *testing.T) {
	t.Helper()
	for _, id := range st.order {
		if st.payments[id] == nil {
			t.Fatalf("payment %q is listed and missing", id)
		}
		if n, err := strconv.ParseInt(id, 10, 64); err == nil && n >= st.nextPayment {
			t.Fatalf("payment %s, next %d", id, st.nextPayment)
		}
	}
	for id, b := range st.books {
		held := 0
		for i, n := range b.notices {
			if n.NoticeID != b.first+int64(i) {
				t.Fatalf("merchant %q: notice %d stands at %d after %d", id, n.NoticeID, i, b.first)
			}
			held += heldBy(n, nil)
		}
		if b.last-b.first+1 != int64(len(b.notices)) || held != b.held {
			t.Fatalf("merchant %q: %d notices from %d to %d, %d held of %d", id, len(b.notices), b.first, b.last, b.held, held)
		}
	}
}

// FuzzStorable makes any text one that Windows-31J carries on one line.
func FuzzStorable(f *testing.F) {
	f.Add("髙橋～😀\n")
	f.Add("\xff~\u00a5")
	f.Fuzz(func(t *testing.T, s string) {
		got := storable(s)
		if b, err := encodeWindows31J(got); err != nil || !isText(got) {
			t.Fatalf("%q became %q: %v", s, got, err)
		} else if back, err := decodeWindows31J(string(b)); err != nil || utf8.RuneCountInString(back) != utf8.RuneCountInString(got) {
			t.Fatalf("%q came back as %q: %v", got, back, err)
		}
	})
}

// FuzzRequestDate reads anything as request_date of hash authentication (protocol.md §1.8).
func FuzzRequestDate(f *testing.F) {
	f.Add("20261203180000", "hc")
	f.Add("20261203174400", strings.Repeat("0", 64))
	m := Merchant{MerchantID: "1", RequestKey: "k"}
	now := time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, date, hc string) {
		tg := telegram{merchant: &m, now: now, params: params{"merchant_id": "1", "request_date": date, "hc": hc}}
		if requestHashFits(&tg) && (len(date) != 14 || len(hc) != 64) {
			t.Fatalf("date %q with %q was taken", date, hc)
		}
		tg.params["hc"] = signed("k", "1", date)
		if at, err := time.Parse("20060102150405", date); requestHashFits(&tg) && (err != nil || at.Sub(now.Add(9*time.Hour)).Abs() > dateTolerance) {
			t.Fatalf("date %q was taken at %v", date, now)
		}
	})
}

// FuzzMerchants reads anything as a file of contracts.
func FuzzMerchants(f *testing.F) {
	f.Add([]byte(`[{"merchant_id":"1","connect_id":"c","connect_password":"p","contracted":["02"],"subscribed":{"02":["20"]},"addresses":["10.0.0.0/8"]}]`))
	f.Add([]byte(`[{"merchant_id":"1"}] {}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		merchants, err := ReadMerchants(bytes.NewReader(text))
		if err != nil {
			return
		}
		for i := range merchants {
			m := &merchants[i]
			if m.validate() != nil || m.MerchantID == "" || len(m.Addresses) == 0 && !m.registered("203.0.113.9:1") {
				t.Fatalf("merchant %+v of %q", m, text)
			}
		}
	})
}
