package ledger

import (
	"strings"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// fact is something that became known of a payment.
type fact struct {
	event       payment.Event
	status      payment.Status // what Paygent told, empty if the event is none of its statuses
	paymentDate time.Time
	cause       string // "answer", "inquiry", "notice:1001", "staff" …
	actor       Actor
}

// told makes the fact of a status Paygent told.
func told(s payment.Status, date time.Time, cause string) fact {
	return fact{event: payment.Told(s), status: s, paymentDate: date, cause: cause, actor: Paygent}
}

// observe takes one fact about a payment by the state table. It is the only way
// in which a payment, and through it the order and its hold, change.
func (l *Ledger) observe(t tick, p *Payment, f fact) error {
	if l.putOff(t, p, f) {
		return nil
	}
	before := l.openly()
	if l.unaccepted(t, p, f) {
		l.refuseAuthorised(t, p, f)
	} else if err := l.byTable(t, p, f); err != nil {
		return err
	}
	l.syncTransit(t, p)
	l.syncAlerts(t, before)
	return nil
}

// byTable looks the fact up in the table.
func (l *Ledger) byTable(t tick, p *Payment, f fact) error {
	role := l.role(p, f)
	rule, ok := payment.RuleFor(payment.Key{Scheme: p.scheme(), Role: role, Stage: p.stage(), Event: f.event, Order: l.Order.Status})
	if !ok && f.status.Transit() { // of whichever method: the centre is at work, and nothing is settled
		return nil
	}
	if !ok && f.status != payment.NoStatus { // a status that the method does not have
		l.contradict(t, p, f)
		return nil
	}
	if !ok {
		return problem.New(problem.Internal, "payment.no_rule", problem.Args{"Role": role, "Stage": p.stage(), "Event": f.event, "Order": l.Order.Status})
	}
	switch rule.Effect {
	case payment.Replay:
		l.fillIn(p, f)
		l.agree(t, p, f.status)
		return nil
	case payment.Note:
		if p.stage() != payment.StageFinished {
			p.Status = f.status
			p.setAsideLate(t)
		}
		return nil
	case payment.Contradict:
		l.contradict(t, p, f)
		return nil
	case payment.Reverse:
		l.stand(t, p, f)
		l.reverse(t, p, f.cause)
		return nil
	}
	if err := l.apply(t, p, rule, f); err != nil {
		return err
	}
	l.agree(t, p, f.status)
	return nil
}

// setAsideLate: what was settled as not happened stands at the centre after all, and the
// buyer has no way to it, but somebody may pay it. It is watched like any page left behind.
func (p *Payment) setAsideLate(t tick) {
	if p.Status.Informational() && (p.End == payment.NotHappened || p.End == payment.NeverSent) {
		p.End, p.AskAt = payment.Unreachable, watchLimit(p, t.now)
	}
}

// role says what the payment is to the order at this moment (money.md §6): the
// first payment shown to be authorised or captured, whose amount is the order's
// total, is the order's, whatever was begun after it.
func (l *Ledger) role(p *Payment, f fact) payment.Role {
	if l.saga(p) != nil {
		return payment.SagaPayment
	}
	comesAlive := !p.living() && (f.status.Authorises() || f.status.Pays()) && p.stage() != payment.StageFinished
	if !comesAlive {
		if p.ID == l.CurrentID && !l.detached(p) && !l.outlives(p, f) {
			return payment.OrderPayment
		}
		return payment.OtherPayment
	}
	if p.Amount != l.Order.Total {
		return payment.OtherPayment
	}
	if p.ID == l.CurrentID {
		return payment.OrderPayment
	}
	if cur := l.Current(); cur != nil && cur.worth() > 0 {
		return payment.OtherPayment
	}
	if !l.waits() {
		return payment.OtherPayment
	}
	l.CurrentID = p.ID
	return payment.OrderPayment
}

// outlives reports the end of a payment that was to be cancelled without its order: one that
// staff, or EC-CUBE's own hand, took in again meanwhile, under 決済未作成. Where staff cancel
// the payment themselves, the order goes with it. Nor is it the end of an order that is to be paid
// in another way.
func (l *Ledger) outlives(p *Payment, f fact) bool {
	ends := f.event == payment.CancelOK || f.event == payment.NeverUsed || f.status.Ends()
	return ends && (p.Reverse && l.active() || KeptApart(l, p)) && (f.actor == System || f.actor == Paygent)
}

// KeptApart reports a payment that was kept alive when its order, which goes on, got another
// method.
func KeptApart(l *Ledger, p *Payment) bool {
	return l.active() && l.isOpen(AlertKept, p.ID) && l.otherMethod(p)
}

// waits reports whether the order waits for a payment: in 8, in 7 unless EC-CUBE's own hand has it
// paid elsewhere, placed with a number that nobody has paid yet, or to be paid through Paygent by
// whatever comes.
func (l *Ledger) waits() bool {
	switch l.Order.Status {
	case order.Processing:
		return true
	case order.Pending:
		return !l.Order.elsewhere()
	case order.New, order.InProgress, order.Delivered:
		cur := l.Current()
		if cur != nil && (cur.Phase == payment.AwaitingPayment || cur.Phase == payment.AwaitingBuyer) {
			return true
		}
	}
	open := l.amountOpen()
	return l.unmade() || open != nil && (open.Phase == payment.Ended || open.Phase == payment.Captured && open.worth() == 0)
}

// apply writes what a rule says. Consequences that cannot be had (no stock left for
// a late payment) never undo what is true: a payment without goods is reversed, or
// put before a person if it is captured.
func (l *Ledger) apply(t tick, p *Payment, rule payment.Rule, f fact) error {
	if rule.Hold == payment.HoldCommit {
		if err := l.commitHold(t); err != nil {
			return l.goodsGone(t, p, rule, f, err)
		}
	}
	l.setPhase(t, p, rule, f)
	return l.consequences(t, p, rule, f)
}

// consequences are what a rule does to the order.
func (l *Ledger) consequences(t tick, p *Payment, rule payment.Rule, f fact) error {
	if rule.Hold == payment.HoldRelease {
		l.releaseHold(t)
	}
	if rule.Placed {
		l.place(t, Buyer)
	}
	l.move(t, rule.Order, f.cause)
	if rule.PaymentDate {
		l.paid(t, f)
	}
	if rule.Alert != payment.NoAlert {
		if kind := AlertKind(rule.Alert); kind != AlertDouble || l.amountOpen() != p { // its own money of another amount is no second one
			l.alert(t, kind, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount, Status: string(f.status)})
		}
		l.mail(t, MailMismatch, p.ID, EventData{PaygentID: p.PaymentID, TradingID: p.TradingID, Status: string(f.status), Amount: p.Amount})
	}
	return nil
}

// setPhase moves the payment itself.
func (l *Ledger) setPhase(t tick, p *Payment, rule payment.Rule, f fact) {
	was := p.Phase
	if rule.Phase != "" {
		if p.End != payment.WrongAmount {
			p.End = rule.End
		}
		p.Phase = rule.Phase
	}
	if f.status != payment.NoStatus {
		p.Status = f.status
	}
	p.Situation = rule.Shows(p.Situation)
	if p.Phase != payment.Opening && p.Phase != payment.AwaitingBuyer && p.Phase != payment.Unknown {
		p.SealedToken = ""
	}
	if p.living() {
		p.EndedAt = time.Time{} // an end that was none
	}
	switch p.Phase {
	case payment.AwaitingBuyer, payment.AwaitingPayment:
		p.AskAt = watchLimit(p, t.now)
	case payment.Authorised:
		l.stands(t, p)
		if was == payment.Ended { // what had ended was watched no more
			p.askBy(watchLimit(p, t.now))
		}
	case payment.Captured:
		setOnce(&p.CapturedAt, t.now)
		p.Reverse = false // money that was taken goes back only by a person's hand
		l.closeAlert(t, AlertReversing, p.ID)
		p.AskAt = watchCapture(p, t.now)
	case payment.Ended:
		setOnce(&p.EndedAt, t.now)
		p.AskAt, p.Reverse = time.Time{}, false
		l.closeAlert(t, AlertAmountOpen, p.ID)
		l.closeAlert(t, AlertAmount, p.ID) // what was authorised for another amount is gone
		if !p.End.Left() {
			l.closeContradictions(t, p)
		} else { // for the order alone: the centre's book says what it said
			p.AskAt = watchLimit(p, t.now)
		}
		if !p.AuthorisedAt.IsZero() || !p.CapturedAt.IsZero() {
			l.closeAlert(t, AlertReversing, p.ID)
			l.closeAlert(t, AlertDouble, p.ID)
			l.closeAlert(t, AlertPaidCanceled, p.ID)
			l.closeAlert(t, AlertStockShort, p.ID)
			l.closeAlert(t, AlertKept, p.ID)
		}
	}
	l.syncTransit(t, p)
	l.event(t, EventObserved, f.actor, p, nil, f.cause, EventData{Status: string(f.status), Amount: p.Amount, Text: string(f.event)})
}

// stands dates an authorisation: it is watched from the end of its term on.
func (l *Ledger) stands(t tick, p *Payment) {
	if !p.AuthorisedAt.IsZero() {
		return
	}
	p.AuthorisedAt = t.now
	p.LimitAt = t.now.Add(authorisationTerm)
	if p.Method == payment.Paidy {
		p.LimitAt = t.now.Add(paidyTerm)
	}
	p.AskAt = watchLimit(p, t.now)
}

// stand records that a payment is authorised without letting it move the order.
func (l *Ledger) stand(t tick, p *Payment, f fact) {
	if p.Phase != payment.Authorised {
		l.setPhase(t, p, payment.Rule{Phase: payment.Authorised}, f)
		return
	}
	l.fillIn(p, f)
	l.syncTransit(t, p)
}

// fillIn adds what a replay knows more: the status that an answer without one led to,
// or to which the centre went back from transit. The status of an end stays.
func (l *Ledger) fillIn(p *Payment, f fact) {
	if f.status != payment.NoStatus && !p.Status.Ends() {
		p.Status = f.status
	}
}

// paid sets 入金日, from Paygent's own date where it gave one.
func (l *Ledger) paid(t tick, f fact) {
	switch {
	case !f.paymentDate.IsZero():
		l.Order.PaymentDate = f.paymentDate
	case l.Order.PaymentDate.IsZero():
		l.Order.PaymentDate = t.now
	}
}

// contradict puts what cannot be before a person, once per payment and status.
func (l *Ledger) contradict(t tick, p *Payment, f fact) {
	cause := contradictionCause(p, f.event)
	data := EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Status: string(f.status), Amount: p.Amount, Text: string(f.event)}
	l.alert(t, AlertContradiction, cause, data)
	l.mail(t, MailMismatch, cause, data)
}

func contradictionCause(p *Payment, e payment.Event) string { return p.ID + ":" + string(e) }

// agree closes what was said of a contradiction, once Paygent tells of the payment what the
// book says.
func (l *Ledger) agree(t tick, p *Payment, told payment.Status) {
	if told != payment.NoStatus && !told.Transit() && !p.uncaptured(told) {
		l.closeContradictions(t, p)
	}
}

func (l *Ledger) closeContradictions(t tick, p *Payment) {
	for _, cause := range l.contradictions(p) {
		l.closeAlert(t, AlertContradiction, cause)
	}
}

// contradictions are the causes of the open alerts that the centre's book and ours say
// different things of the payment.
func (l *Ledger) contradictions(p *Payment) (causes []string) {
	for _, a := range l.OpenAlerts {
		if a.Kind == AlertContradiction && strings.HasPrefix(a.Cause, p.ID+":") {
			causes = append(causes, a.Cause)
		}
	}
	return causes
}

// goodsGone is the end of a late payment whose goods are no longer there.
func (l *Ledger) goodsGone(t tick, p *Payment, rule payment.Rule, f fact, err error) error {
	if _, ordinary := problem.As(err); !ordinary { // the goods are to be loaded first, or cannot be read
		return err
	}
	if rule.Phase == payment.Authorised {
		l.stand(t, p, f)
		l.alert(t, AlertStockShort, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount})
		if l.Order.Status == order.Pending {
			l.move(t, order.Processing, f.cause)
		}
		l.reverse(t, p, f.cause)
		return nil
	}
	l.setPhase(t, p, rule, f)
	l.alert(t, AlertStockShort, p.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: p.Amount, Status: string(f.status)})
	l.mail(t, MailMismatch, p.ID, EventData{PaygentID: p.PaymentID, TradingID: p.TradingID, Status: string(f.status), Amount: p.Amount})
	return nil
}

func setOnce(at *time.Time, now time.Time) {
	if at.IsZero() {
		*at = now
	}
}
