package reconcile_test

import (
	"strconv"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/paygentsim"
)

// refusing answers a telegram with a refusal.
func refusing(result, code string) string {
	return "\r\nresult=" + result + "\r\nresponse_code=" + code + "\r\nresponse_detail=detail"
}

// TestRefusalsOf020: only the listed ones are final at once (money.md §2).
func TestRefusalsOf020(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		result, code string
		asked        int // 094s
		state        payment.State
	}{
		{"1", "2003", 0, payment.DeclinedOp}, {"1", "2001", 0, payment.DeclinedOp}, {"1", "1511", 0, payment.DeclinedOp}, {"1", "2021", 0, payment.DeclinedOp},
		{"1", "SIM005", 0, payment.DeclinedOp}, {"1", "SIM006", 0, payment.DeclinedOp},
		{"1", "P010", 0, payment.RejectedOp}, {"1", "E0001", 0, payment.RejectedOp},
		{"1", "9999", 1, payment.DeclinedOp}, {"1", "", 1, payment.DeclinedOp}, {"2", "", 1, payment.DeclinedOp}, {"2", "2003", 1, payment.DeclinedOp},
		{"2", "P010", 1, payment.DeclinedOp},
	} {
		for _, effect := range []bool{false, true} {
			t.Run(tt.result+" "+tt.code+" took effect "+strconv.FormatBool(effect), func(t *testing.T) {
				t.Parallel()
				if effect && tt.asked == 0 {
					t.Skip("believed at once: nothing asks whether it took effect")
				}
				r := newRig(t)
				id := r.order(1)
				r.wire.script("020", script{body: refusing(tt.result, tt.code), effect: effect})
				result, err := r.pay(id, goodCard, "k1")
				if err != nil {
					t.Fatal(err)
				}
				if n := len(r.spy.asked); n != tt.asked {
					t.Errorf("094 was asked %d times", n)
				}
				if effect { // the refusal was contradicted
					r.expect(id, order.New, payment.Authorised, 9)
					return
				}
				r.expect(id, order.Processing, payment.Ended, 10)
				ref := result.Step.Refusal
				if result.Operation.State != tt.state || ref == nil || ref.Code != tt.code || ref.Detail != "detail" {
					t.Errorf("%+v, %+v", result.Operation, ref)
				}
			})
		}
	}
}

// TestRefusedAndSilent: while 094 is silent a refusal that is not final stays open, and
// one answer settles it without waiting for a second.
func TestRefusedAndSilent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	r.wire.script("020", script{body: refusing("2", "")})
	r.wire.script("094", script{}, script{body: refusing("1", "P015")}, script{body: refusing("1", "SIM004")})
	result, err := r.pay(id, goodCard, "k1")
	if err != nil || !result.Step.Unknown {
		t.Fatalf("%+v, %v", result.Step, err)
	}
	r.wait(time.Minute)
	if l := r.view(id); l.OpenOperation() == nil || len(r.spy.asked) != 3 {
		t.Fatalf("settled by no answer (%d)", len(r.spy.asked))
	}
	r.wait(4 * time.Minute)
	r.expect(id, order.Processing, payment.Ended, 10)
}

// TestRefusalsOfChanges: 021 to 023 declined always ask 094 and take what it tells.
func TestRefusalsOfChanges(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		capture   bool
		elsewhere paygentsim.Status // another hand was faster, and no notice told us
		status    order.Status
		phase     payment.Phase
		stock     int64
		state     payment.State
	}{
		"captured already":             {true, "40", order.Paid, payment.Captured, 9, payment.Succeeded},
		"capture of a cancelled one":   {true, "32", order.Canceled, payment.Ended, 10, payment.DeclinedOp},
		"capture of an expired one":    {true, "33", order.Canceled, payment.Ended, 10, payment.DeclinedOp},
		"cancelled already":            {false, "32", order.Canceled, payment.Ended, 10, payment.Succeeded},
		"cancel of a captured one":     {false, "40", order.Paid, payment.Captured, 9, payment.DeclinedOp},
		"cancel of an expired one":     {false, "33", order.Canceled, payment.Ended, 10, payment.DeclinedOp},
		"capture, refused by the card": {true, "", order.New, payment.Authorised, 9, payment.DeclinedOp},
		"cancel, refused by the card":  {false, "", order.New, payment.Authorised, 9, payment.DeclinedOp},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.order(1)
			card := map[bool]string{true: "4900000000008222", false: "4900000000008221"}[tt.capture]
			if _, err := r.pay(id, card, "k1"); err != nil {
				t.Fatal(err)
			}
			r.settle()
			if tt.elsewhere != "" {
				r.at(id, tt.elsewhere, false)
			}
			asked := len(r.spy.asked)
			result, err := r.change(id, tt.capture, "c1")
			if err != nil || result.Operation.State != tt.state {
				t.Errorf("%+v, %v", result.Operation, err)
			}
			q := r.spy.asked[asked:]
			if tt.elsewhere == "32" { // and whether another payment took its place
				if len(q) != 2 || q[1].TradingID == "" {
					t.Fatalf("asked %+v", q)
				}
				q = q[:1]
			}
			if len(q) != 1 || q[0].PaymentID == "" || q[0].TradingID != "" {
				t.Errorf("asked %+v", q)
			}
			r.expect(id, tt.status, tt.phase, tt.stock)
		})
	}
}

// TestTransitAfterARefusal stays open until the centre has done its work.
func TestTransitAfterARefusal(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid()
	r.at(id, paygentsim.CaptureRequested, false)
	r.wire.script("022", script{body: refusing("1", "SIM002")})
	if _, err := r.change(id, true, "c1"); err != nil {
		t.Fatal(err)
	}
	r.wait(7 * time.Minute)
	if op := r.view(id).OpenOperation(); op == nil || op.State != payment.UnknownState {
		t.Fatalf("settled in transit: %+v", op)
	}
	r.at(id, paygentsim.Captured, false)
	r.wait(30 * time.Minute)
	r.expect(id, order.Paid, payment.Captured, 9)
	if n := r.wire.count("022", ""); n != 1 {
		t.Errorf("022 left %d times", n)
	}
}

// TestIDInUse: begun anew under the next trading_id, once per submit, with the same
// token; the other's payment stays as it is (money.md §2).
func TestIDInUse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	r.twice = true
	trading := strconv.FormatInt(int64(id), 10)
	theirs := r.elsewhere(trading, 500)
	r.Advance(time.Hour)
	result, err := r.pay(id, goodCard, "k1")
	if err != nil || result.Step.Kind != ledger.StepComplete {
		t.Fatalf("%+v, %v", result.Step, err)
	}
	l := r.view(id)
	r.expect(id, order.New, payment.Authorised, 9)
	if p := l.Current(); p.TradingID != trading+"_2" || len(l.Payments) != 2 || l.Payments[0].PaymentID != "" || l.Payments[0].End != payment.Declined {
		t.Errorf("%+v and %+v", l.Payments[0], p)
	}
	if r.wire.count("020", trading+"_2") != 1 || r.wire.count("020", trading) != 2 { // theirs and ours
		t.Error("not sent as it should be")
	}
	if token := r.spy.commands[0].Beside.Token; token == "" || token != r.spy.commands[1].Beside.Token {
		t.Error("another token")
	}
	if again, err := r.pay(id, goodCard, "k1"); err != nil || !again.Replayed || r.wire.count("020", trading+"_2") != 1 {
		t.Errorf("the same submit again: %+v, %v", again, err)
	}
	r.wait(time.Hour)
	if p, _ := r.sim.Payment(theirs); p.Status != paygentsim.Authorized {
		t.Errorf("the other's payment is at %s", p.Status)
	}
	if got := r.alerts(id); len(got) > 1 { // their notice is before a person, nothing else
		t.Errorf("alerts %v", got)
	}
}

// TestIDInUseTwice: the second 2005 of a submit brings the buyer back.
func TestIDInUseTwice(t *testing.T) {
	t.Parallel()
	for name, amount := range map[string]int64{"other amounts": 500, "the same amount": 1100} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.order(1)
			r.twice = true
			trading := strconv.FormatInt(int64(id), 10)
			r.elsewhere(trading, amount)
			r.elsewhere(trading+"_2", amount)
			r.Advance(time.Hour)
			result, err := r.pay(id, goodCard, "k1")
			if err != nil || result.Step.Kind != ledger.StepPay {
				t.Fatalf("%+v, %v", result.Step, err)
			}
			r.expect(id, order.Processing, payment.Ended, 10)
			if n := r.wire.count("020", trading+"_3"); n != 0 {
				t.Error("replaced twice in one submit")
			}
			if _, err := r.pay(id, goodCard, "k2"); err != nil {
				t.Fatal(err)
			}
			r.expect(id, order.New, payment.Authorised, 9)
			if p := r.view(id).Current(); p.TradingID != trading+"_3" {
				t.Errorf("%+v", p)
			}
			r.settle()
			r.expect(id, order.New, payment.Authorised, 9)
		})
	}
}

// TestIDInUseAndSilent: without an answer about the id nothing is begun anew.
func TestIDInUseAndSilent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	r.twice = true
	r.elsewhere(strconv.FormatInt(int64(id), 10), 500)
	r.Advance(time.Hour)
	r.wire.script("094", script{})
	result, err := r.pay(id, goodCard, "k1")
	if err != nil || !result.Step.Unknown {
		t.Fatalf("%+v, %v", result.Step, err)
	}
	r.wait(10 * time.Second)
	r.expect(id, order.Processing, payment.Ended, 10)
	if n := len(r.view(id).Payments); n != 1 {
		t.Errorf("%d payments", n)
	}
}

// TestIDInUseByOurOwn: 2005 while 094 finds our very payment: it is the payment.
func TestIDInUseByOurOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	r.wire.script("020", script{body: refusing("1", "2005"), effect: true})
	if result, err := r.pay(id, goodCard, "k1"); err != nil || result.Step.Kind != ledger.StepComplete {
		t.Fatalf("%+v, %v", result.Step, err)
	}
	r.expect(id, order.New, payment.Authorised, 9)
}

// TestIDInUseInTransit: what bears the id may be ours, and is under way; nothing is
// begun anew before the centre has done its work.
func TestIDInUseInTransit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	r.twice = true
	other := r.elsewhere(r.trading(id), 1100)
	for _, s := range []paygentsim.Status{paygentsim.CaptureRequested, paygentsim.Captured} {
		if s == paygentsim.Captured {
			if l := r.view(id); l.OpenOperation() == nil || len(l.Payments) != 1 {
				t.Fatalf("begun anew: %+v", l.Current())
			}
		}
		if _, err := r.sim.SetStatus(other, s, false); err != nil {
			t.Fatal(err)
		}
		if s == paygentsim.CaptureRequested {
			if result, err := r.pay(id, goodCard, "k1"); err != nil || !result.Step.Unknown {
				t.Fatalf("%+v, %v", result.Step, err)
			}
		}
	}
	r.wait(6 * time.Minute)
	r.expect(id, order.Paid, payment.Captured, 9)
}

// TestReplacementKeepsTheGoods: the hold is handed on, not given to others in between.
func TestReplacementKeepsTheGoods(t *testing.T) {
	t.Parallel()
	for _, d := range [][]doubt{nil, {fine, committed}, {fine, lost}} {
		r := newRig(t)
		id := r.order(10) // all there is
		r.twice = true
		r.elsewhere(strconv.FormatInt(int64(id), 10), 500)
		r.store.updates = d
		r.reached = func(b ledger.Boundary, _ order.ID) {
			if b == ledger.AfterSent {
				r.expectStock(0)
			}
		}
		if result, err := r.pay(id, goodCard, "k1"); err != nil || result.Step.Kind != ledger.StepComplete {
			t.Fatalf("%v: %+v, %v", d, result.Step, err)
		}
		r.expect(id, order.New, payment.Authorised, 0)
		if n := r.wire.count("020", strconv.FormatInt(int64(id), 10)+"_2"); n != 1 {
			t.Errorf("%v: sent %d times", d, n)
		}
		r.wait(time.Minute) // what bore the id was begun with ours: it does not stay
	}
}

// TestTenRefusals: then the order has to be paid in another way.
func TestTenRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	for n := range 10 {
		if _, err := r.pay(id, refusedCard, "k"+strconv.Itoa(n)); err != nil {
			t.Fatalf("try %d: %v", n+1, err)
		}
	}
	if _, err := r.pay(id, goodCard, "k10"); !problem.Is(err, "card.too_many") {
		t.Errorf("the eleventh: %v", err)
	}
	r.settle()
	r.expect(id, order.Processing, payment.Ended, 10)
}
