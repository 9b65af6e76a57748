package backoffice_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/web/webtest"
)

// unknownCapture is an order whose 売上 nobody has answered for a while.
func (r *rig) unknownCapture() (order.ID, *ledger.Operation) {
	r.t.Helper()
	id := r.paid(1)
	r.centre.say(payment.Capture, ledger.Answer{Outcome: ledger.Mystery})
	r.operate(id, true)
	return id, r.view(id).OpenOperation()
}

// TestStaffSettleTheUnknown: with the evidence, a reason and a question.
func TestStaffSettleTheUnknown(t *testing.T) {
	t.Parallel()
	for happened, want := range map[string]payment.Phase{"yes": payment.Captured, "no": payment.Authorised} {
		t.Run(happened, func(t *testing.T) {
			t.Parallel()
			r := loggedIn(t)
			id, op := r.unknownCapture()
			if p := r.Get(editPath(id)); p.Find(".settle").Length() != 0 {
				t.Error("the form stands there while the telegram may be under way")
			}
			r.Advance(5 * time.Minute)
			if err := r.ledger.TakeUp(t.Context(), ledger.Due{OperationID: op.ID, OrderID: id}); err != nil {
				t.Fatal(err)
			}
			p := r.Get(editPath(id))
			if said := webtest.Text(p.Document, ".settle"); !strings.Contains(said, id.String()) || !strings.Contains(said, "1回") || !strings.Contains(said, "回答がありません。") {
				t.Errorf("the evidence: %s", said)
			}
			if p.Find("meta[http-equiv=refresh]").Length() != 0 {
				t.Error("the page loads itself under the hands")
			}
			answer := url.Values{"happened": {happened}}
			p = r.Submit(p, ".settle form", answer)
			if said := webtest.Text(p.Document, "main"); !strings.Contains(said, "理由を入力してください。") || r.view(id).OpenOperation() == nil {
				t.Fatalf("without a reason: %s", said)
			}
			answer.Set("reason["+op.ID+"]", "<b>電話で確認</b>")
			p = r.Submit(p, ".settle form", answer)
			if r.view(id).OpenOperation() == nil || !strings.Contains(webtest.Text(p.Document, "main"), "結果を確定しますか？") || p.Find("main b").Length() != 0 {
				t.Fatalf("no question: %s", webtest.Text(p.Document, "main"))
			}
			p = r.Submit(p, "main form", nil)
			l := r.view(id)
			if l.OpenOperation() != nil || l.Current().Phase != want {
				t.Errorf("payment %s: %s", l.Current().Phase, webtest.Text(p.Document, "main"))
			}
			if said := webtest.Text(p.Document, "#timeline"); !strings.Contains(said, "確認した内容：<b>電話で確認</b>") || !strings.Contains(said, "山田 花子") {
				t.Errorf("the timeline: %s", said)
			}
		})
	}
}

// TestTheCentreAnswersInTheMiddle: its evidence is taken, and staff are told.
func TestTheCentreAnswersInTheMiddle(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id, op := r.unknownCapture()
	r.Advance(5 * time.Minute)
	pay := r.view(id).Current()
	r.centre.finding = ledger.Finding{Kind: ledger.Found, PaymentID: pay.PaymentID, Type: "02", Status: payment.Cleared, Amount: pay.Amount, BegunAt: pay.BegunAt}
	p := r.Submit(r.Get(editPath(id)), ".settle form", url.Values{"happened": {"no"}, "reason[" + op.ID + "]": {"電話"}})
	p = r.Submit(p, "main form", nil)
	if l := r.view(id); l.Current().Phase != payment.Captured || !strings.Contains(webtest.Text(p.Document, "main"), "照会で結果が分かった") {
		t.Errorf("payment %s: %s", l.Current().Phase, webtest.Text(p.Document, "main"))
	}
}
