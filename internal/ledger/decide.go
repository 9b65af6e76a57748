package ledger

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// tick is what a decision needs from outside: the handed time, ids, and who decides.
type tick struct {
	now    time.Time
	newID  func() string
	node   string
	policy Policy
}

// payment finds a payment by its own id.
func (l *Ledger) payment(id string) *Payment {
	for _, p := range l.Payments {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// operation finds an operation by its id.
func (l *Ledger) operation(id string) *Operation {
	for _, op := range l.Operations {
		if op.ID == id {
			return op
		}
	}
	return nil
}

// Current is the order's payment, nil while there is none.
func (l *Ledger) Current() *Payment {
	return l.payment(l.CurrentID)
}

// OpenOperation is the operation that keeps the order busy, nil if none does.
func (l *Ledger) OpenOperation() *Operation {
	key := orderKey(l.Order.ID)
	for _, op := range l.Operations {
		if op.OpenKey == key {
			return op
		}
	}
	return nil
}

// openOn is the open operation about a payment, under whichever key; a saga is open on
// its steps' payments only through its steps.
func (l *Ledger) openOn(p *Payment) *Operation {
	for _, op := range l.Operations {
		if op.PaymentID == p.ID && op.State.Open() && op.Kind != payment.ChangeAmount {
			return op
		}
	}
	return nil
}

// lastSucceeded is the newest succeeded operation about a payment.
func (l *Ledger) lastSucceeded(p *Payment) *Operation {
	var last *Operation
	for _, op := range l.Operations {
		if op.PaymentID != p.ID || op.State != payment.Succeeded || op.Kind == payment.ChangeAmount {
			continue
		}
		if last == nil || op.SettledAt.After(last.SettledAt) || op.SettledAt.Equal(last.SettledAt) && op.PlannedAt.After(last.PlannedAt) {
			last = op
		}
	}
	return last
}

func orderKey(id order.ID) string         { return "order:" + strconv.FormatInt(int64(id), 10) }
func paymentKey(p *Payment) string        { return "payment:" + p.ID }
func (p *Payment) scheme() payment.Scheme { return payment.Scheme{Method: p.Method, System: p.System} }
func (p *Payment) stage() payment.Stage   { return payment.StageOf(p.Method, p.Phase, p.End) }

// living reports whether money is held or taken by the payment, as far as we know.
func (p *Payment) living() bool {
	return p.Phase == payment.Authorised || p.Phase == payment.Captured
}

// addPaygentID records an id Paygent gave the payment.
func (p *Payment) addPaygentID(id string) {
	if id == "" {
		return
	}
	for _, have := range p.PaymentIDs {
		if have == id {
			if p.PaymentID == "" {
				p.PaymentID = id
			}
			return
		}
	}
	p.PaymentIDs = append(p.PaymentIDs, id)
	if p.PaymentID == "" {
		p.PaymentID = id
	}
}

// tradingID makes the order's next trading_id: 123, then 123_2, 123_3 … (money.md §4).
func (l *Ledger) tradingID(mark string) (id string, seq int) {
	seq = 1
	for _, p := range l.Payments {
		if p.Seq >= seq {
			seq = p.Seq + 1
		}
	}
	id = mark + strconv.FormatInt(int64(l.Order.ID), 10)
	if seq > 1 {
		id = fmt.Sprintf("%s_%d", id, seq)
	}
	return id, seq
}

// ReusesID reports a re-authorisation that bears the trading_id of the payment it
// replaces, as the original's do: no inquiry by that id can name it alone.
func (p *Payment) ReusesID() bool {
	return !p.Adopted && p.Replaces != "" && p.Seq > 1 && !strings.HasSuffix(p.TradingID, "_"+strconv.Itoa(p.Seq))
}

// event adds a line to the timeline.
func (l *Ledger) event(t tick, kind EventKind, actor Actor, p *Payment, op *Operation, cause string, data EventData) {
	l.EventSeq++
	e := Event{Seq: l.EventSeq, At: t.now, Kind: kind, Actor: actor, Cause: cause, Data: data}
	if p != nil {
		e.PaymentID = p.ID
		e.Data.TradingID, e.Data.PaygentID = p.TradingID, p.PaymentID
	}
	if op != nil {
		e.OperationID = op.ID
		e.Data.Telegram = op.Kind.Telegram()
	}
	l.Events = append(l.Events, e)
}

// alert opens an alert of the order; opening it twice is opening it once, and one that is
// open stays as it is, without a word in the timeline.
func (l *Ledger) alert(t tick, kind AlertKind, cause string, data EventData) {
	if l.isOpen(kind, cause) {
		return
	}
	l.Alerts = append(l.Alerts, AlertChange{Kind: kind, Cause: cause, At: t.now, Data: data})
	data.Alert = kind
	l.event(t, EventAlertOpened, System, nil, nil, cause, data)
}

// isOpen reports whether an alert is open by now: this decision's last word counts.
func (l *Ledger) isOpen(kind AlertKind, cause string) bool {
	for _, a := range slices.Backward(l.Alerts) {
		if a.Kind == kind && a.Cause == cause {
			return !a.Close
		}
	}
	return slices.Contains(l.OpenAlerts, AlertRef{kind, cause})
}

// closeAlert closes it if it is open.
func (l *Ledger) closeAlert(t tick, kind AlertKind, cause string) {
	l.Alerts = append(l.Alerts, AlertChange{Kind: kind, Cause: cause, At: t.now, Close: true})
}

// mail queues one mail per (order, kind, cause).
func (l *Ledger) mail(t tick, kind MailKind, cause string, data EventData) {
	l.Mails = append(l.Mails, Mail{ID: t.newID(), Kind: kind, Cause: cause, At: t.now, Data: data})
}

// move changes the order's status.
func (l *Ledger) move(t tick, to order.Status, cause string) {
	from := l.Order.Status
	if to == 0 || to == from {
		return
	}
	l.Order.Status = to
	if to == order.Pending {
		l.Order.PendingSince = t.now
	}
	l.event(t, EventOrderMoved, System, nil, nil, cause, EventData{OrderFrom: from, OrderTo: to})
}

// place records that the order was placed: its date, and the order mail.
func (l *Ledger) place(t tick, actor Actor) {
	if !l.Order.OrderDate.IsZero() {
		return
	}
	l.Order.OrderDate = t.now
	l.event(t, EventPlaced, actor, nil, nil, "", EventData{Amount: l.Order.Total})
	l.mail(t, MailOrder, "placed", EventData{})
}

// notNow is a refusal that tells why.
func notNow(code string, args problem.Args) error { return problem.New(problem.NotNow, code, args) }
