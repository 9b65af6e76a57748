package ledger

import (
	"context"
	"slices"
	"time"

	"kessai/internal/payment"
)

// Times of money.md §3.
const (
	settleMargin   = 60 * time.Second // after the telegram's deadline, before a negative answer counts
	negativeApart  = 60 * time.Second // between two negative answers that agree
	alertUnknown   = 30 * time.Minute
	alertTransit   = 24 * time.Hour
	begunTolerance = 10 * time.Minute // another clock, whole seconds
)

// askSchedule is when the unknown is asked about, counted from when it became so.
var askSchedule = []time.Duration{0, 10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute}

// nextAsk is the first scheduled time after now; hourly once the schedule is over.
func nextAsk(since, now time.Time) time.Time {
	for _, d := range askSchedule {
		if at := since.Add(d); at.After(now) {
			return at
		}
	}
	return now.Add(time.Hour)
}

// NextAsk is when to ask next, on the schedule of money.md §3, for what never came.
func NextAsk(since, now time.Time) time.Time { return nextAsk(since, now) }

// backoff is the pause before the n-th further try of a cancellation.
func backoff(n int) time.Duration {
	if n < len(askSchedule) {
		return max(askSchedule[n], 10*time.Second)
	}
	return time.Hour
}

// margin is how long after its limit a payment may still come alive by what is under
// way at the centre (money.md §9).
const margin = 48 * time.Hour

// tokenTerm is how long a sealed card token is kept for a challenge (money.md §6).
const tokenTerm = 30 * time.Minute

// watchLimit is when 094 is asked about a payment that nobody has paid, cancelled or
// captured by its limit: then, and daily until it ends.
func watchLimit(p *Payment, now time.Time) time.Time {
	at := p.LimitAt.Add(margin)
	if p.SealedToken != "" {
		at = p.BegunAt.Add(tokenTerm)
	}
	if p.LimitAt.IsZero() || !at.After(now) {
		return now.Add(24 * time.Hour)
	}
	return at
}

// watchCapture is when 094 is asked whether a capture is through, if no notice said
// so: a minute later, then along the schedule for a day (money.md §6).
func watchCapture(p *Payment, now time.Time) time.Time {
	if p.Status == payment.Cleared || p.Status == payment.ClearedFinal || p.Status == payment.ClearedComplete {
		return time.Time{}
	}
	if p.Status == payment.EarlyReport { // the final report comes with the store's own pace
		return now.Add(24 * time.Hour)
	}
	switch since := now.Sub(p.CapturedAt); {
	case since < time.Minute:
		return p.CapturedAt.Add(time.Minute)
	case since < 5*time.Minute:
		return p.CapturedAt.Add(5 * time.Minute)
	case since < 30*time.Minute:
		return p.CapturedAt.Add(30 * time.Minute)
	case since < 24*time.Hour:
		return now.Add(time.Hour)
	}
	return now.Add(24 * time.Hour)
}

// reading is what one inquiry says about one open operation.
type reading string

const (
	readNothing  reading = "nothing"  // no answer, or one that is about something else
	readTransit  reading = "transit"  // the centre is at work
	readNegative reading = "negative" // it seems to have had no effect
	readYes      reading = "yes"      // it took effect
	readNo       reading = "no"       // it is certain that it had none
	readAside    reading = "aside"    // it stands at the centre, and we cannot use it
)

// read judges an inquiry by money.md §3.
func read(op *Operation, p *Payment, f Finding) reading {
	switch f.Kind {
	case NoSuch:
		return readNegative
	case Found:
	default:
		return readNothing
	}
	if f.Type != p.Method.Type() || !slices.Contains(p.Method.Statuses(), f.Status) || !amountFits(op, p, f) {
		return readNothing
	}
	switch {
	case op.Kind.Begins(), op.Kind == payment.CompleteThreeDS:
		return readBeginning(op, f)
	case f.Status.Transit():
		return readTransit
	case changesAmount(op):
		return readAmount(op, f)
	}
	return readChange(op.Kind, f.Status)
}

// changesAmount reports an operation whose effect is told by the amount.
func changesAmount(op *Operation) bool {
	return op.Kind == payment.CorrectCarrier || op.Kind == payment.RefundPaidy && op.Amount > 0
}

// amountFits: the payment's amount, or the target of an operation that changes it;
// what has ended is told by its status.
func amountFits(op *Operation, p *Payment, f Finding) bool {
	return f.Amount == p.Amount || changesAmount(op) && f.Amount == op.Amount || f.Status.Ends() && !op.Kind.Begins()
}

func readAmount(op *Operation, f Finding) reading {
	switch {
	case f.Status.Ends():
		return readNo
	case f.Amount == op.Amount:
		return readYes
	}
	return readNegative
}

func readBeginning(op *Operation, f Finding) reading {
	if f.BegunAt.Before(op.PlannedAt.Add(-begunTolerance)) && op.Kind != payment.CompleteThreeDS {
		return readNothing // an older payment that happens to bear our id
	}
	switch s := f.Status; {
	case s.Authorises(), s.Pays():
		return readYes
	case s == payment.AuthNG, s == payment.ThreeDSAbandoned, s == payment.Abandoned:
		return readNo
	case s.Ends():
		return readYes
	case s == payment.Applied && (op.Kind == payment.Authorize || op.Kind == payment.CompleteThreeDS):
		return readNegative
	case s == payment.Applied, s == payment.ThreeDSRunning:
		return readAside // it stands there, without what the buyer would need
	}
	return readTransit
}

func readChange(kind payment.Kind, s payment.Status) reading {
	gone := s == payment.AuthCancelDone || s == payment.RefundDone || s == payment.CancelComplete
	switch kind {
	case payment.Capture, payment.CaptureCarrier, payment.CapturePaidy:
		switch {
		case s.Pays(), s == payment.RefundDone, s == payment.CancelComplete:
			return readYes
		case s.Authorises():
			return readNegative
		}
		return readNo
	case payment.CancelAuthorization, payment.CancelPaidy:
		switch {
		case s == payment.AuthCancelDone:
			return readYes
		case s.Authorises():
			return readNegative
		}
		return readNo
	case payment.CancelCapture, payment.RefundPaidy:
		switch {
		case gone:
			return readYes
		case s == payment.Cleared:
			return readNegative
		}
		return readNo
	case payment.CancelCarrier:
		switch {
		case gone:
			return readYes
		case s.Authorises(), s.Pays():
			return readNegative
		}
		return readNo
	}
	return readNothing
}

// judge is read by what the ledger knows beyond the operation: whose payment was found,
// and whether "no such payment" may be believed.
func (l *Ledger) judge(op *Operation, f Finding, witnessed bool) reading {
	p := l.payment(op.PaymentID)
	if h := l.holder(f.PaymentID); h != nil && h != p {
		return readNothing // another one of the order's
	}
	if f.Kind == NoSuch && !witnessed && !op.Refused {
		return readNothing
	}
	if op.Kind == payment.CapturePaidy && f.Kind == Found && !slices.Contains(p.PaymentIDs, f.PaymentID) && !f.Status.Pays() {
		return readNothing // another window's payment under this trading_id
	}
	r := read(op, p, f)
	if r == readYes && cancels(op.Kind) && l.endsElsewhere(p, f) && !f.Alone {
		return readNothing // a correction ends it in the same way
	}
	return r
}

// resolve takes one inquiry about an operation whose outcome is unknown: it settles
// it, or says when to ask again. witnessed tells whether "no such payment" may be
// believed here (money.md §3).
func (l *Ledger) resolve(t tick, opID string, f Finding, witnessed bool) error {
	op := l.operation(opID)
	if op == nil || op.State != payment.UnknownState {
		return nil
	}
	p := l.payment(op.PaymentID)
	op.Asked++
	f = l.underItsID(t, p, f, witnessed)
	if cancels(op.Kind) {
		if _, err := l.inherit(t, p, f, "inquiry"); err != nil || !op.State.Open() {
			return err
		}
	}
	if err := l.learnLate(t, p, f); err != nil {
		return err
	}
	r := l.judge(op, f, witnessed)
	l.learnBrand(p, f)
	v := verdict{cause: "inquiry", code: op.Code, detail: op.Detail, status: f.Status, paymentDate: f.PaymentDate}
	if f.Kind == Found && (r == readYes || r == readNo || r == readAside) {
		v.paygentID = f.PaymentID
	}
	switch {
	case r == readYes:
		v.state, v.code, v.detail = payment.Succeeded, "", ""
		return l.settle(t, op.ID, v)
	case op.Refused && (r == readNo || r == readNegative):
		v.state, v.event = payment.DeclinedOp, payment.Refused
		v.status = changed(p, f)
		return l.settle(t, op.ID, v)
	case op.Refused && op.Code == idInUseCode && f.Kind == Found && r == readNothing:
		// What bears the id is not ours, as the refusal said.
		v.state, v.event, v.status, v.paymentDate = payment.DeclinedOp, payment.Refused, payment.NoStatus, time.Time{}
		return l.settle(t, op.ID, v)
	case r == readNo && !t.now.Before(op.DeadlineAt):
		v.state, v.event = payment.DeclinedOp, payment.Refused
		v.code, v.detail = f.Code, f.Detail
		return l.settle(t, op.ID, v)
	case r == readAside && !t.now.Before(op.DeadlineAt):
		v.state, v.event = payment.DeclinedOp, payment.SetAside
		return l.settle(t, op.ID, v)
	case r == readNegative:
		return l.negative(t, op, v, f)
	}
	op.NegativeAt = time.Time{}
	l.askAgain(t, op, r)
	l.inquired(t, op, r, f)
	return nil
}

// inquired keeps what an inquiry said that settled nothing: it is what staff decide by
// where everything stays silent.
func (l *Ledger) inquired(t tick, op *Operation, r reading, f Finding) {
	l.event(t, EventInquired, Paygent, l.payment(op.PaymentID), op, string(r),
		EventData{Status: string(f.Status), Amount: f.Amount, Code: f.Code, Detail: f.Detail, Text: string(f.Kind)})
}

// changed is the status found, unless it is the one the payment already has.
func changed(p *Payment, f Finding) payment.Status {
	if f.Kind != Found || f.Status == p.Status && !p.uncaptured(f.Status) {
		return payment.NoStatus
	}
	return f.Status
}

// causeNotHappened is why an operation is declined that nothing shows to have happened.
const causeNotHappened = "not_happened"

// negative counts a negative answer: two that agree, a minute apart, after the
// deadline and its margin, settle the operation as not happened.
func (l *Ledger) negative(t tick, op *Operation, v verdict, f Finding) error {
	if t.now.Before(op.DeadlineAt) {
		l.askAgain(t, op, readNegative)
		l.inquired(t, op, readNegative, f)
		return nil
	}
	ripe := !t.now.Before(op.DeadlineAt.Add(settleMargin))
	if ripe && !op.NegativeAt.IsZero() && !t.now.Before(op.NegativeAt.Add(negativeApart)) {
		v.state, v.event, v.cause, v.status = payment.DeclinedOp, payment.NoEffect, causeNotHappened, changed(l.payment(op.PaymentID), f)
		return l.settle(t, op.ID, v)
	}
	setOnce(&op.NegativeAt, t.now)
	again := op.NegativeAt.Add(negativeApart) // no sooner than the margin's end, for none counts before the deadline
	l.askAgain(t, op, readNegative)
	if op.NextAskAt.After(again) && again.After(t.now) {
		op.NextAskAt = again
	}
	l.inquired(t, op, readNegative, f)
	return nil
}

// askAgain schedules the next inquiry and raises the alerts that waiting earns.
func (l *Ledger) askAgain(t tick, op *Operation, r reading) {
	op.NextAskAt = nextAsk(op.UnknownAt, t.now)
	op.Owner, op.LeaseUntil = "", time.Time{}
	if op.AlertLevel < 1 && !t.now.Before(op.UnknownAt.Add(alertUnknown)) {
		op.AlertLevel = 1
		l.alertOperation(t, AlertUnknown, op)
	}
	if op.AlertLevel < 2 && r == readTransit && !t.now.Before(op.UnknownAt.Add(alertTransit)) {
		op.AlertLevel = 2
		l.alertOperation(t, AlertTransit, op)
	}
}

func (l *Ledger) alertOperation(t tick, kind AlertKind, op *Operation) {
	p := l.payment(op.PaymentID)
	l.alert(t, kind, op.ID, EventData{TradingID: p.TradingID, PaygentID: p.PaymentID, Amount: op.Amount, Telegram: op.Kind.Telegram()})
}

// askAbout asks 094 about an operation. A payment of Paidy that is no longer found may go
// on under another id since its 341: then its trading_id tells (money.md §4).
func (s *Service) askAbout(ctx context.Context, l *Ledger, op *Operation, p *Payment, paygentID string) Finding {
	q := inquiryAbout(op, p, paygentID)
	f := s.inquire(ctx, l, p, q)
	if op.Kind != payment.CapturePaidy || f.Kind != NoSuch || f.Heir != nil || q.PaymentID == "" {
		return f
	}
	q.PaymentID, q.TradingID = "", p.TradingID
	return s.gateway.Inquire(ctx, q)
}
