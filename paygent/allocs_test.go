package paygent

import (
	"testing"
)

// Not parallel: AllocsPerRun counts what the whole program allocates.
func TestAllocations(t *testing.T) {
	c := testClient(t, refusing{t})
	q := AuthorizeRequest{TradingID: "52", Amount: 3300, PaymentClass: LumpSum, CardToken: "tok_0123456789abcdef", UseSecurityCode: true}
	request := Request{Kind: KindAuthorize, Params: paramsOf(q)}
	answer := []byte("\r\nresult=0\r\npayment_id=900000001\r\ntrading_id=52\r\nissur_class=1\r\nacq_id=50001\r\nissur_name=\xC3\xBD\xC4\r\nmasked_card_number=************1111\r\nout_acs_html=")
	notice := []byte(signed(t, Notice{NoticeID: 1001, PaymentID: "900000001", TradingID: "52", Type: TypeCard, Status: StatusAuthOK, Amount: 3300, SiteID: "1"}))
	for name, m := range map[string]struct {
		limit float64
		run   func() error
	}{
		"encode": {5, func() error { _, _, err := c.encode(request); return err }},
		"parse":  {10, func() error { _, err := parsePayment(KindAuthorize, answer, false); return err }},
		"verify": {3, func() error { _, err := ParseNotice(notice, testNoticeKey); return err }},
	} {
		var err error
		got := testing.AllocsPerRun(100, func() { err = m.run() })
		if err != nil || got > m.limit {
			t.Errorf("%s: %v allocations, at most %v (%v)", name, got, m.limit, err)
		}
		t.Logf("%s: %v allocations", name, got)
	}
}

func paramsOf(q AuthorizeRequest) Params {
	b := builder{kind: KindAuthorize}
	q.add(&b)
	return b.params
}
