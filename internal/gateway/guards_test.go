package gateway_test

import (
	"testing"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
)

// TestQuestionsWithoutATime: a configuration that sets no time leaves a question all of it,
// not none.
func TestQuestionsWithoutATime(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.settings.InquiryTimeout = 0
	id := r.authorised(good)
	if f := r.Inquire(t.Context(), ledger.Inquiry{SettingsVersion: 1, PaymentID: id}); f.Kind != ledger.Found || f.PaymentID != id {
		t.Errorf("%+v", f)
	}
}

// TestAnswerAboutAnother: a success that is about another payment is none, and its code says that
// an answer came: the connection was not at fault.
func TestAnswerAboutAnother(t *testing.T) {
	t.Parallel()
	for _, kind := range []payment.Kind{payment.Authorize, payment.Capture} {
		c := &centre{body: "result=0\r\npayment_id=77\r\ntrading_id=53"}
		a := newGateway(t, c).Execute(t.Context(), command(kind))
		if a.Outcome != ledger.Mystery || a.PaymentID != "" || a.Code != paygent.CodeOther {
			t.Errorf("%s: %+v", kind, a)
		}
	}
}

// TestUnfitWithoutALabel: a field without a name in Japanese is named as the wire does.
func TestUnfitWithoutALabel(t *testing.T) {
	t.Parallel()
	c := command(payment.Authorize)
	c.ThreeDS, c.Returns.Term, c.Beside.UserAgent = ledger.ThreeDS1, "https://shop.example/3ds", "絵文字😀"
	a := newGateway(t, &centre{}).Execute(t.Context(), c)
	if a.Outcome != ledger.Reject || !a.NotSent || a.Detail != "http_user_agentは形式が正しくないか使用できない文字が含まれています。" {
		t.Errorf("%+v", a)
	}
}
