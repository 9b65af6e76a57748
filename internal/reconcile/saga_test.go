package reconcile_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygent"
)

// changing is a change of the amount by its telegrams, one after the other.
type changing struct {
	name      string
	made      func(*rig) order.ID // paid, for 1,100 yen
	button    payment.Button
	telegrams []string
	total     int64 // the new one
}

func changes() []changing {
	captured := func(r *rig) order.ID {
		id := r.paid()
		if _, err := r.change(id, true, "sale"); err != nil {
			r.t.Fatal(err)
		}
		r.settle()
		return id
	}
	paidyCaptured := func(r *rig) order.ID {
		id := r.paidyPaid()
		if _, err := r.change(id, true, "sale"); err != nil {
			r.t.Fatal(err)
		}
		r.settle()
		return id
	}
	all := []changing{
		{"card authorised", (*rig).paid, payment.AuthChangeButton, []string{"020", "021"}, 1500},
		{"card captured", captured, payment.SaleChangeButton, []string{"020", "022", "023"}, 800},
		{"Paidy authorised", (*rig).paidyPaid, payment.SaleChangeButton, []string{"341", "342"}, 800},
		{"Paidy captured", paidyCaptured, payment.SaleChangeButton, []string{"342"}, 800},
	}
	for _, b := range []payment.Brand{payment.AU, payment.SoftBank, payment.Docomo} {
		all = append(all, changing{string(b), func(r *rig) order.ID { return r.carrierPaid(b) }, payment.SaleChangeButton, []string{"103"}, 800})
	}
	return all
}

// reply is how the centre answers one telegram of a change.
type reply struct {
	name string
	by   *script // nil: as it does
	took bool    // it took effect
}

func replies() []reply {
	return []reply{
		{"success", nil, true},
		{"a refusal", &script{body: "result=1\r\nresponse_code=2003\r\nresponse_detail=1G30"}, false},
		{"unknown, then yes", &script{effect: true}, true},
		{"unknown, then no", &script{}, false},
	}
}

// total makes the order's total another one, as an edit does.
func (r *rig) total(id order.ID, yen int64) {
	r.Exec("UPDATE dtb_order SET payment_total = ?, total = ? WHERE id = ?", yen, yen, int64(id))
}

// changeTotal presses the button that takes the order's total to the centre.
func (r *rig) changeTotal(id order.ID, b payment.Button, key string) (ledger.Result, error) {
	l := r.view(id)
	p := l.Current()
	return r.service.Change(r.t.Context(), ledger.Change{
		Order: id, PaymentID: p.ID, Button: b, Amount: p.Amount, Total: l.Order.Total, Actor: "staff:1", Key: key,
	})
}

// crashAt lets the process die when a boundary is passed for the nth time.
func (r *rig) crashAt(at ledger.Boundary, nth int, do func()) (died bool) {
	r.t.Helper()
	r.reached = func(b ledger.Boundary, _ order.ID) {
		if b != at {
			return
		}
		if nth--; nth == 0 {
			r.reached = nil
			panic(errCrash)
		}
	}
	defer func() {
		r.reached = nil
		switch got := recover(); got {
		case nil:
		case errCrash:
			died = true
		default:
			panic(got)
		}
	}()
	do()
	return false
}

// rest lets the workers go on until nothing is left to be done, with or without the
// centre's notices.
func (r *rig) rest(notices bool) {
	r.t.Helper()
	steps := []func(context.Context) (bool, time.Time, error){r.resolver.Step, r.confirmer.Step, r.watcher.Step}
	if notices {
		steps = append(steps, r.sim.Step)
	}
	for _, d := range []time.Duration{0, 10, 20, 30, 60, 60, 60, 300, 300, 600, 1800, 3600, 3600, 7200} {
		r.Advance(d * time.Second)
		r.run(steps...)
	}
}

// alive are the amounts that the centre holds or has taken for an order.
func (r *rig) alive(id order.ID) (yen []int64) {
	ours := map[string]bool{}
	for _, p := range r.view(id).Payments {
		ours[p.TradingID] = true
	}
	for _, p := range r.sim.Payments() {
		if ours[p.TradingID] && payment.Status(p.Status).Alive() {
			yen = append(yen, p.Amount)
		}
	}
	slices.Sort(yen)
	return yen
}

// changed checks what a change has come to: the new amount or the old one stands, never
// both and never none, our book says the same, and nothing waits.
func (r *rig) changed(id order.ID, total int64, took bool) {
	r.t.Helper()
	l := r.view(id)
	for _, op := range l.Operations {
		if op.State.Open() {
			r.t.Errorf("still open: %+v", op)
		}
	}
	want := int64(1100)
	if took {
		want = total
	}
	p := l.Current()
	if alive := r.alive(id); !slices.Equal(alive, []int64{want}) || p == nil || int64(p.Amount) != want {
		r.t.Errorf("the centre holds %d, ours is %+v; %d should stand", alive, p, want)
		return
	}
	open := slices.Contains(r.alerts(id), string(ledger.AlertAmountOpen))
	if open == (int64(l.Order.Total) == want) {
		r.t.Errorf("alerts %v while %d stands and the total is %d", r.alerts(id), want, l.Order.Total)
	}
	if slices.Contains(r.alerts(id), string(ledger.AlertReversing)) || slices.Contains(r.alerts(id), string(ledger.AlertContradiction)) {
		r.t.Errorf("alerts %v", r.alerts(id))
	}
	if l.Order.Status != order.New && l.Order.Status != order.Paid {
		r.t.Errorf("in %s", l.Order.Status.Name())
	}
	r.expectStock(9)
}

// TestEachStepOfAChange: every telegram of every change, whatever it is answered, with
// its notices at once and late (money.md §8).
func TestEachStepOfAChange(t *testing.T) {
	t.Parallel()
	for _, c := range changes() {
		for n, telegram := range c.telegrams {
			for _, a := range replies() {
				for _, late := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s, %s: %s, late %v", c.name, telegram, a.name, late), func(t *testing.T) {
						t.Parallel()
						r := newRig(t)
						id := c.made(r)
						r.total(id, c.total)
						if a.by != nil {
							r.wire.script(telegram, *a.by)
						}
						if _, err := r.changeTotal(id, c.button, "change"); err != nil {
							t.Fatal(err)
						}
						r.rest(!late)
						r.rest(true)
						// The last step of a card's change is repeated until it is done.
						r.changed(id, c.total, a.took || c.lastIsRepeated(n))
					})
				}
			}
		}
	}
}

func (c changing) lastIsRepeated(n int) bool {
	return n == len(c.telegrams)-1 && c.telegrams[0] == "020"
}

// TestCrashOfAChange: the node dies at every boundary of every step, and others go on.
func TestCrashInEachStepOfAChange(t *testing.T) {
	t.Parallel()
	for _, c := range changes() {
		for n, telegram := range c.telegrams {
			for _, a := range replies() {
				for _, at := range []ledger.Boundary{ledger.AfterPlanned, ledger.AfterSent, ledger.AfterAnswer, ledger.AfterSettled} {
					t.Run(fmt.Sprintf("%s, %s: %s, crash when %s", c.name, telegram, a.name, at), func(t *testing.T) {
						t.Parallel()
						r := newRig(t)
						id := c.made(r)
						r.total(id, c.total)
						if a.by != nil {
							r.wire.script(telegram, *a.by)
						}
						died := r.crashAt(at, n+1, func() { _, _ = r.changeTotal(id, c.button, "change") })
						if !died {
							t.Fatal("it did not die")
						}
						if _, err := r.changeTotal(id, c.button, "change"); err != nil && code(err) != "operation.open" && code(err) != "payment.amount_same" {
							t.Errorf("pressed again: %v", err)
						}
						r.rest(true)
						r.rest(true)
						// A telegram that never left has no effect, one that was answered has the
						// answer's.
						took := a.took || c.lastIsRepeated(n)
						if at == ledger.AfterSent && !c.lastIsRepeated(n) {
							took = false
						}
						if at == ledger.AfterPlanned && len(c.telegrams) == 1 {
							took = false
						}
						r.changed(id, c.total, took)
					})
				}
			}
		}
	}
}

// TestCommitInDoubtOfAChange: nobody knows whether a transaction of the saga was written:
// its own, or one of its steps'. It is driven to its end once, and pressing again starts
// no second one.
func TestCommitInDoubtOfAChange(t *testing.T) {
	t.Parallel()
	for _, c := range changes()[:4] {
		for nth := range 8 {
			for _, d := range []doubt{committed, lost} {
				t.Run(fmt.Sprintf("%s, %s at %d", c.name, d, nth), func(t *testing.T) {
					t.Parallel()
					r := newRig(t)
					id := c.made(r)
					r.total(id, c.total)
					before := map[string]int{}
					for _, telegram := range c.telegrams {
						before[telegram] = r.wire.count(telegram, "")
					}
					r.store.updates = append(make([]doubt, nth), d)
					_, err := r.changeTotal(id, c.button, "change")
					if nth == 0 && code(err) != "database.unavailable" {
						t.Errorf("%v", err)
					}
					r.store.updates = nil
					if _, err := r.changeTotal(id, c.button, "change"); err != nil {
						t.Errorf("pressed again: %v", err)
					}
					_, err = r.changeTotal(id, c.button, "another tab") // at the same time
					if err != nil && code(err) != "operation.open" && code(err) != "payment.amount_same" {
						t.Errorf("pressed in another tab: %v", err)
					}
					r.rest(true)
					r.rest(true)
					took := true
					if len(c.telegrams) == 1 && nth == 0 && d == committed {
						took = false // one telegram, planned and never sent; no saga
					}
					r.changed(id, c.total, took)
					for _, telegram := range c.telegrams {
						if n := r.wire.count(telegram, "") - before[telegram]; n > 1 || took && n != 1 {
							t.Errorf("%s left %d times", telegram, n)
						}
					}
				})
			}
		}
	}
}

// TestRenumberedInSilence: 341 gave the payment another id, and neither its answer nor a
// notice came: its trading_id tells (money.md §4).
func TestRenumberedInSilence(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		by script
	}{"no answer": {script{effect: true}}, "a refusal": {script{effect: true, body: "result=1\r\nresponse_code=2003"}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.paidyPaid()
			p := r.view(id).Current()
			r.wire.script("341", tt.by)
			r.spy.answer = func(q ledger.Inquiry) (ledger.Finding, bool) {
				switch {
				case q.PaymentID == p.PaymentID:
					return ledger.Finding{Kind: ledger.NoSuch, Code: "SIM003"}, true
				case q.TradingID == p.TradingID, q.PaymentID == "renumbered":
					return ledger.Finding{Kind: ledger.Found, PaymentID: "renumbered", TradingID: p.TradingID, Type: payment.Paidy.Type(), Status: payment.Cleared, Amount: p.Amount, BegunAt: p.BegunAt}, true
				}
				return ledger.Finding{}, false
			}
			if _, err := r.change(id, true, "sale"); err != nil {
				t.Fatal(err)
			}
			for range 30 { // the notices stay away
				r.Advance(10 * time.Second)
				r.run(r.resolver.Step, r.watcher.Step)
			}
			r.expect(id, order.Paid, payment.Captured, 9)
			if now := r.view(id).Current(); now.PaymentID != "renumbered" || !slices.Contains(now.PaymentIDs, p.PaymentID) {
				t.Errorf("%+v", now)
			}
		})
	}
}

// TestReauthorisationUnderTheSameID, as the original does it: by the switch, and settled
// by a notice or staff only where its answer is lost (money.md §3, §4).
func TestReauthorisationUnderTheSameID(t *testing.T) {
	t.Parallel()
	same := func(p *ledger.Policy) { p.SameTradingID = true }
	for name, tt := range map[string]struct {
		by      *script
		notices bool
		says    string // what staff say where nobody tells
		took    bool
	}{
		"answered":              {nil, true, "", true},
		"refused":               {&script{body: "result=1\r\nresponse_code=2003"}, true, "", false},
		"told by a notice":      {&script{effect: true}, true, "", true},
		"it never arrived":      {&script{}, true, "no", false},
		"a refusal in question": {&script{body: "result=1\r\nresponse_code=9999"}, true, "no", false},
	} {
		for _, c := range changes()[:2] {
			t.Run(c.name+", "+name, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, same)
				r.twice = true
				id := c.made(r)
				r.total(id, c.total)
				old := r.view(id).Current()
				if tt.by != nil {
					r.wire.script("020", *tt.by)
				}
				r.spy.asked = nil
				if _, err := r.changeTotal(id, c.button, "change"); err != nil {
					t.Fatal(err)
				}
				r.rest(tt.notices)
				for _, q := range r.spy.asked {
					if q.TradingID == old.TradingID {
						t.Errorf("asked by an id that two payments bear: %+v", q)
					}
				}
				if tt.says != "" {
					step := r.view(id).Operations[len(r.view(id).Operations)-1]
					if step.State != payment.UnknownState || !slices.Contains(r.alerts(id), string(ledger.AlertUnknown)) {
						t.Fatalf("%+v", step)
					}
					if _, err := r.service.SettleUnknown(t.Context(), ledger.SettleUnknown{Order: id, Operation: step.ID, Reason: "確認", Actor: "staff:1"}); err != nil {
						t.Fatal(err)
					}
					r.rest(true)
				}
				r.changed(id, c.total, tt.took)
				fresh := r.view(id).Payments[1]
				if fresh.TradingID != old.TradingID || fresh.Seq != 2 || !fresh.ReusesID() || tt.took && fresh.PaymentID == "" {
					t.Errorf("%+v", fresh)
				}
			})
		}
	}
}

// byWord changes an order's total by a new authorisation under the old one's trading_id whose
// answer is lost; took is whether it stands. Staff say that it does.
func (r *rig) byWord(c changing, took bool) (id order.ID, step string) {
	r.t.Helper()
	r.twice = true
	id = c.made(r)
	r.total(id, c.total)
	r.wire.script("020", script{effect: took})
	if _, err := r.changeTotal(id, c.button, "change"); err != nil {
		r.t.Fatal(err)
	}
	r.Advance(5 * time.Minute)
	r.run(r.resolver.Step)
	ops := r.view(id).Operations
	step = ops[len(ops)-1].ID
	if _, err := r.word(id, step, true); err != nil {
		r.t.Fatal(err)
	}
	return id, step
}

// word is staff's about an operation.
func (r *rig) word(id order.ID, op string, happened bool) (ledger.Result, error) {
	return r.service.SettleUnknown(r.t.Context(), ledger.SettleUnknown{Order: id, Operation: op, Happened: happened, Reason: "ペイジェントオンラインで確認", Actor: "staff:1"})
}

// TestANameAfterAWord: a new authorisation under the same trading_id stands by somebody's word
// only. No telegram about it leaves without its payment_id; its notice brings that, and the
// saga goes on, whoever dies on the way and however often the notice comes.
func TestANameAfterAWord(t *testing.T) {
	t.Parallel()
	same := func(p *ledger.Policy) { p.SameTradingID = true }
	for _, c := range changes()[:2] {
		for name, how := range map[string]func(*rig, order.ID){
			"its notice comes": func(*rig, order.ID) {},
			"its notice comes twice": func(r *rig, _ order.ID) {
				r.run(r.sim.Step)
				all := r.sim.Notices()
				if n, err := r.sim.ResendNotices(all[len(all)-1].PaymentID); err != nil || n == 0 {
					r.t.Fatal(n, err)
				}
			},
			"094 is silent at first": func(r *rig, _ order.ID) {
				r.silence()
				r.rest(true)
				r.spy.answer = nil
			},
			"the node dies when it goes on": func(r *rig, id order.ID) {
				waits := r.view(id).OpenOperation() != nil // of an authorisation the old one is gone by now
				if died := r.crashAt(ledger.AfterPlanned, 1, func() { r.rest(true) }); died != waits {
					r.t.Errorf("the saga goes on: %v", died)
				}
			},
		} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, same)
				id, _ := r.byWord(c, true)
				captures := r.wire.count("022", "")
				r.run(r.resolver.Step)
				r.Advance(time.Hour)
				r.run(r.resolver.Step, r.watcher.Step)
				if n := r.wire.count("022", "") - captures; n != 0 {
					t.Errorf("022 was tried %d times without a payment_id", n)
				}
				for _, p := range r.view(id).Payments[1:] {
					if p.PaymentID != "" || p.Phase != payment.Authorised {
						t.Errorf("%+v", p)
					}
				}
				how(r, id)
				r.rest(true)
				r.rest(true)
				r.changed(id, c.total, true)
				for _, o := range r.view(id).Operations {
					if o.Code == "E02002" {
						t.Errorf("%s was refused by our own client: %s", o.Kind, o.Detail)
					}
				}
				if n := r.Number("SELECT COUNT(*) FROM plg_kessai_notice WHERE state = 'received' OR state = 'parked'"); n != 0 {
					t.Errorf("%d notices are left", n)
				}
				r.same("alerts", r.alerts(id))
			})
		}
	}
}

// TestAWrongWordInASaga: the authorisation does not stand. Staff take their word back, the
// only thing that lets the saga end; if it stands after all, it is cancelled.
func TestAWrongWordInASaga(t *testing.T) {
	t.Parallel()
	c := changes()[1]
	for name, took := range map[string]bool{"it never arrived": false, "it stands after all": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *ledger.Policy) { p.SameTradingID = true })
			id, step := r.byWord(c, took)
			r.rest(false)
			r.same("alerts", r.alerts(id), string(ledger.AlertAmountOpen), string(ledger.AlertUnknown))
			if _, err := r.change(id, false, "cancel"); code(err) != "operation.open" {
				t.Errorf("%v", err)
			}
			if got, err := r.word(id, step, false); err != nil || got.Operation.State != payment.DeclinedOp {
				t.Fatalf("%+v, %v", got.Operation, err)
			}
			r.rest(true)
			r.rest(true)
			r.changed(id, c.total, false)
			r.same("alerts", r.alerts(id), string(ledger.AlertAmountOpen))
			if alive, _ := r.charged(); alive != 1100 {
				t.Errorf("%d yen are alive at the centre", alive)
			}
		})
	}
	t.Run("its notice says that it was refused", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, func(p *ledger.Policy) { p.SameTradingID = true })
		id, _ := r.byWord(c, false)
		fresh := r.view(id).Payments[1]
		r.spy.answer = func(q ledger.Inquiry) (ledger.Finding, bool) {
			return ledger.Finding{
				Kind: ledger.Found, PaymentID: "777", TradingID: fresh.TradingID, Type: "02", Status: payment.AuthNG, Amount: fresh.Amount, BegunAt: fresh.BegunAt,
			}, q.PaymentID == "777"
		}
		if _, said := r.notify(paygent.Notice{PaymentID: "777", TradingID: fresh.TradingID, Status: "11", Amount: paygent.Yen(fresh.Amount)}); said != "200 result=0" {
			t.Fatal(said)
		}
		r.rest(true)
		r.changed(id, c.total, false)
		r.same("alerts", r.alerts(id), string(ledger.AlertAmountOpen))
	})
}
