package payment

import (
	"fmt"
	"slices"
	"sync"

	"kessai/internal/order"
)

// Event is what became known of a payment: a status Paygent told (by answer,
// notice or inquiry alike), or what one of our own operations came to.
type Event string

// Events beside Paygent's statuses.
const (
	PageReady    Event = "page_ready"    // the buyer's page is known, or a challenge is asked for: 060, 100, 104, 450, link, Paidy's window
	NumberIssued Event = "number_issued" // 010 or 030 gave a number
	Refused      Event = "refused"       // the operation that begins it was declined or rejected
	NotSent      Event = "never_sent"    // the operation that begins it never reached the centre
	NoEffect     Event = "not_happened"  // its unknown beginning was settled: no effect
	SetAside     Event = "set_aside"     // it stands at the centre, and we cannot use it
	BuyerGaveUp  Event = "given_up"
	TryReplaced  Event = "superseded"   // another try takes its place
	NeverUsed    Event = "unused"       // past its limit and margin, and nothing at the centre
	CaptureOK    Event = "capture_ok"   // our 022, 101 or 341 succeeded
	CancelOK     Event = "cancel_ok"    // our 021, 023, 102, 340 or full 342 succeeded
	CorrectedOK  Event = "corrected_ok" // our 103 or partial 342 succeeded
)

// Told is the event of a status that Paygent told.
func Told(s Status) Event { return Event(s) }

// OwnEvents are those that are none of Paygent's statuses.
func OwnEvents() []Event {
	return []Event{PageReady, NumberIssued, Refused, NotSent, NoEffect, SetAside, BuyerGaveUp, TryReplaced, NeverUsed,
		CaptureOK, CancelOK, CorrectedOK}
}

// Events lists every event of a scheme's payment.
func (s Scheme) Events() []Event { return append(told(s.Method.Statuses()...), OwnEvents()...) }

// Stage is the table's view of a phase: an ended payment is either lapsed (it never was
// alive, or the centre knows nothing of it, so it may still come alive) or finished (it
// ended at the centre after it had been).
type Stage string

const (
	StageOpening    Stage = "opening" // opening or unknown
	StageWaiting    Stage = "waiting" // the buyer is at a page
	StageIssued     Stage = "issued"  // a number was issued
	StageAuthorised Stage = "authorised"
	StageCaptured   Stage = "captured"
	StageLapsed     Stage = "lapsed"
	StageFinished   Stage = "finished"
)

// Stages lists the stages a payment of the scheme can be in.
func (s Scheme) Stages() []Stage {
	all := []Stage{StageOpening}
	if s.Method != Conveni && s.Method != ATM || s.System == Link {
		all = append(all, StageWaiting)
	}
	switch s.Method {
	case Conveni, ATM:
		return append(all, StageIssued, StageCaptured, StageLapsed, StageFinished)
	case Bank:
		return append(all, StageCaptured, StageLapsed, StageFinished)
	}
	return append(all, StageAuthorised, StageCaptured, StageLapsed, StageFinished)
}

// StageOf is the stage of a phase and the reason it ended. What nobody paid in time
// (12) was never alive: a payment that comes after all is a late one.
func StageOf(m Method, p Phase, e End) Stage {
	switch p {
	case AwaitingBuyer:
		return StageWaiting
	case AwaitingPayment:
		return StageIssued
	case Authorised:
		return StageAuthorised
	case Captured:
		return StageCaptured
	case Ended:
		switch {
		case e == Expired && slices.Contains(m.Statuses(), TermExpired):
			return StageLapsed
		case e == Canceled || e == Expired || e == Refunded || e == WrongAmount:
			return StageFinished
		}
		return StageLapsed
	}
	return StageOpening
}

// Effect is how an event is taken.
type Effect string

const (
	Apply      Effect = "apply"         // the rule's fields say what changes
	Replay     Effect = "replay"        // already so: missing facts are filled in
	Note       Effect = "note"          // the status is kept, nothing moves
	Contradict Effect = "contradiction" // it cannot be: alert and mail, nothing moves
	Reverse    Effect = "reverse"       // authorised, and must not stay alive: cancelled by itself
)

// HoldEffect is what happens to stock and points (money.md §7).
type HoldEffect string

const (
	HoldKeep    HoldEffect = ""
	HoldCommit  HoldEffect = "commit"  // commit it; taken again first if it was released
	HoldRelease HoldEffect = "release" // released once, whoever comes first
)

// Alert is what a rule wants a person to see.
type Alert string

const (
	NoAlert       Alert = ""
	Contradiction Alert = "contradiction"
	DoublePayment Alert = "double_payment"     // 二重入金
	PaidCanceled  Alert = "paid_but_canceled"  // 入金あり・取消済み
	ShippedUnpaid Alert = "shipped_but_unpaid" // 発送済み・入金なし
)

// Rule is one cell of the state table.
type Rule struct {
	Effect      Effect
	Phase       Phase // empty keeps it
	End         End
	Order       order.Status // 0 keeps it
	Situation   Situation    // Untouched keeps it
	Unless      Situation    // a payment that shows this keeps it (売上/売上変更 in the manual's 2.3)
	Hold        HoldEffect
	PaymentDate bool // the order's 入金日 is set
	Placed      bool // order_date is set and the order mail queued, if it was not yet placed
	Alert       Alert
}

// Shows is ペイジェント状況 of a payment that showed had, after the rule.
func (r Rule) Shows(had Situation) Situation {
	if r.Situation == Untouched || r.Unless != Untouched && had == r.Unless {
		return had
	}
	return r.Situation
}

// Key names a cell.
type Key struct {
	Scheme Scheme
	Role   Role
	Stage  Stage
	Event  Event
	Order  order.Status
}

// RuleFor finds the rule of a cell. Every key made of Schemes, Roles, the scheme's Stages and
// Events, and the order statuses has one.
func RuleFor(k Key) (Rule, bool) {
	c, ok := table()[place{k.Scheme, k.Role, k.Stage, k.Event}]
	if !ok || !k.Order.Valid() {
		return Rule{}, false
	}
	if f := c.orders[k.Order]; f != nil {
		f(&c.rule)
	}
	return c.rule, true
}

// place is a cell for every order status.
type place struct {
	scheme Scheme
	role   Role
	stage  Stage
	event  Event
}

// cell is a rule, with the order's own part by its status.
type cell struct {
	rule   Rule
	orders byOrder // nil: the same for every order status
}

// row covers a set of places with one cell.
type row struct {
	stages []Stage
	events []Event
	rule   Rule
	orders byOrder
}

var table = sync.OnceValue(func() map[place]cell {
	all := map[place]cell{}
	for _, s := range Schemes() {
		addRows(all, s, OrderPayment, orderRows(s))
		addRows(all, s, SagaPayment, sagaRows(s))
		addRows(all, s, OtherPayment, otherRows(s))
	}
	return all
})

// addRows writes the cells of one scheme and role. Rows may speak of stages and events
// that the scheme does not have; those are left out.
func addRows(all map[place]cell, s Scheme, role Role, rows []row) {
	stages, events := s.Stages(), s.Events()
	for _, r := range rows {
		for _, st := range r.stages {
			for _, ev := range r.events {
				if !slices.Contains(stages, st) || !slices.Contains(events, ev) {
					continue
				}
				at := place{s, role, st, ev}
				if _, dup := all[at]; dup {
					panic(fmt.Sprintf("payment: two rules for %v", at))
				}
				all[at] = cell{r.rule, r.orders}
			}
		}
	}
}
