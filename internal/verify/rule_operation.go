package verify

import (
	"fmt"
	"strconv"

	"kessai/internal/ledger"
	"kessai/internal/payment"
)

// succeededTwice: no operation succeeded twice, nor two of a kind that can succeed only
// once on a payment.
func succeededTwice(b *Book, say sayer) {
	told := map[string]int{}
	for _, e := range b.Events {
		if e.Kind == ledger.EventSucceeded {
			told[e.OperationID]++
		}
	}
	type once struct {
		payment string
		kind    payment.Kind
	}
	of := map[once]string{}
	for _, op := range b.Ledger.Operations {
		if n := told[op.ID]; n > 1 {
			say(b.payment(op.PaymentID), "operation %s (%s) succeeded %d times", op.ID, op.Kind.Telegram(), n)
		}
		if op.State != payment.Succeeded || repeats(op) {
			continue
		}
		key := once{op.PaymentID, op.Kind}
		if first := of[key]; first != "" {
			say(b.payment(op.PaymentID), "operations %s and %s (%s) both succeeded", first, op.ID, op.Kind.Telegram())
		}
		of[key] = op.ID
	}
}

// repeats reports whether an operation may succeed several times on a payment: changes of
// its amount, and pages.
func repeats(op *ledger.Operation) bool {
	switch op.Kind {
	case payment.CorrectCarrier, payment.ChangeAmount, payment.OpenLink:
		return true
	case payment.RefundPaidy:
		return op.Amount > 0
	}
	return false
}

// openKey: an open operation has its owner's key, a settled one has none.
func openKey(b *Book, say sayer) {
	for _, op := range b.Ledger.Operations {
		keys := []string{"order:" + strconv.FormatInt(int64(b.Order), 10), "payment:" + op.PaymentID}
		if op.Parent != "" {
			keys = []string{"saga:" + op.Parent}
		}
		if cause := keyFault(op, keys...); cause != "" {
			say(b.payment(op.PaymentID), "operation %s (%s): %s", op.ID, op.Kind.Telegram(), cause)
		}
	}
}

func keyFault(op *ledger.Operation, may ...string) string {
	if !op.State.Open() {
		if op.OpenKey == "" {
			return ""
		}
		return fmt.Sprintf("it is %s and still has the key %q", op.State, op.OpenKey)
	}
	for _, key := range may {
		if op.OpenKey == key {
			return ""
		}
	}
	return fmt.Sprintf("it is %s with the key %q, which is not one of %q", op.State, op.OpenKey, may)
}

// openTwice: one open operation per key, and per payment. A saga is open on its payments
// through its steps.
func openTwice(b *Book, say sayer) {
	open := map[string]string{}
	for _, op := range b.Ledger.Operations {
		if !op.State.Open() {
			continue
		}
		keys := []string{op.OpenKey}
		if op.Kind != payment.ChangeAmount {
			keys = append(keys, "open on "+op.PaymentID)
		}
		for _, key := range keys {
			if first := open[key]; first != "" && first != op.ID {
				say(b.payment(op.PaymentID), "operations %s and %s are both open", first, op.ID)
				break
			}
			open[key] = op.ID
		}
	}
}

// sagaStep: a step belongs to a saga of its order, and is open only while that is.
func sagaStep(b *Book, say sayer) {
	for _, op := range b.Ledger.Operations {
		if op.Parent == "" {
			continue
		}
		parent := b.operation(op.Parent)
		switch {
		case parent == nil || parent.Kind != payment.ChangeAmount:
			say(b.payment(op.PaymentID), "operation %s (%s) is a step of %s, which is no saga of the order", op.ID, op.Kind.Telegram(), op.Parent)
		case op.State.Open() && !parent.State.Open():
			say(b.payment(op.PaymentID), "operation %s (%s) is open, and its saga is %s", op.ID, op.Kind.Telegram(), parent.State)
		}
	}
}

// operationDue: an open operation is owned under a lease or comes up for a worker; a
// settled one says when it was, and is nobody's.
func operationDue(b *Book, say sayer) {
	for _, op := range b.Ledger.Operations {
		if cause := dueFault(op, b.Due[op.ID]); cause != "" {
			say(b.payment(op.PaymentID), "operation %s (%s): %s", op.ID, op.Kind.Telegram(), cause)
		}
	}
}

func dueFault(op *ledger.Operation, due bool) string {
	switch {
	case !op.State.Open() && (due || op.Owner != "" || !op.LeaseUntil.IsZero()):
		return fmt.Sprintf("it is %s, and somebody's or still due", op.State)
	case !op.State.Open() && op.SettledAt.IsZero():
		return fmt.Sprintf("it is %s, and nobody knows since when", op.State)
	case !op.State.Open():
		return ""
	case !due:
		return fmt.Sprintf("it is %s, and no worker will look at it", op.State)
	case op.Owner != "" && op.LeaseUntil.IsZero():
		return fmt.Sprintf("%s owns it without a lease", op.Owner)
	case op.State == payment.Sent && (op.SentAt.IsZero() || op.DeadlineAt.IsZero()):
		return "it is sent without a deadline"
	case op.State == payment.UnknownState && op.UnknownAt.IsZero():
		return "it is unknown, and nobody knows since when"
	}
	return ""
}
