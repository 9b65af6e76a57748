package verify

import (
	"maps"
	"slices"

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
// say, each class and the points; each event was recorded in the transaction that moved
// them.
func holdSum(b *Book, say sayer) {
	taken, released := b.takings()
	if n := len(b.unreleased()); taken-released != n {
		say(nil, "stock was taken %d times and given back %d times, and %d holds are not released", taken, released, n)
		return
	}
	said, is := nothingHeld(), nothingHeld()
	for i := range b.Events {
		said.record(&b.Events[i])
	}
	for _, h := range b.unreleased() {
		is.add(h.Movements, h.Points)
	}
	for _, class := range said.classes(is) {
		if said.goods[class] != is.goods[class] {
			say(nil, "the timeline holds %d of class %d, and unreleased holds say %d", said.goods[class], class, is.goods[class])
		}
	}
	if said.points != is.points {
		say(nil, "the timeline holds %d points, and unreleased holds say %d", said.points, is.points)
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

// holding is what is held at a moment.
type holding struct {
	goods  map[int64]int64 // by product class
	points int64
}

func nothingHeld() *holding { return &holding{goods: map[int64]int64{}} }

func (s *holding) add(ms []order.Movement, points int64) {
	for _, m := range ms {
		s.goods[m.ProductClassID] += m.Quantity
	}
	s.points += points
}

// record adds what an event of a hold took, and takes away what it gave back.
func (s *holding) record(e *ledger.Event) {
	switch e.Kind {
	case ledger.EventHeld, ledger.EventHoldChanged, ledger.EventReleased:
		s.add(e.Data.Goods, e.Data.Points)
	}
}

// classes are those of either, in their order.
func (s *holding) classes(other *holding) []int64 {
	all := maps.Clone(s.goods)
	maps.Copy(all, other.goods)
	return slices.Sorted(maps.Keys(all))
}

// owes reports whether more was given back than was taken.
func (s *holding) owes() bool {
	for _, n := range s.goods {
		if n < 0 {
			return true
		}
	}
	return s.points < 0
}

// holdUnheld: nothing is given back, or committed, that was not taken before.
func holdUnheld(b *Book, say sayer) {
	held, at := 0, nothingHeld()
	for i := range b.Events {
		e := &b.Events[i]
		at.record(e)
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
		if held < 0 || at.owes() {
			say(nil, "event %d gives back what was not taken", e.Seq)
			return
		}
	}
}

// holdStatus: an order in 7 holds its goods, one in 1, 4, 5 or 6 for good; one that we sent to 3 or 8
// does not. Where EC-CUBE's own hand moved the order, it moved the goods too (money.md §7).
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
	case order.New, order.InProgress, order.Delivered, order.Paid:
		if len(holds) == 0 || holds[0].State != ledger.Committed {
			say(nil, "the order is in %s without its goods taken", b.Ledger.LastStatus.Name())
		}
	case order.Canceled, order.Processing:
		if len(holds) > 0 {
			say(nil, "the order is in %s and keeps its goods (hold %s)", b.Ledger.LastStatus.Name(), holds[0].ID)
		}
	}
}
