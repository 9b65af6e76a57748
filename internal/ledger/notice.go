package ledger

import (
	"slices"
	"strconv"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// confirmTerm is how long a notice waits for 094 to confirm it (money.md §5).
const confirmTerm = 24 * time.Hour

// decideNotice takes one stored notice: applies it, leaves it waiting, or parks it.
// f is what 094 said about its payment, nil if it was not asked yet. It reports
// whether 094 has to be asked first.
func (l *Ledger) decideNotice(t tick, n *Notice, f *Finding) (ask bool, err error) {
	switch {
	case n.PaymentID == "" || n.Status == payment.NoStatus || n.Reason == ParkMalformed:
		return false, l.park(t, n, ParkMalformed)
	case n.Environment != t.policy.Environment || n.MerchantID != t.policy.MerchantID:
		return false, l.park(t, n, ParkEnvironment) // of a former one: no question goes out about it
	}
	if done, ask, err := l.decideSuccessor(t, n, f); done {
		return ask, err
	}
	if done, ask, err := l.decideHandMade(t, n, f); done {
		return ask, err
	}
	p := l.paymentOf(t, n, f)
	switch {
	case p == nil && f == nil && l.namesPayment(n):
		return true, nil
	case p == nil && l.namesPayment(n) && (!f.about(n) || f.Status.Transit()):
		n.Asked++
		return false, l.askLater(t, n)
	case f.behind(n) && (p == nil && l.besideOurs(n, f) || p != nil && p.beside(n.PaymentID)):
		n.Asked++
		return false, l.askLater(t, n) // a second payment of the buyer's, perhaps
	case p == nil && l.besideOurs(n, f):
		return false, l.finish(t, n, l.named(n), NoticeSuperseded)
	case p == nil:
		return false, l.park(t, n, ParkNoOrder)
	case n.Type != p.Method.Type():
		return false, l.park(t, n, ParkType)
	case n.Environment != p.Environment || n.MerchantID != p.MerchantID:
		return false, l.park(t, n, ParkEnvironment)
	case n.PaymentID == p.PaymentID && n.NoticeID < p.LastNoticeID && p.Status.Backwards(n.Status):
		return false, l.finish(t, n, p, NoticeSuperseded)
	case p.beside(n.PaymentID):
		return false, l.finish(t, n, p, NoticeSuperseded)
	}
	if l.awaitsName(p) {
		if done, ask, err := l.decideName(t, n, p, f); done {
			return ask, err
		}
	}
	if until, busy := l.underWay(t, p); busy && !n.Status.Informational() {
		n.wait(until) // tried again after transaction B
		return false, nil
	}
	if !l.risky(t, n, p) && !f.about(n) {
		if !l.rightAmount(p, n.Amount) && !n.Status.Ends() {
			return false, l.park(t, n, ParkAmount)
		}
		return false, l.applyNotice(t, n, p, n.Status, n.PaymentDate)
	}
	if f == nil {
		return true, nil
	}
	return false, l.confirmed(t, n, p, *f)
}

// rightAmount: the payment's, or the target of its open operation.
func (l *Ledger) rightAmount(p *Payment, amount order.Yen) bool {
	op := l.openOn(p)
	return amount == p.Amount || op != nil && changesAmount(op) && amount == op.Amount
}

// onceWorth reports whether the payment had this amount before one of our operations
// changed it: a notice from then is late, not wrong.
func (l *Ledger) onceWorth(p *Payment, amount order.Yen) bool {
	return amount != p.Amount && slices.ContainsFunc(l.Operations, func(op *Operation) bool {
		return op.PaymentID == p.ID && op.State == payment.Succeeded && op.Kind != payment.ChangeAmount && op.Amount == amount
	})
}

// learnBrand takes the carrier that 094 told of a link type's payment.
func (l *Ledger) learnBrand(p *Payment, f Finding) {
	if p.Method == payment.Carrier && p.Brand == payment.NoBrand && f.Kind == Found {
		p.Brand = f.Brand
	}
}

// underWay reports whether a telegram about the payment is planned or in flight, and
// until when at the latest.
func (l *Ledger) underWay(t tick, p *Payment) (until time.Time, busy bool) {
	op := l.openOn(p)
	if until, waits := l.awaitsReturn(t, p); waits {
		return until, true
	}
	switch {
	case op == nil && l.saga(p) != nil:
		return t.now.Add(10 * time.Second), true // judged when the saga ends
	case op == nil:
		return time.Time{}, false
	case op.State == payment.Planned:
		return t.now.Add(10 * time.Second), true
	case op.State == payment.Sent && t.now.Before(op.DeadlineAt):
		return op.DeadlineAt, true
	}
	return time.Time{}, false
}

// about reports whether 094 answered about the payment that the notice names.
func (f *Finding) about(n *Notice) bool {
	return f != nil && f.Kind == Found && f.PaymentID == n.PaymentID
}

// behind reports whether 094 has yet to show that the notice's payment came alive.
func (f *Finding) behind(n *Notice) bool {
	return f.about(n) && n.Status.Alive() && f.Status.NeverAlive()
}

// namesPayment reports whether the trading_id is one of ours although the id is
// another payment's: then 094 says what that payment is.
func (l *Ledger) namesPayment(n *Notice) bool {
	named := l.named(n)
	return named != nil && named.Method.Type() == n.Type
}

// named is the payment begun by us under the notice's trading_id: of several the one
// whose id is not known yet.
func (l *Ledger) named(n *Notice) *Payment {
	var named *Payment
	for _, p := range l.Payments {
		if p.TradingID == n.TradingID && !p.Adopted && (named == nil || p.PaymentID == "") {
			named = p
		}
	}
	return named
}

// holder is the payment that Paygent gave this payment_id.
func (l *Ledger) holder(paygentID string) *Payment {
	for _, p := range l.Payments {
		if paygentID != "" && slices.Contains(p.PaymentIDs, paygentID) {
			return p
		}
	}
	return nil
}

// paymentOf finds the payment a notice is about (money.md §4): by payment_id, then
// by trading_id where it can name only that one; else it is another payment of the
// order, adopted once 094 has shown it. A payment begun before ours bears our
// trading_id by chance (a restored copy, another shop) and is none of the order's.
func (l *Ledger) paymentOf(t tick, n *Notice, f *Finding) *Payment {
	if p := l.holder(n.PaymentID); p != nil && p.beside(n.PaymentID) {
		return l.second(t, p, n, f)
	} else if p != nil {
		return p
	}
	named := l.named(n)
	switch {
	case !l.namesPayment(n):
		return nil
	case f.about(n) && former(named, *f):
		return nil
	case n.Amount == named.Amount && l.mayBe(named, n.Status):
		return named
	case !f.about(n):
		return nil
	case l.tampered(named, n, *f):
		return named
	case f.Status.Transit(): // nothing is settled yet
		return nil
	case f.Status.NeverAlive(), !bearsOurMark(t, n.TradingID): // that one may be another shop's, and would be reversed
		return nil
	}
	return l.adopt(t, named, *f)
}

// mayBe reports whether an id unknown to us, told to have this status, can be this
// payment's. Paidy's 341 may give it a new one.
func (l *Ledger) mayBe(p *Payment, s payment.Status) bool {
	switch p.Status {
	case payment.Applied, payment.AuthNG, payment.ThreeDSAbandoned, payment.Abandoned:
		return true
	}
	if p.PaymentID == "" {
		return true
	}
	op := l.openOn(p)
	return op != nil && (op.Kind.Begins() || op.Kind == payment.CapturePaidy && s.Pays())
}

// tampered reports whether this is the payment the order waits for, authorised for
// another amount.
func (l *Ledger) tampered(p *Payment, n *Notice, f Finding) bool {
	return p.ID == l.CurrentID && p.PaymentID == "" && !p.living() && l.Order.Status == order.Pending &&
		f.Status.Authorises() && f.Amount == n.Amount && f.Amount != p.Amount
}

// adopt records a payment of the order that was not begun by us.
func (l *Ledger) adopt(t tick, like *Payment, f Finding) *Payment {
	seq := 0
	for _, p := range l.Payments {
		seq = max(seq, p.Seq)
	}
	p := &Payment{
		ID: t.newID(), Seq: seq + 1, Environment: like.Environment, MerchantID: like.MerchantID, Method: like.Method,
		System: like.System, TradingID: f.TradingID, PaymentID: f.PaymentID, PaymentIDs: []string{f.PaymentID}, Amount: f.Amount,
		Phase: payment.Opening, Adopted: true, BegunAt: t.now,
	}
	l.Payments = append(l.Payments, p)
	return p
}

// risky reports whether a notice must be confirmed by 094: the hash does not cover
// the status, so what would move money, stock, points or the order on its own is
// not believed (money.md §5).
func (l *Ledger) risky(t tick, n *Notice, p *Payment) bool {
	switch {
	case n.Reason == ParkConflict, len(l.contradictions(p)) > 0: // of two that contradict each other 094 decides
		return true
	case p.Status.Backwards(n.Status) || l.passed(p, n.Status): // with a higher id than the last: 094 decides
		return true
	case l.onceWorth(p, n.Amount):
		return true
	case len(l.lateChanges(p, Finding{Kind: Found, PaymentID: n.PaymentID, Type: n.Type, Status: n.Status, Amount: n.Amount})) > 0:
		return true
	case l.endsElsewhere(p, Finding{Kind: Found, Status: n.Status}), l.replacement(p) != nil && n.Status != p.Status:
		return true // another payment may have taken its place, or has
	case p.Method == payment.Carrier && p.Brand == payment.NoBrand:
		return true // 094 tells whose it is
	case t.policy.Confirm == ConfirmNever:
		return false
	case t.policy.Confirm == ConfirmAlways:
		return true
	}
	if n.Status.Informational() || n.Status == p.Status {
		return false
	}
	if op := l.openOn(p); op != nil {
		return true
	}
	if op := l.lastSucceeded(p); op != nil && !changesAmount(op) && op.Kind.LeadsTo(n.Status) {
		return false
	}
	if p.Phase == payment.Captured && p.Status == payment.Cleared && (n.Status == payment.ClearedFinal || n.Status == payment.ClearedComplete) {
		return false
	}
	return true
}

// passed reports whether our own last operation has led the payment beyond a status,
// its last one perhaps: that one's notice is late.
func (l *Ledger) passed(p *Payment, s payment.Status) bool {
	op := l.lastSucceeded(p)
	return !s.Informational() && op != nil && op.Kind.Target().Backwards(s)
}

// confirmed takes a notice with what 094 said.
func (l *Ledger) confirmed(t tick, n *Notice, p *Payment, f Finding) error {
	n.Asked++
	l.learnBrand(p, f)
	if !f.about(n) || f.Type != n.Type {
		return l.askLater(t, n)
	}
	if done, err := l.inherit(t, p, f, noticeCause(n)); err != nil {
		return err
	} else if done && p.stage() != payment.StageFinished {
		if l.rightAmount(p, f.Amount) {
			p.addPaygentID(f.PaymentID) // by which a successor finds its predecessor
		}
		return l.askLater(t, n) // it ended, and something may have taken its place
	}
	if err := l.learnLate(t, p, f); err != nil {
		return err
	}
	former := f.Amount != n.Amount && (n.Amount == p.Amount || l.onceWorth(p, n.Amount)) && l.rightAmount(p, f.Amount) // before our change, whose outcome may be open
	if f.Amount != n.Amount && !f.Status.Ends() && !former {
		return l.park(t, n, ParkAmount)
	}
	if !l.rightAmount(p, n.Amount) && !f.Status.Ends() && !former {
		return l.wrongAmount(t, n, p, f)
	}
	switch {
	case n.Status.Authorises() && p.uncaptured(f.Status) && p.mayShowLater(t): // a late notice, and the watch goes on asking
		return l.finish(t, n, p, NoticeSuperseded)
	case f.Status == n.Status && !former:
		return l.applyNotice(t, n, p, f.Status, latest(n.PaymentDate, f.PaymentDate))
	case n.NoticeID < p.LastNoticeID && n.Status.Informational() && f.Status == p.Status:
		// A newer notice and 094 agree, though a card refused at its page goes from 14 back to 10.
		return l.finish(t, n, p, NoticeSuperseded)
	case n.Status.Backwards(f.Status): // 094 is behind the notice
		return l.askLater(t, n)
	case f.Status.Transit() && !p.living(): // nor has it shown whether the payment ever stood
		return l.askLater(t, n)
	}
	p.standUnder(f.PaymentID, f.Status)
	if err := l.learn(t, p, f.Status, f.Amount, f.PaymentDate, noticeCause(n)); err != nil {
		return err
	}
	return l.finish(t, n, p, NoticeSuperseded)
}

// askLater keeps the notice waiting on the schedule, for a day.
func (l *Ledger) askLater(t tick, n *Notice) error {
	if !t.now.Before(n.ReceivedAt.Add(confirmTerm)) {
		return l.park(t, n, ParkSilent)
	}
	n.wait(nextAsk(n.ReceivedAt, t.now))
	return nil
}

// wrongAmount is an authorisation of a waiting order for another amount, confirmed
// by 094: it is reversed, the buyer may try again, and the shop is told once. Any
// other wrong amount is parked.
func (l *Ledger) wrongAmount(t tick, n *Notice, p *Payment, f Finding) error {
	if !f.Status.Authorises() || p.living() || l.Order.Status != order.Pending || !mayReverse(t, p) {
		return l.park(t, n, ParkAmount)
	}
	if op := l.openOn(p); op != nil {
		l.close(t, op, verdict{state: payment.DeclinedOp, cause: noticeCause(n), code: "amount"})
	}
	if p.ID == l.CurrentID {
		l.releaseHold(t)
		l.move(t, order.Processing, noticeCause(n))
		l.CurrentID = ""
	}
	p.Amount = f.Amount
	data := EventData{TradingID: n.TradingID, PaygentID: n.PaymentID, Amount: n.Amount, Status: string(n.Status)}
	l.alert(t, AlertAmount, p.ID, data)
	l.mail(t, MailTampered, p.ID, data)
	if err := l.applyNotice(t, n, p, f.Status, time.Time{}); err != nil {
		return err
	}
	p.End = payment.WrongAmount // and stays so when the reversal ends it
	return nil
}

// applyNotice applies a status a notice told: as evidence of the open operation
// where it is that, else by the state table.
func (l *Ledger) applyNotice(t tick, n *Notice, p *Payment, s payment.Status, date time.Time) error {
	p.standUnder(n.PaymentID, s)
	if op := l.openOn(p); op != nil && op.Kind == payment.CapturePaidy && s.Pays() {
		p.PaymentID = n.PaymentID
	}
	if err := l.learn(t, p, s, n.Amount, date, noticeCause(n)); err != nil {
		return err
	}
	return l.finish(t, n, p, NoticeApplied)
}

// learn takes a status that is certain. It settles the open operation it is
// evidence for, and is observed by the table.
func (l *Ledger) learn(t tick, p *Payment, s payment.Status, amount order.Yen, date time.Time, cause string) error {
	if s.Ends() {
		amount = p.Amount
	}
	op := l.openOn(p)
	if op == nil || op.State == payment.Planned || s.Informational() {
		return l.observe(t, p, told(s, date, cause))
	}
	f := Finding{Kind: Found, Type: p.Method.Type(), Status: s, Amount: amount, BegunAt: op.PlannedAt}
	v := verdict{cause: cause, status: s, paymentDate: date}
	switch r := read(op, p, f); {
	case r == readYes && cancels(op.Kind) && l.putOff(t, p, told(s, date, cause)):
		return nil
	case r == readYes:
		v.state = payment.Succeeded
	case r == readNo:
		v.state, v.event = payment.DeclinedOp, payment.Refused
	default:
		return l.observe(t, p, told(s, date, cause))
	}
	return l.settle(t, op.ID, v)
}

// finish writes a notice's end.
func (l *Ledger) finish(t tick, n *Notice, p *Payment, s NoticeState) error {
	l.closeAlert(t, AlertNoticeParked, parkCause(n)) // it may have been parked before
	n.State, n.Reason, n.NextAt = s, NotParked, time.Time{}
	if p != nil && slices.Contains(p.PaymentIDs, n.PaymentID) {
		if n.PaymentID == p.PaymentID { // another id's tell nothing of this one's order
			p.LastNoticeID = max(p.LastNoticeID, n.NoticeID)
		}
		// Chosen at the centre's page with the card that paid; a change of the amount repeats it.
		if p.PaymentClass == "" && n.PaymentID == p.PaymentID && n.Status.Alive() {
			p.PaymentClass, p.SplitCount = n.PaymentClass, n.SplitCount
		}
	}
	l.event(t, EventNotice, Paygent, p, nil, noticeCause(n), EventData{NoticeID: n.NoticeID, Status: string(n.Status), Amount: n.Amount, Text: string(s)})
	return nil
}

// wait has a notice tried again later. What it was parked for before is kept: where that
// is so once more, a person has seen it.
func (n *Notice) wait(until time.Time) { n.State, n.NextAt = NoticeReceived, until }

// park puts a notice before a person. It is stored, and nothing is moved.
func (l *Ledger) park(t tick, n *Notice, why ParkReason) error {
	again := n.Reason == why && !n.NextAt.IsZero() // woken, or waiting since
	n.State, n.Reason, n.NextAt = NoticeParked, why, time.Time{}
	if again { // tried again in vain: nothing new to tell
		return nil
	}
	data := EventData{NoticeID: n.NoticeID, TradingID: n.TradingID, PaygentID: n.PaymentID, Status: string(n.Status), Amount: n.Amount, Text: string(why)}
	l.event(t, EventNoticeParked, Paygent, nil, nil, noticeCause(n), data)
	l.alert(t, AlertNoticeParked, parkCause(n), data)
	return nil
}

func noticeCause(n *Notice) string { return "notice:" + strconv.FormatInt(n.NoticeID, 10) }

// parkCause is the cause of the alert about a parked notice, and ends with Notice.ID: of two
// that share their payment_notice_id (a conflict) each has its own.
func parkCause(n *Notice) string { return noticeCause(n) + ":" + n.ID }

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
