package ledger

import (
	"time"

	"kessai/internal/order"
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

// backoff is the pause before the n-th further try of a cancellation.
func backoff(n int) time.Duration {
	if n < len(askSchedule) {
		return max(askSchedule[n], 10*time.Second)
	}
	return time.Hour
}

// watchCapture is when 094 is asked whether a capture is through, if no notice said
// so: a minute later, then along the schedule for a day (money.md §6).
func watchCapture(p *Payment, now time.Time) time.Time {
	if p.Status == payment.Cleared || p.Status == payment.ClearedFinal {
		return time.Time{}
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
func read(op *Operation, p *Payment, f Finding, want order.Yen) reading {
	switch f.Kind {
	case NoSuch:
		return readNegative
	case Found:
	default:
		return readNothing
	}
	if f.Type != payment.Card.Type() || f.Amount != want {
		return readNothing
	}
	if op.Kind.Begins() {
		return readAuthorize(op, f)
	}
	if f.Status.Transit() {
		return readTransit
	}
	return readChange(op.Kind, f.Status)
}

func readAuthorize(op *Operation, f Finding) reading {
	if f.BegunAt.Before(op.PlannedAt.Add(-begunTolerance)) {
		return readNothing // an older payment that happens to bear our id
	}
	switch f.Status {
	case payment.AuthOK, payment.Cleared, payment.ClearedFinal, payment.AuthCancelDone, payment.AuthExpired, payment.RefundDone:
		return readYes
	case payment.AuthNG, payment.ThreeDSAbandoned:
		return readNo
	case payment.Applied:
		return readNegative
	case payment.ThreeDSRunning:
		return readAside
	}
	return readTransit
}

func readChange(kind payment.Kind, s payment.Status) reading {
	switch kind {
	case payment.Capture:
		switch s {
		case payment.Cleared, payment.ClearedFinal, payment.RefundDone:
			return readYes
		case payment.AuthOK:
			return readNegative
		}
		return readNo
	case payment.CancelAuthorization:
		switch s {
		case payment.AuthCancelDone:
			return readYes
		case payment.AuthOK:
			return readNegative
		}
		return readNo
	case payment.CancelCapture:
		switch s {
		case payment.RefundDone, payment.AuthCancelDone:
			return readYes
		case payment.Cleared:
			return readNegative
		}
		return readNo
	}
	return readNothing
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
	r := read(op, p, f, op.Amount)
	if f.Kind == NoSuch && !witnessed && !op.Refused {
		r = readNothing
	}
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
		return l.negative(t, op, v, changed(p, f))
	}
	op.NegativeAt = time.Time{}
	l.askAgain(t, op, r)
	return nil
}

// changed is the status found, unless it is the one the payment already has.
func changed(p *Payment, f Finding) payment.Status {
	if f.Kind != Found || f.Status == p.Status {
		return payment.NoStatus
	}
	return f.Status
}

// negative counts a negative answer: two that agree, a minute apart, after the
// deadline and its margin, settle the operation as not happened.
func (l *Ledger) negative(t tick, op *Operation, v verdict, status payment.Status) error {
	if t.now.Before(op.DeadlineAt) {
		l.askAgain(t, op, readNegative)
		return nil
	}
	ripe := !t.now.Before(op.DeadlineAt.Add(settleMargin))
	if ripe && !op.NegativeAt.IsZero() && !t.now.Before(op.NegativeAt.Add(negativeApart)) {
		v.state, v.event, v.cause, v.status = payment.DeclinedOp, payment.NoEffect, "not_happened", status
		return l.settle(t, op.ID, v)
	}
	setOnce(&op.NegativeAt, t.now)
	again := op.NegativeAt.Add(negativeApart)
	if least := op.DeadlineAt.Add(settleMargin); again.Before(least) {
		again = least
	}
	l.askAgain(t, op, readNegative)
	if op.NextAskAt.After(again) && again.After(t.now) {
		op.NextAskAt = again
	}
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
