package app_test

import (
	"context"
	"fmt"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygentsim"
)

// crash is the end of the node in the middle of an operation.
type crash struct{ at string }

func (s *simulation) guarded(action func() string) (result string, crashed bool) {
	defer func() {
		if p := recover(); p != nil {
			c, ok := p.(crash)
			if !ok {
				panic(p)
			}
			s.meanwhile = false
			result, crashed = "crash at "+c.at, true
		}
	}()
	return action(), false
}

// boundary is told where an operation is.
func (s *simulation) boundary(b ledger.Boundary, id order.ID) {
	if s.smooth {
		return
	}
	if b == ledger.AfterSent && s.armed == "" && s.dice.IntN(80) == 0 {
		s.Advance(6 * time.Second) // too late for the first byte to leave
		s.cover("other", "*", "late sender")
	}
	s.crashAt(string(b), id)
	if !s.meanwhile && !s.resting && s.dice.IntN(25) == 0 {
		s.interrupt(id)
	}
}

// interrupt lets another node, the centre, or somebody else at the same order act before
// the operation goes on.
func (s *simulation) interrupt(id order.ID) {
	here, armed := s.current(), s.armed
	s.meanwhile, s.armed = true, ""
	defer func() { s.meanwhile, s.armed = false, armed; s.use(here) }()
	s.use(s.alive())
	others := 4
	if s.attached {
		others++
	}
	switch s.dice.IntN(others) {
	case 0:
		if s.current() == here { // its workers are where they are
			return
		}
		s.note("  meanwhile %s works", s.node)
		for range 3 {
			if _, _, err := s.sim.Step(context.Background()); err != nil {
				s.t.Fatal(err)
			}
			if _, _, err := s.app.Step(context.Background()); err != nil {
				s.t.Fatal(err)
			}
		}
		s.cover("other", "*", "another node between two boundaries")
	case 1:
		if p := s.byID[id]; p != nil {
			s.submit(p, "meanwhile")
		}
	case 2:
		if p := s.byID[id]; p != nil {
			s.pressOn(p)
		}
	case 3:
		if p := s.byID[id]; p != nil {
			s.leave(p, s.chosen(50))
		}
	case 4:
		if p := s.byID[id]; p != nil {
			s.eccubeOn(p)
		}
	}
}

func (s *simulation) crashAt(b string, id order.ID) {
	if s.armed != b || s.meanwhile {
		return
	}
	if s.skip--; s.skip >= 0 {
		return
	}
	s.armed = ""
	s.coverCrash(b, id)
	panic(crash{b})
}

// coverCrash notes what the node was at.
func (s *simulation) coverCrash(b string, id order.ID) {
	if id == 0 {
		s.cover("stored cards", "*", "crash at "+b)
		return
	}
	s.cover("crash", s.labelOf(id), b)
	l, err := s.Store.View(context.Background(), id)
	if err != nil {
		return
	}
	var last *ledger.Operation
	for _, op := range l.Operations {
		if op.Kind != payment.ChangeAmount && (last == nil || !op.PlannedAt.Before(last.PlannedAt)) {
			last = op
		}
	}
	if last == nil {
		return
	}
	s.cover("telegram × crash", last.Kind.Telegram(), b)
	if last.Parent != "" {
		s.cover("saga × crash", s.labelOf(id), b)
	}
}

// pass lets time pass, and everybody work.
func (s *simulation) pass() {
	d := []time.Duration{0, time.Second, 10 * time.Second, time.Minute, 5 * time.Minute, 40 * time.Minute, 7 * time.Hour}[s.dice.IntN(7)]
	for _, late := range s.wire.slow {
		d = min(d, max(0, late.arrives.Sub(s.Now()))) // a telegram arrives when it does
	}
	s.Advance(d)
	s.do(0, fmt.Sprintf("%v pass", d), 4, s.work)
}

// days lets much time pass, one due thing after the other.
func (s *simulation) days() {
	d := []time.Duration{24 * time.Hour, 3 * 24 * time.Hour, 7 * 24 * time.Hour, 20 * 24 * time.Hour}[min(s.dice.IntN(4), s.dice.IntN(4))]
	s.note("%v pass", d)
	s.pick()
	s.untilDue(time.Hour, 2*time.Minute)
	s.untilDue(d-time.Hour, 6*time.Hour) // 091 is asked every ten minutes: not each of them is lived through
}

// work runs centre and workers until nothing is due, the living nodes in turns.
func (s *simulation) work() string {
	here := s.current()
	defer func() { s.use(here) }()
	s.farOff()
	for n := range 5000 {
		arrived := s.wire.arrive()
		atCentre, _, err := s.sim.Step(context.Background())
		if err != nil {
			s.t.Fatal(err)
		}
		if len(s.nodes) > 1 && n%4 == 0 {
			if next := s.alive(); next != here && s.armed == "" {
				s.use(next)
			} else {
				s.use(here)
			}
		}
		worked, _, err := s.app.Step(context.Background())
		if err != nil {
			s.t.Fatal(err)
		}
		if f := s.current().fast; f != 0 && worked {
			s.cover("clock", "*", map[bool]string{false: "behind within 1 s", true: "ahead within 1 s"}[f > 0])
		}
		if !arrived && !atCentre && !worked {
			return fmt.Sprintf("%d rounds", n)
		}
	}
	s.t.Fatal("the workers do not come to rest")
	return ""
}

// untilDue goes from one thing that is due to the next, by steps of at least so much.
func (s *simulation) untilDue(d, least time.Duration) {
	ctx := context.Background()
	for end := s.Now().Add(d); ; {
		s.work()
		_, soonest, err := s.app.Step(ctx)
		if err != nil {
			s.t.Fatal(err)
		}
		_, next, err := s.sim.Step(ctx)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, late := range s.wire.slow {
			next = earlier(next, late.arrives)
		}
		soonest = earlier(soonest, next)
		if soonest.IsZero() || soonest.After(end) {
			s.Advance(max(0, end.Sub(s.Now())))
			s.check()
			return
		}
		s.Advance(max(soonest.Sub(s.Now()), least))
		s.check()
		if s.t.Failed() {
			return
		}
	}
}

// earlier is the sooner of two times, where zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// pace is how long the centre takes over a change from now on.
func (s *simulation) pace() {
	p := paygentsim.Pace{TransitMillis: []int64{0, 0, 10_000, 90_000, 3_600_000}[s.dice.IntN(5)]}
	if err := s.sim.SetPace(p); err != nil {
		s.t.Fatal(err)
	}
	s.note("pace %+v", p)
}
