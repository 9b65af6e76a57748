package payment

import (
	"slices"

	"kessai/internal/order"
)

type byOrder = map[order.Status]func(*Rule)

// on gives the same change to several order statuses.
func on(f func(*Rule), statuses ...order.Status) byOrder {
	m := byOrder{}
	for _, s := range statuses {
		m[s] = f
	}
	return m
}

// join makes one map of several.
func join(all ...byOrder) byOrder {
	m := byOrder{}
	for _, each := range all {
		for s, f := range each {
			m[s] = f
		}
	}
	return m
}

func told(ss ...Status) []Event {
	var ev []Event
	for _, s := range ss {
		ev = append(ev, Told(s))
	}
	return ev
}

// The order's part of a rule.
var (
	// A payment stands that did not stand before: 7 and 8 become 新規受付; an order
	// cancelled or returned meanwhile is not revived, its authorisation is reversed.
	authorisedOrders = join(
		on(func(r *Rule) { r.Order, r.Placed = order.New, true }, order.Pending, order.Processing),
		on(func(r *Rule) { *r = Rule{Effect: Reverse, Phase: Authorised} }, order.Canceled, order.Returned),
	)
	// Paid: 新規受付 becomes 入金済み; 対応中 and 発送済み keep their status.
	paidOrders = join(
		on(func(r *Rule) { r.Order = order.Paid }, order.New),
		on(func(r *Rule) { r.Order, r.Hold, r.Placed = order.Paid, HoldCommit, true }, order.Pending, order.Processing),
		on(func(r *Rule) { r.PaymentDate, r.Alert = false, PaidCanceled }, order.Canceled, order.Returned),
	)
	// A number of the module type was issued: the order is taken in.
	issuedOrders = on(func(r *Rule) { r.Order, r.Hold, r.Placed = order.New, HoldCommit, true }, order.Pending, order.Processing)
	// Ended at the centre, not by us: goods that are here come back; what was
	// shipped or returned needs a person.
	goneOrders = join(
		on(func(r *Rule) { r.Order = order.Canceled }, order.New, order.InProgress, order.Paid, order.Pending),
		on(func(r *Rule) { r.Hold, r.Alert = HoldKeep, ShippedUnpaid }, order.Delivered, order.Returned),
	)
	// Nobody paid by a page or number that the order did not wait for in 7: one that stands
	// (a payment link for a staff order, money.md §6) keeps its status and its goods.
	unpaidOrders = join(
		on(func(r *Rule) { r.Order = order.Canceled }, order.Pending),
		on(func(r *Rule) { r.Hold = HoldKeep }, order.New, order.InProgress, order.Delivered, order.Paid, order.Returned),
	)
	// Cancelled by staff: as above, but they know.
	canceledOrders = join(
		on(func(r *Rule) { r.Order = order.Canceled }, order.New, order.InProgress, order.Paid, order.Pending),
		on(func(r *Rule) { r.Hold = HoldKeep }, order.Delivered, order.Returned),
	)
	// The try failed: the buyer is back where a method is chosen. An order that stands
	// keeps its goods.
	failedOrders = join(
		on(func(r *Rule) { r.Order = order.Processing }, order.Pending),
		on(func(r *Rule) { r.Hold = HoldKeep }, order.New, order.InProgress, order.Delivered, order.Paid, order.Returned),
	)
)

// Groups of stages.
var (
	everywhere = []Stage{StageOpening, StageWaiting, StageIssued, StageAuthorised, StageCaptured, StageLapsed, StageFinished}
	asking     = []Stage{StageOpening, StageWaiting}              // the try can still fail
	unborn     = []Stage{StageOpening, StageWaiting, StageIssued} // not alive yet
	begun      = append(slices.Clone(unborn), StageLapsed)        // … or closed by us, and perhaps still coming alive
	live       = []Stage{StageAuthorised, StageCaptured}
	closed     = []Stage{StageLapsed, StageFinished}
)

// Rules that move nothing.
var (
	note       = Rule{Effect: Note}
	replay     = Rule{Effect: Replay}
	contradict = Rule{Effect: Contradict, Alert: Contradiction}
)

// orderRows are the rules for the order's payment (manual 2.3, money.md §6), one group of
// events after the other, each at every stage.
func orderRows(s Scheme) []row {
	m := meaningOf(s.Method)
	rows := []row{{everywhere, told(m.transit...), note, nil}}
	return slices.Concat(rows, earlyRows(s, m), failureRows(m), authorisedRows(s, m), paidRows(s, m), goneRows(s, m),
		unusedRows(s), pageRows(s), operationRows(s))
}

// earlyRows: 申込済 of the link type's stores and ATMs is the number, with which the order
// waits in 7 (manual 2.3 ※2); elsewhere it says nothing.
func earlyRows(s Scheme, m meaning) []row {
	early := told(m.early...)
	rows := []row{{live, early, contradict, nil}, {closed, early, note, nil}}
	if s.Method.numbered() && s.System == Link {
		return append(rows,
			row{asking, early, Rule{Effect: Apply, Phase: AwaitingPayment}, nil},
			row{[]Stage{StageIssued}, early, note, nil})
	}
	return append(rows, row{unborn, early, note, nil})
}

// failure is the end of a try by our own knowledge.
type failure struct {
	event Event
	end   End
}

var failures = []failure{
	{Refused, Declined}, {NotSent, NeverSent}, {NoEffect, NotHappened}, {SetAside, Unreachable}, {BuyerGaveUp, GivenUp}, {TryReplaced, Superseded},
}

// failureRows: the try is over, told by the centre or known to us. Once a number is issued
// it cannot fail any more (money.md §6).
func failureRows(m meaning) []row {
	failed := func(end End) Rule { return Rule{Effect: Apply, Phase: Ended, End: end, Hold: HoldRelease} }
	rows := []row{
		{asking, told(m.failed...), failed(Declined), failedOrders},
		{live, told(m.failed...), contradict, nil},
		{closed, told(m.failed...), note, nil},
	}
	for _, f := range failures {
		ev := []Event{f.event}
		rows = append(rows,
			row{asking, ev, failed(f.end), failedOrders},
			row{[]Stage{StageIssued, StageAuthorised, StageCaptured, StageFinished}, ev, contradict, nil},
			row{[]Stage{StageLapsed}, ev, replay, nil})
	}
	return rows
}

func authorisedRows(s Scheme, m meaning) []row {
	auth := told(m.auth...)
	return []row{
		{begun, auth, Rule{Effect: Apply, Phase: Authorised, Situation: s.Method.authSituation(), Hold: HoldCommit}, authorisedOrders},
		{[]Stage{StageAuthorised}, auth, replay, nil},
		{[]Stage{StageCaptured, StageFinished}, auth, contradict, nil},
	}
}

func paidRows(s Scheme, m meaning) []row {
	var rows []row
	for _, p := range m.paid {
		ev, paid := told(p.status), Rule{Effect: Apply, Phase: Captured, Situation: p.situation, Unless: p.unless, PaymentDate: p.dated}
		rows = append(rows, row{begun, ev, paid, paidOrders}, row{live, ev, paid, paidOrders})
		if s.Method == Conveni { // a report withdrawn by the store can be followed by another payment
			rows = append(rows, row{[]Stage{StageFinished}, ev, paid, paidOrders})
		} else {
			rows = append(rows, row{[]Stage{StageFinished}, ev, contradict, nil})
		}
	}
	return rows
}

func goneRows(s Scheme, m meaning) []row {
	var rows []row
	for _, g := range m.gone {
		ev, gone := told(g.status), Rule{Effect: Apply, Phase: Ended, End: g.end, Situation: g.situation, Hold: HoldRelease}
		captured := row{[]Stage{StageCaptured}, ev, gone, goneOrders}
		if g.unpaid {
			captured = row{[]Stage{StageCaptured}, ev, contradict, nil}
		}
		early := row{unborn, ev, gone, goneOrders}
		if g.status == TermExpired && s.System == Link { // of a number with which no order is taken in
			early.orders = unpaidOrders
		}
		rows = append(rows, early,
			row{[]Stage{StageAuthorised}, ev, gone, goneOrders},
			captured,
			row{[]Stage{StageLapsed}, ev, Rule{Effect: Apply, Phase: Ended, End: g.end}, nil},
			row{[]Stage{StageFinished}, ev, replay, nil})
	}
	return rows
}

// unusedRows: past limit and margin, neither captured nor ended, and the centre knows no
// such payment: a lost 12 or 33 strands nothing (money.md §9).
func unusedRows(s Scheme) []row {
	page, standing := asking, []Stage{StageIssued, StageAuthorised} // with a number of the module type an order is taken in
	if s.System == Link {
		page, standing = unborn, []Stage{StageAuthorised}
	}
	ev, unused := []Event{NeverUsed}, Rule{Effect: Apply, Phase: Ended, End: Unused, Hold: HoldRelease}
	return []row{
		{page, ev, unused, unpaidOrders},
		{standing, ev, unused, goneOrders},
		{[]Stage{StageLapsed}, ev, replay, nil},
		{[]Stage{StageCaptured, StageFinished}, ev, contradict, nil},
	}
}

// pageRows: the module type of stores and ATMs gives a number, everything else has a page.
// Once the payment is further, or closed, the answer comes late and says nothing new.
func pageRows(s Scheme) []row {
	opened, other, rule, orders := PageReady, NumberIssued, Rule{Effect: Apply, Phase: AwaitingBuyer}, byOrder(nil)
	if s.Method.numbered() && s.System == Module {
		opened, other, rule, orders = NumberIssued, PageReady, Rule{Effect: Apply, Phase: AwaitingPayment}, issuedOrders
	}
	return []row{
		{[]Stage{StageOpening}, []Event{opened}, rule, orders},
		{everywhere[1:], []Event{opened}, replay, nil},
		{everywhere, []Event{other}, contradict, nil},
	}
}

// operationRows are what our own operations on a living payment come to. Money that came
// by store, ATM or bank goes back by hand.
func operationRows(s Scheme) []row {
	capture, cancel, correct := []Event{CaptureOK}, []Event{CancelOK}, []Event{CorrectedOK}
	if !s.Method.Captures() {
		return []row{{everywhere, slices.Concat(capture, cancel, correct), contradict, nil}}
	}
	ofAuth, ofSale := s.Method.cancelSituations()
	canceled := func(end End, shown Situation) Rule {
		return Rule{Effect: Apply, Phase: Ended, End: end, Situation: shown, Hold: HoldRelease}
	}
	return []row{
		{begun, slices.Concat(capture, cancel, correct), contradict, nil},
		{[]Stage{StageAuthorised}, capture, Rule{Effect: Apply, Phase: Captured, Situation: Sold}, nil},
		{[]Stage{StageAuthorised}, cancel, canceled(Canceled, ofAuth), canceledOrders},
		{[]Stage{StageAuthorised}, correct, correctedRule(s.Method, false), nil},
		{[]Stage{StageCaptured}, capture, replay, nil},
		{[]Stage{StageCaptured}, cancel, canceled(Refunded, ofSale), canceledOrders},
		{[]Stage{StageCaptured}, correct, correctedRule(s.Method, true), nil},
		{[]Stage{StageFinished}, slices.Concat(capture, correct), contradict, nil},
		{[]Stage{StageFinished}, cancel, replay, nil},
	}
}

// correctedRule: a carrier's amount is changed by 103 before or after 売上, Paidy's by 342
// after it; a card's by a new payment.
func correctedRule(m Method, captured bool) Rule {
	if m == Carrier || m == Paidy && captured {
		return Rule{Effect: Apply, Situation: m.Changed(captured)}
	}
	return contradict
}
