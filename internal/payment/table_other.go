package payment

import "kessai/internal/order"

// otherRows are the rules for a payment that is not the order's: it never moves the
// order or its hold, and must not stay alive (money.md §6, whose payment).
func otherRows(s Scheme) []row {
	paid := on(func(r *Rule) { r.Alert = PaidCanceled }, order.Canceled, order.Returned)
	return asideRows(s, Reverse, DoublePayment, paid)
}

// sagaRows are the rules for the payments of an open change of the amount: the saga
// alone judges what they mean for the order (money.md §8).
func sagaRows(s Scheme) []row { return asideRows(s, Apply, NoAlert, nil) }

// asideRows record where a payment stands without moving its order. authorised says
// what becomes of one that is authorised; taken is the alert where money was taken.
func asideRows(s Scheme, authorised Effect, taken Alert, takenOrders byOrder) []row {
	m := meaningOf(s.Method)
	again := Replay
	if authorised == Reverse {
		again = Reverse
	}
	rows := append(commonRows(s, m),
		row{begun, statuses(m.auth...), Rule{Effect: authorised, Phase: Authorised}, nil},
		row{[]Stage{StageAuthorised}, statuses(m.auth...), repeated(again), nil},
		row{asking, statuses(m.failed...), Rule{Effect: Apply, Phase: Ended, End: Declined}, nil},
		row{unborn, []Event{NeverUsed}, Rule{Effect: Apply, Phase: Ended, End: Unused}, nil},
	)
	for _, ev := range failures {
		rows = append(rows, row{asking, []Event{ev}, Rule{Effect: Apply, Phase: Ended, End: failureEnd[ev]}, nil})
	}
	for _, p := range m.paid {
		stages := append(begun[:len(begun):len(begun)], live...)
		if s.Method == Conveni {
			stages = append(stages, StageFinished)
		}
		rows = append(rows, row{stages, statuses(p.status), Rule{Effect: Apply, Phase: Captured, Alert: taken}, takenOrders})
	}
	for _, g := range m.gone {
		rows = append(rows,
			row{unborn, statuses(g.status), Rule{Effect: Apply, Phase: Ended, End: g.end}, nil},
			row{aliveFor(g), statuses(g.status), Rule{Effect: Apply, Phase: Ended, End: g.end, Situation: g.situation}, nil},
		)
	}
	return append(rows, operationRows(s, nil, taken, takenOrders)...)
}

// repeated is the rule of an authorisation that is told again.
func repeated(e Effect) Rule {
	if e == Reverse {
		return Rule{Effect: Reverse, Phase: Authorised}
	}
	return Rule{Effect: e}
}
