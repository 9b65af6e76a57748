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

// both joins two maps of order statuses.
func both(a, b byOrder) byOrder {
	m := byOrder{}
	for s, f := range a {
		m[s] = f
	}
	for s, f := range b {
		m[s] = f
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
	authorisedOrders = both(
		on(func(r *Rule) { r.Order, r.Hold, r.Placed = order.New, HoldCommit, true }, order.Pending, order.Processing),
		on(func(r *Rule) { r.Effect, r.Hold = Reverse, HoldKeep }, order.Canceled, order.Returned),
	)
	// 40 and 41: 新規受付 becomes 入金済み; 対応中 and 発送済み keep their status.
	paidOrders = both(
		on(func(r *Rule) { r.Order = order.Paid }, order.New),
		both(
			on(func(r *Rule) { r.Order, r.Hold, r.Placed = order.Paid, HoldCommit, true }, order.Pending, order.Processing),
			on(func(r *Rule) { r.Hold, r.PaymentDate, r.Alert = HoldKeep, false, PaidCanceled }, order.Canceled, order.Returned),
		),
	)
	// Ended at the centre, not by us: goods that are here come back; what was
	// shipped or returned needs a person.
	goneOrders = both(
		on(func(r *Rule) { r.Order = order.Canceled }, order.New, order.InProgress, order.Paid, order.Pending),
		on(func(r *Rule) { r.Hold, r.Alert = HoldKeep, ShippedUnpaid }, order.Delivered, order.Returned),
	)
	// Cancelled by staff: as above, but they know.
	canceledOrders = both(
		on(func(r *Rule) { r.Order = order.Canceled }, order.New, order.InProgress, order.Paid, order.Pending),
		on(func(r *Rule) { r.Hold = HoldKeep }, order.Delivered, order.Returned),
	)
	// The attempt failed: the buyer is back where a method is chosen.
	failedOrders = on(func(r *Rule) { r.Order = order.Processing }, order.Pending)
)

// cardOrderRows are the rules for the order's payment (manual 2.3 クレジット, money.md §6).
func cardOrderRows() []row {
	begun := []Stage{StageOpening, StageLapsed}
	live := []Stage{StageAuthorised, StageCaptured}
	return []row{
		// Not alive yet, or closed by us and perhaps still coming alive.
		{begun, statuses(Applied, ThreeDSRunning, CaptureRequested, CancelRequested, RefundRequested, RefundTallied), Rule{Effect: Note}, nil},
		{begun, statuses(AuthOK), Rule{Effect: Apply, Phase: Authorised, Hold: HoldCommit}, authorisedOrders},
		{begun, statuses(Cleared, ClearedFinal), Rule{Effect: Apply, Phase: Captured, Situation: Sold, PaymentDate: true}, paidOrders},
		{[]Stage{StageOpening}, statuses(AuthNG, ThreeDSAbandoned), Rule{Effect: Apply, Phase: Ended, End: Declined, Hold: HoldRelease}, failedOrders},
		{[]Stage{StageOpening}, []Event{Refused}, Rule{Effect: Apply, Phase: Ended, End: Declined, Hold: HoldRelease}, failedOrders},
		{[]Stage{StageOpening}, []Event{NotSent}, Rule{Effect: Apply, Phase: Ended, End: NeverSent, Hold: HoldRelease}, failedOrders},
		{[]Stage{StageOpening}, []Event{NoEffect}, Rule{Effect: Apply, Phase: Ended, End: NotHappened, Hold: HoldRelease}, failedOrders},
		{[]Stage{StageOpening}, []Event{SetAside}, Rule{Effect: Apply, Phase: Ended, End: Unreachable, Hold: HoldRelease}, failedOrders},
		{[]Stage{StageOpening}, []Event{BuyerGaveUp}, Rule{Effect: Apply, Phase: Ended, End: GivenUp, Hold: HoldRelease}, failedOrders},
		{[]Stage{StageOpening}, statuses(AuthCancelDone), Rule{Effect: Apply, Phase: Ended, End: Canceled, Situation: AuthCanceled, Hold: HoldRelease}, goneOrders},
		{[]Stage{StageOpening}, statuses(AuthExpired), Rule{Effect: Apply, Phase: Ended, End: Expired, Hold: HoldRelease}, goneOrders},
		{[]Stage{StageOpening}, statuses(RefundDone), Rule{Effect: Apply, Phase: Ended, End: Refunded, Situation: SaleCanceled, Hold: HoldRelease}, goneOrders},
		{[]Stage{StageOpening}, []Event{CaptureOK, CancelOK}, Rule{Effect: Contradict, Alert: Contradiction}, nil},
		{[]Stage{StageLapsed}, statuses(AuthNG, ThreeDSAbandoned), Rule{Effect: Note}, nil},
		{[]Stage{StageLapsed}, []Event{Refused, NotSent, NoEffect, SetAside, BuyerGaveUp}, Rule{Effect: Replay}, nil},
		{[]Stage{StageLapsed}, statuses(AuthCancelDone), Rule{Effect: Apply, Phase: Ended, End: Canceled}, nil},
		{[]Stage{StageLapsed}, statuses(AuthExpired), Rule{Effect: Apply, Phase: Ended, End: Expired}, nil},
		{[]Stage{StageLapsed}, statuses(RefundDone), Rule{Effect: Apply, Phase: Ended, End: Refunded}, nil},
		{[]Stage{StageLapsed}, []Event{CaptureOK, CancelOK}, Rule{Effect: Contradict, Alert: Contradiction}, nil},

		// Alive.
		{live, statuses(Applied, AuthNG, ThreeDSAbandoned, ThreeDSRunning), Rule{Effect: Contradict, Alert: Contradiction}, nil},
		{live, []Event{Refused, NotSent, NoEffect, SetAside, BuyerGaveUp}, Rule{Effect: Contradict, Alert: Contradiction}, nil},
		{live, statuses(CaptureRequested, CancelRequested, RefundRequested, RefundTallied), Rule{Effect: Note}, nil},
		{live, statuses(Cleared, ClearedFinal), Rule{Effect: Apply, Phase: Captured, Situation: Sold, PaymentDate: true}, paidOrders},
		{live, statuses(AuthCancelDone), Rule{Effect: Apply, Phase: Ended, End: Canceled, Situation: AuthCanceled, Hold: HoldRelease}, goneOrders},
		{live, statuses(RefundDone), Rule{Effect: Apply, Phase: Ended, End: Refunded, Situation: SaleCanceled, Hold: HoldRelease}, goneOrders},
		{[]Stage{StageAuthorised}, statuses(AuthOK), Rule{Effect: Replay}, nil},
		{[]Stage{StageAuthorised}, statuses(AuthExpired), Rule{Effect: Apply, Phase: Ended, End: Expired, Hold: HoldRelease}, goneOrders},
		{[]Stage{StageAuthorised}, []Event{CaptureOK}, Rule{Effect: Apply, Phase: Captured, Situation: Sold}, nil},
		{[]Stage{StageAuthorised}, []Event{CancelOK}, Rule{Effect: Apply, Phase: Ended, End: Canceled, Situation: AuthCanceled, Hold: HoldRelease}, canceledOrders},
		{[]Stage{StageCaptured}, statuses(AuthOK, AuthExpired), Rule{Effect: Contradict, Alert: Contradiction}, nil},
		{[]Stage{StageCaptured}, []Event{CaptureOK}, Rule{Effect: Replay}, nil},
		{[]Stage{StageCaptured}, []Event{CancelOK}, Rule{Effect: Apply, Phase: Ended, End: Refunded, Situation: SaleCanceled, Hold: HoldRelease}, canceledOrders},

		finishedAlive, finishedRest, finishedOwn, finishedDone,
	}
}

// What ended at the centre stays ended; only a sign of life contradicts.
var (
	finishedAlive = row{[]Stage{StageFinished}, statuses(AuthOK, Cleared, ClearedFinal), Rule{Effect: Contradict, Alert: Contradiction}, nil}
	finishedRest  = row{[]Stage{StageFinished}, statuses(Applied, AuthNG, ThreeDSAbandoned, ThreeDSRunning, CaptureRequested, CancelRequested, RefundRequested, RefundTallied), Rule{Effect: Note}, nil}
	finishedOwn   = row{[]Stage{StageFinished}, []Event{Refused, NotSent, NoEffect, SetAside, BuyerGaveUp, CaptureOK}, Rule{Effect: Contradict, Alert: Contradiction}, nil}
	finishedDone  = row{[]Stage{StageFinished}, append(statuses(AuthCancelDone, AuthExpired, RefundDone), CancelOK), Rule{Effect: Replay}, nil}
)

// cardOtherRows are the rules for a payment that is not the order's: it never
// moves the order or its hold, and must not stay alive (money.md §6, whose payment).
func cardOtherRows() []row {
	begun := []Stage{StageOpening, StageLapsed}
	live := []Stage{StageAuthorised, StageCaptured}
	paid := on(func(r *Rule) { r.Alert = PaidCanceled }, order.Canceled, order.Returned)
	return []row{
		{begun, statuses(Applied, ThreeDSRunning, CaptureRequested, CancelRequested, RefundRequested, RefundTallied), Rule{Effect: Note}, nil},
		{begun, statuses(AuthOK), Rule{Effect: Reverse, Phase: Authorised}, nil},
		{begun, statuses(Cleared, ClearedFinal), Rule{Effect: Apply, Phase: Captured, Alert: DoublePayment}, paid},
		{begun, statuses(AuthCancelDone), Rule{Effect: Apply, Phase: Ended, End: Canceled}, nil},
		{begun, statuses(AuthExpired), Rule{Effect: Apply, Phase: Ended, End: Expired}, nil},
		{begun, statuses(RefundDone), Rule{Effect: Apply, Phase: Ended, End: Refunded}, nil},
		{begun, []Event{CaptureOK, CancelOK}, Rule{Effect: Contradict, Alert: Contradiction}, nil},
		{[]Stage{StageOpening}, append(statuses(AuthNG, ThreeDSAbandoned), Refused), Rule{Effect: Apply, Phase: Ended, End: Declined}, nil},
		{[]Stage{StageOpening}, []Event{NotSent}, Rule{Effect: Apply, Phase: Ended, End: NeverSent}, nil},
		{[]Stage{StageOpening}, []Event{NoEffect}, Rule{Effect: Apply, Phase: Ended, End: NotHappened}, nil},
		{[]Stage{StageOpening}, []Event{SetAside}, Rule{Effect: Apply, Phase: Ended, End: Unreachable}, nil},
		{[]Stage{StageOpening}, []Event{BuyerGaveUp}, Rule{Effect: Apply, Phase: Ended, End: GivenUp}, nil},
		{[]Stage{StageLapsed}, statuses(AuthNG, ThreeDSAbandoned), Rule{Effect: Note}, nil},
		{[]Stage{StageLapsed}, []Event{Refused, NotSent, NoEffect, SetAside, BuyerGaveUp}, Rule{Effect: Replay}, nil},

		{live, statuses(Applied, AuthNG, ThreeDSAbandoned, ThreeDSRunning), Rule{Effect: Contradict, Alert: Contradiction}, nil},
		{live, []Event{Refused, NotSent, NoEffect, SetAside, BuyerGaveUp}, Rule{Effect: Contradict, Alert: Contradiction}, nil},
		{live, statuses(CaptureRequested, CancelRequested, RefundRequested, RefundTallied), Rule{Effect: Note}, nil},
		{live, statuses(Cleared, ClearedFinal), Rule{Effect: Apply, Phase: Captured, Alert: DoublePayment}, paid},
		{live, statuses(AuthCancelDone), Rule{Effect: Apply, Phase: Ended, End: Canceled, Situation: AuthCanceled}, nil},
		{live, statuses(RefundDone), Rule{Effect: Apply, Phase: Ended, End: Refunded, Situation: SaleCanceled}, nil},
		{[]Stage{StageAuthorised}, statuses(AuthOK), Rule{Effect: Reverse, Phase: Authorised}, nil},
		{[]Stage{StageAuthorised}, statuses(AuthExpired), Rule{Effect: Apply, Phase: Ended, End: Expired}, nil},
		{[]Stage{StageAuthorised}, []Event{CaptureOK}, Rule{Effect: Apply, Phase: Captured, Situation: Sold, Alert: DoublePayment}, paid},
		{[]Stage{StageAuthorised}, []Event{CancelOK}, Rule{Effect: Apply, Phase: Ended, End: Canceled, Situation: AuthCanceled}, nil},
		{[]Stage{StageCaptured}, statuses(AuthOK, AuthExpired), Rule{Effect: Contradict, Alert: Contradiction}, nil},
		{[]Stage{StageCaptured}, []Event{CaptureOK}, Rule{Effect: Replay}, nil},
		{[]Stage{StageCaptured}, []Event{CancelOK}, Rule{Effect: Apply, Phase: Ended, End: Refunded, Situation: SaleCanceled}, nil},

		finishedAlive, finishedRest, finishedOwn, finishedDone,
	}
}
