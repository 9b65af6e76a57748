package paygentsim

import (
	"container/heap"
	"time"
)

// agenda is what falls due by the clock, soonest first. Entries are never removed
// when plans change: one that no longer fits its record is skipped.
type agenda []entry

// entry is a payment's expiry or a notice's next attempt.
type entry struct {
	at         time.Time
	paymentID  string
	merchantID string
	noticeID   int64
}

func (a agenda) Len() int { return len(a) }

// Less makes the order total, so that equal times replay alike: payments first, then
// notices by id.
func (a agenda) Less(i, j int) bool {
	x, y := &a[i], &a[j]
	if !x.at.Equal(y.at) {
		return x.at.Before(y.at)
	}
	if x.noticeID != y.noticeID {
		return x.noticeID < y.noticeID
	}
	if x.paymentID != y.paymentID {
		return x.paymentID < y.paymentID
	}
	return x.merchantID < y.merchantID
}

func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push is for container/heap.
func (a *agenda) Push(x any) { *a = append(*a, x.(entry)) }

// Pop is for container/heap.
func (a *agenda) Pop() any {
	old := *a
	x := old[len(old)-1]
	*a = old[:len(old)-1]
	return x
}

func (a *agenda) add(e entry) { heap.Push(a, e) }

func (a *agenda) take() entry { return heap.Pop(a).(entry) }

// current tells whether an entry still fits its record.
func (st *state) current(e entry) bool {
	if e.noticeID == 0 {
		p := st.payments[e.paymentID]
		return p != nil && p.NextAt.Equal(e.at)
	}
	n := st.book(e.merchantID).kept(e.noticeID)
	return n != nil && n.Due.Equal(e.at)
}

// soonest returns the next entry that still fits, leaving it in place.
func (st *state) soonest() (entry, bool) {
	for len(st.agenda) > 0 {
		if st.current(st.agenda[0]) {
			return st.agenda[0], true
		}
		st.agenda.take()
	}
	return entry{}, false
}
