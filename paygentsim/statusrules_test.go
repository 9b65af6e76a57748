package paygentsim

import (
	"strings"
	"testing"
	"time"
)

// TestStatusRules sends every telegram about an existing payment at every status there is:
// protocol.md §5.1, §5.12, §6.3 and §6.4, typed again as "from→to"; whatever is not listed is SIM002
// and changes nothing.
func TestStatusRules(t *testing.T) {
	t.Parallel()
	rules := []struct {
		kind    string
		of      PaymentType
		carrier string
		lawful  string
	}{
		{"021", TypeCard, "", "20→32 31→32"},
		{"022", TypeCard, "", "20→40 30→40"},
		{"023", TypeCard, "", "40→60 42→60 50→60"},
		{"028", TypeCard, "", "20→32"},
		{"029", TypeCard, "", "40→60"},
		{"101", TypeCarrier, carrierAu, "20→40"},
		{"101", TypeCarrier, carrierDocomo, "20→40 21→40"},
		{"101", TypeCarrier, carrierSoftBank, "20→40 21→40"},
		{"102", TypeCarrier, carrierAu, "20→32 40→60"},
		{"102", TypeCarrier, carrierDocomo, "20→32 21→32 44→60"},
		{"102", TypeCarrier, carrierSoftBank, "20→32 21→32 40→60"},
		{"103", TypeCarrier, carrierAu, "20→20"},
		{"103", TypeCarrier, carrierDocomo, "20→20 21→21 44→44"},
		{"103", TypeCarrier, carrierSoftBank, "20→20 21→21"},
		{"340", TypePaidy, "", "20→32"},
		{"341", TypePaidy, "", "20→40"},
		{"342", TypePaidy, "", "40→60"},
	}
	covered := map[string]bool{}
	for _, r := range rules {
		covered[r.kind] = true
		want := map[Status]Status{}
		for _, move := range strings.Fields(r.lawful) {
			from, to, _ := strings.Cut(move, "→")
			want[Status(from)] = Status(to)
		}
		for from := range statusNames() {
			s := fieldsSim(t)
			id := putAt(s, r.of, r.carrier, from)
			p := params{"payment_id": id}
			switch r.kind {
			case "028", "029":
				p["payment_amount"], p["reduction_flag"] = "50", "0"
			case "103":
				p["amount"] = "50"
			}
			code, _ := ask(t, s, r.kind, p)
			to, lawful := want[from]
			if !lawful {
				to = from
			}
			if wrong := code == "SIM002"; wrong == lawful || code != "" && !wrong || s.st.payments[id].Status != to {
				t.Errorf("%s of %s%s at %s: %q, now at %s, want %s", r.kind, r.of, r.carrier, from, code, s.st.payments[id].Status, to)
			}
		}
	}
	for kind, op := range operations() {
		first := op.fields[0].name == "payment_id" && op.needs != "" && kind != "024" // 024 answers a page, not a status
		if first && !covered[kind] {
			t.Errorf("%s is about a payment and has no rule here", kind)
		}
	}
}

// putAt writes a payment of a status into the books, however it might have come there.
func putAt(s *Sim, of PaymentType, carrier string, at Status) string {
	c := s.begin(s.now())
	p := c.create(&Payment{MerchantID: "1", TradingID: "77", Type: of, Carrier: carrier, Amount: 100, Card: newCard("4900000000000000", "1299")})
	if at == ChangeRequested {
		p.enter(Authorized, "test", c.now)
	}
	p.enter(at, "test", c.now)
	p.InitAt = c.now.Add(-time.Minute)
	s.st.apply(&c.d)
	return p.PaymentID
}
