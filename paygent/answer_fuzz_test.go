package paygent

import (
	"net/http"
	"strings"
	"testing"
)

// fuzzSize keeps a fuzzer from growing its inputs instead of changing them. Limits of size
// have tests of their own.
const fuzzSize = 1 << 10

// Whatever the centre answers, a typed operation makes of it a value that is whole, or an
// error that is one of the three.
func FuzzReadAnswer(f *testing.F) {
	for _, v := range vectors(f, "response bytes") {
		f.Add(v.bytes(f, "response bytes"))
	}
	for _, v := range vectors(f, "table bytes") {
		f.Add(v.bytes(f, "table bytes"))
	}
	centre := &answering{}
	client := testClient(f, centre)
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > fuzzSize {
			return
		}
		centre.body = body
		for name, read := range readers(client) {
			if err := read(t); Outcome(err) == OutcomeRejected && answerOf(err) == nil || err != nil && !strings.HasPrefix(err.Error(), "paygent: telegram ") {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}

// readers are one operation per shape of an answer; each checks what a caller relies on.
func readers(c *Client) map[string]func(*testing.T) error {
	return map[string]func(*testing.T) error{
		"094": func(t *testing.T) error {
			q, err := c.Inquire(t.Context(), InquireRequest{TradingID: "1"})
			if err == nil && (!isPaymentID(q.PaymentID) || len(q.Status) != 2 || q.Amount < 0) {
				t.Fatalf("%+v", q)
			}
			return err
		},
		"091": func(t *testing.T) error {
			d, err := c.Difference(t.Context(), DifferenceRequest{})
			if err == nil && (d.Code == DifferenceNone) != (d.Notice == nil) {
				t.Fatalf("%+v", d)
			}
			return err
		},
		"343": func(t *testing.T) error {
			v, err := c.VerifyPaidy(t.Context(), PaidyVerifyRequest{PaidyPaymentID: "pay_1"})
			if err == nil && (v.Amount < 0 || len(v.Items) > len(v.Fields)) {
				t.Fatalf("%+v", v)
			}
			return err
		},
		"030": func(t *testing.T) error {
			a, err := c.ApplyConveni(t.Context(), ConveniRequest{TradingID: "1", Amount: 1, Buyer: Buyer{FamilyName: "山", GivenName: "川"}, Tel: "03", Store: Lawson})
			if err == nil && (a.ReceiptNumber == "" || !isPaymentID(a.PaymentID)) {
				t.Fatalf("%+v", a)
			}
			return err
		},
		"104": func(t *testing.T) error {
			p, err := c.AuthenticateCareer(t.Context(), CareerAuthRequest{Career: CareerAu, RedirectURL: "https://a.example", CancelURL: "https://a.example"})
			if err == nil && (p.RedirectURL == "") == (p.RedirectHTML == "") {
				t.Fatalf("%+v", p)
			}
			if err == nil && p.RedirectHTML != "" {
				if form, bad := p.RedirectForm(); bad == nil && form.Method != http.MethodGet && form.Method != http.MethodPost {
					t.Fatalf("%+v", form)
				}
			}
			return err
		},
		"027": func(t *testing.T) error {
			cards, err := c.ListCards(t.Context(), ListCardsRequest{CustomerID: "7"})
			for _, card := range cards {
				if card.CustomerID != "7" || card.CustomerCardID == "" {
					t.Fatalf("%+v", card)
				}
			}
			return err
		},
	}
}
