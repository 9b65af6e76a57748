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
