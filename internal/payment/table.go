package payment

import (
	"fmt"
	"sync"

	"kessai/internal/order"
)

// Event is what became known of a payment: a status Paygent told (by answer,
// notice or inquiry alike), or what one of our own operations came to.
type Event string

// Events beside Paygent's statuses.
const (
	Refused     Event = "refused"      // 020 declined or rejected
	NotSent     Event = "never_sent"   // the operation that begins it never reached the centre
	NoEffect    Event = "not_happened" // the unknown 020 was settled: no effect
	SetAside    Event = "set_aside"    // it stands at the centre, and we cannot use it
	BuyerGaveUp Event = "given_up"
	CaptureOK   Event = "capture_ok" // our 022 succeeded
	CancelOK    Event = "cancel_ok"  // our 021 or 023 succeeded
)

// Told is the event of a status that Paygent told.
func Told(s Status) Event { return Event(s) }

// CardEvents lists every event of a card payment.
func CardEvents() []Event {
	var all []Event
	for _, s := range CardStatuses() {
		all = append(all, Told(s))
	}
	return append(all, Refused, NotSent, NoEffect, SetAside, BuyerGaveUp, CaptureOK, CancelOK)
}

// Stage is the table's view of a phase: an ended payment is either lapsed (we
// closed it without it ever having been alive, so it may still come alive) or
// finished (it ended at the centre).
type Stage string

const (
	StageOpening    Stage = "opening" // opening or unknown
	StageAuthorised Stage = "authorised"
	StageCaptured   Stage = "captured"
	StageLapsed     Stage = "lapsed"
	StageFinished   Stage = "finished"
)

// CardStages lists the stages of a module-type card payment without 3-D Secure.
func CardStages() []Stage {
	return []Stage{StageOpening, StageAuthorised, StageCaptured, StageLapsed, StageFinished}
}

// StageOf is the stage of a phase and the reason it ended.
func StageOf(p Phase, e End) Stage {
	switch p {
	case Authorised:
		return StageAuthorised
	case Captured:
		return StageCaptured
	case Ended:
		switch e {
		case Canceled, Expired, Refunded, WrongAmount:
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
	Phase       Phase
	End         End
	Order       order.Status // 0 keeps it
	Situation   Situation    // Untouched keeps it
	Hold        HoldEffect
	PaymentDate bool // the order's 入金日 is set
	Placed      bool // order_date is set and the order mail queued, if it was not yet placed
	Alert       Alert
}

// Key names a cell.
type Key struct {
	Role  Role
	Stage Stage
	Event Event
	Order order.Status
}

// CardModule finds the rule for a module-type card payment without 3-D Secure.
// Every key made of OrderPayment or OtherPayment, CardStages, CardEvents and the
// order statuses has one.
func CardModule(k Key) (Rule, bool) {
	r, ok := cardModule()[k]
	return r, ok
}

// row covers a set of cells with one rule; order statuses map to the order's own part.
type row struct {
	stages []Stage
	events []Event
	rule   Rule
	orders map[order.Status]func(*Rule) // nil: the same for every order status
}

var cardModule = sync.OnceValue(func() map[Key]Rule {
	table := map[Key]Rule{}
	add := func(role Role, rows []row) {
		for _, r := range rows {
			for _, st := range r.stages {
				for _, ev := range r.events {
					for _, os := range order.Statuses() {
						k := Key{role, st, ev, os}
						if _, dup := table[k]; dup {
							panic(fmt.Sprintf("payment: two rules for %v", k))
						}
						rule := r.rule
						if f := r.orders[os]; f != nil {
							f(&rule)
						}
						table[k] = rule
					}
				}
			}
		}
	}
	add(OrderPayment, cardOrderRows())
	add(OtherPayment, cardOtherRows())
	return table
})
