package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// TestWhenTheOrderWaits for a payment, so that a late one is its own (money.md §6).
func TestWhenTheOrderWaits(t *testing.T) {
	t.Parallel()
	card := payment.Scheme{Method: payment.Card, System: payment.Module}.Class()
	phase := func(ph payment.Phase) *Payment { return &Payment{ID: "p", Phase: ph, Amount: total} }
	ended := phase(payment.Ended)
	unlike := func(p *Payment, change func(*Payment)) *Payment { q := *p; change(&q); return &q }
	let := &Operation{PaymentID: "p", Reason: detached, State: payment.Succeeded}
	for name, tt := range map[string]struct {
		status order.Status
		class  string
		p      *Payment // the order's
		letGo  bool     // cancelled, for there was nothing to pay
		want   bool
	}{
		"being paid":                            {order.Pending, card, nil, false, true},
		"at the payment page":                   {order.Processing, card, nil, false, true},
		"placed with a number":                  {order.New, offlineClass, phase(payment.AwaitingPayment), false, true},
		"placed, a page waits":                  {order.New, offlineClass, phase(payment.AwaitingBuyer), false, true},
		"in 4, a number waits":                  {order.InProgress, offlineClass, phase(payment.AwaitingPayment), false, true},
		"shipped, a number waits":               {order.Delivered, offlineClass, phase(payment.AwaitingPayment), false, true},
		"paid, a number waits":                  {order.Paid, offlineClass, phase(payment.AwaitingPayment), false, false},
		"cancelled, a number waits":             {order.Canceled, card, phase(payment.AwaitingPayment), false, false},
		"placed, its payment stands":            {order.New, card, phase(payment.Authorised), false, false},
		"placed, its payment ended":             {order.New, card, ended, false, true},
		"placed, its payment ended, by cash":    {order.New, offlineClass, ended, false, false},
		"placed, no payment":                    {order.New, card, nil, false, true},
		"placed by cash":                        {order.New, offlineClass, nil, false, false},
		"placed by cash, another stands":        {order.New, offlineClass, phase(payment.Authorised), false, false},
		"let go, and there is to pay":           {order.New, card, ended, true, true},
		"of another amount":                     {order.New, card, unlike(phase(payment.Authorised), func(p *Payment) { p.Amount = lower }), false, false},
		"captured, of another amount":           {order.Paid, card, unlike(phase(payment.Captured), func(p *Payment) { p.Amount = lower }), false, false},
		"captured, given back wholly":           {order.Paid, card, unlike(phase(payment.Captured), func(p *Payment) { p.HandRefunded = total }), false, true},
		"captured, given back wholly, and over": {order.Returned, card, unlike(phase(payment.Captured), func(p *Payment) { p.HandRefunded = total }), false, false},
		"a number, of another amount":           {order.Paid, card, unlike(phase(payment.AwaitingPayment), func(p *Payment) { p.Amount = lower }), false, false},
		"a number, of no amount":                {order.Paid, card, unlike(phase(payment.AwaitingPayment), func(p *Payment) { p.Amount = 0 }), false, false},
	} {
		l := &Ledger{Order: Head{Status: tt.status, MethodClass: tt.class, Total: total}}
		if tt.p != nil {
			l.Payments, l.CurrentID = []*Payment{tt.p}, "p"
		}
		if tt.letGo {
			l.Operations, l.CurrentID = []*Operation{let}, ""
		}
		if got := l.waits(); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestWhoseEndTakesTheOrderAlong: what was to be cancelled without its order ends without it,
// by itself; staff's own 取消 takes it along.
func TestWhoseEndTakesTheOrderAlong(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reverse bool
		status  order.Status
		f       fact
		want    bool
	}{
		"cancelled by itself":         {true, order.New, fact{event: payment.CancelOK, actor: System}, true},
		"never used":                  {true, order.New, fact{event: payment.NeverUsed, actor: Paygent}, true},
		"told to be gone":             {true, order.New, told("32", time.Time{}, "x"), true},
		"told to be refused":          {true, order.New, told("11", time.Time{}, "x"), true},
		"told to stand":               {true, order.New, told("20", time.Time{}, "x"), false},
		"captured by itself":          {true, order.New, fact{event: payment.CaptureOK, actor: System}, false},
		"cancelled by staff":          {true, order.New, fact{event: payment.CancelOK, actor: clerk}, false},
		"given up by the buyer":       {true, order.New, fact{event: payment.NeverUsed, actor: Buyer}, false},
		"one that may stay":           {false, order.New, fact{event: payment.CancelOK, actor: System}, false},
		"of an order that is over":    {true, order.Canceled, fact{event: payment.CancelOK, actor: System}, false},
		"of an order that is not yet": {true, order.Processing, fact{event: payment.CancelOK, actor: System}, false},
	} {
		l := &Ledger{Order: Head{Status: tt.status}}
		if got := l.outlives(&Payment{Reverse: tt.reverse}, tt.f); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestWhatIsOverIsNobodys: a payment that was cancelled and is told to stand is not taken for
// the order's, however much that waits for one.
func TestWhatIsOverIsNobodys(t *testing.T) {
	t.Parallel()
	p := &Payment{ID: "p", Method: payment.Card, Phase: payment.Ended, End: payment.Canceled, Status: "32", Amount: total}
	l := &Ledger{Order: Head{Status: order.Processing, Total: total}, Payments: []*Payment{p}}
	if role := l.role(p, told(payment.AuthOK, time.Time{}, "x")); role != payment.OtherPayment || l.CurrentID != "" {
		t.Errorf("%s, the order's is %q", role, l.CurrentID)
	}
	p.End = payment.NotHappened
	if role := l.role(p, told(payment.AuthOK, time.Time{}, "x")); role != payment.OrderPayment || l.CurrentID != "p" {
		t.Errorf("%s, the order's is %q", role, l.CurrentID)
	}
}

// TestNeverSentStandsAfterAll: it left all the same, and is watched like a page left behind.
func TestNeverSentStandsAfterAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.authorize()
	w.settle(op, neverSent())
	p := w.l.payment(op.PaymentID)
	w.must(func(l *Ledger, tk tick) error {
		return l.learn(tk, l.payment(p.ID), payment.Applied, total, time.Time{}, "inquiry")
	})
	w.stands(p, payment.Ended, payment.Unreachable)
	if w.l.payment(p.ID).AskAt.IsZero() {
		t.Error("nobody asks about it")
	}
}

// TestNoRuleForIt: an event that the table does not know is our own mistake, and moves nothing.
func TestNoRuleForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	err := w.do(func(l *Ledger, tk tick) error {
		return l.observe(tk, l.payment(p.ID), fact{event: "nonsense", actor: System})
	})
	if code(err) != "payment.no_rule" || problem.CategoryOf(err) != problem.Internal {
		t.Errorf("%v", err)
	}
	w.stands(p, payment.Authorised, "")
	w.alerted()
}

// TestDates: 入金日 is set when it is paid and not before, by Paygent's own date where it gave
// one, and no later word without a date moves it; an authorisation is dated once.
func TestDates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun := w.now
	w.authorised("p1")
	if !w.l.Order.PaymentDate.IsZero() {
		t.Errorf("authorised, and paid on %s", w.l.Order.PaymentDate)
	}
	tell := func(s payment.Status, date time.Time) {
		w.must(func(l *Ledger, tk tick) error { return l.learn(tk, l.Current(), s, total, date, "inquiry") })
	}
	w.now = w.now.Add(time.Hour)
	paid := w.now
	tell(payment.Cleared, time.Time{})
	if !w.l.Order.PaymentDate.Equal(paid) {
		t.Errorf("paid on %s, not %s", w.l.Order.PaymentDate, paid)
	}
	w.now = w.now.Add(time.Hour)
	tell(payment.ClearedFinal, time.Time{})
	if p := w.l.Current(); !w.l.Order.PaymentDate.Equal(paid) || !p.CapturedAt.Equal(paid) || !p.AuthorisedAt.Equal(begun) {
		t.Errorf("paid on %s, %+v", w.l.Order.PaymentDate, p)
	}
	w = newWorld(t) // d払い is authorised, and then for good
	p := w.authorised("p1")
	p.Method, p.Brand = payment.Carrier, payment.Docomo
	w.l.Order.MethodClass = p.scheme().Class()
	limit := p.LimitAt
	w.now = w.now.Add(24 * time.Hour)
	w.learnt(p, payment.AuthComplete)
	w.must(func(l *Ledger, tk tick) error { l.stands(tk, l.Current()); return nil })
	if p := w.l.Current(); !p.LimitAt.Equal(limit) || p.Status != payment.AuthComplete {
		t.Errorf("%s, it expires on %s, not %s", p.Status, p.LimitAt, limit)
	}
}

// TestWhatAReplayFillsIn: the status, where it was not known; that of an end stays, and an
// answer that tells none takes none away.
func TestWhatAReplayFillsIn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ was, told, want payment.Status }{
		"not known before": {"", "20", "20"},
		"from transit":     {"31", "20", "20"},
		"nothing told":     {"20", "", "20"},
		"an end":           {"32", "60", "32"},
		"an end, nothing":  {"32", "", "32"},
	} {
		p := &Payment{Status: tt.was}
		if (&Ledger{}).fillIn(p, fact{status: tt.told}); p.Status != tt.want {
			t.Errorf("%s: %s", name, p.Status)
		}
	}
}

// TestReversedByTelegram: a person is told where none fits, be it because the centre is at
// work; money that was taken is never sent back by itself.
func TestReversedByTelegram(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		phase   payment.Phase
		status  payment.Status
		planned bool
		alerts  []AlertKind
	}{
		"authorised":     {payment.Authorised, payment.AuthOK, true, nil},
		"at work there":  {payment.Authorised, payment.CancelRequested, false, []AlertKind{AlertReversing}},
		"being captured": {payment.Authorised, payment.CaptureRequested, false, []AlertKind{AlertReversing}},
		"no telegram":    {payment.Authorised, payment.AuthComplete, false, []AlertKind{AlertReversing}},
		"taken":          {payment.Captured, payment.Cleared, false, nil},
		"taken for good": {payment.Captured, payment.ClearedFinal, false, []AlertKind{AlertReversing}},
	} {
		w := newWorld(t)
		p := w.authorised("p1")
		p.Phase, p.Status, p.AskAt = tt.phase, tt.status, time.Time{}
		w.must(func(l *Ledger, tk tick) error { l.reverse(tk, l.payment(p.ID), "x"); return nil })
		if op := w.l.openOn(w.l.payment(p.ID)); (op != nil) != tt.planned {
			t.Errorf("%s: %+v", name, op)
		}
		w.alerted(tt.alerts...)
		if asked := w.l.payment(p.ID).AskAt; asked.IsZero() != (tt.planned || tt.phase == payment.Captured) {
			t.Errorf("%s: asked about at %s", name, asked)
		}
	}
}

// TestWhyThereIsNoAnswer is told as the centre told it.
func TestWhyThereIsNoAnswer(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{"no answer: P015": &NoAnswerError{Code: "P015"}, "no answer: E02: 1G12": &NoAnswerError{Code: "E02", Detail: "1G12"}} {
		if err.Error() != want {
			t.Errorf("%q, not %q", err, want)
		}
	}
}
