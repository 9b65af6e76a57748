package ledger

import (
	"context"
	"slices"
	"strconv"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// We bring no order to 決済処理中 without a payment in our book. One that stands there without
// any was brought there by another hand: the original plugin's, which pays under the order's
// plain id and writes its payments into no table; or by us, before our tables were restored.
// Nothing here tells whether it was paid, so the centre is asked (money.md §9).

// unbooked reports an order that Paygent is to be paid for and has no payment in our book.
func (l *Ledger) unbooked() bool {
	return len(l.Payments) == 0 && l.Order.Paygent() && l.Order.Total > 0
}

// begunElsewhere is what is known of an unbooked order's payment.
type begunElsewhere struct {
	Origin
	policy  Policy // by which it was asked
	answers []named
}

// named is what 094 said about a trading_id.
type named struct {
	asked
	tradingID string
	marked    bool // by the shop's mark: nobody else's
}

// askUnbooked asks 094 by the ids that the order's payment may bear.
func (s *Service) askUnbooked(ctx context.Context, l *Ledger, t tick) (*begunElsewhere, error) {
	origin, err := s.store.Origin(ctx, l.Order.ID)
	if err != nil {
		return nil, err
	}
	b := &begunElsewhere{Origin: origin, policy: t.policy}
	ask := func(id string, marked bool) {
		q := Inquiry{Environment: t.policy.Environment, MerchantID: t.policy.MerchantID, SettingsVersion: t.policy.Version, TradingID: id}
		f := s.gateway.Inquire(ctx, q)
		b.answers = append(b.answers, named{asked{f, s.witnessed(ctx, q.Environment, q.MerchantID, q.SettingsVersion, f, l.Order.ID)}, id, marked})
	}
	plain := strconv.FormatInt(int64(l.Order.ID), 10)
	if t.policy.Mark != "" {
		ask(t.policy.Mark+plain, true)
	}
	ask(plain, false)
	return b, nil
}

// takeUnbooked records the payment that was found alive for the order, for the rollback to
// decide on, or says why the order is skipped. Neither: there is none, and none can come.
func (l *Ledger) takeUnbooked(t tick, b *begunElsewhere) (findings map[string]asked, skip string) {
	if b == nil || b.policy.Environment != t.policy.Environment || b.policy.MerchantID != t.policy.MerchantID { // nobody asked this centre about it
		return nil, SkipMoved
	}
	scheme, _ := payment.SchemeOf(l.Order.MethodClass)
	var own *Finding
	begun := false
	for _, n := range b.answers {
		is, skip := l.whose(t, scheme, b.Origin, n)
		switch {
		case skip != "":
			return nil, skip
		case is == standsForOrder && own != nil: // of two of them only one can be
			return nil, SkipUnclear
		case is == standsForOrder:
			own = &n.Finding
		case is == begunForOrder:
			begun = true
		}
	}
	since := latest(l.Order.UpdatedAt, l.Order.PendingSince) // it was begun by then
	switch {
	case own != nil:
		p := l.adopt(t, &Payment{Environment: t.policy.Environment, MerchantID: t.policy.MerchantID, Method: scheme.Method, System: scheme.System}, *own)
		l.WakeNotices = true // its own may have been parked, for no payment was known
		return map[string]asked{p.ID: {*own, true}}, ""
	case b.Plugin && t.policy.Environment != payment.Production:
		return nil, SkipElsewhere // it need not be the centre that we ask which would know of it
	case t.now.Before(since.Add(longestTerm(scheme, begun) + margin)):
		return nil, SkipWaiting
	}
	return nil, ""
}

// leaveUnbooked is leave of an order whose buyer comes back to what another hand began: a
// payment that is alive is the order's, and where nobody can tell there is no other try.
func (s *Service) leaveUnbooked(ctx context.Context, l *Ledger, event payment.Event) (Step, error) {
	t, err := s.tick(ctx)
	if err != nil {
		return Step{}, err
	}
	b, err := s.askUnbooked(ctx, l, t)
	if err != nil {
		return Step{}, err
	}
	version := l.Version
	left, err := s.update(ctx, l.Order.ID, func(l *Ledger, t tick) error {
		if l.Version != version || l.Order.Status != order.Pending || !l.unbooked() {
			return nil // what became known meanwhile is newer than the answer
		}
		findings, skip := l.takeUnbooked(t, b)
		if len(l.Payments) > 0 {
			p := l.Payments[0]
			f := findings[p.ID]
			l.learnBrand(p, f.Finding)
			return l.learn(t, p, f.Status, f.Amount, f.PaymentDate, "inquiry")
		}
		if skip != "" && skip != SkipWaiting { // a page that was left may be open, as one of ours
			return notNow("payment.unconfirmed", nil)
		}
		return l.leave(t, "", nil, true, event)
	})
	if err != nil {
		return Step{}, err
	}
	return Next(left), nil
}

// What a payment under the order's trading_id is to the order.
type standsFor int

const (
	nothingOfOrder standsFor = iota // there is none, or one that is older than the order
	begunForOrder                   // perhaps its own; not alive, and may be the try before the one that a page is open for
	standsForOrder                  // alive, and the order's
)

// whose judges one answer, or says why the order is skipped for it.
func (l *Ledger) whose(t tick, scheme payment.Scheme, o Origin, n named) (is standsFor, skip string) {
	f := n.Finding
	switch {
	case f.Kind == NoSuch && n.witnessed:
		return nothingOfOrder, ""
	case f.Kind != Found || f.TradingID != n.tradingID:
		return 0, SkipNoAnswer
	case !f.BegunAt.IsZero() && f.BegunAt.Before(o.CreatedAt.Add(-begunTolerance)):
		return nothingOfOrder, "" // it bears the id by chance, and 094 would have found several if there were more
	case f.Status.Transit(), !slices.Contains(payment.AllStatuses(), f.Status):
		return 0, SkipNoAnswer
	case !f.Status.Alive():
		return begunForOrder, ""
	case t.policy.SharedMerchant && !n.marked, f.BegunAt.IsZero(), f.Type != scheme.Method.Type(),
		f.Amount != l.Order.Total, !slices.Contains(scheme.Method.Statuses(), f.Status):
		return 0, SkipUnclear // neither cancelled nor taken in
	}
	return standsForOrder, ""
}

// longestTerm is how long a page or number of the scheme can be good at most, whose own limit
// nobody wrote down: the settings of whoever began it may have been the longest there are
// (storefront.md §3). begun tells whether the centre holds a payment; a number that it has
// not issued by now is never issued.
func longestTerm(s payment.Scheme, begun bool) time.Duration {
	const day = 24 * time.Hour // and one more: they are counted to the end of the last
	switch {
	case s.System == payment.Link, begun && (s.Method == payment.Conveni || s.Method == payment.ATM):
		return 61 * day
	case s.Method == payment.Bank:
		return 100 * day
	}
	return pageTerm
}
