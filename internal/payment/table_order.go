package payment

import "kessai/internal/order"

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

func statuses(ss ...Status) []Event {
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
		on(func(r *Rule) { r.Order, r.Hold, r.Placed = order.New, HoldCommit, true }, order.Pending, order.Processing),
		on(func(r *Rule) { r.Effect, r.Hold, r.Situation = Reverse, HoldKeep, Untouched }, order.Canceled, order.Returned),
	)
	// Paid: 新規受付 becomes 入金済み; 対応中 and 発送済み keep their status.
	paidOrders = join(
		on(func(r *Rule) { r.Order = order.Paid }, order.New),
		on(func(r *Rule) { r.Order, r.Hold, r.Placed = order.Paid, HoldCommit, true }, order.Pending, order.Processing),
		on(func(r *Rule) { r.Hold, r.PaymentDate, r.Alert = HoldKeep, false, PaidCanceled }, order.Canceled, order.Returned),
	)
	// A number was issued: module type takes the order in; the link type's order waits
	// in 7 (manual 2.3 ※2).
	issuedOrders = on(func(r *Rule) { r.Order, r.Hold, r.Placed = order.New, HoldCommit, true }, order.Pending, order.Processing)
	// Ended at the centre, not by us: goods that are here come back; what was
	// shipped or returned needs a person.
	goneOrders = join(
		on(func(r *Rule) { r.Order = order.Canceled }, order.New, order.InProgress, order.Paid, order.Pending),
		on(func(r *Rule) { r.Hold, r.Alert = HoldKeep, ShippedUnpaid }, order.Delivered, order.Returned),
	)
	// Cancelled by staff: as above, but they know.
	canceledOrders = join(
		on(func(r *Rule) { r.Order = order.Canceled }, order.New, order.InProgress, order.Paid, order.Pending),
		on(func(r *Rule) { r.Hold = HoldKeep }, order.Delivered, order.Returned),
	)
	// The try failed: the buyer is back where a method is chosen.
	failedOrders = on(func(r *Rule) { r.Order = order.Processing }, order.Pending)
)

// Groups of stages and of our own events.
var (
	unborn = []Stage{StageOpening, StageWaiting, StageIssued} // not alive yet
	begun  = []Stage{StageOpening, StageWaiting, StageIssued, StageLapsed}
	asking = []Stage{StageOpening, StageWaiting} // the try can still fail
	live   = []Stage{StageAuthorised, StageCaptured}

	failures = []Event{Refused, NotSent, NoEffect, SetAside, BuyerGaveUp, TryReplaced} // of the try, by our own knowledge
)

// failureEnd is the End that each failure of a try brings.
var failureEnd = map[Event]End{
	Refused: Declined, NotSent: NeverSent, NoEffect: NotHappened, SetAside: Unreachable, BuyerGaveUp: GivenUp, TryReplaced: Superseded,
}

// orderRows are the rules for the order's payment (manual 2.3, money.md §6).
func orderRows(s Scheme) []row {
	m := meaningOf(s.Method)
	rows := commonRows(s, m)
	rows = append(rows,
		row{begun, statuses(m.auth...), Rule{Effect: Apply, Phase: Authorised, Situation: s.Method.authSituation(), Hold: HoldCommit}, authorisedOrders},
		row{asking, statuses(m.failed...), Rule{Effect: Apply, Phase: Ended, End: Declined, Hold: HoldRelease}, failedOrders},
		row{unborn, []Event{NeverUsed}, Rule{Effect: Apply, Phase: Ended, End: Unused, Hold: HoldRelease}, goneOrders},
		row{[]Stage{StageAuthorised}, statuses(m.auth...), Rule{Effect: Replay}, nil},
	)
	for _, ev := range failures {
		rows = append(rows, row{asking, []Event{ev}, Rule{Effect: Apply, Phase: Ended, End: failureEnd[ev], Hold: HoldRelease}, failedOrders})
	}
	for _, p := range m.paid {
		paid := Rule{Effect: Apply, Phase: Captured, Situation: p.situation, PaymentDate: p.dated}
		rows = append(rows, row{append(begun[:len(begun):len(begun)], live...), statuses(p.status), paid, paidOrders})
		if s.Method == Conveni { // a report withdrawn by the store can be followed by another payment
			rows = append(rows, row{[]Stage{StageFinished}, statuses(p.status), paid, paidOrders})
		}
	}
	for _, g := range m.gone {
		rule := Rule{Effect: Apply, Phase: Ended, End: g.end, Situation: g.situation, Hold: HoldRelease}
		rows = append(rows,
			row{unborn, statuses(g.status), rule, goneOrders},
			row{aliveFor(g), statuses(g.status), rule, goneOrders},
		)
	}
	return append(rows, operationRows(s, canceledOrders, NoAlert, nil)...)
}

// aliveFor are the live stages that a loss can end.
func aliveFor(g loss) []Stage {
	if g.unpaid {
		return []Stage{StageAuthorised}
	}
	return live
}

// commonRows are the rules that are the same whatever the payment is to its order.
func commonRows(s Scheme, m meaning) []row {
	rows := []row{
		{append(begun[:len(begun):len(begun)], append(live[:2:2], StageFinished)...), statuses(m.transit...), Rule{Effect: Note}, nil},
		{live, statuses(append(m.early[:len(m.early):len(m.early)], m.failed...)...), Rule{Effect: Contradict, Alert: Contradiction}, nil},
		{[]Stage{StageLapsed, StageFinished}, statuses(append(m.early[:len(m.early):len(m.early)], m.failed...)...), Rule{Effect: Note}, nil},
		{[]Stage{StageLapsed}, append(failures[:len(failures):len(failures)], NeverUsed), Rule{Effect: Replay}, nil},
		{append(live[:2:2], StageFinished), append(failures[:len(failures):len(failures)], NeverUsed), Rule{Effect: Contradict, Alert: Contradiction}, nil},
		{[]Stage{StageIssued}, append(failures[:len(failures):len(failures)], statuses(m.failed...)...), Rule{Effect: Contradict, Alert: Contradiction}, nil},
		{[]Stage{StageCaptured, StageFinished}, statuses(m.auth...), Rule{Effect: Contradict, Alert: Contradiction}, nil},
	}
	rows = append(rows, earlyRows(s, m)...)
	for _, p := range m.paid {
		if s.Method != Conveni {
			rows = append(rows, row{[]Stage{StageFinished}, statuses(p.status), Rule{Effect: Contradict, Alert: Contradiction}, nil})
		}
	}
	for _, g := range m.gone {
		if g.unpaid {
			rows = append(rows, row{[]Stage{StageCaptured}, statuses(g.status), Rule{Effect: Contradict, Alert: Contradiction}, nil})
		}
		rows = append(rows,
			row{[]Stage{StageLapsed}, statuses(g.status), Rule{Effect: Apply, Phase: Ended, End: g.end}, nil},
			row{[]Stage{StageFinished}, statuses(g.status), Rule{Effect: Replay}, nil},
		)
	}
	return append(rows, pageRows(s)...)
}

// earlyRows: 申込済 of the link type's stores and ATMs is the number; elsewhere it says nothing.
func earlyRows(s Scheme, m meaning) []row {
	if !s.Method.numbered() || s.System != Link {
		return []row{{unborn, statuses(m.early...), Rule{Effect: Note}, nil}}
	}
	return []row{
		{asking, statuses(m.early...), Rule{Effect: Apply, Phase: AwaitingPayment}, nil},
		{[]Stage{StageIssued}, statuses(m.early...), Rule{Effect: Note}, nil},
	}
}

// pageRows: a page or a number, where the scheme has one; once the payment is further, or
// closed, the answer comes late and says nothing new.
func pageRows(s Scheme) []row {
	everywhere := append(begun[:len(begun):len(begun)], append(live[:2:2], StageFinished)...)
	later := everywhere[1:]
	contradict := func(ev Event) row {
		return row{everywhere, []Event{ev}, Rule{Effect: Contradict, Alert: Contradiction}, nil}
	}
	if s.Method.numbered() && s.System == Module {
		return []row{contradict(PageReady), {later, []Event{NumberIssued}, Rule{Effect: Replay}, nil}}
	}
	return []row{
		contradict(NumberIssued),
		{[]Stage{StageOpening}, []Event{PageReady}, Rule{Effect: Apply, Phase: AwaitingBuyer}, nil},
		{later, []Event{PageReady}, Rule{Effect: Replay}, nil},
	}
}

// operationRows are what our own operations on a living payment come to.
func operationRows(s Scheme, canceled byOrder, captured Alert, capturedOrders byOrder) []row {
	contradict := Rule{Effect: Contradict, Alert: Contradiction}
	rows := []row{{begun, []Event{CaptureOK, CancelOK, CorrectedOK}, contradict, nil}, {[]Stage{StageFinished}, []Event{CaptureOK, CorrectedOK}, contradict, nil}}
	if s.Method.numbered() && s.System == Module {
		rows = append(rows, row{[]Stage{StageOpening}, []Event{NumberIssued}, Rule{Effect: Apply, Phase: AwaitingPayment}, issuedFor(canceled)})
	}
	if !s.Method.Captures() {
		return append(rows, row{[]Stage{StageCaptured}, []Event{CaptureOK, CancelOK, CorrectedOK}, contradict, nil}, row{[]Stage{StageFinished}, []Event{CancelOK}, contradict, nil})
	}
	ofAuth, ofSale := s.Method.cancelSituations()
	hold := HoldKeep
	if canceled != nil {
		hold = HoldRelease
	}
	return append(rows,
		row{[]Stage{StageAuthorised}, []Event{CaptureOK}, Rule{Effect: Apply, Phase: Captured, Situation: Sold, Alert: captured}, capturedOrders},
		row{[]Stage{StageCaptured}, []Event{CaptureOK}, Rule{Effect: Replay}, nil},
		row{[]Stage{StageAuthorised}, []Event{CancelOK}, Rule{Effect: Apply, Phase: Ended, End: Canceled, Situation: ofAuth, Hold: hold}, canceled},
		row{[]Stage{StageCaptured}, []Event{CancelOK}, Rule{Effect: Apply, Phase: Ended, End: Refunded, Situation: ofSale, Hold: hold}, canceled},
		row{[]Stage{StageFinished}, []Event{CancelOK}, Rule{Effect: Replay}, nil},
		row{[]Stage{StageAuthorised}, []Event{CorrectedOK}, correctedRule(s.Method, StageAuthorised), nil},
		row{[]Stage{StageCaptured}, []Event{CorrectedOK}, correctedRule(s.Method, StageCaptured), nil},
	)
}

// issuedFor moves the order only where it is the order's payment.
func issuedFor(canceled byOrder) byOrder {
	if canceled == nil {
		return nil
	}
	return issuedOrders
}

// correctedRule: 103 of a carrier shows 売上変更; Paidy's partial refund stays 売上, and
// needs a captured payment; a card's amount is changed by a new payment.
func correctedRule(m Method, st Stage) Rule {
	switch {
	case m == Carrier:
		return Rule{Effect: Apply, Situation: SaleChanged}
	case m == Paidy && st == StageCaptured:
		return Rule{Effect: Apply, Situation: Sold}
	}
	return Rule{Effect: Contradict, Alert: Contradiction}
}
