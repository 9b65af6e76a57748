package ledger

import (
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// TestSeveralLateRefunds: each gives its difference back, whenever it comes. 094 tells what all of
// them left, and the book has it; the one under way is settled by it.
func TestSeveralLateRefunds(t *testing.T) {
	t.Parallel()
	const a, b, c = order.Yen(50), order.Yen(120), order.Yen(700)
	for name, tt := range map[string]struct {
		answered bool      // the second of them
		open     bool      // a third is under way
		left     order.Yen // at the centre
		came     []bool
	}{
		"two before a third":       {false, true, total - a - b - c, []bool{true, true, true}},
		"two, and not the third":   {false, true, total - a - b, []bool{true, true, false}},
		"the second and the third": {false, true, total - b - c, []bool{false, true, true}},
		"two":                      {false, false, total - a - b, []bool{true, true}},
		"after one, with a third":  {true, true, total - a - b - c, []bool{true, true, true}},
		"after one, alone":         {true, true, total - a - b, []bool{true, true, false}},
		"another hand":             {false, true, total - a - b - c - 1, []bool{false, false, false}},
	} {
		w, p, at := capturedAtPaidy(t)
		w.l.Order.Total = total - a
		ops := []*Operation{w.correct(p)}
		w.notHappened(ops[0], at(total))
		w.l.Order.Total = total - b
		ops = append(ops, w.correct(p))
		if tt.answered {
			w.settle(w.send(ops[1]), verdictOf(Answer{Outcome: Success}))
		} else {
			w.notHappened(ops[1], at(total))
		}
		if tt.open {
			w.l.Order.Total = w.l.payment(p.ID).Amount - c
			ops = append(ops, w.unknown(w.correct(p)))
			w.resolve(ops[2], at(tt.left))
		} else {
			w.must(func(l *Ledger, tk tick) error {
				l.payment(p.ID).AskAt = tk.now
				return l.watched(tk, p.ID, at(tt.left), true)
			})
		}
		for i, op := range ops {
			if came := w.l.operation(op.ID).State == payment.Succeeded; came != tt.came[i] {
				t.Errorf("%s: the one of %d came: %t", name, i+1, came)
			}
		}
		if got := w.l.payment(p.ID).Amount; name != "another hand" && got != tt.left {
			t.Errorf("%s: the centre has %s, the book %s", name, tt.left, got)
		}
	}
}

// TestANoticeOfSeveralLateRefunds: its status is the payment's own. It is asked about, and not put
// before a person, also while a third is under way.
func TestANoticeOfSeveralLateRefunds(t *testing.T) {
	t.Parallel()
	w, p, at := capturedAtPaidy(t)
	for _, d := range []order.Yen{50, 120} {
		w.l.Order.Total = total - d
		w.notHappened(w.correct(p), at(total))
	}
	w.l.Order.Total = lower
	op := w.unknown(w.correct(p))
	n := w.toldOf(payment.Paidy, "40")
	n.Amount = lower - 170
	f := at(n.Amount)
	if !w.take(n) {
		t.Errorf("not asked about: %s %s", n.State, n.Reason)
	}
	if w.confirm(n, &f); n.State != NoticeApplied {
		t.Errorf("%s %s", n.State, n.Reason)
	}
	if got := w.l.payment(p.ID).Amount; got != n.Amount || w.l.operation(op.ID).State != payment.Succeeded {
		t.Errorf("the book has %s, %+v", got, w.l.operation(op.ID))
	}
}
