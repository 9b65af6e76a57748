package wallet

import (
	"time"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// Times of money.md §2 and §3, as for every operation.
const (
	sendWithin    = 5 * time.Second
	leaseMargin   = 25 * time.Second
	settleMargin  = 60 * time.Second
	negativeApart = 60 * time.Second
	silentAtMost  = 30 * time.Minute // nobody settles a card by hand: then it is not known
)

// Causes an operation is settled with.
const (
	causeAnswer      = "answer"
	causeInquiry     = "inquiry"
	causeNeverSent   = "never_sent"
	causeNotHappened = "not_happened"
	causeNotKnown    = "not_known"
	causeLease       = "lease"
)

// tick is what decisions need: time, ids, policy.
type tick struct {
	now    time.Time
	policy ledger.Policy
	node   string
	newID  func() string
}

func (t tick) lease() time.Time {
	return t.now.Add(max(time.Minute, t.policy.TelegramTimeout+leaseMargin))
}

// planStore is transaction A of a 025.
func (w *Wallet) planStore(t tick, in StoreCard) (*Operation, error) {
	if n := len(w.kept()); n >= Limit {
		return nil, problem.New(problem.NotNow, "card.limit", problem.Args{"Max": Limit})
	}
	return w.plan(t, payment.StoreCard, in.Actor, in.Key), nil
}

// planDelete is transaction A of a 026, nil where the card is gone already.
func (w *Wallet) planDelete(t tick, in DeleteCard) (*Operation, error) {
	c := w.card(in.Card)
	switch {
	case c == nil:
		return nil, problem.New(problem.NotFound, "card.unknown", nil)
	case !c.DeletedAt.IsZero():
		return nil, nil
	}
	for _, u := range w.Uses {
		if u.PaygentID == c.PaygentID && (u.Until.IsZero() || u.Until.After(t.now)) {
			return nil, problem.New(problem.NotNow, "card.in_use", nil)
		}
	}
	op := w.plan(t, payment.DeleteCard, in.Actor, in.Key)
	op.CardID = c.ID
	return op, nil
}

func (w *Wallet) plan(t tick, kind payment.Kind, actor ledger.Actor, key string) *Operation {
	w.Operation = &Operation{Operation: ledger.Operation{
		ID: t.newID(), Kind: kind, State: payment.Planned, OpenKey: Key(w.CustomerID), Owner: t.node, LeaseUntil: t.lease(),
		SettingsVersion: t.policy.Version, Environment: w.Environment, MerchantID: w.MerchantID,
		Actor: actor, IdemKey: key, PlannedAt: t.now, NotBefore: t.now,
	}}
	return w.Operation
}

// verdict is what an operation came to, by whichever way it became known.
type verdict struct {
	state  payment.State
	cause  string
	code   string
	detail string
	card   ledger.KeptCard // of a 025 that succeeded
}

func neverSent() verdict   { return verdict{state: payment.DeclinedOp, cause: causeNeverSent} }
func interrupted() verdict { return verdict{state: payment.UnknownState, cause: causeLease} }

// settle is transaction B. One that was settled in another way meanwhile is a replay: what
// it took effect in is written all the same, for the centre has it.
func (w *Wallet) settle(t tick, op Operation, v verdict) {
	cur := w.open(op.ID)
	if cur == nil {
		if v.state == payment.Succeeded {
			w.effect(t, op, v)
		}
		return
	}
	if v.state == payment.UnknownState {
		cur.becomeUnknown(t, v)
		return
	}
	if v.state == payment.Succeeded {
		if c := w.effect(t, *cur, v); c != nil {
			cur.CardID = c.ID
		}
	}
	cur.State, cur.Cause, cur.Code, cur.Detail = v.state, v.cause, v.code, v.detail
	cur.OpenKey, cur.Owner, cur.LeaseUntil, cur.NextAskAt = "", "", time.Time{}, time.Time{}
	cur.Refused, cur.SettledAt = false, t.now
}

// effect writes what a success did to the cards.
func (w *Wallet) effect(t tick, op Operation, v verdict) *Card {
	if op.Kind == payment.DeleteCard {
		c := w.card(op.CardID)
		if c != nil && c.DeletedAt.IsZero() {
			c.DeletedAt = t.now
		}
		return c
	}
	for _, c := range w.Gone {
		if c.is(v.card) && !c.DeletedAt.Before(op.PlannedAt) { // an answer as late as that tells of the past
			return c
		}
	}
	return w.keep(t, v.card)
}

// becomeUnknown leaves the operation open and hands it to the resolver.
func (o *Operation) becomeUnknown(t tick, v verdict) {
	if o.State == payment.UnknownState {
		return
	}
	o.State, o.Cause, o.UnknownAt, o.NextAskAt = payment.UnknownState, v.cause, t.now, t.now
	o.Owner, o.LeaseUntil, o.Code, o.Detail = "", time.Time{}, v.code, v.detail
}

// settleRefused takes a refusal that may not be believed at once, or may have found the
// wish fulfilled, with the list after it: one that does not contradict it settles it.
func (w *Wallet) settleRefused(t tick, op Operation, v verdict, a after) {
	cur := w.open(op.ID)
	if cur == nil {
		return
	}
	if r, _ := w.read(cur, a); r == readNegative {
		w.settle(t, op, v)
		w.sync(t, a.list)
		return
	}
	cur.becomeUnknown(t, verdict{cause: causeAnswer})
	cur.Refused, cur.Code, cur.Detail = true, v.code, v.detail
	w.resolve(t, op.ID, a)
}

// reading is what the list after says about an operation.
type reading string

const (
	readNothing  reading = "nothing"  // there is no list
	readNegative reading = "negative" // it seems to have had no effect
	readSeveral  reading = "several"  // more cards came than one operation stores
	readYes      reading = "yes"      // it took effect
)

// after is the list after an operation, as it is compared with the wallet.
type after struct {
	list []ledger.KeptCard
	told bool
}

// read compares the lists. The wallet's is that from before.
func (w *Wallet) read(op *Operation, a after) (reading, ledger.KeptCard) {
	if !a.told {
		return readNothing, ledger.KeptCard{}
	}
	if op.Kind == payment.DeleteCard {
		for _, k := range a.list {
			if c := w.card(op.CardID); c != nil && c.is(k) {
				return readNegative, ledger.KeptCard{}
			}
		}
		return readYes, ledger.KeptCard{}
	}
	var more []ledger.KeptCard
	for _, k := range a.list {
		if w.keeping(k) == nil {
			more = append(more, k)
		}
	}
	switch len(more) {
	case 0:
		return readNegative, ledger.KeptCard{}
	case 1:
		return readYes, more[0]
	}
	return readSeveral, ledger.KeptCard{}
}

// resolve takes a list about an operation whose outcome is unknown: it settles it, or says
// when to ask again. What settles it makes the wallet the centre's list.
func (w *Wallet) resolve(t tick, id string, a after) {
	op := w.open(id)
	if op == nil || op.State != payment.UnknownState {
		return
	}
	op.Asked++
	r, card := w.read(op, a)
	v := verdict{cause: causeInquiry, code: op.Code, detail: op.Detail, card: card}
	ripe := !t.now.Before(op.DeadlineAt.Add(settleMargin))
	switch {
	case r == readYes:
		v.state, v.code, v.detail = payment.Succeeded, "", ""
	case r == readNegative && op.Refused:
		v.state = payment.DeclinedOp
	case r == readNegative && ripe && !op.NegativeAt.IsZero() && !t.now.Before(op.NegativeAt.Add(negativeApart)):
		v.state, v.cause = payment.DeclinedOp, causeNotHappened
	case r == readSeveral && ripe, r == readNothing && !t.now.Before(op.UnknownAt.Add(silentAtMost)):
		v.state, v.cause = payment.DeclinedOp, causeNotKnown
	default:
		op.askAgain(t, r)
		return
	}
	w.settle(t, *op, v)
	if a.told {
		w.sync(t, a.list)
	}
}

// askAgain schedules the next question. Of two negative answers the second counts a minute
// after the first and after the deadline's margin.
func (o *Operation) askAgain(t tick, r reading) {
	o.Owner, o.LeaseUntil, o.NextAskAt = "", time.Time{}, ledger.NextAsk(o.UnknownAt, t.now)
	if r != readNegative {
		o.NegativeAt = time.Time{}
		return
	}
	if t.now.Before(o.DeadlineAt) {
		return
	}
	if o.NegativeAt.IsZero() {
		o.NegativeAt = t.now
	}
	again := o.NegativeAt.Add(negativeApart) // no sooner than the margin's end, for none counts before the deadline
	if again.After(t.now) && o.NextAskAt.After(again) {
		o.NextAskAt = again
	}
}
