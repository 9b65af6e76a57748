package job

import (
	"context"
	"fmt"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/store"
)

// Names of the kinds.
const (
	CaptureKind  = "capture"  // 一括売上
	CancelKind   = "cancel"   // 一括取消
	RollbackKind = "rollback" // 決済処理中の注文の取消
	InquiryKind  = "inquiry"  // 照会
)

// change presses a button of each order's payment.
type change struct {
	name   string
	button payment.Button
	ledger *ledger.Service
	reader *store.Reader
}

// Capture is 一括売上: what the button 売上 does, of every order that has it.
func Capture(l *ledger.Service, r *store.Reader) Kind {
	return change{CaptureKind, payment.SaleButton, l, r}.kind()
}

// Cancel is 一括取消.
func Cancel(l *ledger.Service, r *store.Reader) Kind {
	return change{CancelKind, payment.CancelButton, l, r}.kind()
}

func (c change) kind() Kind {
	return Kind{Name: c.name, Select: c.find, Run: c.run, Rehearse: c.rehearse, Look: c.look}
}

// find takes orders named one by one as they are, so that each gets an answer, and of
// a search those that have the button.
func (c change) find(ctx context.Context, s Selection, after order.ID, limit int) ([]Target, order.ID, error) {
	rows, next, err := rowsOf(ctx, c.reader, s, after, limit)
	var found []Target
	for _, row := range rows {
		if s.Filter != nil && !Offers(row, c.button) {
			continue
		}
		t := Target{Order: row.ID}
		if row.Payment != nil {
			t.PaymentID, t.Amount = row.Payment.ID, row.Payment.Amount
		}
		if shown := s.shown(row.ID); shown > 0 {
			t.Amount = shown
		}
		found = append(found, t)
	}
	return found, next, err
}

// Offers reports whether a list offers a button for an order: as its own page does.
func Offers(row store.SearchRow, b payment.Button) bool {
	return row.Payment != nil && row.Operation == nil && ledger.Offered(row.Payment.Standing(), row.Status, b) != ""
}

// shown is the amount that was shown of an order named one by one.
func (s Selection) shown(id order.ID) order.Yen {
	for _, c := range s.Orders {
		if c.Order == id {
			return c.Amount
		}
	}
	return 0
}

// rowsOf reads the next orders of a selection; next is 0 at the end.
func rowsOf(ctx context.Context, r *store.Reader, s Selection, after order.ID, limit int) (rows []store.SearchRow, next order.ID, err error) {
	f := store.Filter{Scope: store.AllOrders, Statuses: order.Statuses()}
	switch {
	case s.Filter != nil:
		f = *s.Filter
	default:
		for _, c := range s.Orders {
			if c.Order > after && len(f.IDs) < limit {
				f.IDs = append(f.IDs, c.Order)
			}
		}
		if len(f.IDs) == 0 {
			return nil, 0, nil
		}
	}
	if rows, err = r.After(ctx, f, after, limit); err != nil {
		return nil, 0, err
	}
	for i, row := range rows {
		if s.UpTo > 0 && row.ID > s.UpTo {
			return rows[:i], 0, nil
		}
	}
	if s.Filter == nil {
		return rows, f.IDs[len(f.IDs)-1], nil // an order that is gone leaves no row
	}
	if len(rows) < limit {
		return rows, 0, nil
	}
	return rows, rows[len(rows)-1].ID, nil
}

func (c change) in(i Item, key string) ledger.Change {
	return ledger.Change{Order: i.Order, PaymentID: i.PaymentID, Button: c.button, Amount: i.Amount, Actor: ledger.Actor(i.Requester), Key: key}
}

// nthKey is the key of an item's n-th try: one that was certainly never sent, because
// its node died, is tried under the next.
func nthKey(i Item, n int) string {
	if n == 1 {
		return i.Key()
	}
	return fmt.Sprintf("%s:%d", i.Key(), n)
}

const changeTries = 5

func (c change) run(ctx context.Context, i Item) (Outcome, error) {
	if i.PaymentID == "" {
		return refused(problem.New(problem.NotFound, "payment.unknown", nil))
	}
	var op ledger.Operation
	for n := 1; n <= changeTries; n++ {
		result, err := c.ledger.Change(ctx, c.in(i, nthKey(i, n)))
		if err != nil {
			return refused(err)
		}
		if op = result.Operation; !op.NeverSent() {
			break
		}
	}
	return c.outcome(i, op), nil
}

func (c change) outcome(i Item, op ledger.Operation) Outcome {
	f := Facts{Operation: string(op.Kind), Paygent: op.Code, Detail: op.Detail}
	switch op.State {
	case payment.Succeeded:
		return Outcome{State: Succeeded, Code: c.name, Facts: Facts{Operation: string(op.Kind), Amount: i.Amount}}
	case payment.DeclinedOp, payment.RejectedOp:
		return Outcome{State: Failed, Code: string(op.State), Facts: f}
	}
	return Outcome{State: Unknown, Code: "unknown", Facts: f}
}

func (c change) rehearse(ctx context.Context, i Item) (Outcome, error) {
	if i.PaymentID == "" {
		return refused(problem.New(problem.NotFound, "payment.unknown", nil))
	}
	e, err := c.ledger.RehearseChange(ctx, c.in(i, i.Key()))
	if err != nil {
		return refused(err)
	}
	return Outcome{State: Succeeded, Code: c.name, Facts: Facts{
		Operation: string(e.Operation), Amount: e.Amount, From: e.From, To: e.To, Goods: e.Goods, Points: e.Points,
	}}, nil
}

// look finds the item's operation in its order's ledger.
func (c change) look(ctx context.Context, i Item) (Outcome, error) {
	l, err := c.ledger.View(ctx, i.Order)
	if err != nil {
		return refused(err)
	}
	out := Outcome{State: Waiting}
	for n := 1; n <= changeTries; n++ {
		for _, op := range l.Operations {
			if op.IdemKey == nthKey(i, n) && !op.NeverSent() {
				out = c.outcome(i, *op)
			}
		}
	}
	return out, nil
}

// refused is the outcome of what is not possible now; an error that says nothing about
// the order is returned: the item is run again.
func refused(err error) (Outcome, error) {
	p, decided := problem.As(err)
	if !decided || p.Category == problem.Unavailable || p.Category == problem.Internal {
		return Outcome{}, err
	}
	return Outcome{State: Failed, Code: p.Code, Facts: Facts{Category: string(p.Category), Args: Args(p.Args)}}, nil
}
