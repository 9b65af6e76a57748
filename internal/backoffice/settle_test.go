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

// TestWhetherAPaymentIsCancelled is asked by what the centre shows, whoever cancelled it there.
func TestWhetherAPaymentIsCancelled(t *testing.T) {
	t.Parallel()
	for kind, asked := range map[payment.Kind]string{payment.Capture: "処理されていましたか", payment.CancelAuthorization: "だれが取り消した場合でも"} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			r := loggedIn(t)
			id := r.paid(1)
			r.centre.say(kind, ledger.Answer{Outcome: ledger.Mystery})
			r.operate(id, kind == payment.Capture)
			r.Advance(5 * time.Minute)
			if said := webtest.Text(r.Get(editPath(id)).Document, ".settle form"); !strings.Contains(said, asked) {
				t.Errorf("%s", said)
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

// TestStaffTakeTheirWordBack: a change of the amount stands still, for staff said that its new
// authorisation took effect and nobody knows its payment_id. The page offers the contrary only.
func TestStaffTakeTheirWordBack(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	parent, step := r.ID(), r.ID()
	r.change(id, func(l *ledger.Ledger) {
		fresh := *l.Payments[0]
		fresh.ID, fresh.Seq, fresh.Replaces, fresh.PaymentID, fresh.PaymentIDs, fresh.Amount = r.ID(), 2, fresh.ID, "", nil, 900
		l.Payments = append(l.Payments, &fresh)
		of := ledger.Operation{
			Environment: fresh.Environment, MerchantID: fresh.MerchantID, SettingsVersion: 1, Actor: "staff:1", Amount: 900, PlannedAt: r.Now(), NotBefore: r.Now(),
		}
		saga, auth := of, of
		saga.ID, saga.PaymentID, saga.Kind, saga.State, saga.Reason = parent, l.Payments[0].ID, payment.ChangeAmount, payment.Planned, "sale_change"
		saga.OpenKey = "order:" + id.String()
		auth.ID, auth.Parent, auth.PaymentID, auth.Kind, auth.State, auth.Cause, auth.SettledAt = step, parent, fresh.ID, payment.Authorize, payment.Succeeded, "staff", r.Now()
		l.Operations = append(l.Operations, &saga, &auth)
	})
	p := r.Get(editPath(id))
	if said := webtest.Text(p.Document, ".settle"); !strings.Contains(said, "決済IDがまだ分からない") || p.Find(".settle button[value=yes]").Length() != 0 || p.Find(".settle button[value=no]").Length() != 1 {
		t.Fatalf("the form: %s", said)
	}
	p = r.Submit(p, ".settle form", url.Values{"happened": {"no"}, "reason[" + step + "]": {"ペイジェントオンラインにない"}})
	p = r.Submit(p, "main form", nil)
	l := r.view(id)
	if fresh := l.Payments[1]; fresh.Phase != payment.Ended || !strings.Contains(webtest.Text(p.Document, "main"), "結果を確定しました。") {
		t.Errorf("%s %s: %s", fresh.Phase, fresh.End, webtest.Text(p.Document, "main"))
	}
	if p.Find(".settle").Length() != 0 {
		t.Error("asked once more")
	}
}
