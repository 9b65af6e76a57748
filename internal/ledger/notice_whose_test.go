package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestWhatANoticeNames: the payment begun by us under its trading_id, of several the one
// whose id is not known; never one that was only found at the centre.
func TestWhatANoticeNames(t *testing.T) {
	t.Parallel()
	first := Payment{ID: "a", TradingID: "123", PaymentID: "p1"}
	same := Payment{ID: "b", TradingID: "123"}
	known := Payment{ID: "c", TradingID: "123", PaymentID: "p3"}
	stranger := Payment{ID: "d", TradingID: "123", Adopted: true}
	other := Payment{ID: "e", TradingID: "123_2"}
	for name, tt := range map[string]struct {
		payments []Payment
		want     string
	}{
		"none":                       {nil, ""},
		"another's":                  {[]Payment{other}, ""},
		"the one":                    {[]Payment{other, first}, "a"},
		"the one, then a stranger":   {[]Payment{first, stranger}, "a"},
		"a stranger":                 {[]Payment{stranger}, ""},
		"whose id is not known":      {[]Payment{first, same}, "b"},
		"whose id is not known, 1st": {[]Payment{same, first}, "b"},
		"both known":                 {[]Payment{first, known}, "a"},
	} {
		l := &Ledger{}
		for _, p := range tt.payments {
			l.Payments = append(l.Payments, &p)
		}
		got := ""
		if p := l.named(&Notice{TradingID: "123"}); p != nil {
			got = p.ID
		}
		if got != tt.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestWhichAmountIsRight: the payment's, or the target of an open operation that changes it;
// one that it once had is late, not wrong (money.md §5).
func TestWhichAmountIsRight(t *testing.T) {
	t.Parallel()
	op := func(k payment.Kind, s payment.State, amount order.Yen) *Operation {
		return &Operation{PaymentID: "p", Kind: k, State: s, Amount: amount}
	}
	other := op(payment.CorrectCarrier, payment.Succeeded, 900)
	other.PaymentID = "q"
	for name, tt := range map[string]struct {
		ops         []*Operation
		amount      order.Yen
		right, once bool
	}{
		"its own":                          {nil, 1000, true, false},
		"another":                          {nil, 900, false, false},
		"of a correction under way":        {[]*Operation{op(payment.CorrectCarrier, payment.UnknownState, 900)}, 900, true, false},
		"another than the correction's":    {[]*Operation{op(payment.CorrectCarrier, payment.UnknownState, 900)}, 800, false, false},
		"before the correction":            {[]*Operation{op(payment.CorrectCarrier, payment.UnknownState, 900)}, 1000, true, false},
		"of a refund of a part":            {[]*Operation{op(payment.RefundPaidy, payment.Sent, 900)}, 900, true, false},
		"nothing, of a refund of all":      {[]*Operation{op(payment.RefundPaidy, payment.Sent, 0)}, 0, false, false},
		"of a sale of another amount":      {[]*Operation{op(payment.Capture, payment.UnknownState, 900)}, 900, false, false},
		"which it was authorised for":      {[]*Operation{op(payment.Authorize, payment.Succeeded, 900)}, 900, false, true},
		"which it was refused":             {[]*Operation{op(payment.CorrectCarrier, payment.DeclinedOp, 900)}, 900, false, false},
		"which another was corrected to":   {[]*Operation{other}, 900, false, false},
		"which its order was changed to":   {[]*Operation{op(payment.ChangeAmount, payment.Succeeded, 900)}, 900, false, false},
		"its own, and what it was sold at": {[]*Operation{op(payment.Capture, payment.Succeeded, 1000)}, 1000, true, false},
	} {
		p := &Payment{ID: "p", Amount: 1000}
		l := &Ledger{Payments: []*Payment{p, {ID: "q"}}, Operations: tt.ops}
		if right, once := l.rightAmount(p, tt.amount), l.onceWorth(p, tt.amount); right != tt.right || once != tt.once {
			t.Errorf("%s: right %v, once %v", name, right, once)
		}
	}
}

// TestANewIDCanBeOurs: where none is known, where ours has come to nothing, or where our
// operation under way explains it.
func TestANewIDCanBeOurs(t *testing.T) {
	t.Parallel()
	with := func(k payment.Kind, s payment.State) *Operation { return &Operation{PaymentID: "p", Kind: k, State: s} }
	for name, tt := range map[string]struct {
		p    Payment
		op   *Operation
		told payment.Status
		want bool
	}{
		"none is known":                   {Payment{Status: "20"}, nil, "20", true},
		"ours stands":                     {Payment{PaymentID: "p1", Status: "20"}, nil, "20", false},
		"ours stands, told by nobody":     {Payment{PaymentID: "p1"}, nil, "20", false},
		"ours was only begun":             {Payment{PaymentID: "p1", Status: "10"}, nil, "20", true},
		"ours was refused":                {Payment{PaymentID: "p1", Status: "11"}, nil, "20", true},
		"ours was left at 3-D Secure":     {Payment{PaymentID: "p1", Status: "13"}, nil, "20", true},
		"ours was left":                   {Payment{PaymentID: "p1", Status: "15"}, nil, "20", true},
		"ours is in 3-D Secure":           {Payment{PaymentID: "p1", Status: "14"}, nil, "20", false},
		"ours is over":                    {Payment{PaymentID: "p1", Status: "32"}, nil, "20", false},
		"ours is being begun":             {Payment{PaymentID: "p1"}, with(payment.Authorize, payment.UnknownState), "20", true},
		"ours was begun":                  {Payment{PaymentID: "p1"}, with(payment.Authorize, payment.Succeeded), "20", false},
		"ours is being sold":              {Payment{PaymentID: "p1", Status: "20"}, with(payment.Capture, payment.UnknownState), "40", false},
		"ours is being cancelled":         {Payment{PaymentID: "p1", Status: "20"}, with(payment.CancelPaidy, payment.UnknownState), "32", false},
		"Paidy's is being sold, and is":   {Payment{PaymentID: "p1", Status: "20"}, with(payment.CapturePaidy, payment.UnknownState), "40", true},
		"Paidy's is being sold, and held": {Payment{PaymentID: "p1", Status: "20"}, with(payment.CapturePaidy, payment.UnknownState), "20", false},
	} {
		tt.p.ID = "p"
		l := &Ledger{Payments: []*Payment{&tt.p}}
		if tt.op != nil {
			l.Operations = []*Operation{tt.op}
		}
		if got := l.mayBe(&tt.p, tt.told); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestWhatIsTampered: an authorisation of what the order waits for, for another amount, that
// 094 confirms as it was told; anything else is another payment or a wrong notice.
func TestWhatIsTampered(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*Ledger, *Payment, *Notice, *Finding)
		want   bool
	}{
		"so":                      {func(*Ledger, *Payment, *Notice, *Finding) {}, true},
		"not the order's":         {func(l *Ledger, _ *Payment, _ *Notice, _ *Finding) { l.CurrentID = "q" }, false},
		"its id is known":         {func(_ *Ledger, p *Payment, _ *Notice, _ *Finding) { p.PaymentID = "p1" }, false},
		"it stands":               {func(_ *Ledger, p *Payment, _ *Notice, _ *Finding) { p.Phase = payment.Authorised }, false},
		"the order does not wait": {func(l *Ledger, _ *Payment, _ *Notice, _ *Finding) { l.Order.Status = order.Processing }, false},
		"captured":                {func(_ *Ledger, _ *Payment, _ *Notice, f *Finding) { f.Status = "40" }, false},
		"094 tells another":       {func(_ *Ledger, _ *Payment, _ *Notice, f *Finding) { f.Amount++ }, false},
		"the right amount":        {func(_ *Ledger, p *Payment, _ *Notice, _ *Finding) { p.Amount = 500 }, false},
	} {
		p := &Payment{ID: "p", Phase: payment.AwaitingBuyer, Amount: total}
		l := &Ledger{CurrentID: "p", Payments: []*Payment{p}, Order: Head{Status: order.Pending}}
		n, f := &Notice{Amount: 500}, &Finding{Kind: Found, Status: payment.AuthOK, Amount: 500}
		tt.change(l, p, n, f)
		if got := l.tampered(p, n, *f); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestWhatAnAnswerIsAbout: only what was found under the notice's payment_id.
func TestWhatAnAnswerIsAbout(t *testing.T) {
	t.Parallel()
	n := &Notice{PaymentID: "p1"}
	for f, want := range map[*Finding]bool{
		nil: false, {Kind: Found, PaymentID: "p1"}: true, {Kind: Found, PaymentID: "p2"}: false, {Kind: NoSuch, PaymentID: "p1"}: false, {Kind: NoAnswer, PaymentID: "p1"}: false,
	} {
		if got := f.about(n); got != want {
			t.Errorf("%+v: %v", f, got)
		}
	}
}

// TestConfirmingAgain: what becomes of a notice together with 094, beyond the plain cases.
func TestConfirmingAgain(t *testing.T) {
	t.Parallel()
	corrected := func(w *world) { // p1 was authorised for 2,200 yen, and corrected to 1,500
		p := w.authorised("p1")
		p.Method, p.Brand = payment.Carrier, payment.SoftBank
		w.l.Order.MethodClass = p.scheme().Class()
		w.l.Order.Total = lower
		w.must(func(l *Ledger, tk tick) error {
			op, err := l.planChange(tk, Change{PaymentID: p.ID, Button: payment.SaleChangeButton, Amount: total, Total: lower, Actor: clerk})
			if err != nil {
				return err
			}
			l.operation(op.ID).State = payment.Sent
			return l.settle(tk, op.ID, verdictOf(yes("p1")))
		})
	}
	andBack := func(w *world) { // and is being corrected back
		corrected(w)
		w.must(func(l *Ledger, tk tick) error {
			op := l.planOperation(tk, l.Payments[0], payment.CorrectCarrier, orderKey(l.Order.ID), tk.node, clerk, "", total)
			op.State = payment.Sent
			return l.settle(tk, op.ID, interrupted())
		})
	}
	for name, tt := range map[string]struct {
		begin       func(*world)
		told, found payment.Status
		amounts     [2]order.Yen // told, found
		state       NoticeState
		reason      ParkReason
		status      payment.Status // of the payment then
		asked       bool
	}{
		"of the former amount, 094 knows better":    {corrected, "20", "20", [2]order.Yen{total, lower}, NoticeSuperseded, "", "20", true},
		"of the former amount, and further by now":  {corrected, "20", "40", [2]order.Yen{total, lower}, NoticeSuperseded, "", "40", true},
		"of the former amount, as 094 has it":       {corrected, "20", "20", [2]order.Yen{total, total}, NoticeParked, ParkAmount, "20", true},
		"of the former amount, 094 of a third":      {corrected, "20", "20", [2]order.Yen{total, 900}, NoticeParked, ParkAmount, "20", true},
		"of the former amount, that is the next":    {andBack, "20", "20", [2]order.Yen{total, total}, NoticeApplied, "", "20", true},
		"of the amount of now":                      {corrected, "40", "40", [2]order.Yen{lower, lower}, NoticeApplied, "", "40", true},
		"of an amount of nobody, 094 of the right":  {corrected, "40", "40", [2]order.Yen{900, lower}, NoticeParked, ParkAmount, "20", true},
		"an end of another amount, as 094 tells it": {func(w *world) { w.authorised("p1") }, "33", "33", [2]order.Yen{1, 1}, NoticeApplied, "", "33", true},
		"an end that was ours, of another amount": {func(w *world) { w.authorised("p1"); w.settle(w.send(w.change(false)), verdictOf(yes("p1"))) },
			"32", "32", [2]order.Yen{1, 1}, NoticeApplied, "", "32", false},
		"held, and at work by now": {func(w *world) { w.authorised("p1"); w.policy.Confirm = ConfirmAlways }, "20", "31", [2]order.Yen{total, total}, NoticeSuperseded, "", "31", true},
	} {
		w := newWorld(t)
		tt.begin(w)
		p := w.l.Payments[0]
		n, f := w.toldOf(p.Method, tt.told), w.foundOf(p.Method, tt.found)
		n.PaymentID, n.TradingID, n.Amount, f.Amount = "p1", "123", tt.amounts[0], tt.amounts[1]
		if asked := w.take(n); asked != tt.asked {
			t.Errorf("%s: asked %v", name, asked)
		} else if asked {
			w.confirm(n, &f)
		}
		if got := w.l.payment(p.ID).Status; n.State != tt.state || n.Reason != tt.reason || got != tt.status {
			t.Errorf("%s: %s %s, the payment is at %s", name, n.State, n.Reason, got)
		}
	}
}

// TestNoticeOfACorrectedPayment: the end of a payment whose place another one took is its own,
// and the notice is dealt with by it.
func TestNoticeOfACorrectedPayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.authorised("p1")
	n, f := w.notice(payment.AuthCancelDone), w.found(payment.AuthCancelDone)
	heir := w.found(payment.AuthOK)
	heir.PaymentID, heir.BaseID, heir.Amount = "p2", "p1", lower
	f.Alone, f.Heir = false, &heir
	w.confirm(n, &f)
	if n.State != NoticeApplied || w.l.Current().PaymentID != "p2" {
		t.Errorf("%s %s, the order's is %+v", n.State, n.Reason, w.l.Current())
	}
	w.stands(old, payment.Ended, payment.Canceled)
	w.status(order.New)
}

// TestLateAndFurtherByNow: a payment that was given up for lost, of which 094 tells more than
// its notice, takes its goods again.
func TestLateAndFurtherByNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := notHappened(w)
	n, f := w.notice(payment.AuthOK), w.found(payment.Cleared)
	n.PaymentID, n.TradingID, f.BegunAt = "p1", p.TradingID, p.BegunAt
	w.confirm(n, &f)
	w.stands(p, payment.Captured, "")
	w.status(order.Paid)
	w.holds(Committed)
	if n.State != NoticeSuperseded || w.stock != begunWith-wanted {
		t.Errorf("%s %s, %d in stock", n.State, n.Reason, w.stock)
	}
}

// TestWrongAmountOfWhatStands: a payment that stands is no tampered try, even while the order
// waits for another one.
func TestWrongAmountOfWhatStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.authorised("p1")
	first.Reverse = true
	w.l.CurrentID, w.l.Order.Status, w.l.LastStatus = "", order.Processing, order.Processing
	w.send(w.authorize())
	w.status(order.Pending)
	n, f := w.notice(payment.AuthOK), w.found(payment.AuthOK)
	n.PaymentID, n.TradingID, n.Amount, f.Amount = "p1", "123", 500, 500
	w.confirm(n, &f)
	if p := w.l.payment(first.ID); n.State != NoticeParked || n.Reason != ParkAmount || p.Amount != total || p.End != "" {
		t.Errorf("%s %s, %+v", n.State, n.Reason, p)
	}
	w.status(order.Pending)
	w.alerted(AlertNoticeParked)
}

// TestWhatOnlyInformsSettlesNothing: a sale that is unknown stays so, whatever is told to be
// going on.
func TestWhatOnlyInformsSettlesNothing(t *testing.T) {
	t.Parallel()
	for _, s := range []payment.Status{payment.Applied, payment.ThreeDSRunning, payment.CaptureRequested} {
		w := newWorld(t)
		w.authorised("p1")
		op := w.unknown(w.change(true))
		w.now = op.DeadlineAt.Add(time.Minute)
		n, f := w.notice(s), w.found(s)
		if w.take(n) {
			w.confirm(n, &f)
		}
		if op = w.l.operation(op.ID); op.State != payment.UnknownState || n.State != NoticeApplied {
			t.Errorf("%s: %+v, %s %s", s, op, n.State, n.Reason)
		}
	}
}

// TestTakenByAnotherHandBeforeOurs: what 094 tells of a payment does not settle a telegram of
// ours that has not left.
func TestTakenByAnotherHandBeforeOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	op := w.change(true)
	w.must(func(l *Ledger, tk tick) error {
		return l.learn(tk, l.payment(p.ID), payment.Cleared, total, w.now, "inquiry")
	})
	if op = w.l.operation(op.ID); op.State != payment.Planned {
		t.Errorf("%+v", op)
	}
	w.stands(p, payment.Captured, "")
	w.status(order.Paid)
}

// TestWhoseLastNotice: another payment's notice under our trading_id is not ours to be counted.
func TestWhoseLastNotice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	last := w.l.payment(p.ID).LastNoticeID
	n, f := w.notice(payment.AuthNG), w.found(payment.AuthNG)
	n.PaymentID, f.PaymentID, n.NoticeID = "p9", "p9", last+100
	w.confirm(n, &f)
	if got := w.l.payment(p.ID).LastNoticeID; n.State != NoticeSuperseded || got != last {
		t.Errorf("%s, the last of ours is %d, not %d", n.State, got, last)
	}
	own := w.notice(payment.AuthOK)
	own.NoticeID = last + 7
	w.take(own)
	if got := w.l.payment(p.ID).LastNoticeID; got != last+7 {
		t.Errorf("the last of ours is %d", got)
	}
}

// TestTriedAgainByHand: of two notices that contradict each other 094 decides, and one that
// is not whole stays so.
func TestTriedAgainByHand(t *testing.T) {
	t.Parallel()
	for reason, ask := range map[ParkReason]bool{ParkConflict: true, ParkMalformed: false, ParkNoOrder: false} {
		w := newWorld(t)
		w.authorised("p1")
		n := w.notice(payment.AuthOK) // as our own telegram led to
		n.State, n.Reason = NoticeParked, reason
		if got := w.take(n); got != ask || (n.Reason == ParkMalformed) != (reason == ParkMalformed) {
			t.Errorf("%s: asked %v, %s %s", reason, got, n.State, n.Reason)
		}
	}
}

// TestKnownAlready: what is told a second time moves nothing and is not asked about, also
// where no telegram of ours led to it; but what it once was worth is.
func TestKnownAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.authorised("p1")
	w.learnt(p, payment.Cleared) // by another hand
	again := w.notice(payment.Cleared)
	if w.take(again) || again.State != NoticeApplied {
		t.Errorf("asked, %s %s", again.State, again.Reason)
	}
	for name, begin := range map[string]func(*world){
		"sold, and told by nobody": func(w *world) { w.authorised("p1"); w.settle(w.send(w.change(true)), verdictOf(yes("p1"))) },
		"closed with the tests": func(w *world) {
			w.captured("p1")
			if n, err := w.l.closeTest(w.tick(), payment.Simulator, "m", clerk); err != nil || n != 1 {
				w.t.Fatalf("%d closed, %v", n, err)
			}
		},
	} {
		w := newWorld(t)
		begin(w)
		if n := w.notice(payment.ClearedFinal); !w.take(n) {
			t.Errorf("%s: 41 is believed: %s", name, n.State)
		}
	}
}

// TestTypeDecidesFirst: a notice of another method under our trading_id is of no payment of
// ours, even where ours has no id yet.
func TestTypeDecidesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.unknown(w.authorize())
	w.now = w.now.Add(time.Minute)
	n := w.toldOf(payment.Conveni, payment.Cleared)
	if w.take(n) || n.State != NoticeParked || n.Reason != ParkNoOrder {
		t.Errorf("%s %s", n.State, n.Reason)
	}
	w = newWorld(t)
	w.authorised("p1").MerchantID = "former"
	n = w.notice(payment.AuthOK)
	if w.take(n) || n.Reason != ParkEnvironment {
		t.Errorf("%s %s", n.State, n.Reason)
	}
}
