package ledger

import (
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// of is a world whose order is paid by the scheme.
func of(t *testing.T, s payment.Scheme) *world {
	t.Helper()
	w := newWorld(t)
	w.l.Order.MethodClass = s.Class()
	w.policy.Brands = []payment.Brand{payment.Docomo, payment.AU, payment.SoftBank}
	return w
}

// begin runs transaction A of any method; the operation is nil where none is needed.
func (w *world) begin(change func(*Begin)) *Operation {
	w.t.Helper()
	in := Begin{Order: w.l.Order.ID, Amount: w.l.Order.Total, PaymentClass: "10", Brand: payment.SoftBank, Beside: Beside{Store: "00C001"}, Actor: Buyer}
	if change != nil {
		change(&in)
	}
	var op *Operation
	w.must(func(l *Ledger, t tick) (err error) {
		op, err = l.planBegin(t, in)
		return err
	})
	if op == nil {
		return nil
	}
	return w.l.operation(op.ID)
}

// TestHowEachMethodBegins: its first operation, and where payment and order stand once
// that is answered (manual 2.3 ※2, money.md §6, §7).
func TestHowEachMethodBegins(t *testing.T) {
	t.Parallel()
	page := Needs{URL: "https://example.jp/page"}
	number := Needs{Receipt: "12345"}
	module := func(m payment.Method) payment.Scheme { return payment.Scheme{Method: m, System: payment.Module} }
	link := func(m payment.Method) payment.Scheme { return payment.Scheme{Method: m, System: payment.Link} }
	type want struct {
		kind  payment.Kind
		phase payment.Phase
		order order.Status
		hold  HoldState
		step  StepKind
	}
	waiting := func(k payment.Kind) want {
		return want{k, payment.AwaitingBuyer, order.Pending, Held, StepPage}
	}
	for name, tt := range map[string]struct {
		scheme payment.Scheme
		change func(*Begin)
		answer Answer
		want   want
	}{
		"card":              {module(payment.Card), nil, Answer{Outcome: Success, PaymentID: "p1"}, want{payment.Authorize, payment.Authorised, order.New, Committed, StepComplete}},
		"card, challenged":  {module(payment.Card), nil, Answer{Outcome: Success, PaymentID: "p1", Challenge: true, Needs: page}, waiting(payment.Authorize)},
		"store":             {module(payment.Conveni), nil, Answer{Outcome: Success, PaymentID: "p1", Needs: number}, want{payment.ApplyConveni, payment.AwaitingPayment, order.New, Committed, StepComplete}},
		"ATM":               {module(payment.ATM), nil, Answer{Outcome: Success, PaymentID: "p1", Needs: number}, want{payment.ApplyATM, payment.AwaitingPayment, order.New, Committed, StepComplete}},
		"bank":              {module(payment.Bank), nil, Answer{Outcome: Success, Needs: page}, waiting(payment.ApplyBank)},
		"docomo":            {module(payment.Carrier), func(b *Begin) { b.Brand = payment.Docomo }, Answer{Outcome: Success, Needs: page}, waiting(payment.LoginCarrier)},
		"au":                {module(payment.Carrier), func(b *Begin) { b.Brand = payment.AU }, Answer{Outcome: Success, Needs: page}, waiting(payment.LoginCarrier)},
		"SoftBank":          {module(payment.Carrier), nil, Answer{Outcome: Success, PaymentID: "p1", Needs: page}, waiting(payment.ApplyCarrier)},
		"link: card":        {link(payment.Card), nil, Answer{Outcome: Success, Needs: page}, waiting(payment.OpenLink)},
		"link: store":       {link(payment.Conveni), nil, Answer{Outcome: Success, Needs: page}, waiting(payment.OpenLink)},
		"link: ATM":         {link(payment.ATM), nil, Answer{Outcome: Success, Needs: page}, waiting(payment.OpenLink)},
		"link: bank":        {link(payment.Bank), nil, Answer{Outcome: Success, Needs: page}, waiting(payment.OpenLink)},
		"link: carrier":     {link(payment.Carrier), nil, Answer{Outcome: Success, Needs: page}, waiting(payment.OpenLink)},
		"refused at once":   {module(payment.Conveni), nil, Answer{Outcome: Decline, Final: true, Code: "P008"}, want{payment.ApplyConveni, payment.Ended, order.Processing, Released, StepPay}},
		"no answer, number": {module(payment.Conveni), nil, Answer{Outcome: Mystery}, want{payment.ApplyConveni, payment.Unknown, order.Pending, Held, StepWait}},
		"no answer, page":   {module(payment.Bank), nil, Answer{Outcome: Mystery}, want{payment.ApplyBank, payment.Ended, order.Processing, Released, StepPay}},
		"no answer, link":   {link(payment.Card), nil, Answer{Outcome: Mystery}, want{payment.OpenLink, payment.Ended, order.Processing, Released, StepPay}},
		"no answer, login":  {module(payment.Carrier), func(b *Begin) { b.Brand = payment.AU }, Answer{Outcome: Mystery}, want{payment.LoginCarrier, payment.Ended, order.Processing, Released, StepPay}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := of(t, tt.scheme)
			op := w.send(w.begin(tt.change))
			if op.Kind != tt.want.kind {
				t.Fatalf("begun by %s", op.Kind)
			}
			w.settle(op, verdictOf(tt.answer))
			p := w.l.Current()
			w.status(tt.want.order)
			w.holds(tt.want.hold)
			if p.Phase != tt.want.phase || p.Method != tt.scheme.Method || p.System != tt.scheme.System {
				t.Errorf("%+v", p)
			}
			step := Next(w.l)
			if step.Kind != tt.want.step {
				t.Errorf("the buyer is at %s", step.Kind)
			}
			if tt.want.phase == payment.AwaitingBuyer && (step.Needs.URL != page.URL || step.Payment != p.ID) {
				t.Errorf("the page is not known: %+v", step)
			}
			if tt.want.phase == payment.AwaitingPayment && p.Needs.Receipt != number.Receipt {
				t.Errorf("the number is not known: %+v", p.Needs)
			}
			if mailed := len(w.mails) == 1; mailed != (tt.want.order == order.New) {
				t.Errorf("mails: %v", w.mails)
			}
			if p.Phase == payment.Ended && p.End == payment.Superseded && p.AskAt.IsZero() {
				t.Error("a page that may exist is not watched")
			}
		})
	}
}

// TestPaidyBeginsWithoutUs: its window is the buyer's own.
func TestPaidyBeginsWithoutUs(t *testing.T) {
	t.Parallel()
	w := of(t, payment.Scheme{Method: payment.Paidy, System: payment.Module})
	if op := w.begin(nil); op != nil {
		t.Fatalf("%+v", op)
	}
	w.status(order.Pending)
	w.holds(Held)
	n := w.notice(payment.AuthOK)
	n.Type = payment.Paidy.Type()
	f := w.found(payment.AuthOK)
	f.Type = payment.Paidy.Type()
	w.confirm(n, &f)
	w.status(order.New)
	w.holds(Committed)
	if p := w.l.Current(); p.Situation != payment.AuthKnown || p.PaymentID != "p1" {
		t.Errorf("%+v", p)
	}
}

func TestWhatABuyerMayChoose(t *testing.T) {
	t.Parallel()
	module := func(m payment.Method) payment.Scheme { return payment.Scheme{Method: m, System: payment.Module} }
	for name, tt := range map[string]struct {
		scheme payment.Scheme
		change func(*Begin)
		code   string
	}{
		"a carrier not offered": {module(payment.Carrier), func(b *Begin) { b.Brand = payment.NoBrand }, "payment.brand"},
		"no store":              {module(payment.Conveni), func(b *Begin) { b.Beside.Store = "" }, "payment.store"},
		"no class":              {module(payment.Card), func(b *Begin) { b.PaymentClass = "" }, "payment.class"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := of(t, tt.scheme)
			in := Begin{Amount: total, PaymentClass: "10", Brand: payment.AU, Beside: Beside{Store: "00C001"}}
			tt.change(&in)
			err := w.do(func(l *Ledger, tk tick) error {
				_, err := l.planBegin(tk, in)
				return err
			})
			if p, _ := problem.As(err); p == nil || p.Code != tt.code || p.Field == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestLateCardWhileANumberWaits: the first payment that stands is the order's, whatever
// was begun after it; the number may still be paid, and a person is told then.
func TestLateCardWhileANumberWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.unknown(w.authorize())
	for range 2 {
		w.now = w.now.Add(3 * time.Minute)
		w.resolve(op, Finding{Kind: NoSuch})
	}
	w.status(order.Processing)
	w.l.Order.MethodClass = payment.Scheme{Method: payment.Conveni, System: payment.Module}.Class()
	card := w.l.Current()
	w.settle(w.send(w.begin(nil)), verdictOf(Answer{Outcome: Success, PaymentID: "p2", Needs: Needs{Receipt: "1"}}))
	number := w.l.Current()
	w.status(order.New)
	n := w.notice(payment.AuthOK)
	n.PaymentID, n.TradingID, n.Type = "p1", card.TradingID, "02"
	f := w.found(payment.AuthOK)
	f.TradingID, f.BegunAt = card.TradingID, card.BegunAt
	w.confirm(n, &f)
	if w.l.CurrentID != card.ID {
		t.Fatal("the card's payment is not the order's")
	}
	w.stands(card, payment.Authorised, "")
	w.status(order.New)
	paid := w.notice(payment.Cleared)
	paid.PaymentID, paid.TradingID, paid.Type = "p2", number.TradingID, "03"
	g := Finding{Kind: Found, PaymentID: "p2", TradingID: number.TradingID, Type: "03", Status: payment.Cleared, Amount: total, BegunAt: number.BegunAt}
	w.confirm(paid, &g)
	w.stands(number, payment.Captured, "")
	if !w.alerts[string(AlertDouble)] {
		t.Errorf("nobody is told of two payments: %v", w.alerts)
	}
	w.status(order.New)
}

// TestHowLongATryCanComeAlive: the limit written at a payment's start, and the one of an
// authorisation (money.md §9).
func TestHowLongATryCanComeAlive(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	module := func(m payment.Method) payment.Scheme { return payment.Scheme{Method: m, System: payment.Module} }
	link := func(m payment.Method) payment.Scheme { return payment.Scheme{Method: m, System: payment.Link} }
	for name, tt := range map[string]struct {
		scheme  payment.Scheme
		threeDS ThreeDS
		asked   time.Duration // by the shop's settings
		want    time.Duration
		stored  ThreeDS
	}{
		"card":                    {module(payment.Card), NoThreeDS, 0, 60 * day, NoThreeDS},
		"card, 3-D Secure 1.0":    {module(payment.Card), ThreeDS1, 0, day, ThreeDS1},
		"card, 3-D Secure 2.0":    {module(payment.Card), ThreeDS2, 0, day, ThreeDS2},
		"card, link":              {link(payment.Card), NoThreeDS, 0, day, NoThreeDS},
		"card, link, 3-D Secure":  {link(payment.Card), ThreeDS2, 0, day, NoThreeDS},
		"store":                   {module(payment.Conveni), NoThreeDS, 0, day, NoThreeDS},
		"store, with 3-D Secure":  {module(payment.Conveni), ThreeDS2, 0, day, NoThreeDS},
		"store, as the shop asks": {module(payment.Conveni), NoThreeDS, 15 * day, 15 * day, NoThreeDS},
		"link, as the shop asks":  {link(payment.Bank), NoThreeDS, 7 * day, 7 * day, NoThreeDS},
		"Paidy":                   {module(payment.Paidy), NoThreeDS, 0, day, NoThreeDS},
	} {
		w := of(t, tt.scheme)
		w.policy.ThreeDS = tt.threeDS
		if tt.asked > 0 {
			w.policy.Terms = map[payment.Scheme]time.Duration{tt.scheme: tt.asked}
		}
		w.begin(nil)
		if p := w.l.Current(); p.LimitAt.Sub(w.now) != tt.want || p.ThreeDS != tt.stored {
			t.Errorf("%s: %s, 3-D Secure %q", name, p.LimitAt.Sub(w.now), p.ThreeDS)
		}
	}
	for m, want := range map[payment.Method]time.Duration{payment.Card: 60 * day, payment.Carrier: 60 * day, payment.Paidy: 30 * day} {
		w := of(t, module(m))
		w.must(func(l *Ledger, tk tick) error {
			p := l.newPayment(tk, module(m), total)
			p.PaymentID, p.PaymentIDs, p.Brand, p.Phase = "p1", []string{"p1"}, payment.SoftBank, payment.AwaitingBuyer
			return l.learn(tk, p, payment.AuthOK, total, time.Time{}, "inquiry")
		})
		if p := w.l.Payments[0]; p.LimitAt.Sub(w.now) != want || p.AskAt.Sub(w.now) != want+48*time.Hour {
			t.Errorf("%s: authorised for %s, asked about after %s", m, p.LimitAt.Sub(w.now), p.AskAt.Sub(w.now))
		}
	}
}

// TestOnlyCardsAreTriedTooOften: ten refused cards leave the other ways open, and what is
// no card of the buyer's counts for none.
func TestOnlyCardsAreTriedTooOften(t *testing.T) {
	t.Parallel()
	refused := verdictOf(Answer{Outcome: Decline, Final: true, Code: "2003"})
	store := payment.Scheme{Method: payment.Conveni, System: payment.Module}.Class()
	card := payment.Scheme{Method: payment.Card, System: payment.Module}.Class()
	w := newWorld(t)
	for range refusalLimit {
		w.settle(w.send(w.authorize()), refused)
	}
	w.l.Order.MethodClass = store
	if op := w.begin(nil); op.Kind != payment.ApplyConveni {
		t.Errorf("%+v", op)
	}

	w = newWorld(t)
	w.l.Order.MethodClass = store
	for range refusalLimit {
		w.settle(w.send(w.begin(nil)), refused)
	}
	w.l.Order.MethodClass = card
	if w.l.refusals() != 0 {
		t.Errorf("%d refused cards", w.l.refusals())
	}
	w.authorize()

	w, _, parent := changing(t, false) // staff's change of the amount was refused
	w.settle(w.step(parent), refused)
	if w.l.refusals() != 0 {
		t.Errorf("%d refused cards", w.l.refusals())
	}
}

// TestRefusedWithThreeDS: a card refused at its authentication is a refused card, and one that
// is refused after it counts once; a page that is left, or a request of ours that is wrong, for
// none.
func TestRefusedWithThreeDS(t *testing.T) {
	t.Parallel()
	refused := verdictOf(Answer{Outcome: Decline, Final: true, Code: "2003"})
	wrong := verdictOf(Answer{Outcome: Reject, Code: "P010"})
	page := func(w *world) { // of 3-D Secure 2.0
		v := verdictOf(Answer{Outcome: Success, AuthID: "a1"})
		v.sealed = "sealed"
		w.settle(w.send(w.authorize()), v)
	}
	back := func(w *world, ok, full bool) *Operation {
		page(w)
		return w.back(Authenticated{AuthID: "a1", OK: ok, Full: full}, true)
	}
	passed := func(w *world, v verdict) {
		op := back(w, true, true)
		w.settle(w.send(op), v)
	}
	page1 := func(w *world) *Payment {
		w.policy.ThreeDS = ThreeDS1
		op := w.authorize()
		w.settle(w.send(op), verdictOf(Answer{Outcome: Success, PaymentID: op.ID, Challenge: true}))
		return w.l.Current()
	}
	for name, tt := range map[string]struct {
		try  func(*world)
		want int
	}{
		"450 refused":                  {func(w *world) { w.settle(w.send(w.authorize()), refused) }, 1},
		"450 wrong":                    {func(w *world) { w.settle(w.send(w.authorize()), wrong) }, 0},
		"not authenticated":            {func(w *world) { back(w, false, false) }, 1},
		"not as the policy wants it":   {func(w *world) { w.policy.Attempts = FullOnly; back(w, true, false) }, 1},
		"authenticated, then refused":  {func(w *world) { passed(w, refused) }, 1},
		"authenticated, then wrong":    {func(w *world) { passed(w, wrong) }, 0},
		"authenticated, the id in use": {func(w *world) { passed(w, verdictOf(Answer{Outcome: Decline, Final: true, Code: idInUseCode})) }, 0},
		"left at the page": {func(w *world) {
			page(w)
			w.must(func(l *Ledger, tk tick) error { return l.leave(tk, "", nil, true, payment.BuyerGaveUp) })
		}, 0},
		"1.0, not authenticated": {func(w *world) {
			p := page1(w)
			w.must(func(l *Ledger, tk tick) error {
				return l.observe(tk, l.payment(p.ID), fact{event: payment.Refused, cause: "challenge", actor: Buyer})
			})
		}, 1},
		"1.0, told refused": {func(w *world) { w.learnt(page1(w), payment.AuthNG) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.policy.ThreeDS = ThreeDS2
			for n := range 2 {
				tt.try(w)
				w.status(order.Processing)
				if got := w.l.refusals(); got != (n+1)*tt.want {
					t.Errorf("%d after %d", got, n+1)
				}
			}
		})
	}
}

// TestNoCardWithoutItsThreeDS: where the shop wants 3-D Secure and nobody takes the buyer
// back, no card is sent; everything else is.
func TestNoCardWithoutItsThreeDS(t *testing.T) {
	t.Parallel()
	card := payment.Scheme{Method: payment.Card, System: payment.Module}
	for name, tt := range map[string]struct {
		scheme    payment.Scheme
		threeDS   ThreeDS
		noReturns bool
		refused   bool
	}{
		"2.0, nobody there":      {card, ThreeDS2, true, true},
		"1.0, nobody there":      {card, ThreeDS1, true, true},
		"2.0, somebody there":    {card, ThreeDS2, false, false},
		"none, nobody there":     {card, NoThreeDS, true, false},
		"a store's number":       {payment.Scheme{Method: payment.Conveni, System: payment.Module}, ThreeDS2, true, false},
		"the link type has none": {payment.Scheme{Method: payment.Card, System: payment.Link}, ThreeDS2, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := of(t, tt.scheme)
			w.policy.ThreeDS, w.policy.NoReturns = tt.threeDS, tt.noReturns
			err := w.do(func(l *Ledger, tk tick) error {
				_, err := l.planBegin(tk, Begin{Amount: total, PaymentClass: "10", Beside: Beside{Store: "00C001"}})
				return err
			})
			if refused := problem.Is(err, "card.no_three_ds"); refused != tt.refused || !refused && err != nil {
				t.Errorf("%v", err)
			}
			if n := len(w.l.Operations); (n == 0) != tt.refused {
				t.Errorf("%d operations", n)
			}
		})
	}
}
