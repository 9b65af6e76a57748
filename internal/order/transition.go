package order

import "kessai/internal/problem"

// Direction says which way stock or points go, seen from the shop's books.
type Direction int8

const (
	Stay Direction = 0
	Take Direction = -1 // stock or the member's points become less
	Give Direction = +1 // stock or the member's points become more
)

// Effects are what one transition does beside the status itself (eccube.md §4.1).
type Effects struct {
	Name            string    // EC-CUBE's name of the transition
	Stock           Direction // the order's products
	UsedPoints      Direction // use_point of the member
	AddedPoints     Direction // add_point of the member
	SetsPaymentDate bool      // payment_date = now
	SetsShipped     bool      // shipping_date = now of each shipping that has none
}

type edge struct{ from, to Status }

// machine is EC-CUBE's order_state_machine.php, the same in 4.0 to 4.3.
// Returned goods do not go back to stock.
func machine() map[edge]Effects {
	pay := Effects{Name: "pay", SetsPaymentDate: true}
	packing := Effects{Name: "packing"}
	cancel := Effects{Name: "cancel", Stock: Give, UsedPoints: Give}
	ship := Effects{Name: "ship", AddedPoints: Give, SetsShipped: true}
	return map[edge]Effects{
		{New, Paid}:             pay,
		{New, InProgress}:       packing,
		{Paid, InProgress}:      packing,
		{New, Canceled}:         cancel,
		{InProgress, Canceled}:  cancel,
		{Paid, Canceled}:        cancel,
		{Canceled, InProgress}:  {Name: "back_to_in_progress", Stock: Take, UsedPoints: Take},
		{New, Delivered}:        ship,
		{Paid, Delivered}:       ship,
		{InProgress, Delivered}: ship,
		{Delivered, Returned}:   {Name: "return", UsedPoints: Give, AddedPoints: Take},
		{Returned, Delivered}:   {Name: "cancel_return", UsedPoints: Take, AddedPoints: Give},
	}
}

// CanTransition reports whether staff may change the status so. 7 and 8 stand
// outside the machine, and staying is no transition.
func CanTransition(from, to Status) bool {
	_, ok := machine()[edge{from, to}]
	return ok
}

// Transition is the effects of a change by staff, or the problem
// order.transition_refused.
func Transition(from, to Status) (Effects, error) {
	e, ok := machine()[edge{from, to}]
	if !ok {
		return Effects{}, problem.New(problem.NotNow, CodeTransitionRefused,
			problem.Args{"from": from.Name(), "to": to.Name()})
	}
	return e, nil
}

// Reachable are the statuses staff may choose from, in EC-CUBE's order, the
// present one left out.
func Reachable(from Status) []Status {
	var out []Status
	for _, s := range Statuses() {
		if CanTransition(from, s) {
			out = append(out, s)
		}
	}
	return out
}
