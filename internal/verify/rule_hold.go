package verify

import (
	"kessai/internal/ledger"
	"kessai/internal/order"
)

// unreleased are the holds that were not given back.
func (b *Book) unreleased() (out []ledger.Hold) {
	for _, h := range b.Holds {
		if h.State != ledger.Released {
			out = append(out, h)
		}
	}
	return out
}

// holdTwice: at most one unreleased hold.
func holdTwice(b *Book, say sayer) {
	if n := len(b.unreleased()); n > 1 {
		say(nil, "%d holds are not released", n)
	}
}

// holdSum: what the timeline says was taken and not given back is what unreleased holds
// say; each was recorded in the transaction that moved stock and points.
func holdSum(b *Book, say sayer) {
	taken, released := b.takings()
	if n := len(b.unreleased()); taken-released != n {
		say(nil, "stock was taken %d times and given back %d times, and %d holds are not released", taken, released, n)
	}
}

func (b *Book) takings() (taken, released int) {
	for _, e := range b.Events {
		switch e.Kind {
		case ledger.EventHeld:
			taken++
		case ledger.EventReleased:
			released++
		}
	}
	return taken, released
}

// holdUnheld: nothing is given back, or committed, that was not taken before.
func holdUnheld(b *Book, say sayer) {
	held := 0
	for _, e := range b.Events {
		switch e.Kind {
		case ledger.EventHeld:
			held++
		case ledger.EventReleased:
			held--
		case ledger.EventCommitted:
			if held < 1 {
				say(nil, "event %d commits what was not taken", e.Seq)
				return
			}
		}
		if held < 0 {
			say(nil, "event %d gives back what was not taken", e.Seq)
			return
		}
	}
}

// holdStatus: an order in 7 holds its goods; one that we sent to 3 or 8 does not. Where
// EC-CUBE's own hand moved the order, it moved the goods too (money.md §7).
func holdStatus(b *Book, say sayer) {
	if b.Ledger.Order.Status != b.Ledger.LastStatus {
		return
	}
	holds := b.unreleased()
	switch b.Ledger.LastStatus {
	case order.Pending:
		if len(holds) == 0 || holds[0].State != ledger.Held {
			say(nil, "the order is under way without its goods held")
		}
	case order.Canceled, order.Processing:
		if len(holds) > 0 {
			say(nil, "the order is in %s and keeps its goods (hold %s)", b.Ledger.LastStatus.Name(), holds[0].ID)
		}
	}
}
