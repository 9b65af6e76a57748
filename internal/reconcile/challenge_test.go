package reconcile_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygent"
)

// A card that takes no part in 3-D Secure 1.0 (paygentsim.MagicCards).
const noPart = "5123459358515821"

// at1 is an order whose buyer is at the card company's page of 3-D Secure 1.0.
func (r *rig) at1() order.ID {
	r.t.Helper()
	r.policy.ThreeDS = ledger.ThreeDS1
	id := r.order(1)
	got, err := r.service.Begin(r.t.Context(), ledger.Begin{
		Order: id, Amount: r.view(id).Order.Total, PaymentClass: "10", Actor: ledger.Buyer, Key: r.key(id),
		Beside: ledger.Beside{Token: ledger.CardToken(r.token(goodCard)), UserAgent: "browser"},
	})
	if err != nil || got.Step.Kind != ledger.StepPage {
		r.t.Fatalf("%+v, %v", got, err)
	}
	return id
}

// comesBack is the buyer who pressed a button there.
func (r *rig) comesBack(id order.ID, button string) ledger.Authenticated {
	r.t.Helper()
	p := r.view(id).Current()
	back, err := gateway.Callbacks{Keys: func(context.Context) ([]paygent.Secret, error) {
		return []paygent.Secret{paygent.Secret(r.merchant.ThreeDSKey.Reveal())}, nil
	}}.ThreeDS(r.t.Context(), p.ThreeDS, []byte(r.visit(p.Needs, button).Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	return ledger.Authenticated{
		Order: id, PaymentID: p.ID, PaygentID: back.PaymentID, AuthID: back.AuthID, OK: back.OK,
		Attempt: back.Attempt, Protected: back.Protected, Full: back.Full, Code: back.Code, Detail: back.Detail,
	}
}

// TestAttemptsOf3DSecure1: the card is authorised before the policy is asked, so a refusal
// runs 021 (money.md §6).
func TestAttemptsOf3DSecure1(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		policy ledger.Attempts
		button string
		taken  bool
	}{
		{ledger.AcceptAttempts, "authenticate", true}, {ledger.AcceptAttempts, "attempt0", true}, {ledger.AcceptAttempts, "attempt1", true}, {ledger.AcceptAttempts, "fail", false},
		{ledger.ProtectedAttempts, "authenticate", true}, {ledger.ProtectedAttempts, "attempt0", true}, {ledger.ProtectedAttempts, "attempt1", false},
		{ledger.FullOnly, "authenticate", true}, {ledger.FullOnly, "attempt0", false}, {ledger.FullOnly, "attempt1", false}, {ledger.FullOnly, "fail", false},
	} {
		for _, notice := range []string{"late", "first"} {
			t.Run(string(tt.policy)+" "+tt.button+", notice "+notice, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, func(p *ledger.Policy) { p.Attempts = tt.policy })
				id := r.at1()
				in := r.comesBack(id, tt.button)
				if notice == "first" && (tt.policy != ledger.AcceptAttempts || tt.taken) {
					r.settle()
				}
				for range 2 { // and a reload
					step, err := r.service.Challenged(t.Context(), in)
					if err != nil {
						t.Fatal(err)
					}
					want := ledger.StepPay
					if tt.taken {
						want = ledger.StepComplete
					}
					if step.Kind != want || !tt.taken && step.Refusal == nil {
						t.Errorf("the buyer is at %+v", step)
					}
				}
				r.wait(time.Minute)
				reversed := map[bool]int{true: 1}[!tt.taken && tt.button != "fail"]
				if n := r.wire.count("021", ""); n != reversed {
					t.Errorf("021 left %d times", n)
				}
				if !tt.taken {
					r.expect(id, order.Processing, payment.Ended, 10)
					r.same("mails", r.mails(id))
					r.policy.ThreeDS = ledger.NoThreeDS
					if got, err := r.pay(id, goodCard, "again"); err != nil || got.Step.Kind != ledger.StepComplete {
						t.Errorf("another try: %+v, %v", got.Step, err)
					}
					return
				}
				r.expect(id, order.New, payment.Authorised, 9)
				p := r.view(id).Current()
				if p.Protected == (tt.button == "attempt1") || p.Attempt != map[string]string{"attempt0": "0", "attempt1": "1"}[tt.button] {
					t.Errorf("%+v", p)
				}
			})
		}
	}
}

// TestACardThatTakesNoPart is authorised at once and counts as not authenticated, whatever
// tells of it.
func TestACardThatTakesNoPart(t *testing.T) {
	t.Parallel()
	for policy, taken := range map[ledger.Attempts]bool{ledger.AcceptAttempts: true, ledger.ProtectedAttempts: false, ledger.FullOnly: false} {
		for name, lost := range map[string]bool{"answered": false, "by 094": true} {
			t.Run(string(policy)+" "+name, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, func(p *ledger.Policy) { p.Attempts, p.ThreeDS = policy, ledger.ThreeDS1 })
				id := r.order(1)
				if lost {
					r.wire.script("020", script{effect: true})
				}
				if _, err := r.pay(id, noPart, "k"); err != nil {
					t.Fatal(err)
				}
				r.wait(5 * time.Minute)
				if taken {
					r.expect(id, order.New, payment.Authorised, 9)
					return
				}
				r.expect(id, order.Processing, payment.Ended, 10)
				if step := ledger.Next(r.view(id)); step.Refusal == nil || step.Refusal.Cause != "challenge" {
					t.Errorf("%+v", step)
				}
				if alive, _ := r.charged(); alive != 0 || r.wire.count("021", "") != 1 {
					t.Errorf("%d yen are held", alive)
				}
			})
		}
	}
}

// TestAReturnThatNeverComes: with a stricter policy the notice waits for it, and then what
// nobody authenticated is cancelled.
func TestAReturnThatNeverComes(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(p *ledger.Policy) { p.Attempts = ledger.ProtectedAttempts })
	id := r.at1()
	r.comesBack(id, "authenticate") // and the browser closes
	r.wait(9 * time.Minute)
	if l := r.view(id); l.Order.Status != order.Pending {
		t.Fatalf("in %s before the buyer can be back", l.Order.Status.Name())
	}
	r.wait(5 * time.Minute)
	r.expect(id, order.Processing, payment.Ended, 10)
	if alive, _ := r.charged(); alive != 0 {
		t.Errorf("%d yen are held", alive)
	}
}

// TestAReturnAfterTheOrderWasPlaced: the policy became stricter, or the notice could not
// wait: the payment goes, and its order with it.
func TestAReturnAfterTheOrderWasPlaced(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.at1()
	in := r.comesBack(id, "attempt1")
	r.settle()
	r.expect(id, order.New, payment.Authorised, 9)
	r.policy.Attempts = ledger.FullOnly
	if _, err := r.service.Challenged(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	r.settle()
	r.expect(id, order.Canceled, payment.Ended, 10)
}

// TestAReturnOfAnotherPayment is believed in nothing.
func TestAReturnOfAnotherPayment(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id, other := r.at1(), r.at1()
	in := r.comesBack(other, "fail")
	in.Order, in.PaymentID = id, r.view(id).CurrentID
	if _, err := r.service.Challenged(t.Context(), in); code(err) != "payment.unknown" {
		t.Errorf("%v", err)
	}
	r.expect(id, order.Pending, payment.AwaitingBuyer, 8)
}

// TestTheOldStyleOf3DSecure1 ends by 024, once.
func TestTheOldStyleOf3DSecure1(t *testing.T) {
	t.Parallel()
	for button, want := range map[string]order.Status{"authenticate": order.New, "fail": order.Processing} {
		t.Run(button, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.at1()
			p := r.view(id).Current()
			answer := "result=0\r\npayment_id=" + p.PaymentID + "\r\ntrading_id=" + p.TradingID + "\r\nattempt_kbn=0"
			if button == "fail" {
				answer = "result=1\r\nresponse_code=2001\r\nresponse_detail=1511"
			}
			r.wire.script("024", script{body: answer, then: func() { r.visit(p.Needs, button) }})
			for range 2 {
				if _, err := r.service.CompleteChallenge(t.Context(), ledger.Completed{Order: id, PaymentID: p.ID, PaRes: "p", MD: "m"}); err != nil {
					t.Fatal(err)
				}
			}
			if n := r.wire.count("024", ""); n != 1 {
				t.Errorf("024 left %d times", n)
			}
			if l := r.view(id); l.Order.Status != want {
				t.Errorf("in %s, %+v", l.Order.Status.Name(), l.Current())
			}
		})
	}
}

// TestOne100PerOpenID: a reload, a second tab with another login, another order's return
// and a crash in between come to one application (money.md §6).
func TestOne100PerOpenID(t *testing.T) {
	t.Parallel()
	for _, brand := range []payment.Brand{payment.AU, payment.Docomo} {
		t.Run(string(brand), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id, openID := r.loggedInAt(brand)
			first := r.view(id).Current()
			const second = ledger.Secret("of another login, in the other tab")
			in := ledger.LoggedIn{Order: id, PaymentID: first.ID, OpenID: openID}
			for _, again := range []ledger.Secret{openID, openID, second} {
				in.OpenID = again
				got, err := r.service.LoggedIn(t.Context(), in)
				if err != nil || got.Step.Kind != ledger.StepPage {
					t.Errorf("%+v, %v", got.Step, err)
				}
			}
			if n := r.wire.count("100", ""); n != 1 {
				t.Fatalf("100 left %d times", n)
			}
			other, _ := r.loggedInAt(brand)
			got, err := r.service.LoggedIn(t.Context(), ledger.LoggedIn{Order: other, PaymentID: r.view(other).CurrentID, OpenID: openID})
			if err != nil || got.Step.Kind != ledger.StepPage || !got.Replayed || r.wire.count("100", "") != 1 {
				t.Errorf("this open_id for another order: %+v, %v", got, err)
			}
			if l := r.view(other); l.Current().Phase != payment.AwaitingBuyer || len(l.Operations) != 1 {
				t.Errorf("%+v", l.Current())
			}
			if kept := r.lines("SELECT idem_key FROM plg_kessai_operation WHERE kind = 'apply_carrier'"); len(kept) != 1 || strings.Contains(kept[0], string(openID)) {
				t.Errorf("the open_id is kept: %v", kept)
			}
			for _, in := range []ledger.LoggedIn{{Order: id, PaymentID: "nobody", OpenID: second}, {Order: id, PaymentID: first.ID}} {
				if _, err := r.service.LoggedIn(t.Context(), in); code(err) != "payment.unknown" {
					t.Errorf("%+v: %v", in, err)
				}
			}
			r.visit(r.view(id).Current().Needs, "pay")
			r.settle()
			r.expectPaid(id)
			in.OpenID = second
			if got, err := r.service.LoggedIn(t.Context(), in); err != nil || got.Step.Kind != ledger.StepComplete || r.wire.count("100", "") != 1 {
				t.Errorf("a late return: %+v, %v", got.Step, err)
			}
		})
	}
}

// TestCrashOfALogin: between the login and its application, at every boundary.
func TestCrashOfALogin(t *testing.T) {
	t.Parallel()
	for _, at := range []ledger.Boundary{ledger.AfterPlanned, ledger.AfterSent, ledger.AfterAnswer, ledger.AfterSettled} {
		t.Run(string(at), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id, openID := r.loggedInAt(payment.AU)
			in := ledger.LoggedIn{Order: id, PaymentID: r.view(id).CurrentID, OpenID: openID}
			r.crash(at, func() { _, _ = r.service.LoggedIn(t.Context(), in) })
			if _, err := r.service.LoggedIn(t.Context(), in); err != nil { // the reload
				t.Fatal(err)
			}
			r.wait(10 * time.Minute)
			l := r.view(id)
			if n := r.wire.count("100", ""); n > 1 || l.OpenOperation() != nil {
				t.Errorf("100 left %d times, open: %+v", n, l.OpenOperation())
			}
			want := order.Processing // begun again
			if at == ledger.AfterSettled {
				want = order.Pending
			}
			if l.Order.Status != want {
				t.Errorf("in %s, %+v", l.Order.Status.Name(), l.Current())
			}
		})
	}
}
