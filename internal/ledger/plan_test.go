package ledger

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// TestTransactionA writes all that must be true before the wire is touched.
func TestTransactionA(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.authorize()
	p := w.l.Current()
	w.status(order.Pending)
	w.holds(Held)
	if w.stock != begunWith-wanted || !w.l.Order.PendingSince.Equal(w.now) {
		t.Errorf("%d in stock, in 7 since %s", w.stock, w.l.Order.PendingSince)
	}
	if op.State != payment.Planned || op.OpenKey != "order:123" || op.Owner != "node-1" || !op.PlannedAt.Equal(w.now) || op.Amount != total ||
		op.SettingsVersion != 1 || op.Environment != payment.Simulator || op.MerchantID != "m" {
		t.Errorf("operation %+v", op)
	}
	if p.TradingID != "123" || p.Amount != total || p.Phase != payment.Opening || !p.LimitAt.Equal(w.now.Add(60*24*time.Hour)) ||
		p.Environment != payment.Simulator || p.Method != payment.Card || p.System != payment.Module {
		t.Errorf("payment %+v", p)
	}
	if len(w.mails) > 0 || !w.l.Order.OrderDate.IsZero() {
		t.Error("placed before anything was paid")
	}
}

// TestLeases are at least 60 s and longer than the telegram's deadline.
func TestLeases(t *testing.T) {
	t.Parallel()
	for _, timeout := range []time.Duration{time.Second, 35 * time.Second, 36 * time.Second, 100 * time.Second, 10 * time.Minute} {
		w := newWorld(t)
		w.policy.TelegramTimeout = timeout
		op := w.authorize()
		if got := op.LeaseUntil.Sub(w.now); got < time.Minute || got <= timeout+sendWithin {
			t.Errorf("time-out %s: lease %s", timeout, got)
		}
	}
}

// TestTradingIDs: 123, 123_2, 123_3 …, a mark in front, at most 25 bytes (money.md §4).
func TestTradingIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := 1; n <= 3; n++ {
		w.settle(w.authorize(), neverSent())
		want := "123"
		if n > 1 {
			want = fmt.Sprintf("123_%d", n)
		}
		if got := w.l.Current().TradingID; got != want {
			t.Errorf("attempt %d: %s", n, got)
		}
	}
	w = newWorld(t)
	w.policy.Mark, w.l.Order.ID = "ABCD", order.ID(1<<31-1)
	for range 3 {
		w.settle(w.authorize(), neverSent())
	}
	if got := w.l.Current().TradingID; got != "ABCD2147483647_3" || len(got) > 25 {
		t.Errorf("with a mark: %s", got)
	}
}

// TestWhenAPaymentMayBegin gives the reason for each refusal.
func TestWhenAPaymentMayBegin(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*world, *Begin)
		code   string
	}{
		"now":                  {func(*world, *Begin) {}, ""},
		"in instalments":       {func(_ *world, a *Begin) { a.PaymentClass, a.SplitCount = "61", 3 }, ""},
		"in others":            {func(_ *world, a *Begin) { a.PaymentClass, a.SplitCount = "61", 4 }, "payment.class"},
		"in an unknown way":    {func(_ *world, a *Begin) { a.PaymentClass = "80" }, "payment.class"},
		"under way":            {func(w *world, _ *Begin) { w.authorize() }, "order.payment_running"},
		"cancelled":            {func(w *world, _ *Begin) { w.l.Order.Status = order.Canceled }, "order.canceled"},
		"placed":               {func(w *world, _ *Begin) { w.l.Order.Status = order.New }, "order.already_placed"},
		"returned":             {func(w *world, _ *Begin) { w.l.Order.Status = order.Returned }, "order.already_placed"},
		"another method":       {func(w *world, _ *Begin) { w.l.Order.MethodClass = offlineClass }, "order.other_method"},
		"another total":        {func(_ *world, a *Begin) { a.Amount-- }, "order.amount_changed"},
		"nothing to pay":       {func(w *world, a *Begin) { w.l.Order.Total, a.Amount = 0, 0 }, "order.nothing_to_pay"},
		"a payment lives":      {func(w *world, _ *Begin) { w.authorised("p1"); w.l.Order.Status = order.Processing }, "payment.alive"},
		"one that is reversed": {func(w *world, _ *Begin) { w.authorised("p1").Reverse = true; w.l.Order.Status = order.Processing }, ""},
		"an operation is open": {func(w *world, _ *Begin) { w.authorised("p1"); w.change(false); w.l.Order.Status = order.Processing }, "operation.open"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := Begin{Order: 123, Amount: total, PaymentClass: "10"}
			tt.change(w, &a)
			ops := len(w.l.Operations)
			err := w.do(func(l *Ledger, tk tick) error {
				_, err := l.planBegin(tk, a)
				return err
			})
			if tt.code == "" && err != nil || tt.code != "" && !problem.Is(err, tt.code) {
				t.Errorf("%v", err)
			}
			if err != nil && len(w.l.Operations) != ops {
				t.Error("planned all the same")
			}
		})
	}
}

// TestAttemptLimit: ten refusals of the card company, nothing else counts.
func TestAttemptLimit(t *testing.T) {
	t.Parallel()
	try := func(w *world) error {
		return w.do(func(l *Ledger, tk tick) error {
			_, err := l.planBegin(tk, Begin{Order: 123, Amount: total, PaymentClass: "10"})
			return err
		})
	}
	for name, tt := range map[string]struct {
		v       func(*world, *Operation)
		counted bool
	}{
		"refused": {func(w *world, op *Operation) {
			w.settle(op, verdictOf(Answer{Outcome: Decline, Final: true, Code: "2003"}))
		}, true},
		"refused in short": {func(w *world, op *Operation) {
			w.must(func(l *Ledger, tk tick) error {
				f := w.found("11")
				f.PaymentID = op.ID
				return l.settleRefused(tk, op.ID, verdictOf(Answer{Outcome: Decline}), f)
			})
		}, true},
		"found refused": {func(w *world, op *Operation) {
			op = w.unknown(op)
			w.now = w.now.Add(time.Minute)
			f := w.found("11")
			f.PaymentID = op.ID
			w.resolve(op, f)
		}, true},
		"id in use": {func(w *world, op *Operation) {
			w.settle(op, verdictOf(Answer{Outcome: Decline, Final: true, Code: "2005"}))
		}, false},
		"rejected":   {func(w *world, op *Operation) { w.settle(op, verdictOf(Answer{Outcome: Reject, Code: "P010"})) }, false},
		"never sent": {func(w *world, op *Operation) { w.settle(op, neverSent()) }, false},
		"not happened": {func(w *world, op *Operation) {
			w.settle(op, verdictOf(Answer{Outcome: Mystery, Code: "E02005"}))
			for range 2 {
				w.now = w.now.Add(2 * time.Minute)
				w.resolve(op, noSuch(w))
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for n := range refusalLimit {
				if n == refusalLimit-1 && w.l.refusals() != n*b2i(tt.counted) {
					t.Errorf("%d count after %d", w.l.refusals(), n)
				}
				tt.v(w, w.send(w.authorize()))
				w.status(order.Processing)
			}
			if err := try(w); problem.Is(err, "card.too_many") != tt.counted || !tt.counted && err != nil {
				t.Errorf("after ten: %v", err)
			}
		})
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestWhatStaffMayDo gives the reason for each refusal; asking and doing agree.
func TestWhatStaffMayDo(t *testing.T) {
	t.Parallel()
	in := func(s order.Status) func(*world) {
		return func(w *world) { w.authorised("p1"); w.l.Order.Status = s }
	}
	for name, tt := range map[string]struct {
		begin           func(*world)
		capture, cancel string
	}{
		"authorised":           {func(w *world) { w.authorised("p1") }, "", ""},
		"authorised, in 4":     {in(order.InProgress), "", ""},
		"authorised, shipped":  {in(order.Delivered), "", ""},
		"authorised, in 6":     {in(order.Paid), "", ""},
		"authorised, in 3":     {in(order.Canceled), "order.status", ""},
		"authorised, returned": {in(order.Returned), "order.status", ""},
		"captured":             {func(w *world) { w.captured("p1") }, "payment.already_captured", ""},
		"captured for good": {func(w *world) {
			w.captured("p1")
			w.take(w.notice(payment.ClearedFinal))
		}, "payment.already_captured", "payment.cancel_term_over"},
		"in transit":           {func(w *world) { w.authorised("p1").Status = payment.CaptureRequested }, "payment.transit", "payment.transit"},
		"refund under way":     {func(w *world) { w.captured("p1").Status = payment.RefundRequested }, "payment.transit", "payment.transit"},
		"under way":            {func(w *world) { w.authorize() }, "operation.open", "operation.open"},
		"unknown":              {func(w *world) { w.unknown(w.authorize()) }, "operation.unknown", "operation.unknown"},
		"a capture is unknown": {func(w *world) { w.authorised("p1"); w.unknown(w.change(true)) }, "operation.unknown", "operation.unknown"},
		"a capture is open":    {func(w *world) { w.authorised("p1"); w.send(w.change(true)) }, "operation.open", "operation.open"},
		"never authorised":     {func(w *world) { w.settle(w.authorize(), neverSent()) }, "payment.ended", "payment.ended"},
		"cancelled": {func(w *world) {
			w.authorised("p1")
			w.settle(w.send(w.change(false)), verdictOf(Answer{Outcome: Success}))
		}, "payment.ended", "payment.ended"},
		"expired": {func(w *world) {
			w.authorised("p1")
			f := w.found(payment.AuthExpired)
			w.confirm(w.notice(payment.AuthExpired), &f)
		}, "payment.expired", "payment.expired"},
		"of another environment": {func(w *world) { w.authorised("p1"); w.policy.Environment = payment.Production }, "payment.other_environment", "payment.other_environment"},
		"of another merchant":    {func(w *world) { w.authorised("p1"); w.policy.MerchantID = "x" }, "payment.other_environment", "payment.other_environment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.begin(w)
			p := w.l.Payments[0]
			got := Buttons(w.l, p.ID, w.policy, w.now)
			for _, try := range []struct {
				capture bool
				said    error
				want    string
			}{{true, got[payment.SaleButton], tt.capture}, {false, got[payment.CancelButton], tt.cancel}} {
				err := (&world{t: t, l: clone(w.l), policy: w.policy, now: w.now, stock: w.stock, events: w.events, told: w.told, open: map[[2]string]bool{}, alerts: map[string]bool{}}).do(func(l *Ledger, tk tick) error {
					_, err := l.planChange(tk, Change{PaymentID: p.ID, Button: pressed(try.capture), Amount: p.Amount})
					return err
				})
				if code(err) != try.want || code(try.said) != try.want {
					t.Errorf("capture %v: shown %v, done %v", try.capture, try.said, err)
				}
			}
		})
	}
	w := newWorld(t)
	if got := Buttons(w.l, "nobody", w.policy, w.now); !problem.Is(got[payment.SaleButton], "payment.none") || !problem.Is(got[payment.CancelButton], "payment.none") {
		t.Errorf("of nobody: %+v", got)
	}
}

func code(err error) string {
	if p, ok := problem.As(err); ok {
		return p.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// TestWhatStaffMayDoWithAnothersPayment: cancel it, never capture it.
func TestWhatStaffMayDoWithAnotherPayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := other(w)
	w.settle(w.send(w.reversal(p)), verdict{state: payment.DeclinedOp, code: "2003"})
	got := Buttons(w.l, p.ID, w.policy, w.now)
	if !problem.Is(got[payment.SaleButton], "payment.not_the_orders") || got[payment.CancelButton] != nil {
		t.Errorf("%+v", got)
	}
	w.change(true) // the order's own is not held up by it
	if op, err := func() (op *Operation, err error) {
		err = w.do(func(l *Ledger, tk tick) error {
			op, err = l.planChange(tk, Change{PaymentID: p.ID, Button: payment.CancelButton, Amount: p.Amount})
			return err
		})
		return op, err
	}(); err != nil || op.OpenKey != paymentKey(p) {
		t.Errorf("%+v, %v", op, err)
	}
}

// TestTheOrderIsBusyWithAnotherTry: staff wait until its outcome is known.
func TestTheOrderIsBusyWithAnotherTry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := notHappened(w)
	w.send(w.authorize())
	w.alive(first, "p1", payment.AuthOK)
	if got := Buttons(w.l, first.ID, w.policy, w.now); !problem.Is(got[payment.SaleButton], "operation.open") || !problem.Is(got[payment.CancelButton], "operation.open") {
		t.Errorf("%+v", got)
	}
}

// TestChangesRefused: an unknown payment, another amount than shown.
func TestChangesRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	for want, c := range map[string]Change{
		"payment.unknown":        {PaymentID: "x", Button: payment.SaleButton, Amount: total},
		"payment.amount_changed": {PaymentID: p.ID, Button: payment.SaleButton, Amount: total + 1},
	} {
		err := w.do(func(l *Ledger, tk tick) error {
			_, err := l.planChange(tk, c)
			return err
		})
		if code(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
}

// TestPlacedWithoutPaygent: EC-CUBE's own methods, and nothing to pay (money.md §6).
func TestPlacedWithoutPaygent(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*world)
		shown  order.Yen
		code   string
		status order.Status
	}{
		"cash":             {func(w *world) { w.l.Order.MethodClass = offlineClass }, total, "", order.New},
		"nothing to pay":   {func(w *world) { w.l.Order.Total = 0 }, 0, "", order.Paid},
		"card":             {func(*world) {}, total, "order.other_method", order.Processing},
		"another total":    {func(w *world) { w.l.Order.MethodClass = offlineClass }, total - 1, "order.amount_changed", order.Processing},
		"a card is tried":  {func(w *world) { w.authorize(); w.l.Order.MethodClass = offlineClass }, total, "order.payment_running", order.Pending},
		"placed already":   {func(w *world) { w.authorised("p1") }, total, "", order.New},
		"cancelled":        {func(w *world) { w.l.Order.Status = order.Canceled }, total, "", order.Canceled},
		"too few in stock": {func(w *world) { w.l.Order.MethodClass, w.l.Order.UsePoint, w.l.Order.CustomerID = offlineClass, 50, 1 }, total, "point.short", order.Processing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.change(w)
			before := len(w.mails)
			err := w.do(func(l *Ledger, tk tick) error { return l.placeOrder(tk, tt.shown) })
			if code(err) != tt.code {
				t.Errorf("%v", err)
			}
			w.status(tt.status)
			if name == "cash" || name == "nothing to pay" {
				w.holds(Committed)
				if len(w.mails) != 1 || w.l.Order.OrderDate.IsZero() || w.l.Order.PaymentDate.IsZero() == (tt.status == order.Paid) {
					t.Errorf("mails %v, %+v", w.mails, w.l.Order)
				}
				w.must(func(l *Ledger, tk tick) error { return l.placeOrder(tk, tt.shown) }) // a second click
				before++
			}
			if len(w.mails) != before {
				t.Errorf("mails %v", w.mails)
			}
		})
	}
}

// TestWhoseMethod: EC-CUBE's own, ours, or another plugin's.
func TestWhoseMethod(t *testing.T) {
	t.Parallel()
	for class, want := range map[string][2]bool{
		offlineClass: {true, false}, payment.Scheme{Method: payment.Bank, System: payment.Link}.Class(): {false, true}, `Plugin\Other\Cash`: {}, "": {},
	} {
		if h := (Head{MethodClass: class}); h.Offline() != want[0] || h.Paygent() != want[1] {
			t.Errorf("%s: EC-CUBE's %v, ours %v", class, h.Offline(), h.Paygent())
		}
	}
}

// TestNext: at which step the buyer is.
func TestNext(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin   func(*world)
		want    StepKind
		unknown bool
		refusal string
	}{
		"nothing yet": {func(*world) {}, StepPay, false, ""},
		"under way":   {func(w *world) { w.send(w.authorize()) }, StepWait, false, ""},
		"unknown":     {func(w *world) { w.unknown(w.authorize()) }, StepWait, true, ""},
		"refused": {func(w *world) {
			w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Decline, Final: true, Code: "2003"}))
		}, StepPay, false, "2003"},
		"rejected":       {func(w *world) { w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Reject, Code: "P008"})) }, StepPay, false, "P008"},
		"paid":           {func(w *world) { w.authorised("p1") }, StepComplete, false, ""},
		"captured":       {func(w *world) { w.captured("p1") }, StepComplete, false, ""},
		"cancelled":      {func(w *world) { w.l.Order.Status = order.Canceled }, StepCanceled, false, ""},
		"in 7, no more":  {func(w *world) { w.l.Order.Status = order.Pending }, StepWait, false, ""},
		"placed offline": {placeOffline, StepComplete, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.begin(w)
			got := Next(w.l)
			if got.Kind != tt.want || got.Unknown != tt.unknown || (got.Refusal != nil) != (tt.refusal != "") {
				t.Fatalf("%+v", got)
			}
			if got.Refusal != nil && got.Refusal.Code != tt.refusal {
				t.Errorf("refused by %q", got.Refusal.Code)
			}
		})
	}
	w := newWorld(t) // only the last try's refusal is told
	w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Decline, Final: true, Code: "2003"}))
	w.now = w.now.Add(time.Minute)
	w.settle(w.send(w.authorize()), verdictOf(Answer{Outcome: Reject, Code: "P009"}))
	if got := Next(w.l).Refusal; got.Code != "P009" || got.State != payment.RejectedOp {
		t.Errorf("%+v", got)
	}
}

// TestGoodsAreAskedForOnce: a decision that needs them stops before it changes anything.
func TestGoodsAreAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.l.planBegin(w.tick(), Begin{Amount: total, PaymentClass: "10"})
	if !NeedsGoods(err) || NeedsGoods(errors.New("x")) || NeedsGoods(nil) {
		t.Errorf("%v", err)
	}
	if _, ordinary := problem.As(err); ordinary {
		t.Error("it looks like a refusal")
	}
}
