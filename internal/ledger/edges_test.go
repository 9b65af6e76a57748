package ledger

import (
	"slices"
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestTheFewestLateRefunds explain what 094 tells: where one alone does, two that come to as much
// did not happen.
func TestTheFewestLateRefunds(t *testing.T) {
	t.Parallel()
	w, p, at := capturedAtPaidy(t)
	var ops []*Operation
	for _, back := range []order.Yen{50, 120, 170} {
		w.l.Order.Total = total - back
		op := w.correct(p)
		w.notHappened(op, at(total))
		ops = append(ops, op)
	}
	w.l.payment(p.ID).AskAt = w.now
	w.watch(p, at(total-170))
	for i, op := range ops {
		if came := w.l.operation(op.ID).State == payment.Succeeded; came != (i == 2) {
			t.Errorf("the one of %d came: %t", i+1, came)
		}
	}
	if got := w.l.payment(p.ID).Amount; got != total-170 {
		t.Errorf("the book has %s", got)
	}
}

// TestARefundLeavesNoLessThanNothing: another one that would leave nothing any more is not made one
// of the whole payment, which is another thing.
func TestARefundLeavesNoLessThanNothing(t *testing.T) {
	t.Parallel()
	w, p, at := capturedAtPaidy(t)
	w.l.Order.Total = 1000
	late := w.correct(p)
	w.notHappened(late, at(total))
	w.l.Order.Total = total - 1000
	w.settle(w.send(w.correct(p)), verdictOf(Answer{Outcome: Success}))
	if got := w.l.operation(late.ID).Amount; got != 1000 || w.l.payment(p.ID).Amount != total-1000 {
		t.Errorf("it would leave %s of %s", got, w.l.payment(p.ID).Amount)
	}
}

// TestNotRevivedWhilePaidFor: money came late for goods that were gone, and the buyer is paying
// again. Taken in now, the order would be paid twice.
func TestNotRevivedWhilePaidFor(t *testing.T) {
	t.Parallel()
	for state, want := range map[payment.State]string{payment.Sent: "operation.open", payment.UnknownState: "operation.unknown", payment.DeclinedOp: ""} {
		op := &Operation{ID: "op", PaymentID: "b", Kind: payment.Authorize, State: state}
		if state.Open() {
			op.OpenKey = orderKey(123)
		}
		l := &Ledger{
			Order: Head{ID: 123, Status: order.Pending, Total: total}, CurrentID: "b", Operations: []*Operation{op},
			Payments: []*Payment{{ID: "a", Phase: payment.Captured, Amount: total}, {ID: "b", Phase: payment.Opening, Amount: total}},
		}
		if to, err := l.mayRevive(); code(err) != want || want == "" && to != order.Paid {
			t.Errorf("%s: %s, %v", state, to.Name(), err)
		}
	}
}

// TestAStrangersAmountIsTold: no change of ours explains it, so that nothing takes it.
func TestAStrangersAmountIsTold(t *testing.T) {
	t.Parallel()
	w, p := lowerCarrier(t)
	there := w.foundOf(payment.Carrier, "20")
	w.notHappened(w.correct(p), there)
	s := open(t, w)
	there.Amount, there.Brand = lower-1, p.Brand
	s.tells(there)
	if c, err := s.service.Compare(bg, s.due(p)); err != nil || c.Kind != AmountDiffers || c.Remedy != RemedyTell {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestWhatIsStillThere of a payment whose order is gone: what staff gave back by hand is not.
func TestWhatIsStillThere(t *testing.T) {
	t.Parallel()
	if got := StrandedAlert(Payment{ID: "p", Amount: total, HandRefunded: 200}, newWorld(t).now).Data.Amount; got != total-200 {
		t.Errorf("%s", got)
	}
}

// TestWhoAsksForGoods: only who says so.
func TestWhoAsksForGoods(t *testing.T) {
	t.Parallel()
	if AsksGoods(bg) || !AsksGoods(AskingGoods(bg)) {
		t.Errorf("%t, %t", AsksGoods(bg), AsksGoods(AskingGoods(bg)))
	}
}

// TestWhatTransactionALeftIsNotReadAgain: of a payment that it began, the telegram says what it wrote.
func TestWhatTransactionALeftIsNotReadAgain(t *testing.T) {
	t.Parallel()
	s := open(t, newWorld(t))
	if _, err := s.pay("k"); err != nil {
		t.Fatal(err)
	}
	sent := slices.Index(s.calls, "sent")
	if next := slices.Index(s.calls[sent:], "Update"); sent < 0 || next < 0 || slices.Contains(s.calls[sent:sent+next], "View") {
		t.Errorf("called %v", s.calls)
	}
}
