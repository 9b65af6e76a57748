package verify

import (
	"sync"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// standing is where a payment stands, as its row says.
type standing struct {
	phase  payment.Phase
	end    payment.End
	status payment.Status
}

var reached sync.Map // payment.Scheme → map[standing]bool

// reachable is every standing that a payment of the scheme can come to by the state table,
// whatever happens to it and its order. It is empty for a scheme that does not exist.
func reachable(s payment.Scheme) map[standing]bool {
	if known, ok := reached.Load(s); ok {
		return known.(map[standing]bool)
	}
	found := explore(s)
	reached.Store(s, found)
	return found
}

// explore walks the table from the beginning of a payment.
func explore(s payment.Scheme) map[standing]bool {
	found := map[standing]bool{}
	if len(s.Method.Statuses()) == 0 {
		return found
	}
	next := []standing{{phase: payment.Opening}}
	for len(next) > 0 {
		at := next[len(next)-1]
		next = next[:len(next)-1]
		if found[at] {
			continue
		}
		found[at] = true
		next = append(next, besides(at)...)
		for _, e := range s.Events() {
			for _, r := range rulesAt(s, payment.StageOf(s.Method, at.phase, at.end), e) {
				for _, status := range tells(s, e) {
					next = append(next, after(s, at, r, status))
				}
			}
		}
	}
	return found
}

// besides are the steps that are not the table's: a beginning whose outcome nobody knows,
// the telegram that follows a challenge, and an authorisation for another amount.
func besides(at standing) []standing {
	switch {
	case at.phase == payment.Opening:
		return []standing{{payment.Unknown, at.end, at.status}}
	case at.phase == payment.AwaitingBuyer:
		return []standing{{payment.Opening, at.end, at.status}}
	case at.phase == payment.Authorised:
		return []standing{{at.phase, payment.WrongAmount, at.status}}
	}
	return nil
}

// rulesAt are the different rules for an event at a stage, whatever the payment is to its
// order and wherever that stands.
func rulesAt(s payment.Scheme, st payment.Stage, e payment.Event) []payment.Rule {
	seen := map[payment.Rule]bool{}
	var out []payment.Rule
	for _, role := range payment.Roles() {
		for _, o := range order.Statuses() {
			r, ok := payment.RuleFor(payment.Key{Scheme: s, Role: role, Stage: st, Event: e, Order: o})
			r = payment.Rule{Effect: r.Effect, Phase: r.Phase, End: r.End}
			if ok && !seen[r] {
				seen[r] = true
				out = append(out, r)
			}
		}
	}
	return out
}

// tells are the statuses that come with an event: its own, or, where a try failed, what 094
// said beside.
func tells(s payment.Scheme, e payment.Event) []payment.Status {
	for _, st := range s.Method.Statuses() {
		if payment.Told(st) == e {
			return []payment.Status{st}
		}
	}
	if e == payment.Refused || e == payment.NoEffect || e == payment.SetAside {
		return []payment.Status{payment.NoStatus, payment.Applied, payment.AuthNG, payment.ThreeDSAbandoned, payment.ThreeDSRunning, payment.Abandoned}
	}
	return []payment.Status{payment.NoStatus}
}

// after is where a rule leads: ledger's observe, as far as the row tells it.
func after(s payment.Scheme, at standing, r payment.Rule, told payment.Status) standing {
	switch r.Effect {
	case payment.Replay:
		if told != payment.NoStatus && !at.status.Ends() {
			at.status = told
		}
	case payment.Note:
		if told != payment.NoStatus && payment.StageOf(s.Method, at.phase, at.end) != payment.StageFinished {
			at.status = told
		}
	case payment.Reverse:
		return after(s, at, payment.Rule{Effect: payment.Apply, Phase: payment.Authorised}, told)
	case payment.Apply:
		if r.Phase != "" {
			at.phase = r.Phase
			if at.end != payment.WrongAmount {
				at.end = r.End
			}
		}
		if told != payment.NoStatus {
			at.status = told
		}
	}
	return at
}
