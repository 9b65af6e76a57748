package ledger

import (
	"errors"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// TestWhoIsAskedAboutAReturn: 094 where the buyer's page can make the payment come alive
// without us, and nobody else; the way on needs no answer, a stop does.
func TestWhoIsAskedAboutAReturn(t *testing.T) {
	t.Parallel()
	link := payment.Scheme{Method: payment.Card, System: payment.Link}
	for name, tt := range map[string]struct {
		shop  func() (*world, *Payment)
		stop  bool
		there payment.Status // of the payment
		asked int
		code  string
		order order.Status
	}{
		"on, from a link page, authorised":     {func() (*world, *Payment) { return atPage(t, link) }, false, payment.AuthOK, 1, "", order.New},
		"on, from a link page, no answer":      {func() (*world, *Payment) { return atPage(t, link) }, false, "", 1, "", order.Pending},
		"stopped at a link page, not used":     {func() (*world, *Payment) { return atPage(t, link) }, true, payment.Applied, 1, "", order.Processing},
		"stopped at a link page, no answer":    {func() (*world, *Payment) { return atPage(t, link) }, true, "", 1, "payment.unconfirmed", order.Pending},
		"stopped at a link page, authorised":   {func() (*world, *Payment) { return atPage(t, link) }, true, payment.AuthOK, 1, "", order.New},
		"stopped at a link page, at work":      {func() (*world, *Payment) { return atPage(t, link) }, true, payment.CaptureRequested, 1, "payment.unconfirmed", order.Pending},
		"stopped at a challenge of 2.0":        {func() (*world, *Payment) { return challenged(t) }, true, payment.AuthOK, 0, "", order.Processing},
		"stopped at a carrier's login":         {func() (*world, *Payment) { return atLogin(t) }, true, payment.AuthOK, 0, "", order.Processing},
		"stopped at a carrier's page":          {func() (*world, *Payment) { return atPage(t, docomo) }, true, "", 1, "payment.unconfirmed", order.Pending},
		"stopped at Paidy's window, not used":  {func() (*world, *Payment) { w := of(t, paidy); w.begin(nil); return w, w.l.Current() }, true, payment.Applied, 1, "", order.Processing},
		"stopped at Paidy's window, no answer": {func() (*world, *Payment) { w := of(t, paidy); w.begin(nil); return w, w.l.Current() }, true, "", 1, "payment.unconfirmed", order.Pending},
	} {
		w, p := tt.shop()
		s := open(t, w)
		if tt.there != "" {
			f := s.world.found(tt.there)
			f.Type = p.Method.Type()
			s.there["p1"], s.there["123"] = f, f
		}
		step, err := s.service.Return(bg, Return{Order: s.order(), PaymentID: p.ID, Stop: tt.stop})
		if code(err) != tt.code || len(s.asked) != tt.asked || err == nil && step.Kind != Next(s.l).Kind {
			t.Errorf("%s: %+v, %v, asked %+v", name, step, err, s.asked)
		}
		s.status(tt.order)
		held := map[order.Status]HoldState{order.New: Committed, order.Pending: Held, order.Processing: Released}[tt.order]
		s.holds(held)
	}
}

// TestAnotherAmountIsTold: 094 tells a buyer's return of a payment for another amount. No try goes
// on, none ends, and a person is told now: the payment's limit is days away.
func TestAnotherAmountIsTold(t *testing.T) {
	t.Parallel()
	for _, stop := range []bool{true, false} {
		w, p := atPage(t, payment.Scheme{Method: payment.Card, System: payment.Link})
		s := open(t, w)
		f := s.world.found(payment.AuthOK)
		f.Amount--
		s.there["p1"], s.there["123"] = f, f
		if _, err := s.service.Return(bg, Return{Order: s.order(), PaymentID: p.ID, Stop: stop}); code(err) != map[bool]string{true: "payment.unconfirmed"}[stop] {
			t.Errorf("stop %t: %v", stop, err)
		}
		s.stands(p, payment.AwaitingBuyer, "")
		s.alerted(AlertContradiction)
	}
}

// atLogin is an order whose buyer is at a carrier's login.
func atLogin(t *testing.T) (*world, *Payment) {
	t.Helper()
	w := of(t, docomo)
	op := w.begin(func(in *Begin) { in.Brand = payment.Docomo })
	if op.Kind != payment.LoginCarrier {
		t.Fatalf("begun by %s", op.Kind)
	}
	w.settle(w.send(op), verdictOf(Answer{Outcome: Success, Needs: Needs{URL: "https://example.jp/login"}}))
	return w, w.l.Current()
}

// TestLeft: what GiveUp and Another do to the order's own payment, and a return to its own only.
func TestLeft(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t)) // an order of which nothing was begun
	s.l.Order.Status, s.l.LastStatus = order.Pending, order.Pending
	s.there["123"] = Finding{Kind: NoSuch}
	if err := s.service.GiveUp(bg, s.order()); err != nil {
		t.Fatal(err)
	}
	s.status(order.Processing)

	w, _ := atLogin(t)
	s = open(t, w)
	if err := s.service.GiveUp(bg, s.order()); err != nil {
		t.Fatal(err)
	}
	s.stands(s.l.Payments[0], payment.Ended, payment.GivenUp)

	w, _ = atLogin(t)
	s = open(t, w)
	if step, err := s.service.Another(bg, s.order()); err != nil || step.Kind != StepPay {
		t.Fatalf("%+v, %v", step, err)
	}
	s.stands(s.l.Payments[0], payment.Ended, payment.Superseded)

	first := s.l.Payments[0] // the first try's page is stopped while the second one waits
	s.settle(s.send(s.begin(func(in *Begin) { in.Brand = payment.Docomo })), verdictOf(Answer{Outcome: Success, Needs: Needs{URL: "https://example.jp/2"}}))
	if _, err := s.service.Return(bg, Return{Order: s.order(), PaymentID: first.ID, Stop: true}); err != nil {
		t.Fatal(err)
	}
	s.status(order.Pending)
	s.stands(s.l.Current(), payment.AwaitingBuyer, "")
	if _, err := s.service.Return(bg, Return{Order: s.order(), PaymentID: "none", Stop: true}); !problem.Is(err, "payment.unknown") {
		t.Error(err)
	}

	w, _ = atPage(t, bank) // where nobody can be asked
	s = open(t, w)
	s.policy.MerchantID = "other"
	if err := s.service.GiveUp(bg, s.order()); !problem.Is(err, "payment.unconfirmed") || len(s.asked) != 0 {
		t.Errorf("%v, asked %+v", err, s.asked)
	}
	if step, err := s.service.Return(bg, Return{Order: s.order(), PaymentID: s.l.CurrentID}); err != nil || step.Kind != StepPage {
		t.Errorf("%+v, %v", step, err)
	}
}

// TestReturningWithoutADatabase ends and tells nothing.
func TestReturningWithoutADatabase(t *testing.T) {
	t.Parallel()
	for _, elsewhere := range []bool{false, true} {
		for n := 1; ; n++ {
			w, p := atPage(t, bank)
			s := open(t, w)
			f := s.world.found(payment.Applied)
			f.Type = "05"
			s.there["123"] = f
			if elsewhere {
				s.policy.MerchantID = "other"
			}
			s.away(n, true)
			step, err := s.service.Return(bg, Return{Order: s.order(), PaymentID: p.ID})
			if n > len(s.calls) {
				break
			}
			if !errors.Is(err, errAway) || step.Kind != "" {
				t.Errorf("call %d (%s): %+v, %v", n, s.calls[n-1], step, err)
			}
		}
	}
}

// TestAuthenticatedOnce: the challenge's 020 goes out with the card that was kept, once; a
// token that cannot be opened has the buyer begin again.
func TestAuthenticatedOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put   func(*shop)
		sent  bool
		token CardToken
		order order.Status
		code  string
	}{
		"with a card entered":       {func(*shop) {}, true, "tok", order.New, ""},
		"with a stored card":        {func(s *shop) { p := s.l.Current(); p.SealedToken, p.StoredCard = "", "card" }, true, "", order.New, ""},
		"nothing was kept":          {func(s *shop) { s.l.Current().SealedToken = "" }, false, "", order.Processing, ""},
		"it cannot be opened":       {func(s *shop) { s.failing("unseal") }, false, "", order.Processing, ""},
		"the total is another":      {func(s *shop) { s.l.Order.Total++ }, false, "", order.Processing, ""},
		"its term is over":          {func(s *shop) { s.now = s.now.Add(tokenTerm) }, false, "", order.Processing, ""},
		"in the term's last moment": {func(s *shop) { s.now = s.now.Add(tokenTerm - time.Millisecond) }, true, "tok", order.New, ""},
		"of another environment":    {func(s *shop) { s.policy.MerchantID = "other" }, false, "", order.Pending, "payment.other_environment"},
		"the order is no longer 7":  {func(s *shop) { s.l.Order.Status, s.l.LastStatus = order.Processing, order.Processing }, false, "", order.Processing, ""},
	} {
		w, p := challenged(t)
		p.SealedToken = "sealed tok"
		s := open(t, w)
		tt.put(s)
		in := Authenticated{Order: s.order(), PaymentID: p.ID, AuthID: "a1", OK: true}
		r, err := s.service.Authenticated(bg, in)
		if code(err) != tt.code || (len(s.sent) == 1) != tt.sent || tt.sent && (s.sent[0].Beside.Token != tt.token || s.sent[0].AuthID != "a1" || s.sent[0].ThreeDS != ThreeDS2) {
			t.Errorf("%s: %+v, %v, sent %+v", name, r, err, s.sent)
		}
		s.status(tt.order)
		if !tt.sent {
			continue
		}
		if again, err := s.service.Authenticated(bg, in); err != nil || !again.Replayed || len(s.sent) != 1 {
			t.Errorf("%s, twice: %+v, %v", name, again, err)
		}
	}
	w, _ := challenged(t)
	s := open(t, w)
	if _, err := s.service.Authenticated(bg, Authenticated{Order: s.order(), PaymentID: "none", AuthID: "a1", OK: true}); !problem.Is(err, "payment.unknown") {
		t.Error(err)
	}
	s.away(1, false)
	if _, err := s.service.Authenticated(bg, Authenticated{Order: s.order(), PaymentID: s.l.CurrentID, AuthID: "a1", OK: true}); !errors.Is(err, errAway) || len(s.sent) != 0 {
		t.Errorf("%v, sent %v", err, s.telegrams())
	}
}

// TestARefusedChallengeIsRead by the buyer as the card company told it.
func TestARefusedChallengeIsRead(t *testing.T) {
	t.Parallel()
	w, p := challenged(t)
	s := open(t, w)
	r, err := s.service.Authenticated(bg, Authenticated{Order: s.order(), PaymentID: p.ID, AuthID: "a1", Code: "C", Detail: "D"})
	if err != nil || r.Step.Kind != StepPay || r.Step.Refusal == nil || *r.Step.Refusal != (Refusal{State: payment.DeclinedOp, Cause: "challenge", Code: "C", Detail: "D"}) {
		t.Errorf("%+v, %v", r.Step.Refusal, err)
	}
	w, p = challenged(t) // begun by an operation that is no longer known: nothing to write it on
	w.l.Operations = nil
	s = open(t, w)
	if _, err := s.service.Authenticated(bg, Authenticated{Order: s.order(), PaymentID: p.ID, AuthID: "a1"}); err != nil {
		t.Error(err)
	}
}

// TestLoggedIn: one application follows one login, for the order's waiting payment and its
// amount; one open_id is used once over all orders.
func TestLoggedIn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put  func(*shop, *LoggedIn)
		sent bool
		code string
	}{
		"as it waits":        {func(*shop, *LoggedIn) {}, true, ""},
		"no payment of ours": {func(_ *shop, in *LoggedIn) { in.PaymentID = "none" }, false, "payment.unknown"},
		"no carrier's":       {func(s *shop, _ *LoggedIn) { s.l.Current().Method = payment.Card }, false, "payment.unknown"},
		"nothing brought":    {func(_ *shop, in *LoggedIn) { in.OpenID = "" }, false, "payment.unknown"},
		"elsewhere":          {func(s *shop, _ *LoggedIn) { s.policy.MerchantID = "other" }, false, "payment.other_environment"},
		"not the order's":    {func(s *shop, _ *LoggedIn) { s.l.CurrentID = "" }, false, ""},
		"it stands":          {func(s *shop, _ *LoggedIn) { s.learnt(s.l.Current(), payment.AuthOK) }, false, ""},
		"no longer in 7":     {func(s *shop, _ *LoggedIn) { s.l.Order.Status, s.l.LastStatus = order.Processing, order.Processing }, false, ""},
		"another total":      {func(s *shop, _ *LoggedIn) { s.l.Order.Total++ }, false, ""},
		"something is open": {func(s *shop, _ *LoggedIn) {
			s.must(func(l *Ledger, tk tick) error {
				l.planOperation(tk, l.Current(), payment.CaptureCarrier, orderKey(l.Order.ID), "node-2", clerk, "", total)
				return nil
			})
		}, false, ""},
		"applied before": {func(s *shop, _ *LoggedIn) {
			s.l.Operations = append(s.l.Operations, &Operation{ID: "x", PaymentID: s.l.CurrentID, Kind: payment.ApplyCarrier, State: payment.DeclinedOp})
		}, false, ""},
		"another payment's application": {func(s *shop, _ *LoggedIn) {
			s.l.Operations = append(s.l.Operations, &Operation{ID: "x", PaymentID: "other", Kind: payment.ApplyCarrier, State: payment.DeclinedOp})
		}, true, ""},
		"used for another order": {func(s *shop, _ *LoggedIn) {
			s.failWith("commit", problem.New(problem.Conflict, "operation.repeated", nil))
		}, false, ""},
	} {
		w, p := atLogin(t)
		s := open(t, w)
		s.answer = func(Command) Answer {
			return Answer{Outcome: Success, PaymentID: "p1", Needs: Needs{URL: "https://example.jp/page"}}
		}
		in := LoggedIn{Order: s.order(), PaymentID: p.ID, OpenID: "open"}
		tt.put(s, &in)
		r, err := s.service.LoggedIn(bg, in)
		if code(err) != tt.code || (len(s.sent) == 1) != tt.sent {
			t.Errorf("%s: %+v, %v, sent %v", name, r, err, s.telegrams())
		}
		if err == nil && r.Step.Kind != Next(s.l).Kind {
			t.Errorf("%s: %+v", name, r)
		}
		if !tt.sent {
			continue
		}
		if c := s.sent[0]; c.Kind != payment.ApplyCarrier || c.Beside.OpenID != "open" || c.Brand != payment.Docomo || c.Amount != total {
			t.Errorf("%s: %+v", name, c)
		}
		if again, err := s.service.LoggedIn(bg, in); err != nil || !again.Replayed || len(s.sent) != 1 {
			t.Errorf("%s, twice: %+v, %v", name, again, err)
		}
	}
	w, p := atLogin(t)
	s := open(t, w)
	s.fail = func(call string, _ int) error {
		switch call {
		case "commit":
			return problem.New(problem.Conflict, "operation.repeated", nil)
		case "View":
			return errAway
		}
		return nil
	}
	if r, err := s.service.LoggedIn(bg, LoggedIn{Order: s.order(), PaymentID: p.ID, OpenID: "open"}); !errors.Is(err, errAway) || r.Replayed {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestNoSuchPaymentIsWitnessed before another try takes a page's place: the code may mean
// something else, and what is paid at the page is paid twice (money.md §3).
func TestNoSuchPaymentIsWitnessed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		env     payment.Environment
		witness string
		order   order.Status
		code    string
	}{
		"by the simulator's own code":    {payment.Simulator, "", order.Processing, ""},
		"by a payment that is known":     {payment.Production, "w1", order.Processing, ""},
		"by nothing":                     {payment.Production, "", order.Pending, "payment.unconfirmed"},
		"by one that is not found there": {payment.Production, "w2", order.Pending, "payment.unconfirmed"},
	} {
		w := of(t, bank)
		w.policy.Environment = tt.env
		w.settle(w.send(w.begin(nil)), verdictOf(Answer{Outcome: Success, Needs: Needs{URL: "https://example.jp/page"}}))
		s := open(t, w)
		s.witnessed = tt.witness
		s.there["123"], s.there["w1"] = Finding{Kind: NoSuch}, Finding{Kind: Found}
		if _, err := s.service.Another(bg, s.order()); code(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
		s.status(tt.order)
	}
}

// TestAuthenticatedUnderAnIDInUse: what is begun anew is paid by the same authentication, and
// the issuer bears for it what they bore.
func TestAuthenticatedUnderAnIDInUse(t *testing.T) {
	t.Parallel()
	w, p := challenged(t)
	p.SealedToken = "sealed tok"
	s := open(t, w)
	s.answer = func(c Command) Answer {
		if c.TradingID == "123" {
			return Answer{Outcome: Decline, IDInUse: true, Code: idInUseCode}
		}
		return yes("p2")
	}
	stranger := s.world.found(payment.AuthOK)
	stranger.Amount = 9
	s.there["123"] = stranger
	if _, err := s.service.Authenticated(bg, Authenticated{Order: s.order(), PaymentID: p.ID, AuthID: "a1", OK: true, Attempt: "0", Protected: true}); err != nil || len(s.sent) != 2 {
		t.Fatalf("%v, sent %v", err, s.telegrams())
	}
	if c := s.sent[1]; c.AuthID != "a1" || c.Beside.Token != "tok" {
		t.Errorf("sent %+v", c)
	}
	if now := s.l.Current(); now.ID == p.ID || now.Attempt != "0" || !now.Protected || now.AuthID != "a1" {
		t.Errorf("%+v", now)
	}
}
