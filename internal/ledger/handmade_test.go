package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// entered is an order that staff entered, whose goods EC-CUBE took.
func entered(t failer, m payment.Method) *world {
	w := newWorld(t)
	w.l.Order.MethodClass = payment.Scheme{Method: m, System: payment.Module}.Class()
	w.l.Order.Status, w.l.Order.OrderDate = order.New, w.now
	return w
}

// TestMadeByHand: a payment that staff made in ペイジェントオンライン under the order's id is the
// order's once 094 confirms it (money.md §4, manual 2.5).
func TestMadeByHand(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method payment.Method
		told   payment.Status
		found  payment.Status
		phase  payment.Phase // empty: no payment
		state  NoticeState
		order  order.Status
	}{
		"card, authorised":           {payment.Card, "20", "20", payment.Authorised, NoticeApplied, order.New},
		"card, captured":             {payment.Card, "40", "40", payment.Captured, NoticeApplied, order.Paid},
		"card, further by now":       {payment.Card, "20", "40", payment.Captured, NoticeSuperseded, order.Paid},
		"card, gone by now":          {payment.Card, "20", "32", "", NoticeSuperseded, order.New},
		"card, refused":              {payment.Card, "11", "11", "", NoticeSuperseded, order.New},
		"card, at work":              {payment.Card, "20", "30", "", NoticeReceived, order.New},
		"a store, a number":          {payment.Conveni, "10", "10", "", NoticeSuperseded, order.New},
		"a store, paid":              {payment.Conveni, "40", "40", payment.Captured, NoticeApplied, order.Paid},
		"ATM":                        {payment.ATM, "40", "40", payment.Captured, NoticeApplied, order.Paid},
		"bank":                       {payment.Bank, "40", "40", payment.Captured, NoticeApplied, order.Paid},
		"carrier":                    {payment.Carrier, "20", "20", payment.Authorised, NoticeApplied, order.New},
		"Paidy":                      {payment.Paidy, "20", "20", payment.Authorised, NoticeApplied, order.New},
		"captured, 094 still behind": {payment.Card, "40", "20", payment.Authorised, NoticeReceived, order.New},
		"paid, 094 far behind":       {payment.Conveni, "43", "10", "", NoticeReceived, order.New},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := entered(t, tt.method)
			if err := w.do(func(l *Ledger, t tick) error { l.syncUnmade(t, false); return nil }); err != nil {
				t.Fatal(err)
			}
			w.policy.Confirm = ConfirmNever
			n, f := w.notice(tt.told), w.found(tt.found)
			n.Type, f.Type = tt.method.Type(), tt.method.Type()
			if !w.take(n) || len(w.l.Payments) > 0 {
				t.Fatal("believed without 094")
			}
			w.confirm(n, &f)
			if n.State != tt.state || w.l.Order.Status != tt.order {
				t.Errorf("notice %s %s, order in %s", n.State, n.Reason, w.l.Order.Status.Name())
			}
			p := w.l.Current()
			if (p != nil) != (tt.phase != "") || p != nil && (p.Phase != tt.phase || p.PaymentID != "p1" || p.Amount != total) {
				t.Errorf("%+v", p)
			}
			if w.stock != begunWith || w.l.Hold != nil {
				t.Errorf("%d in stock, hold %+v: EC-CUBE took the goods", w.stock, w.l.Hold)
			}
			if tt.phase == "" {
				w.alerted(AlertUnmade)
			} else {
				w.alerted()
			}
		})
	}
}

// TestNotMadeByHand: what does not fit only parks, and nothing is taken up.
func TestNotMadeByHand(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world, *Notice, *Finding){
		"another amount":           func(_ *world, n *Notice, f *Finding) { n.Amount, f.Amount = 1, 1 },
		"094 tells another amount": func(_ *world, _ *Notice, f *Finding) { f.Amount = 1 },
		"another type":             func(_ *world, n *Notice, f *Finding) { n.Type, f.Type = "03", "03" },
		"094 tells another type":   func(_ *world, _ *Notice, f *Finding) { f.Type = "03" },
		"not by Paygent, no type":  func(w *world, n *Notice, f *Finding) { w.l.Order.MethodClass, n.Type, f.Type = offlineClass, "", "" },
		"shared, without a mark":   func(w *world, _ *Notice, _ *Finding) { w.policy.SharedMerchant = true },
		"a later attempt's id":     func(_ *world, n *Notice, f *Finding) { n.TradingID, f.TradingID = "123_2", "123_2" },
		"094 tells another id":     func(_ *world, _ *Notice, f *Finding) { f.TradingID = "124" },
		"older than the order":     func(w *world, _ *Notice, f *Finding) { f.BegunAt = w.now.Add(-11 * time.Minute) },
		"the order is cancelled":   func(w *world, _ *Notice, _ *Finding) { w.l.Order.Status = order.Canceled },
		"the order is returned":    func(w *world, _ *Notice, _ *Finding) { w.l.Order.Status = order.Returned },
		"a buyer is at it":         func(w *world, _ *Notice, _ *Finding) { w.l.Order.Status = order.Processing },
		"nothing to pay":           func(w *world, n *Notice, f *Finding) { w.l.Order.Total, n.Amount, f.Amount = 0, 0, 0 },
		"not by Paygent":           func(w *world, _ *Notice, _ *Finding) { w.l.Order.MethodClass = offlineClass },
		"a shared merchant":        func(w *world, _ *Notice, _ *Finding) { w.policy.SharedMerchant, w.policy.Mark = true, "B" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := entered(t, payment.Card)
			n, f := w.notice(payment.AuthOK), w.found(payment.AuthOK)
			change(w, n, &f)
			before := w.l.Order.Status
			if w.take(n) {
				w.confirm(n, &f)
			}
			if n.State != NoticeParked || n.Reason != ParkNoOrder || len(w.l.Payments) > 0 || len(w.l.Operations) > 0 || !w.alerts[string(AlertNoticeParked)] {
				t.Errorf("%s %s, %d payments", n.State, n.Reason, len(w.l.Payments))
			}
			w.status(before)
		})
	}
	w := entered(t, payment.Card) // it corrects one that nobody knows here
	based, of := w.notice(payment.AuthOK), w.found(payment.AuthOK)
	based.BaseID, of.BaseID = "p0", "p0"
	if w.take(based) {
		w.confirm(based, &of)
	}
	if based.State != NoticeReceived || len(w.l.Payments) > 0 {
		t.Errorf("%s %s, %d payments", based.State, based.Reason, len(w.l.Payments))
	}
	w = entered(t, payment.Card) // with our mark on it
	w.policy.SharedMerchant, w.policy.Mark = true, "B"
	n, f := w.notice(payment.AuthOK), w.found(payment.AuthOK)
	n.TradingID, f.TradingID = "B123", "B123"
	w.confirm(n, &f)
	if p := w.l.Current(); p == nil || p.Phase != payment.Authorised {
		t.Errorf("%+v", p)
	}
}

// TestMadeByHandAgain: a payment is made by hand once more where the order goes on and none of
// its payments is alive, or waited for, any more.
func TestMadeByHandAgain(t *testing.T) {
	t.Parallel()
	type payments = []*Payment
	first := func(change func(*Payment)) *Payment {
		p := &Payment{
			ID: "first", Seq: 1, Environment: payment.Simulator, MerchantID: "m", Method: payment.Card, System: payment.Module, TradingID: "123", PaymentID: "p0", PaymentIDs: []string{"p0"},
			Amount: total, Phase: payment.Ended, End: payment.Canceled, Status: payment.AuthCancelDone, Adopted: true,
		}
		change(p)
		return p
	}
	waiting := func(p *Payment) {
		p.Adopted, p.PaymentID, p.PaymentIDs, p.Status = false, "", nil, ""
	}
	for name, tt := range map[string]struct {
		had   func(*world) payments
		taken bool // as a payment of its own
	}{
		"the first was cancelled": {func(*world) payments { return payments{first(func(*Payment) {})} }, true},
		"the first expired": {func(*world) payments {
			return payments{first(func(p *Payment) { p.End, p.Status = payment.Expired, payment.AuthExpired })}
		}, true},
		"the first was given back": {func(*world) payments {
			return payments{first(func(p *Payment) { p.End, p.Status = payment.Refunded, payment.RefundDone })}
		}, true},
		"the first was given back by hand": {func(*world) payments {
			return payments{first(func(p *Payment) {
				p.Phase, p.End, p.Status, p.HandRefunded = payment.Captured, "", payment.ClearedFinal, total
			})}
		}, true},
		"a buyer's, of another method": {func(*world) payments {
			return payments{first(func(p *Payment) { p.Adopted, p.Method = false, payment.Paidy })}
		}, true},
		"a buyer's page of long ago": {func(w *world) payments {
			return payments{first(func(p *Payment) {
				waiting(p)
				p.TradingID, p.End, p.LimitAt = "123_2", payment.Superseded, w.now.Add(-margin)
			})}
		}, true},
		"the first is alive": {func(*world) payments {
			return payments{first(func(p *Payment) { p.Phase, p.End, p.Status = payment.Authorised, "", payment.AuthOK })}
		}, false},
		"part of it was given back": {func(*world) payments {
			return payments{first(func(p *Payment) {
				p.Phase, p.End, p.Status, p.HandRefunded = payment.Captured, "", payment.ClearedFinal, 1
			})}
		}, false},
		"a buyer's page can still be used": {func(w *world) payments {
			return payments{first(func(p *Payment) {
				waiting(p)
				p.TradingID, p.End, p.LimitAt = "123_2", payment.Superseded, w.now
			})}
		}, false},
		"a page waits": {func(*world) payments {
			return payments{first(func(p *Payment) { waiting(p); p.TradingID, p.Phase, p.End = "123_2", payment.AwaitingBuyer, "" })}
		}, false},
		"it is unknown whether one stands": {func(*world) payments {
			return payments{first(func(p *Payment) { waiting(p); p.TradingID, p.Phase, p.End = "123_2", payment.Unknown, "" })}
		}, false},
		"a buyer's try that was refused, and it is that one": {func(*world) payments {
			return payments{first(func(p *Payment) { p.Adopted, p.End, p.Status = false, payment.Declined, payment.AuthNG })}
		}, false},
		"it is the first one": {func(*world) payments {
			return payments{first(func(p *Payment) { p.PaymentIDs = []string{"p1", "p0"} })}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := entered(t, payment.Card)
			w.l.Payments, w.l.CurrentID = tt.had(w), "first"
			w.must(func(l *Ledger, tk tick) error { l.syncAlerts(tk, standings{}); return nil })
			n, f := w.notice(payment.AuthOK), w.found(payment.AuthOK)
			n.PaymentID, n.TradingID = "p1", "123"
			if w.take(n) {
				w.confirm(n, &f)
			}
			p := w.l.holder("p1")
			if taken := p != nil && p.ID != "first"; taken != tt.taken || taken != (len(w.l.Payments) == 2) {
				t.Fatalf("taken %v; notice %s %s, %d payments", taken, n.State, n.Reason, len(w.l.Payments))
			}
			if !tt.taken {
				return
			}
			if w.l.CurrentID != p.ID || p.Phase != payment.Authorised || !p.Adopted || n.State != NoticeApplied || len(w.l.Operations) > 0 {
				t.Errorf("the order's is %s; %+v; notice %s", w.l.CurrentID, p, n.State)
			}
			w.status(order.New)
			w.alerted()
			again := *n // the same once more, and a late one of the first
			again.NoticeID++
			w.confirm(&again, &f)
			late, gone := w.notice(payment.AuthCancelDone), w.found(payment.AuthCancelDone)
			late.PaymentID, gone.PaymentID = "p0", "p0"
			w.confirm(late, &gone)
			if len(w.l.Payments) != 2 || w.l.CurrentID != p.ID || !w.l.Current().living() {
				t.Errorf("%d payments, the order's is %s", len(w.l.Payments), w.l.CurrentID)
			}
			w.status(order.New)
		})
	}
}

// TestStrangerOfASharedMerchant: under a trading_id without our mark nothing is taken up,
// which would be reversed: it is parked, and a person told.
func TestStrangerOfASharedMerchant(t *testing.T) {
	t.Parallel()
	for name, waiting := range map[string]bool{"our payment stands": false, "ours is unknown, for another amount": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if waiting {
				w.unknown(w.authorize())
			} else {
				w.authorised("p1")
			}
			w.policy.SharedMerchant, w.policy.Mark = true, "B"
			w.now = w.now.Add(time.Minute)
			n, f := w.notice(payment.AuthOK), w.found(payment.AuthOK)
			n.PaymentID, f.PaymentID, n.Amount, f.Amount = "p9", "p9", 500, 500
			status := w.l.Order.Status
			w.confirm(n, &f)
			if n.State != NoticeParked || len(w.l.Payments) != 1 || w.reversal(w.l.Current()) != nil || !w.alerts[string(AlertNoticeParked)] || len(w.mails) > 1 {
				t.Errorf("%s %s, %d payments, alerts %v", n.State, n.Reason, len(w.l.Payments), w.alerts)
			}
			w.status(status)
		})
	}
}
