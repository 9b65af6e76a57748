package ledger

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// stand is a shop whose order's payment p1 is authorised, and the centre tells the same.
func stand(t *testing.T) *shop {
	t.Helper()
	s := open(t, newWorld(t))
	s.l.Order.No = "A-1"
	s.authorised("p1")
	s.tells(s.theirs(payment.AuthOK))
	return s
}

// tells lets the centre answer this by the payment_id and by the trading_id.
func (s *shop) tells(f Finding) { s.there[f.PaymentID], s.there[f.TradingID] = f, f }

// theirs is found as the centre tells it: what took the payment's place has to be asked.
func (s *shop) theirs(status payment.Status) Finding {
	f := s.world.found(status)
	f.Alone = false
	return f
}

func (s *shop) due(p *Payment) DuePayment { return DuePayment{OrderID: s.order(), PaymentID: p.ID} }

// TestCompareOnePayment: what is compared with what, and what is not asked about.
func TestCompareOnePayment(t *testing.T) {
	t.Parallel()
	at := func(status payment.Status) func(*shop) {
		return func(s *shop) { s.tells(s.theirs(status)) }
	}
	for name, tt := range map[string]struct {
		begin   func(*shop)
		kind    Disagreement
		remedy  Remedy
		skipped string
		theirs  Entry
		asked   bool
	}{
		"they agree":           {func(*shop) {}, Agree, NoRemedy, "", Entry{Status: "20", Amount: total}, true},
		"captured there":       {at("40"), CapturedThere, RemedyTake, "", Entry{Status: "40", Amount: total}, true},
		"no answer":            {func(s *shop) { clear(s.there) }, Agree, NoRemedy, CompareNoAnswer, Entry{}, true},
		"it is gone there":     {func(s *shop) { s.there["p1"] = Finding{Kind: NoSuch} }, UnknownToThem, RemedyTell, "", Entry{}, true},
		"it expired":           {at("33"), ExpiredThere, RemedyTake, "", Entry{Status: "33", Amount: total}, true},
		"another environment":  {func(s *shop) { s.policy.Environment = payment.Production }, Agree, NoRemedy, CompareElsewhere, Entry{}, false},
		"another merchant":     {func(s *shop) { s.policy.MerchantID = "x" }, Agree, NoRemedy, CompareElsewhere, Entry{}, false},
		"an operation is open": {func(s *shop) { s.send(s.change(true)) }, Agree, NoRemedy, CompareUnderWay, Entry{}, false},
		"its amount is being changed": {func(s *shop) {
			s.l.Order.Total = lower
			s.must(func(l *Ledger, tk tick) error {
				_, err := l.planChange(tk, Change{PaymentID: l.CurrentID, Button: payment.AuthChangeButton, Amount: total, Total: lower, Actor: clerk})
				return err
			})
		}, Agree, NoRemedy, CompareUnderWay, Entry{}, false},
		"cancelled there, and nothing took its place": {at("32"), CanceledThere, RemedyTake, "", Entry{Status: "32", Amount: total}, true},
		"cancelled there, and nobody tells what took its place": {func(s *shop) { s.there = map[string]Finding{"p1": s.theirs("32")} },
			CorrectedThere, RemedyTell, "", Entry{Status: "32", Amount: total}, true},
		"a carrier's, cancelled there": {func(s *shop) {
			p := s.l.Current()
			p.Method, p.Brand = payment.Carrier, payment.SoftBank
			f := s.theirs("32")
			f.Type = p.Method.Type()
			s.there = map[string]Finding{"p1": f}
		}, CanceledThere, RemedyTake, "", Entry{Status: "32", Amount: total}, true},
		"Paidy's, gone there": {func(s *shop) {
			s.l.Current().Method = payment.Paidy
			s.there = map[string]Finding{"p1": {Kind: NoSuch}}
		}, UnknownToThem, RemedyTell, "", Entry{}, true},
		"Paidy's, gone there past its limit, and perhaps renumbered": {func(s *shop) {
			s.l.Current().Method = payment.Paidy
			s.now = s.l.Current().LimitAt.Add(margin)
			s.there = map[string]Finding{"p1": {Kind: NoSuch}}
		}, UnknownToThem, RemedyTell, "", Entry{}, true},
		"Paidy's, renumbered by 341": {func(s *shop) {
			s.l.Current().Method = payment.Paidy
			heir := s.theirs("40")
			heir.PaymentID, heir.Type = "p2", payment.Paidy.Type()
			s.tells(heir)
			s.there["p1"] = Finding{Kind: NoSuch}
		}, CorrectedThere, RemedyTake, "", Entry{Status: "40", Amount: total}, true},
		"corrected there": {func(s *shop) {
			heir := s.theirs("20")
			heir.PaymentID, heir.BaseID, heir.Amount = "p2", "p1", lower
			s.tells(heir)
			s.there["p1"] = s.theirs("32")
		}, CorrectedThere, RemedyTake, "", Entry{Status: "32", Amount: total}, true},
	} {
		s := stand(t)
		tt.begin(s)
		left := len(s.calls)
		p := s.l.Current()
		c, err := s.service.Compare(context.Background(), s.due(p))
		want := Comparison{
			Order: s.order(), No: "A-1", Payment: p.ID, TradingID: "123", PaymentID: "p1", Type: p.Method.Type(), Kind: tt.kind, Remedy: tt.remedy, Skipped: tt.skipped,
			Ours: Entry{payment.Authorised, payment.AuthOK, total}, Theirs: tt.theirs,
		}
		if err != nil || c != want || len(s.asked) > 0 != tt.asked {
			t.Errorf("%s: %+v, %v, asked %v", name, c, err, s.asked)
		}
		if slices.Contains(s.calls[left:], "Update") {
			t.Errorf("%s: it wrote", name)
		}
	}
}

// TestRepairOfARenumbered payment of Paidy: it goes on under its new id, and the books agree.
func TestRepairOfARenumbered(t *testing.T) {
	t.Parallel()
	w, p, _ := atPaidy(t)
	s := open(t, w)
	heir := s.theirs(payment.Cleared)
	heir.PaymentID, heir.Type, heir.TradingID, heir.BegunAt = "p2", payment.Paidy.Type(), p.TradingID, p.BegunAt
	s.tells(heir)
	s.there["p1"] = Finding{Kind: NoSuch}
	c, err := s.service.Compare(context.Background(), s.due(p))
	if err != nil || c.Remedy != RemedyTake {
		t.Fatalf("%+v, %v", c, err)
	}
	if c, err = s.service.Repair(context.Background(), c); err != nil || c.Kind != Agree || c.Skipped != "" {
		t.Errorf("%+v, %v", c, err)
	}
	if p = s.l.payment(p.ID); p.PaymentID != "p2" || p.Phase != payment.Captured {
		t.Errorf("%+v", p)
	}
	s.status(order.Paid)
	s.alerted()
}

// TestCompareWhatHasNoID: the centre's id is told, as far as the payment has none.
func TestCompareWhatHasNoID(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	op := s.unknown(s.authorize())
	s.now = s.now.Add(10 * time.Minute)
	s.must(func(l *Ledger, tk tick) error {
		return l.settleByHand(tk, SettleUnknown{Operation: op.ID, Happened: true, Reason: "x", Actor: clerk})
	})
	p := s.l.Current()
	for id, want := range map[string]string{"": "", "p1": "p1"} {
		f := Finding{Kind: NoAnswer}
		if id != "" {
			f = s.theirs(payment.AuthOK)
			f.BegunAt = p.BegunAt
		}
		s.there["123"] = f
		if c, err := s.service.Compare(context.Background(), s.due(p)); err != nil || c.PaymentID != want || c.Kind != Agree {
			t.Errorf("%+v, %v", c, err)
		}
	}
	c, err := s.service.Compare(context.Background(), DuePayment{OrderID: s.order(), PaymentID: "nobody"})
	if err != nil || c.Skipped != CompareGone || c.Payment != "nobody" || c.Ours != (Entry{}) {
		t.Errorf("of nobody: %+v, %v", c, err)
	}
}

// TestRepair: what the centre tells is taken once it tells the same again, or put before staff.
func TestRepair(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		there  func(*shop)
		phase  payment.Phase
		order  order.Status
		alerts []AlertKind
		ours   Entry
	}{
		"captured": {func(s *shop) { s.tells(s.theirs("40")) }, payment.Captured, order.Paid, nil, Entry{payment.Captured, "40", total}},
		"expired":  {func(s *shop) { s.tells(s.theirs("33")) }, payment.Ended, order.Canceled, nil, Entry{payment.Ended, "33", total}},
		"another amount": {func(s *shop) { f := s.theirs("40"); f.Amount--; s.tells(f) }, payment.Authorised, order.New,
			[]AlertKind{AlertContradiction}, Entry{payment.Authorised, "20", total}},
		"unknown there": {func(s *shop) { s.there["p1"] = Finding{Kind: NoSuch} }, payment.Authorised, order.New,
			[]AlertKind{AlertContradiction}, Entry{payment.Authorised, "20", total}},
	} {
		s := stand(t)
		tt.there(s)
		p := s.l.Current()
		found, err := s.service.Compare(context.Background(), s.due(p))
		if err != nil || found.Kind == Agree {
			t.Fatalf("%s: %+v, %v", name, found, err)
		}
		now, err := s.service.Repair(context.Background(), found)
		if err != nil || now.Kind != Agree || now.Skipped != "" || now.Ours != tt.ours {
			t.Errorf("%s: %+v, %v", name, now, err)
		}
		if s.stands(p, tt.phase, s.l.payment(p.ID).End); len(tt.alerts) > 0 && !s.open[[2]string{string(AlertContradiction), found.AlertCause()}] {
			t.Errorf("%s: alerts %v", name, s.open)
		}
		s.status(tt.order)
		s.alerted(tt.alerts...)
	}
}

// TestRepairInVain: books that differ otherwise by now, or that moved while the centre was
// asked, are left as they are.
func TestRepairInVain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before    func(*shop) // between the comparison and its repair
		meanwhile func(*shop) // while the centre is asked again
		kind      Disagreement
		skipped   string
	}{
		"they agree again":          {before: func(s *shop) { s.tells(s.theirs("20")) }, kind: Agree},
		"the centre is silent":      {before: func(s *shop) { clear(s.there) }, kind: Agree, skipped: CompareNoAnswer},
		"an operation was begun":    {before: func(s *shop) { s.send(s.change(true)) }, kind: Agree, skipped: CompareUnderWay},
		"it is over there":          {before: func(s *shop) { s.tells(s.theirs("33")) }, kind: ExpiredThere, skipped: CompareNoLonger},
		"it went on there":          {before: func(s *shop) { s.tells(s.theirs("41")) }, kind: CapturedThere, skipped: CompareNoLonger},
		"an operation begins":       {meanwhile: func(s *shop) { s.send(s.change(false)) }, kind: CapturedThere, skipped: CompareChanged},
		"it is told to be captured": {meanwhile: func(s *shop) { s.learnt(s.l.Current(), "40") }, kind: CapturedThere, skipped: CompareChanged},
		"the centre begins to work": {meanwhile: func(s *shop) { s.learnt(s.l.Current(), "30") }, kind: CapturedThere, skipped: CompareChanged},
		"its capture is answered":   {meanwhile: func(s *shop) { s.settle(s.send(s.change(true)), verdictOf(yes("p1"))) }, kind: CapturedThere, skipped: CompareChanged},
		"its amount changes":        {meanwhile: func(s *shop) { s.l.Current().Amount++; s.l.Order.Total++ }, kind: CapturedThere, skipped: CompareChanged},
		"it ends":                   {meanwhile: func(s *shop) { s.learnt(s.l.Current(), "33") }, kind: CapturedThere, skipped: CompareChanged},
	} {
		s := stand(t)
		s.tells(s.theirs("40"))
		found, err := s.service.Compare(context.Background(), s.due(s.l.Current()))
		if err != nil || found.Kind != CapturedThere {
			t.Fatalf("%s: %+v, %v", name, found, err)
		}
		if tt.before != nil {
			tt.before(s)
		}
		var at payment.Phase
		if at = s.l.Current().Phase; tt.meanwhile != nil {
			s.fail = func(call string, _ int) error {
				if call == "Update" {
					tt.meanwhile(s)
					at = s.l.Current().Phase
				}
				return nil
			}
		}
		now, err := s.service.Repair(context.Background(), found)
		if err != nil || now.Kind != tt.kind || now.Skipped != tt.skipped {
			t.Errorf("%s: %+v, %v", name, now, err)
		}
		if p := s.l.Current(); p.Phase != at || len(s.alerts) != 0 {
			t.Errorf("%s: %+v, alerts %v", name, p, s.alerts)
		}
	}
}

// TestRepairOfWhatDiffersOtherwise: staff were asked about another disagreement than the one
// that is there now.
func TestRepairOfWhatDiffersOtherwise(t *testing.T) {
	t.Parallel()
	s := stand(t) // by the type, and then by the amount
	f := s.theirs("40")
	f.Type, f.Amount = "05", lower
	s.tells(f)
	found, err := s.service.Compare(context.Background(), s.due(s.l.Current()))
	if err != nil || found.Kind != StatusDiffers {
		t.Fatalf("%+v, %v", found, err)
	}
	f.Type = "02"
	s.tells(f)
	if now, err := s.service.Repair(context.Background(), found); err != nil || now.Kind != AmountDiffers || now.Skipped != CompareNoLonger {
		t.Errorf("%+v, %v", now, err)
	}
	s.alerted()

	s = open(t, newWorld(t)) // to be told to staff, and now to be ended
	p := s.number("p1")
	s.there["p1"] = Finding{Kind: NoSuch}
	found, err = s.service.Compare(context.Background(), s.due(p))
	if err != nil || found.Remedy != RemedyTell {
		t.Fatalf("%+v, %v", found, err)
	}
	s.now = p.LimitAt.Add(margin)
	now, err := s.service.Repair(context.Background(), found)
	if err != nil || now.Remedy != RemedyTake || now.Skipped != CompareNoLonger {
		t.Errorf("%+v, %v", now, err)
	}
	s.stands(p, payment.AwaitingPayment, "")
	s.alerted()
}

// TestCompareAPageThatWasLeft: cancelled there, over here: they agree.
func TestCompareAPageThatWasLeft(t *testing.T) {
	t.Parallel()
	s := stand(t)
	p := s.l.Current()
	p.Phase, p.End = payment.Ended, payment.Superseded
	s.there = map[string]Finding{"p1": s.theirs("32")}
	if c, err := s.service.Compare(context.Background(), s.due(p)); err != nil || c.Kind != Agree || c.Skipped != "" {
		t.Errorf("%+v, %v", c, err)
	}
	s.fail = func(call string, _ int) error {
		if call == "View" {
			return errAway
		}
		return nil
	}
	s.asked = nil
	if _, err := s.service.Compare(context.Background(), s.due(p)); !errors.Is(err, errAway) || len(s.asked) != 0 {
		t.Errorf("%v, asked %v", err, s.asked)
	}
}

// TestRepairTakesTheHeir: what a correction put in its place is the order's payment, and
// staff are told of its amount.
func TestRepairTakesTheHeir(t *testing.T) {
	t.Parallel()
	s := stand(t)
	heir := s.theirs("20")
	heir.PaymentID, heir.BaseID, heir.Amount = "p2", "p1", lower
	s.tells(heir)
	s.there["p1"] = s.theirs("32")
	old := s.l.Current()
	found, err := s.service.Compare(context.Background(), s.due(old))
	if err != nil {
		t.Fatal(err)
	}
	now, err := s.service.Repair(context.Background(), found)
	if err != nil || now.Kind != Agree || now.Skipped != "" {
		t.Errorf("%+v, %v", now, err)
	}
	if p := s.l.Current(); p.PaymentID != "p2" || p.Amount != lower || s.l.payment(old.ID).Phase != payment.Ended {
		t.Errorf("%+v", p)
	}
	s.alerted(AlertAmountOpen)
	s.status(order.New)
}

// TestRepairThatMendsNothing says what still differs: nobody was told of it.
func TestRepairThatMendsNothing(t *testing.T) {
	t.Parallel()
	s := stand(t)
	s.there["p1"] = Finding{Kind: NoSuch}
	found, err := s.service.Compare(context.Background(), s.due(s.l.Current()))
	if err != nil {
		t.Fatal(err)
	}
	for again, want := range []Disagreement{Agree, UnknownToThem} { // staff were told the first time
		now, err := s.service.Repair(context.Background(), found)
		if err != nil || now.Kind != want {
			t.Errorf("try %d: %+v, %v", again, now, err)
		}
	}
}

// TestCompareWhileTheDatabaseIsAway: no comparison, no repair, and nothing half done.
func TestCompareWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	whole := stand(t)
	whole.tells(whole.world.found("40"))
	due := whole.due(whole.l.Current())
	whole.calls = nil
	found, err := whole.service.Compare(context.Background(), due)
	if err != nil {
		t.Fatal(err)
	}
	asking := len(whole.calls)
	if _, err := whole.service.Repair(context.Background(), found); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= len(whole.calls); n++ {
		s := stand(t)
		s.tells(s.theirs("40"))
		s.calls = nil
		s.away(n, true)
		c, err := s.service.Compare(context.Background(), due)
		if n > asking {
			c, err = s.service.Repair(context.Background(), found)
		}
		if !errors.Is(err, errAway) || c.Order != due.OrderID || c.Payment != due.PaymentID {
			t.Errorf("%s (%d): %+v, %v", whole.calls[n-1], n, c, err)
		}
		if n <= asking && (c != Comparison{Order: due.OrderID, Payment: due.PaymentID}) {
			t.Errorf("%s (%d): %+v", whole.calls[n-1], n, c)
		}
	}
}

// TestCompareANotice that never came, or that no payment was found for: what it means for
// our book (money.md §4, §5).
func TestCompareANotice(t *testing.T) {
	t.Parallel()
	stranger := func(s *shop, status payment.Status) {
		f := s.theirs(status)
		f.PaymentID = "p9"
		s.there["p9"] = f
	}
	const ours = "ours" // the order's own payment is named, to be compared
	for name, tt := range map[string]struct {
		change func(*shop, *Notice)
		of     string // ours, or what it is compared as
		remedy Remedy
		skip   string
		asked  bool
	}{
		"of our payment": {func(*shop, *Notice) {}, ours, NoRemedy, "", false},
		"of our payment, its id is news": {func(s *shop, n *Notice) {
			s.l.Current().PaymentID, s.l.Current().PaymentIDs = "", nil
		}, ours, NoRemedy, "", false},
		"its id is news, and another amount": {func(s *shop, n *Notice) {
			s.l.Current().PaymentID, s.l.Current().PaymentIDs = "", nil
			n.Amount, n.PaymentID = lower, "p9"
			stranger(s, "20")
		}, string(UnknownToUs), NoRemedy, "", true},
		"its id is news, and another type": {func(s *shop, n *Notice) {
			s.l.Current().PaymentID, s.l.Current().PaymentIDs = "", nil
			n.Type, n.PaymentID = "03", "p9"
			stranger(s, "20")
		}, string(UnknownToUs), NoRemedy, "", true},
		"another one, alive":   {func(s *shop, n *Notice) { n.PaymentID = "p9"; stranger(s, "20") }, string(UnknownToUs), NoRemedy, "", true},
		"another one, begun":   {func(s *shop, n *Notice) { n.PaymentID = "p9"; stranger(s, "10") }, string(UnknownToUs), NoRemedy, "", true},
		"another one, refused": {func(s *shop, n *Notice) { n.PaymentID = "p9"; stranger(s, "11") }, "", NoRemedy, "", true},
		"another one, over":    {func(s *shop, n *Notice) { n.PaymentID = "p9"; stranger(s, "60") }, "", NoRemedy, "", true},
		"never came":           {func(s *shop, n *Notice) { n.ID, n.PaymentID = "", "p9"; stranger(s, "40") }, string(UnknownToUs), RemedyReceive, "", true},
		"never came, and over": {func(s *shop, n *Notice) { n.ID, n.PaymentID = "", "p9"; stranger(s, "32") }, "", NoRemedy, "", true},
		"094 is silent":        {func(s *shop, n *Notice) { n.PaymentID = "p9" }, "", NoRemedy, CompareNoAnswer, true},
		"094 knows no such":    {func(s *shop, n *Notice) { n.PaymentID = "p9"; s.there["p9"] = Finding{Kind: NoSuch} }, "", NoRemedy, CompareNoAnswer, true},
		"094 tells another":    {func(s *shop, n *Notice) { n.PaymentID = "p9"; s.there["p9"] = s.theirs("20") }, "", NoRemedy, CompareNoAnswer, true},
		"a card's check":       {func(s *shop, n *Notice) { n.PaymentID, n.TradingID = "p9", ""; stranger(s, "20") }, "", NoRemedy, "", false},
		"without a payment":    {func(s *shop, n *Notice) { n.PaymentID = "" }, "", NoRemedy, "", false},
		"another shop's":       {func(s *shop, n *Notice) { n.PaymentID, n.TradingID = "p9", "777"; stranger(s, "20") }, "", NoRemedy, "", false},
		"with our mark": {func(s *shop, n *Notice) {
			s.policy.Mark = "B"
			n.PaymentID, n.TradingID = "p9", "B777"
			stranger(s, "20")
		}, string(UnknownToUs), NoRemedy, "", true},
		"with another's mark": {func(s *shop, n *Notice) {
			s.policy.Mark = "B"
			n.PaymentID, n.TradingID = "p9", "C777"
			stranger(s, "20")
		}, "", NoRemedy, "", false},
		"of our order's number": {func(s *shop, n *Notice) {
			s.policy.Mark = "B"
			n.PaymentID, n.TradingID = "p9", "B123"
			stranger(s, "40")
		}, string(UnknownToUs), NoRemedy, "", true},
	} {
		s := stand(t)
		n := s.notice(payment.AuthOK)
		tt.change(s, n)
		p := s.l.Current()
		c, due, err := s.service.CompareNotice(context.Background(), *n)
		if err != nil || len(s.asked) > 0 != tt.asked {
			t.Errorf("%s: %+v, %v, asked %v", name, c, err, s.asked)
		}
		if tt.of == ours {
			if due != s.due(p) || due.None() {
				t.Errorf("%s: %+v is to be compared", name, due)
			}
			continue
		}
		if !due.None() || c.Kind != Disagreement(tt.of) || c.Remedy != tt.remedy || c.Skipped != tt.skip || c.TradingID != n.TradingID || c.PaymentID != n.PaymentID || c.Type != n.Type {
			t.Errorf("%s: %+v, %+v", name, c, due)
		}
		if f := s.there["p9"]; c.Kind == UnknownToUs && (c.Theirs != Entry{Status: f.Status, Amount: f.Amount}) {
			t.Errorf("%s: theirs %+v", name, c.Theirs)
		}
		if ofOrder := c.Order == s.order() && c.No == "A-1"; tt.asked && ofOrder != (n.TradingID == "123" || n.TradingID == "B123") {
			t.Errorf("%s: of order %d %q", name, c.Order, c.No)
		}
	}
}

// TestCompareANoticeWhileTheDatabaseIsAway tells nothing about anybody's payment.
func TestCompareANoticeWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"policy", "Match", "View"} {
		s := stand(t)
		n := s.notice(payment.AuthOK)
		n.PaymentID = "p9"
		s.fail = func(c string, _ int) error {
			if c == call {
				return errAway
			}
			return nil
		}
		if c, due, err := s.service.CompareNotice(context.Background(), *n); !errors.Is(err, errAway) || !due.None() || c.Kind != Agree || len(s.asked) != 0 {
			t.Errorf("%s: %+v, %+v, %v", call, c, due, err)
		}
	}
}

// TestRepairOfWhatIsStillAlive: our cancellation was answered, and the centre holds the money as if
// nobody had cancelled it. Nothing moves by that; staff are told.
func TestRepairOfWhatIsStillAlive(t *testing.T) {
	t.Parallel()
	s := stand(t)
	s.take(s.world.notice(payment.AuthOK)) // whose status the cancellation does not change
	p := s.l.Current()
	s.settle(s.send(s.change(false)), verdictOf(yes("p1")))
	c, err := s.service.Compare(context.Background(), s.due(p))
	if err != nil || c.Kind != AuthorisedThere || c.Remedy != RemedyTake {
		t.Fatalf("%+v, %v", c, err)
	}
	if c, err = s.service.Repair(context.Background(), c); err != nil || c.Kind != Agree || c.Skipped != "" {
		t.Errorf("%+v, %v", c, err)
	}
	s.alerted(AlertContradiction)
	s.stands(p, payment.Ended, payment.Canceled)
	s.status(order.Canceled)
}

// TestRepairOfALateChange: what differs is the amount of a change of ours that was settled as not
// happened. It is taken, as the watcher would take it.
func TestRepairOfALateChange(t *testing.T) {
	t.Parallel()
	w, p := lowerCarrier(t)
	there := w.foundOf(payment.Carrier, "20")
	w.notHappened(w.correct(p), there)
	s := open(t, w)
	there.Amount, there.Brand = lower, p.Brand
	s.tells(there)
	c, err := s.service.Compare(context.Background(), s.due(p))
	if err != nil || c.Kind != AmountDiffers || c.Remedy != RemedyTake {
		t.Fatalf("%+v, %v", c, err)
	}
	if c, err = s.service.Repair(context.Background(), c); err != nil || c.Kind != Agree || c.Skipped != "" {
		t.Errorf("%+v, %v", c, err)
	}
	if got := s.l.payment(p.ID).Amount; got != lower {
		t.Errorf("the book has %s", got)
	}
	s.alerted()
}
