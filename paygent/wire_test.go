package paygent

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// answering is a centre that notes the body it got and always answers the same.
type answering struct {
	contentType string
	body        []byte
	got         []byte
}

func (a *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	var err error
	if a.got, err = io.ReadAll(r.Body); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {a.contentType}},
		Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: r}, nil
}

func testConfig() *Config {
	c := &Config{File: "modenv_properties.conf", NoClientCert: true, NoCAFile: true, SelectMaxCount: 2000,
		UTF8Kinds: []Kind{"450"}, RefKinds: []Kind{"027", "090"}, URLs: map[string]string{}}
	for suffix, path := range map[string]string{
		"01": "atm/request", "02": "card/request", "03": "conveni/request", "06": "bank/requestasp", "09": "ref/request",
		"091": "ref/paynotice", "094": "ref/paymentref", "10": "c/request", "20": "o/requestdata", "34": "paidy/request",
		"45": "threeds/request",
	} {
		c.URLs[suffix] = "https://centre.example/n/" + path
	}
	return c
}

func testClient(t testing.TB, transport http.RoundTripper) *Client {
	t.Helper()
	return testClientWith(t, Options{Transport: transport})
}

func testClientWith(t testing.TB, o Options) *Client {
	t.Helper()
	if o.Config == nil {
		o.Config = testConfig()
	}
	o.MerchantID, o.ConnectID, o.ConnectPassword, o.Partner = "1234", "conn01", "pass01", "kessai"
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// clientItems are added by the client itself.
func clientItems(name string) bool {
	switch name {
	case "merchant_id", "connect_id", "connect_password", "telegram_kind", "telegram_version", "partner":
		return true
	}
	return false
}

func TestWireTelegrams(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "request bytes") {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			centre := &answering{contentType: v.text("response type"), body: v.answer(t)}
			r, err := testClient(t, centre).Do(t.Context(), Request{Kind: Kind(v.text("kind")), Params: v.params(t)})
			if diff := cmp.Diff(string(v.bytes(t, "request bytes")), string(centre.got)); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
			v.checkOutcome(t, err)
			if r == nil {
				r = answerOf(err)
			}
			if r == nil {
				t.Fatalf("no answer: %v", err)
			}
			v.checkAnswer(t, r)
		})
	}
}

// answer returns the bytes that the centre answers.
func (v vector) answer(t *testing.T) []byte {
	if v.has("table bytes") {
		return v.bytes(t, "table bytes")
	}
	return v.bytes(t, "response bytes")
}

// params are the request's items but those which the client itself adds.
func (v vector) params(t testing.TB) (params Params) {
	for _, item := range v.values(t, "request values") {
		if !clientItems(item.Name) {
			params = append(params, item)
		}
	}
	return params
}

func (v vector) checkOutcome(t *testing.T, err error) {
	t.Helper()
	outcome, code, _ := strings.Cut(v.text("outcome"), " ")
	gotCode, _ := failureText(err)
	if string(Outcome(err)) != outcome || gotCode != code {
		t.Errorf("outcome %s %q (%v), want %s %q", Outcome(err), gotCode, err, outcome, code)
	}
}

func (v vector) checkAnswer(t *testing.T, r *Response) {
	t.Helper()
	want := v.values(t, "response values")
	if v.has("table bytes") {
		want = v.values(t, "table header")
		if diff := cmp.Diff(v.table(t), r.Table, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("table (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(pairs(want), pairs(r.Fields)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if r.Undecodable != nil {
		t.Errorf("undecodable: %v", r.Undecodable)
	}
}

func (v vector) table(t *testing.T) *Table {
	table := &Table{}
	if v.has("table columns") {
		table.Columns = strings.Split(v.text("table columns"), ",")
	}
	for _, line := range v.sections["table rows"] {
		var row []string
		for value := range strings.SplitSeq(line, ",") {
			row = append(row, unescapeVector(t, value))
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// pairs makes Params comparable without their masked printing.
func pairs(p Params) []string {
	var out []string
	for _, item := range p {
		out = append(out, item.Name+"="+item.Value)
	}
	return out
}

func TestWireNotices(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "notice bytes") {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			body, key := v.bytes(t, "notice bytes"), Secret(v.text("key"))
			n, err := ParseNotice(body, "", "OTHERKEY", key)
			if err != nil || !n.Verified || n.Key != 2 {
				t.Fatalf("ParseNotice: %v, verified %v, key %d", err, n.Verified, n.Key)
			}
			var want Params
			for _, item := range v.values(t, "notice values") {
				if item.Name != "hc" {
					want = append(want, item)
				}
			}
			if diff := cmp.Diff(pairs(want), pairs(n.Fields)); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			form, err := SignNotice(n, key)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := form.Get("hc"), v.values(t, "notice values").Get("hc"); got != want {
				t.Errorf("SignNotice: %s, want %s", got, want)
			}
			again, err := ParseNotice([]byte(form.Encode()), key)
			if err != nil {
				t.Fatal(err)
			}
			again.Key, again.Fields, n.Fields = n.Key, nil, nil
			if diff := cmp.Diff(n, again); diff != "" {
				t.Errorf("signed and parsed again (-want +got):\n%s", diff)
			}
			if _, err := ParseNotice(body, "OTHERKEY"); !errors.Is(err, ErrBadHash) {
				t.Errorf("with another key: %v", err)
			}
		})
	}
}

func TestWireHashes(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "hash") {
		sum := sha256.Sum256([]byte(v.text("text")))
		if got := hex.EncodeToString(sum[:]); got != v.text("hash") {
			t.Errorf("%s: %s, want %s", v.name, got, v.text("hash"))
		}
		if !strings.Contains(v.text("text"), v.text("key")) {
			t.Errorf("%s: the key is not in the text", v.name)
		}
	}
}
