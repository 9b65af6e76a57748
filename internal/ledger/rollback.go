package ledger

import (
	"context"
	"errors"
	"slices"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// RollbackVerdict is what became of one order in 決済処理中 (money.md §9).
type RollbackVerdict string

const (
	RolledBack      RollbackVerdict = "canceled" // 注文取消し; stock and points are given back
	RollbackStands  RollbackVerdict = "stands"   // it is authorised or paid: the order is taken in
	RollbackSkipped RollbackVerdict = "skipped"  // not now; Reason tells why
)

// Why an order is skipped.
const (
	SkipMoved     = "moved"     // it is no longer in 決済処理中, or changed while it was asked about
	SkipOperation = "operation" // an operation is open or its outcome unknown
	SkipWaiting   = "waiting"   // a page or number can still be used
	SkipNoAnswer  = "no_answer" // the centre did not tell
	SkipElsewhere = "elsewhere" // a payment of another environment or merchant
	SkipPaid      = "paid"      // money was taken, and the goods are gone or the amount is not the order's: a person decides
	SkipOther     = "other"     // its payment is under way by another plugin
	SkipUnclear   = "unclear"   // the centre holds a payment under the order's id, and nothing shows whose it is: a person decides
)

// SkipReasons lists them.
func SkipReasons() []string {
	return []string{SkipMoved, SkipOperation, SkipWaiting, SkipNoAnswer, SkipElsewhere, SkipPaid, SkipOther, SkipUnclear}
}

// Rollback is what became, or would become, of one order.
type Rollback struct {
	Order   order.ID
	No      string
	Verdict RollbackVerdict
	Reason  string // of a skipped one
}

// RollBack ends one order that was left in 決済処理中, after asking the centre about
// each of its payments that can still come alive. A rehearsal writes nothing.
func (s *Service) RollBack(ctx context.Context, id order.ID, rehearse bool) (Rollback, error) {
	l, err := s.store.View(ctx, id)
	if err != nil {
		return Rollback{Order: id}, err
	}
	out := Rollback{Order: id, No: l.Order.No}
	t, err := s.tick(ctx)
	if err != nil {
		return out, err
	}
	if reason := l.mayRollBack(t); reason != "" {
		out.Verdict, out.Reason = RollbackSkipped, reason
		return out, nil
	}
	findings, elsewhere, err := s.askForRollback(ctx, l, t)
	if err != nil {
		return out, err
	}
	version := l.Version
	decide := func(l *Ledger, t tick) error {
		out.Verdict, out.Reason = RollbackSkipped, SkipMoved
		if l.Version != version || l.Order.Status != order.Pending || l.heldElsewhere() {
			return nil
		}
		verdict, reason, err := l.rollBack(t, findings, elsewhere)
		out.Verdict, out.Reason = verdict, reason
		return err
	}
	if !rehearse {
		_, err = s.update(ctx, id, decide)
		return out, err
	}
	err = s.store.Update(ctx, id, func(l *Ledger) error {
		if err := l.meetHost(t); err != nil { // as s.update does
			return err
		}
		if err := decide(l, t); err != nil {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return out, err
}

// rollbackAsks is how many orders of a rollback are asked about at once: more may be looked
// at, for many need no question.
const rollbackAsks = 16

// askForRollback asks about what can come alive.
func (s *Service) askForRollback(ctx context.Context, l *Ledger, t tick) (findings map[string]asked, elsewhere *begunElsewhere, err error) {
	var alive []*Payment
	for _, p := range l.Payments {
		if l.canComeAlive(t, p) {
			alive = append(alive, p)
		}
	}
	if len(alive) == 0 && !l.unbooked() {
		return nil, nil, nil
	}
	select {
	case s.rollbackAsks <- struct{}{}:
		defer func() { <-s.rollbackAsks }()
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	findings = map[string]asked{}
	for _, p := range alive {
		f := s.inquireEach(ctx, l, p, t.policy.Version)
		findings[p.ID] = asked{f, s.witnessed(ctx, p.Environment, p.MerchantID, t.policy.Version, f, l.Order.ID)}
	}
	if l.unbooked() {
		elsewhere, err = s.askUnbooked(ctx, l, t)
	}
	return findings, elsewhere, err
}

// errRehearsed undoes a rehearsal, which decided with all that it needed.
var errRehearsed = errors.New("ledger: rehearsed")

// PendingBefore is the start of the JST day that lies the term before today: an order
// is taken from the day after its term has passed.
func PendingBefore(now time.Time, days int) time.Time {
	y, m, d := now.In(order.JST()).Date()
	return time.Date(y, m, d-days, 0, 0, 0, 0, order.JST())
}

// asked is an answer of 094, and whether "no such payment" may be believed.
type asked struct {
	Finding
	witnessed bool
}

// mayRollBack is why an order is skipped before anything is asked, empty if it is not.
func (l *Ledger) mayRollBack(t tick) string {
	if l.Order.Status != order.Pending {
		return SkipMoved
	}
	if l.heldElsewhere() {
		return SkipOther
	}
	for _, op := range l.Operations {
		if op.State.Open() {
			return SkipOperation
		}
	}
	for _, p := range l.Payments {
		if l.canComeAlive(t, p) && t.policy.elsewhere(p) {
			return SkipElsewhere
		}
	}
	return ""
}

// canComeAlive reports whether the payment is not ended for good: a page that was
// left can still be used until its limit and margin.
func (l *Ledger) canComeAlive(t tick, p *Payment) bool {
	if p.Phase != payment.Ended {
		return true
	}
	over := p.Status == payment.AuthNG || p.Status == payment.ThreeDSAbandoned // what is stored ends it
	return p.End.Left() && !over && t.now.Before(p.LimitAt.Add(margin))
}

// rollBack decides with what 094 said about each payment, and about one that our book does
// not know.
func (l *Ledger) rollBack(t tick, findings map[string]asked, elsewhere *begunElsewhere) (RollbackVerdict, string, error) {
	skip := ""
	if l.unbooked() {
		findings, skip = l.takeUnbooked(t, elsewhere)
	}
	var cancels []*Payment
	for _, p := range l.Payments {
		f, was := findings[p.ID]
		if !was {
			continue
		}
		l.learnBrand(p, f.Finding)
		done, err := l.inherit(t, p, f.Finding, "inquiry")
		if err != nil {
			return "", "", err
		}
		if done && f.Heir == nil {
			skip = SkipNoAnswer // it ended, and something may have taken its place
		}
		if done {
			continue
		}
		if l.cancelsAlive(t, p, f.Finding) {
			cancels = append(cancels, p)
			continue
		}
		if l.tells(p, f.Finding) && (f.Status.Alive() || refused(p, f.Status)) && f.Status != p.Status {
			p.standUnder(f.PaymentID, f.Status)
			if err := l.learn(t, p, f.Status, f.Amount, f.PaymentDate, "inquiry"); err != nil {
				return "", "", err
			}
		}
		if reason := l.holdsBack(t, p, f); reason != "" {
			skip = reason
		}
	}
	stands := l.Order.Status != order.Pending && l.Order.Status != order.Processing && l.Order.Status != order.Canceled
	switch {
	case stands:
	case skip != "":
		return RollbackSkipped, skip, nil
	case slices.ContainsFunc(l.Payments, func(p *Payment) bool { return p.Phase == payment.Captured && p.worth() > 0 }):
		return RollbackSkipped, SkipPaid, nil
	}
	for _, p := range cancels { // with the order, or as one too many
		f := findings[p.ID]
		p.standUnder(f.PaymentID, f.Status)
		l.stand(t, p, told(f.Status, f.PaymentDate, "inquiry"))
		l.reverse(t, p, "rollback")
	}
	if stands {
		return RollbackStands, "", nil
	}
	for _, p := range l.Payments {
		if _, was := findings[p.ID]; was && p.Phase != payment.Ended && !p.living() {
			if err := l.observe(t, p, fact{event: payment.NeverUsed, cause: "rollback", actor: System}); err != nil {
				return "", "", err
			}
			p.AskAt = p.LimitAt.Add(margin) // in case it is used after all
		}
	}
	l.releaseHold(t)
	l.move(t, order.Canceled, "rollback")
	return RolledBack, "", nil
}

// cancelsAlive reports whether an authorisation that was found is cancelled instead of
// becoming the order's: if the shop's setting says so and a telegram does it. Money that
// was taken goes back only by a person's hand.
func (l *Ledger) cancelsAlive(t tick, p *Payment, f Finding) bool {
	if !t.policy.RollbackCancels || !l.tells(p, f) || !f.Status.Authorises() || !mayReverse(t, p) {
		return false
	}
	found := p.standing()
	found.Phase, found.Status = payment.Authorised, f.Status
	return found.Offers(payment.CancelButton) != ""
}

// refused reports a status by which the payment has ended. A bank's 15 is none: its page
// can be used again.
func refused(p *Payment, s payment.Status) bool {
	return s == payment.ThreeDSAbandoned || s.Ends() && !(s == payment.Abandoned && p.Method == payment.Bank)
}

// holdsBack is why the payment keeps its order from being cancelled, empty if it does not.
func (l *Ledger) holdsBack(t tick, p *Payment, f asked) string {
	switch {
	case p.living(), p.stage() == payment.StageFinished:
		return ""
	case l.takenByAnother(p, f.Finding): // there is none of its own
		if t.now.Before(p.LimitAt.Add(margin)) {
			return SkipWaiting
		}
		return ""
	case f.Kind == Found && (f.Status.Transit() || !l.tells(p, f.Finding) || !slices.Contains(p.Method.Statuses(), f.Status)):
		return SkipNoAnswer // at work, or something we do not understand
	case f.Kind == Found && refused(p, f.Status):
		return ""
	case f.Kind != Found && !(f.Kind == NoSuch && f.witnessed):
		return SkipNoAnswer
	case t.now.Before(p.LimitAt.Add(margin)):
		return SkipWaiting
	}
	return ""
}
