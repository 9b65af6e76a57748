package ledger

import (
	"slices"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// A payment can go on under another payment_id (money.md §4). A correction in
// ペイジェントオンライン (028, 029) makes a new payment of another amount, which tells the id
// it corrects, and leaves ours behind at 32 or 60; 341 may give ours another id. The
// successor takes its predecessor's role whatever its amount. What ours was left behind
// at must never be taken for a cancellation, whichever of the two becomes known first:
// such an end is applied only once it was shown that nothing took its place. Nor does it
// show that a cancellation of ours took effect which has not been answered, or was refused.

// leftAt reports whether a status is one that a correction leaves the payment behind at.
func leftAt(m payment.Method, s payment.Status) bool {
	return m == payment.Card && (s == payment.AuthCancelDone || s == payment.RefundDone)
}

// endsElsewhere reports whether 094 tells an end of the payment that no operation of ours
// led to and that may mean that another one goes on in its place.
func (l *Ledger) endsElsewhere(p *Payment, f Finding) bool {
	if p.stage() == payment.StageFinished || p.Adopted && !p.living() { // over, or taken up just now
		return false
	}
	switch f.Kind {
	case Found:
		return leftAt(p.Method, f.Status) && !l.askedFor(p, f.Status)
	case NoSuch:
		return p.PaymentID != "" && p.Method == payment.Paidy && (p.living() || l.openOn(p) != nil)
	}
	return false
}

// askedFor reports whether an operation of ours about the payment succeeded that leads to
// the status: then it ended by our own hand. One that is under way or unknown may have come
// too late, after a correction.
func (l *Ledger) askedFor(p *Payment, s payment.Status) bool {
	return slices.ContainsFunc(l.Operations, func(op *Operation) bool {
		return op.PaymentID == p.ID && op.State == payment.Succeeded && op.Kind.LeadsTo(s)
	})
}

// canceling is the open operation that cancels a payment of a card, nil if none does.
func (l *Ledger) canceling(p *Payment) *Operation {
	if op := l.openOn(p); op != nil && cancels(op.Kind) {
		return op
	}
	return nil
}

// cancels reports the operations whose effect looks like what a correction leaves behind.
func cancels(k payment.Kind) bool {
	return k == payment.CancelAuthorization || k == payment.CancelCapture
}

// goesOver reports whether another payment may take p's place now: not while a telegram about
// p is in flight, whose answer is nearer (money.md §3); nor in a saga, unless that one wants p
// gone itself.
func (l *Ledger) goesOver(t tick, p *Payment) bool {
	if op := l.openOn(p); op != nil {
		told := op.Refused || op.State == payment.UnknownState && !cancels(op.Kind)
		if op.State == payment.Planned || t.now.Before(op.DeadlineAt) && !told {
			return false
		}
	}
	saga := l.saga(p)
	return saga == nil || l.lastStep(saga, p, payment.CancelAuthorization, payment.CancelCapture) != nil
}

// inherit takes what 094 told about a payment in whose place another one may stand. It
// reports whether nothing more is to be learnt from the answer now.
func (l *Ledger) inherit(t tick, p *Payment, f Finding, cause string) (done bool, err error) {
	if f.Kind == Found && f.Alone {
		l.Alone = p.ID
	}
	switch {
	case !l.endsElsewhere(p, f):
		if f.Kind == Found && !p.EndedAt.IsZero() && p.living() {
			p.EndedAt = time.Time{}
			l.closeAlert(t, AlertContradiction, heirCause(p))
		}
		return false, nil
	case f.Heir != nil && l.goesOver(t, p):
		_, err := l.succeed(t, p, *f.Heir, cause)
		return true, err
	case f.Alone:
		return false, nil
	case f.Kind == NoSuch && f.Heir == nil: // judged as before: nothing may have happened to it
		return false, nil
	}
	setOnce(&p.EndedAt, t.now) // for all that is known of it: a sweep that began after this tells what took its place
	return true, nil
}

// put off: an end that a correction may have caused waits until 094 has shown that
// nothing took the payment's place. It is asked at once.
func (l *Ledger) putOff(t tick, p *Payment, f fact) bool {
	if l.Alone == p.ID || !l.endsElsewhere(p, Finding{Kind: Found, Status: f.status}) {
		return false
	}
	p.AskAt = t.now
	return true
}

// predecessor is the payment that the notice's takes the place of, nil if it is none of
// the order's. corrects reports whether it takes the place of any.
func (l *Ledger) predecessor(n *Notice, f *Finding) (p *Payment, corrects bool) {
	ids := []string{n.BaseID}
	if f.about(n) {
		ids = append(append(ids, f.BaseID), f.Line...)
		corrects = f.LineFaint
	}
	for _, id := range ids {
		corrects = corrects || id != ""
		if p = l.holder(id); p != nil {
			return p, true
		}
	}
	return nil, corrects
}

// decideSuccessor takes a notice of a payment_id unknown to us that goes on in another
// one's place. It reports whether the notice is dealt with.
func (l *Ledger) decideSuccessor(t tick, n *Notice, f *Finding) (done, ask bool, err error) {
	if l.holder(n.PaymentID) != nil {
		return false, false, nil
	}
	old, corrects := l.predecessor(n, f)
	switch {
	case !corrects:
		return false, false, nil
	case f == nil: // the hash does not cover base_payment_id
		return true, true, nil
	case !f.about(n), old == nil:
		n.Asked++
		return true, false, l.askLater(t, n)
	case n.Type != old.Method.Type() || f.Type != n.Type:
		return true, false, l.park(t, n, ParkType)
	case f.BaseID == "" && f.TradingID != old.TradingID: // only the notice says so, and may lie
		return true, false, l.park(t, n, ParkNoOrder)
	}
	n.Asked++
	return true, false, l.takeSuccessor(t, n, old, *f)
}

// takeSuccessor takes a notice whose payment was shown by 094 to go on in old's place.
func (l *Ledger) takeSuccessor(t tick, n *Notice, old *Payment, f Finding) error {
	if !f.Status.Alive() {
		if old.stage() != payment.StageFinished {
			old.AskAt = t.now // it is gone as well, or something took the place of both
		}
		return l.finish(t, n, old, NoticeSuperseded)
	}
	if until, busy := l.underWay(t, old); busy {
		n.wait(until)
		return nil
	}
	if op := l.canceling(old); op != nil && !l.goesOver(t, old) { // its answer was lost, and it may still arrive
		n.wait(op.DeadlineAt)
		return nil
	}
	if op := l.openOn(old); op != nil && !op.Kind.Begins() && !cancels(op.Kind) && old.Method != payment.Paidy { // 094 settles it first
		n.wait(nextAsk(n.ReceivedAt, t.now))
		return nil
	}
	taken, err := l.succeed(t, old, f, noticeCause(n))
	if err != nil {
		return err
	}
	fresh := l.holder(n.PaymentID)
	switch {
	case !taken || fresh == nil || n.Status.Backwards(f.Status): // 094 is behind the notice
		return l.askLater(t, n)
	case f.Status == n.Status:
		return l.finish(t, n, fresh, NoticeApplied)
	}
	return l.finish(t, n, fresh, NoticeSuperseded)
}

// succeed lets a living payment take old's place. It reports false where another one has
// done so, and this one's turn is over.
func (l *Ledger) succeed(t tick, old *Payment, f Finding, cause string) (taken bool, err error) {
	if l.holder(f.PaymentID) != nil {
		return true, nil
	}
	before := l.openly()
	defer func() {
		if err == nil {
			l.syncAlerts(t, before)
		}
	}()
	if old.Method == payment.Paidy && old.stage() != payment.StageFinished {
		return true, l.renumber(t, old, f, cause)
	}
	if !old.living() && old.stage() != payment.StageFinished {
		// What was corrected had been authorised, for its own amount.
		if err := l.learn(t, old, payment.AuthOK, old.Amount, time.Time{}, cause); err != nil {
			return false, err
		}
	}
	if err := l.overtaken(t, old, cause); err != nil {
		return false, err
	}
	switch {
	case old.living():
		return true, l.replaceBy(t, old, f, cause)
	case l.replacement(old) != nil:
		return false, nil
	}
	fresh := l.adopt(t, old, f) // its predecessor's role is over
	fresh.Replaces, fresh.HandRefunded = old.ID, min(old.HandRefunded, f.Amount)
	return true, l.observe(t, fresh, told(f.Status, f.PaymentDate, cause))
}

// overtaken settles a cancellation of a payment that another one took the place of before
// it came: it had no effect.
func (l *Ledger) overtaken(t tick, old *Payment, cause string) error {
	op := l.canceling(old)
	if op == nil {
		return nil
	}
	v := verdict{state: payment.DeclinedOp, cause: cause, code: op.Code, detail: op.Detail}
	l.close(t, op, v)
	return l.failed(t, op, old, v)
}

// replacement is what took the payment's place by another hand than ours, nil if nothing did.
func (l *Ledger) replacement(p *Payment) *Payment {
	for _, q := range l.Payments {
		if q.Adopted && q.Replaces == p.ID {
			return q
		}
	}
	return nil
}

// renumber lets the payment go on under another payment_id.
func (l *Ledger) renumber(t tick, p *Payment, f Finding, cause string) error {
	was := p.PaymentID
	p.addPaygentID(f.PaymentID)
	p.PaymentID = f.PaymentID
	l.event(t, EventSucceededBy, Paygent, p, nil, cause, EventData{Status: string(f.Status), Amount: f.Amount, Text: was})
	if op := l.openOn(p); op == nil && p.living() {
		p.Amount = f.Amount
	}
	if f.Status != p.Status || l.openOn(p) != nil {
		return l.learn(t, p, f.Status, f.Amount, f.PaymentDate, cause)
	}
	return nil
}

// replaceBy ends a living payment in whose place another one stands, which takes over its
// role and where it stood.
func (l *Ledger) replaceBy(t tick, old *Payment, f Finding, cause string) error {
	fresh := l.adopt(t, old, f)
	l.inheritFrom(t, fresh, old, f)
	if l.CurrentID == old.ID {
		l.CurrentID = fresh.ID
	}
	l.leaveBehind(t, old)
	l.handOver(t, old, fresh)
	l.event(t, EventSucceededBy, Paygent, fresh, nil, cause, EventData{Status: string(f.Status), Amount: f.Amount, Text: old.PaymentID})
	if f.Status != fresh.Status {
		if err := l.observe(t, fresh, told(f.Status, f.PaymentDate, cause)); err != nil {
			return err
		}
	}
	l.syncTransit(t, fresh)
	l.judgeOther(t, fresh, cause)
	return nil
}

// inheritFrom copies where the predecessor stood. What was authenticated was its amount,
// so nobody else bears the liability any more (manual 2.5).
func (l *Ledger) inheritFrom(t tick, fresh, old *Payment, f Finding) {
	begun := f.BegunAt
	if begun.IsZero() || begun.After(t.now) {
		begun = t.now
	}
	fresh.Replaces, fresh.Brand, fresh.PaymentClass, fresh.SplitCount, fresh.StoredCard = old.ID, old.Brand, old.PaymentClass, old.SplitCount, old.StoredCard
	fresh.ThreeDS, fresh.Attempt = old.ThreeDS, old.Attempt
	fresh.HandRefunded = min(old.HandRefunded, f.Amount) // a correction brings nothing back that staff gave away
	fresh.Phase, fresh.Status, fresh.Reverse = old.Phase, old.Status, old.Reverse
	fresh.Situation = fresh.Method.Changed(f.Status.Pays())
	fresh.AuthorisedAt, fresh.LimitAt = begun, begun.Add(authorisationTerm)
	fresh.AskAt = watchLimit(fresh, t.now)
	if fresh.Phase == payment.Captured {
		fresh.CapturedAt = begun
		fresh.AskAt = watchCapture(fresh, t.now)
	}
}

// leaveBehind ends the predecessor. 094 is asked once more whether it is gone indeed.
func (l *Ledger) leaveBehind(t tick, old *Payment) {
	l.closeAlert(t, AlertAmountOpen, old.ID)
	old.End, old.Status = payment.Canceled, payment.AuthCancelDone
	if old.Phase == payment.Captured {
		old.End, old.Status = payment.Refunded, payment.RefundDone
	}
	old.Phase, old.EndedAt, old.AskAt, old.Reverse = payment.Ended, t.now, t.now.Add(time.Minute), false
	l.syncTransit(t, old)
	l.closeContradictions(t, old)
	l.closeAlert(t, AlertReversing, old.ID)
}

// handOver lets the alerts of the money itself go on about the payment that holds it now: a
// correction cures none of them.
func (l *Ledger) handOver(t tick, old, fresh *Payment) {
	for _, kind := range []AlertKind{AlertDouble, AlertPaidCanceled, AlertStockShort, AlertKept, AlertAmount} {
		if l.isOpen(kind, old.ID) {
			l.closeAlert(t, kind, old.ID)
			l.alert(t, kind, fresh.ID, EventData{TradingID: fresh.TradingID, PaygentID: fresh.PaymentID, Amount: fresh.Amount, Status: string(fresh.Status)})
		}
	}
}

// judgeOther sees to a successor that is not the order's payment, or is to be cancelled, as
// its predecessor was seen to: an authorisation is cancelled, money that was taken needs a
// person.
func (l *Ledger) judgeOther(t tick, p *Payment, cause string) {
	switch {
	case p.ID == l.CurrentID && !p.Reverse || l.saga(p) != nil:
	case p.Phase == payment.Authorised:
		l.reverse(t, p, cause)
	case p.Phase == payment.Captured:
		kind := AlertDouble
		if l.Order.Status == order.Canceled || l.Order.Status == order.Returned {
			kind = AlertPaidCanceled
		}
		l.alert(t, kind, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount, Status: string(p.Status)})
	}
}

// underItsID lets the payment go on under the id that 094 found in place of ours, and
// returns what it told about that one.
func (l *Ledger) underItsID(t tick, p *Payment, f Finding, witnessed bool) Finding {
	if f.Alone {
		l.Alone = p.ID
	}
	if f.Kind != NoSuch || f.Heir == nil || !witnessed || l.holder(f.Heir.PaymentID) != nil {
		return f
	}
	was := p.PaymentID
	p.addPaygentID(f.Heir.PaymentID)
	p.PaymentID = f.Heir.PaymentID
	l.event(t, EventSucceededBy, Paygent, p, nil, "inquiry", EventData{Status: string(f.Heir.Status), Amount: f.Heir.Amount, Text: was})
	return *f.Heir
}

// watchUnclear keeps asking about a payment that ended, while nobody can tell whether
// something took its place, and puts that before a person.
func (l *Ledger) watchUnclear(t tick, p *Payment, f Finding) {
	if p.stage() == payment.StageFinished {
		return
	}
	if !p.EndedAt.IsZero() && l.canceling(p) == nil { // else the operation's own alert tells
		l.alert(t, AlertContradiction, heirCause(p), EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount, Status: string(f.Status)})
	}
	p.AskAt = nextAsk(p.EndedAt, t.now)
}

const heirSuffix = ":heir"

func heirCause(p *Payment) string { return p.ID + heirSuffix }
