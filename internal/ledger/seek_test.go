package ledger

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// lineStore answers seek: which payments correct which, and when the last sweep began.
type lineStore struct {
	Store
	next          map[string][]Successor
	swept, purged time.Time
}

func (s lineStore) Successors(_ context.Context, _ order.ID, _ payment.Environment, _, id string) ([]Successor, error) {
	return s.next[id], nil
}

func (s lineStore) SweptAt(context.Context, payment.Environment, string) (time.Time, error) {
	return s.swept, nil
}

func (s lineStore) PurgedAt(context.Context, payment.Environment, string) (time.Time, error) {
	return s.purged, nil
}

// byID is a centre where several payments bear the trading_id.
type byID map[string]Finding

func (g byID) Inquire(_ context.Context, q Inquiry) Finding {
	if q.PaymentID == "" {
		return Finding{Kind: NoAnswer} // several
	}
	return g[q.PaymentID]
}

func (byID) Execute(context.Context, Command) Answer { panic("seek sends nothing") }

// TestASweepTellsOfTheWholeLine: where several payments bear the trading_id, only a sweep that
// began after the last end of the line shows that nothing took its place: an earlier one may
// have missed the last correction, which lives.
func TestASweepTellsOfTheWholeLine(t *testing.T) {
	t.Parallel()
	first := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	last, day := first.Add(3*time.Hour), 24*time.Hour
	gone := Successor{PaymentID: "p2", EndedAt: last}
	for name, tt := range map[string]struct {
		ended time.Time // ours
		next  []Successor
		swept time.Time
		lost  time.Time // when differences were told to be
		alone bool
	}{
		"after ours, no successor":             {first, nil, first.Add(time.Hour), time.Time{}, true},
		"before ours":                          {last, nil, first.Add(time.Hour), time.Time{}, false},
		"within the margin":                    {first, nil, first.Add(sweepMargin), time.Time{}, false},
		"ours's end is not known":              {time.Time{}, nil, last.Add(time.Hour), time.Time{}, false},
		"between ours and the successor's end": {first, []Successor{gone}, first.Add(time.Hour), time.Time{}, false},
		"after the successor's end":            {first, []Successor{gone}, last.Add(time.Hour), time.Time{}, true},
		"the successor's end is not known":     {first, []Successor{{PaymentID: "p2"}}, last.Add(time.Hour), time.Time{}, false},
		"the successor ended first":            {last, []Successor{{PaymentID: "p2", EndedAt: first}}, first.Add(time.Hour), time.Time{}, false},
		"never swept":                          {first, []Successor{gone}, time.Time{}, time.Time{}, false},
		"differences were lost before":         {last.Add(day), nil, last.Add(2 * day), last, true},
		"differences were lost soon before":    {last.Add(day - 1), nil, last.Add(2 * day), last, false},
		"differences were lost since":          {first, nil, last.Add(2 * day), last, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.authorised("p1")
			p.EndedAt = tt.ended
			ours, theirs := w.found(payment.AuthCancelDone), w.found(payment.AuthCancelDone)
			ours.Alone, theirs.Alone, theirs.PaymentID = false, false, "p2"
			s := &Service{
				gateway: byID{"p1": ours, "p2": theirs}, log: slog.New(slog.DiscardHandler),
				store: lineStore{next: map[string][]Successor{"p1": tt.next}, swept: tt.swept, purged: tt.lost},
			}
			f := s.inquire(context.Background(), w.l, p, inquiryOf(p, 1))
			if f.Alone != tt.alone || f.Heir != nil {
				t.Errorf("alone %t, heir %+v", f.Alone, f.Heir)
			}
		})
	}
}

// TestWhatTookItsPlaceIsAskedFor only about an end of the very payment that nobody of us asked
// for; one trading_id that two payments bear is asked about by nobody.
func TestWhatTookItsPlaceIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		put   func(*Payment)
		ended string // the payment_id that 094 tells the end of
		asked int
	}{
		"ours":                       {func(*Payment) {}, "p1", 2},
		"another one's":              {func(*Payment) {}, "p9", 1},
		"of one without an id":       {func(p *Payment) { p.PaymentID, p.PaymentIDs = "", nil }, "p9", 2},
		"under a repeated id, known": {func(p *Payment) { p.Replaces, p.Seq = "x", 2 }, "p1", 2},
		"under a repeated id":        {func(p *Payment) { p.Replaces, p.Seq, p.PaymentID, p.PaymentIDs = "x", 2, "", nil }, "p9", 0},
	} {
		s := open(t, newWorld(t))
		p := s.authorised("p1")
		tt.put(p)
		gone := s.world.found(payment.AuthCancelDone)
		gone.PaymentID = tt.ended
		s.there["p1"], s.there["123"] = gone, gone
		f := s.service.inquire(context.Background(), s.l, p, inquiryOf(p, 1))
		if len(s.asked) != tt.asked || (f.Kind == Found) != (tt.asked > 0) {
			t.Errorf("%s: %+v, asked %+v", name, f, s.asked)
		}
	}
}

// TestTheSuccessorsSuccessor: the line is followed to its living end, eight at most; one that
// stops short shows nothing, and leaves everything as it is.
func TestTheSuccessorsSuccessor(t *testing.T) {
	t.Parallel()
	id := func(i int) string { return "p" + strconv.Itoa(i) }
	for name, tt := range map[string]struct {
		corrections int
		tell        func(s *shop, last string)
		heir, alone bool
	}{
		"once":        {1, func(*shop, string) {}, true, false},
		"eight times": {8, func(*shop, string) {}, true, false},
		"too often":   {9, func(*shop, string) {}, false, false},
		"begun a while before ours": {1, func(s *shop, last string) {
			f := s.there[last]
			f.BegunAt = f.BegunAt.Add(-begunTolerance)
			s.there[last] = f
		}, true, false},
		"begun long before ours": {1, func(s *shop, last string) {
			f := s.there[last]
			f.BegunAt = f.BegunAt.Add(-begunTolerance - 1)
			s.there[last] = f
		}, false, false},
		"of another type":                 {1, func(s *shop, last string) { f := s.there[last]; f.Type = "05"; s.there[last] = f }, false, false},
		"under another trading_id":        {1, func(s *shop, last string) { f := s.there[last]; f.TradingID = "124"; s.there[last] = f }, false, false},
		"in the place of a stranger's":    {1, func(s *shop, last string) { f := s.there[last]; f.BaseID = "x"; s.there[last] = f }, false, false},
		"in no place that it tells of":    {1, func(s *shop, last string) { f := s.there[last]; f.BaseID = ""; s.there[last] = f }, true, false},
		"the last one does not answer":    {2, func(s *shop, last string) { delete(s.there, last) }, false, false},
		"the last one is gone as well":    {1, func(s *shop, last string) { f := s.there[last]; f.Status = payment.RefundDone; s.there[last] = f }, false, true},
		"the last one only failed":        {1, func(s *shop, last string) { f := s.there[last]; f.Status = payment.AuthNG; s.there[last] = f }, false, true},
		"a notice tells of the line late": {1, func(s *shop, last string) { s.next["p1"] = append(s.next["p1"], Successor{PaymentID: last}) }, true, false},
	} {
		s := open(t, newWorld(t))
		p := s.authorised("p1")
		for i := 1; i <= tt.corrections+1; i++ {
			f := s.world.found(payment.AuthCancelDone)
			f.PaymentID, f.Alone = id(i), false
			if i > 1 {
				f.BaseID = id(i - 1)
				s.next[id(i-1)] = []Successor{{PaymentID: id(i), EndedAt: s.now}}
			}
			if i > tt.corrections {
				f.Status = payment.AuthOK
			}
			s.there[id(i)] = f
		}
		last := id(tt.corrections + 1)
		s.there["123"] = s.there["p1"] // named alone by its trading_id
		tt.tell(s, last)
		f := s.service.inquire(context.Background(), s.l, p, inquiryOf(p, 1))
		if (f.Heir != nil) != tt.heir || f.Alone != tt.alone || tt.heir && f.Heir.PaymentID != last {
			t.Errorf("%s: heir %+v, alone %t", name, f.Heir, f.Alone)
		}
	}
}

// TestSeekingWithoutADatabase: what cannot be looked for is not taken for an end.
func TestSeekingWithoutADatabase(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 2; n++ {
		s := open(t, newWorld(t))
		p := s.authorised("p1")
		gone := s.world.found(payment.AuthCancelDone)
		gone.Alone = false
		p2 := gone
		p2.PaymentID = "p2"
		s.there["p1"], s.there["123"], s.there["p2"] = gone, gone, p2
		s.next["p1"] = []Successor{{PaymentID: "p2", EndedAt: s.now}}
		s.away(n, false)
		if f := s.service.inquire(context.Background(), s.l, p, inquiryOf(p, 1)); f.Alone || f.Heir != nil {
			t.Errorf("call %d: %+v", n, f)
		}
	}
	s := open(t, newWorld(t))
	p := s.authorised("p1")
	gone := s.world.found(payment.AuthCancelDone)
	gone.Alone = false
	several := Finding{Kind: NoAnswer}
	s.there["p1"], s.there["123"] = gone, several
	p.EndedAt, s.swept = s.now, s.now.Add(time.Hour)
	s.fail = func(call string, _ int) error {
		if call == "SweptAt" {
			return errAway
		}
		return nil
	}
	if f := s.service.inquire(context.Background(), s.l, p, inquiryOf(p, 1)); f.Alone {
		t.Error("a sweep nobody knows of shows that nothing took its place")
	}
}

// TestARefusalWithoutADatabase is still held against one 094; what took a payment's place is
// looked for later.
func TestARefusalWithoutADatabase(t *testing.T) {
	t.Parallel()
	for told, state := range map[payment.Status]payment.State{payment.Cleared: payment.Succeeded, payment.AuthCancelDone: payment.DeclinedOp} {
		s := open(t, newWorld(t))
		p := s.authorised("p1")
		s.answer = func(Command) Answer { return Answer{Outcome: Decline, Code: "X"} }
		f := s.world.found(told)
		f.Alone = false
		s.there["p1"] = f
		sent := false
		s.fail = func(call string, _ int) error {
			if call == "View" && len(s.sent) == 1 && !sent {
				sent = true
				return errAway
			}
			return nil
		}
		r, err := s.press(payment.SaleButton, "k")
		if err != nil || r.Operation.State != state || len(s.asked) != 1 {
			t.Errorf("%s: %+v, %v, asked %+v", told, r.Operation, err, s.asked)
		}
		if told == payment.AuthCancelDone { // an end is put off: something may have taken its place
			s.stands(p, payment.Authorised, "")
			s.status(order.New)
			if p = s.l.payment(p.ID); p.AskAt.After(s.now) {
				t.Errorf("asked about at %s", p.AskAt)
			}
		}
	}
}

// TestARefusalOfWhatEndedElsewhere: a capture is refused because its payment was cancelled
// there: the order is at once, if nothing took the payment's place; where something did, that
// is the order's.
func TestARefusalOfWhatEndedElsewhere(t *testing.T) {
	t.Parallel()
	for name, corrected := range map[string]bool{"cancelled": false, "corrected": true} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		s.answer = func(Command) Answer { return Answer{Outcome: Decline, Code: "X"} }
		gone, heir := s.world.found(payment.AuthCancelDone), s.world.found(payment.AuthOK)
		gone.Alone = false
		heir.PaymentID, heir.BaseID = "p2", "p1"
		s.there["p1"], s.there["123"], s.there["p2"] = gone, gone, heir
		if corrected {
			s.there["123"] = heir
		}
		r, err := s.press(payment.SaleButton, "k")
		if err != nil || r.Operation.State != payment.DeclinedOp {
			t.Fatalf("%s: %+v, %v", name, r.Operation, err)
		}
		if !corrected {
			s.status(order.Canceled)
			s.holds(Released)
			continue
		}
		s.status(order.New)
		if err := s.watchOnce(s.l.Current()); err != nil {
			t.Fatal(err)
		}
		if cur := s.l.Current(); cur.PaymentID != "p2" || cur.Phase != payment.Authorised {
			t.Errorf("%s: the order's payment is %+v", name, cur)
		}
		s.status(order.New)
		s.holds(Committed)
	}
}

// TestWhosePlaceANoticesPaymentTook: 094 is followed from the notice's payment to ours, by
// what either tells, eight at most.
func TestWhosePlaceANoticesPaymentTook(t *testing.T) {
	t.Parallel()
	line := func(n int) func(*shop, *Notice) {
		return func(s *shop, n1 *Notice) {
			for i := 2; i <= n+1; i++ { // p1 is ours
				f := s.world.found(payment.AuthCancelDone)
				f.PaymentID, f.BaseID = "p"+strconv.Itoa(i), "p"+strconv.Itoa(i-1)
				s.there[f.PaymentID] = f
			}
			n1.PaymentID = "p" + strconv.Itoa(n+1)
			f := s.there[n1.PaymentID]
			f.Status = payment.AuthOK
			s.there[n1.PaymentID] = f
		}
	}
	for name, tt := range map[string]struct {
		put   func(*shop, *Notice)
		line  []string
		faint bool
		asked int
	}{
		"ours":                 {func(*shop, *Notice) {}, nil, false, 1},
		"one that corrects it": {line(1), []string{"p1"}, false, 1},
		"a line":               {line(3), []string{"p3", "p2", "p1"}, false, 3},
		"the longest line":     {line(8), []string{"p8", "p7", "p6", "p5", "p4", "p3", "p2", "p1"}, false, 8},
		"too long a line":      {line(9), []string{"p9", "p8", "p7", "p6", "p5", "p4", "p3", "p2"}, false, 9},
		"only the notice tells": {func(s *shop, n *Notice) {
			line(1)(s, n)
			f := s.there["p2"]
			f.BaseID = ""
			s.there["p2"] = f
			n.BaseID = "p1"
		}, []string{"p1"}, false, 1},
		"094 does not tell": {func(s *shop, n *Notice) { n.PaymentID = "p2" }, nil, false, 1},
	} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		s.there["p1"] = s.world.found(payment.AuthOK)
		n := s.notice(payment.AuthOK)
		tt.put(s, n)
		f := s.service.askOfNotice(context.Background(), s.l, *n, 1)
		if !slices.Equal(f.Line, tt.line) || f.LineFaint != tt.faint || len(s.asked) != tt.asked {
			t.Errorf("%s: %v, faint %t, asked %d", name, f.Line, f.LineFaint, len(s.asked))
		}
	}
}

// TestOneUnderOurTradingID that tells of none it corrects took ours's place where ours is gone,
// as far as the centre's word can be believed.
func TestOneUnderOurTradingID(t *testing.T) {
	t.Parallel()
	none := Finding{Kind: NoSuch}
	for name, tt := range map[string]struct {
		put   func(*shop, *Payment)
		ours  func(*shop) Finding
		line  bool
		faint bool
	}{
		"ours is cancelled":            {func(*shop, *Payment) {}, func(s *shop) Finding { return s.world.found(payment.AuthCancelDone) }, true, false},
		"ours stands":                  {func(*shop, *Payment) {}, func(s *shop) Finding { return s.world.found(payment.AuthOK) }, false, false},
		"ours is not told":             {func(*shop, *Payment) {}, func(*shop) Finding { return Finding{Kind: NoAnswer} }, false, true},
		"a card's is never renumbered": {func(*shop, *Payment) {}, func(*shop) Finding { return none }, false, false},
		"Paidy's may be":               {func(_ *shop, p *Payment) { p.Method = payment.Paidy }, func(*shop) Finding { return none }, true, false},
		"Paidy's, no witness": {func(s *shop, p *Payment) { p.Method, p.Environment = payment.Paidy, payment.Production },
			func(*shop) Finding { return none }, false, false},
		"Paidy's, a witness": {func(s *shop, p *Payment) {
			p.Method, s.witnessed = payment.Paidy, "known"
			s.there["known"] = s.world.found(payment.AuthOK)
		}, func(*shop) Finding { return none }, true, false},
		"ours had no id yet": {func(_ *shop, p *Payment) { p.PaymentID, p.PaymentIDs = "", nil }, func(s *shop) Finding { return s.world.found(payment.AuthCancelDone) }, false, false},
		"ours is over":       {func(_ *shop, p *Payment) { p.Phase, p.End = payment.Ended, payment.Canceled }, func(s *shop) Finding { return s.world.found(payment.AuthCancelDone) }, false, false},
		"ours is younger":    {func(s *shop, p *Payment) { p.BegunAt = s.now.Add(time.Second) }, func(s *shop) Finding { return s.world.found(payment.AuthCancelDone) }, false, false},
	} {
		s := open(t, newWorld(t))
		p := s.authorised("p1")
		tt.put(s, p)
		n := s.notice(payment.AuthOK)
		n.PaymentID, n.Type, n.Environment = "p2", p.Method.Type(), p.Environment
		s.there["p1"] = tt.ours(s)
		fresh := s.world.found(payment.AuthOK)
		fresh.PaymentID, fresh.Type = "p2", n.Type
		s.there["p2"] = fresh
		f := s.service.askOfNotice(context.Background(), s.l, *n, 1)
		if (len(f.Line) == 1 && f.Line[0] == "p1") != tt.line || f.LineFaint != tt.faint {
			t.Errorf("%s: %v, faint %t", name, f.Line, f.LineFaint)
		}
	}
}

// TestALineIsFollowedOnce: what several notices name, or what comes back to its own beginning, is
// asked about once; it does not use up the search, which would never see the end.
func TestALineIsFollowedOnce(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	p := s.authorised("p1")
	gone := s.world.found(payment.AuthCancelDone)
	gone.Alone = false
	s.there["p1"], s.there["123"] = gone, gone
	gone.PaymentID, gone.BaseID = "p2", "p1"
	s.there["p2"] = gone
	s.next["p1"] = []Successor{{PaymentID: "p2", EndedAt: s.now}, {PaymentID: "p2", EndedAt: s.now}}
	s.next["p2"] = []Successor{{PaymentID: "p1", EndedAt: s.now}}
	f := s.service.inquire(context.Background(), s.l, p, inquiryOf(p, 1))
	if !f.Alone || f.Heir != nil || len(s.asked) != 3 {
		t.Errorf("alone %t, heir %+v, asked %+v", f.Alone, f.Heir, s.asked)
	}
}

// TestOnlyARefusedOneBeside ours: nothing can have taken its place by that, whether or not anybody
// knows when it was refused.
func TestOnlyARefusedOneBeside(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	p := s.authorised("p1")
	gone := s.world.found(payment.AuthCancelDone)
	gone.Alone = false
	s.there["p1"] = gone
	gone.PaymentID, gone.Status = "p2", payment.AuthNG
	s.there["p2"] = gone
	s.next["p1"] = []Successor{{PaymentID: "p2"}}
	p.EndedAt, s.swept = s.now, s.now.Add(time.Hour)
	if f := s.service.inquire(context.Background(), s.l, p, inquiryOf(p, 1)); !f.Alone || f.Heir != nil {
		t.Errorf("alone %t, heir %+v", f.Alone, f.Heir)
	}
}

// TestNoLineWithoutAnAnswer: where 094 says nothing of the notice's payment, whose place it took is
// not asked for: the notice alone is not believed.
func TestNoLineWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]Finding{"silent": {Kind: NoAnswer}, "none": {Kind: NoSuch}} {
		s := open(t, newWorld(t))
		s.authorised("p1")
		n, _ := s.corrected("p2", "p0", "20", lower)
		s.there["p2"] = f
		if got := s.service.askOfNotice(context.Background(), s.l, *n, 1); got.Kind != f.Kind || len(got.Line) != 0 || len(s.asked) != 1 {
			t.Errorf("%s: %+v, asked %+v", name, got, s.asked)
		}
	}
}
