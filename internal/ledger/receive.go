package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"kessai/internal/order"
	"kessai/internal/problem"
)

// Receive stores a verified notice and, where nothing has to be asked first, applies
// it in the same transaction. After it returns nil the centre may be told result=0.
func (s *Service) Receive(ctx context.Context, n Notice) (Notice, error) {
	t, err := s.tick(ctx)
	if err != nil {
		return n, err
	}
	n.ID, n.ReceivedAt, n.State, n.NextAt = t.newID(), t.now, NoticeReceived, t.now
	if dup, err := s.seenBefore(ctx, t, &n); err != nil || dup {
		return n, err
	}
	m, err := s.store.Match(ctx, n, t.policy.Mark)
	if err != nil {
		return n, err
	}
	n.OrderID = m.OrderID
	switch {
	case n.Reason == ParkMalformed:
		return n, s.parkMalformed(ctx, t, &n)
	case n.TradingID == "" && m.OrderID == 0:
		n.State, n.NextAt = NoticeApplied, time.Time{} // a card validity check: nothing of ours
		return n, s.store.AddNotice(ctx, n)
	case m.OrderID == 0:
		n.State, n.NextAt = NoticeForeign, time.Time{}
		return n, s.store.AddNotice(ctx, n)
	}
	in := n
	if err := s.applyNew(ctx, t, &n); problem.Is(err, "notice.duplicate") {
		n = in // its twin came at the same moment, and is committed
		if seen, err := s.seenBefore(ctx, t, &n); err != nil || seen {
			return n, err
		}
		n.State, n.NextAt = NoticeDuplicate, time.Time{}
		return n, nil
	} else if orderIsGone(err) {
		n = in
		return n, s.parkForShop(ctx, &n, ParkNoOrder)
	} else if err != nil {
		// The notice is what must not be lost: it is kept, and taken up by a worker.
		s.log.ErrorContext(ctx, "notice stored but not applied", "notice", n.NoticeID, "order", int64(n.OrderID), "error", err)
		n.State, n.Reason, n.NextAt = NoticeReceived, NotParked, t.now.Add(10*time.Second)
		return n, s.store.AddNotice(ctx, n)
	}
	return n, nil
}

// seenBefore tells a duplicate (nothing is done) from a conflict: the same id with
// other content is parked, and 094 asked.
func (s *Service) seenBefore(ctx context.Context, t tick, n *Notice) (bool, error) {
	stored, err := s.store.StoredNotices(ctx, n.Environment, n.MerchantID, n.NoticeID)
	if err != nil || len(stored) == 0 {
		return false, err
	}
	if n.repeats(stored) {
		n.State = NoticeDuplicate
		return true, nil
	}
	for _, have := range stored {
		if have.Digest == n.Digest { // another date alone
			n.Digest = n.datedDigest()
		}
	}
	return true, s.parkConflict(ctx, t, n, stored[0].OrderID)
}

// repeats reports whether one of the stored notices of this id says the same. The date
// makes a difference only between two that carry one: that 091 tells it whenever the
// notice did is a guess [C], and so is the opposite.
func (n *Notice) repeats(stored []Notice) bool {
	dated := n.datedDigest()
	return slices.ContainsFunc(stored, func(have Notice) bool {
		differs := !have.PaymentDate.IsZero() && !n.PaymentDate.IsZero() && !have.PaymentDate.Equal(n.PaymentDate)
		return have.Digest == n.Digest && !differs || have.Digest == dated
	})
}

// datedDigest is what a notice is stored under that contradicts another one by its date alone.
func (n *Notice) datedDigest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s payment_date=%d", n.Digest, n.PaymentDate.UnixMilli()))
	return hex.EncodeToString(sum[:])
}

// parkConflict parks a notice that contradicts a stored one of its id, which belongs to the
// order first, under the order that it names itself. It is due at once: 094 is asked about
// the very payment_id it names, whatever that is to us, and beside it about the payment of
// ours, which no notice may have told the truth about.
func (s *Service) parkConflict(ctx context.Context, t tick, n *Notice, first order.ID) error {
	m, err := s.store.Match(ctx, *n, t.policy.Mark)
	if err != nil {
		return err
	}
	malformed := n.Reason == ParkMalformed
	n.State, n.Reason, n.NextAt = NoticeParked, ParkConflict, time.Time{}
	if n.OrderID = m.OrderID; n.OrderID == 0 {
		n.OrderID = first
	}
	if n.OrderID == 0 {
		return s.store.AddNotice(ctx, *n)
	}
	fresh := *n
	err = s.store.Update(ctx, n.OrderID, func(l *Ledger) error {
		*n = fresh
		if err := l.meetHost(t); err != nil {
			return err
		}
		if err := l.park(t, n, ParkConflict); err != nil {
			return err
		}
		if !malformed {
			n.NextAt = t.now
		}
		p := l.holder(n.PaymentID)
		if p == nil {
			p = l.named(n)
		}
		if p != nil {
			p.AskAt = t.now
		}
		l.Notices = append(l.Notices, NoticeChange{Notice: *n, New: true})
		return nil
	})
	return s.orForShop(ctx, n, ParkConflict, err, false)
}

// parkMalformed keeps a notice that is Paygent's, and says nothing we can use.
func (s *Service) parkMalformed(ctx context.Context, t tick, n *Notice) error {
	n.State, n.NextAt = NoticeParked, time.Time{}
	if n.OrderID == 0 {
		return s.store.AddNotice(ctx, *n)
	}
	err := s.store.Update(ctx, n.OrderID, func(l *Ledger) error {
		if err := l.meetHost(t); err != nil {
			return err
		}
		if err := l.park(t, n, ParkMalformed); err != nil {
			return err
		}
		l.Notices = append(l.Notices, NoticeChange{Notice: *n, New: true})
		return nil
	})
	return s.orForShop(ctx, n, ParkMalformed, err, false)
}

// orderIsGone: EC-CUBE's own pages can delete an order of which our books tell.
func orderIsGone(err error) bool { return problem.Is(err, "order.unknown") }

// orForShop puts a notice before a person as the shop's where its order could not be written: one
// that is gone, or that cannot be read. The latter's is tried again after each sweep. What fails
// for another reason fails, unless it has failed for long: its sender comes again.
func (s *Service) orForShop(ctx context.Context, n *Notice, why ParkReason, err error, long bool) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	if !orderIsGone(err) {
		if _, unreadable := s.store.View(ctx, n.OrderID); unreadable == nil && !long {
			return err
		}
		s.log.ErrorContext(ctx, "notice parked without its order", "notice", n.NoticeID, "order", int64(n.OrderID), "error", err)
	}
	return s.parkForShop(ctx, n, why)
}

// parkForShop stores a notice whose order is gone under none, and puts it before a person.
func (s *Service) parkForShop(ctx context.Context, n *Notice, why ParkReason) error {
	n.State, n.Reason, n.NextAt, n.OrderID = NoticeParked, why, time.Time{}, 0
	return s.store.AddNotice(ctx, *n)
}

// applyNew stores a notice together with what it changes.
func (s *Service) applyNew(ctx context.Context, t tick, n *Notice) error {
	fresh := *n
	return s.store.Update(ctx, n.OrderID, func(l *Ledger) error {
		*n = fresh
		if err := l.meetHost(t); err != nil {
			return err
		}
		if _, err := l.decideNotice(t, n, nil); err != nil {
			return err
		}
		l.Notices = append(l.Notices, NoticeChange{Notice: *n, New: true})
		return nil
	})
}

// TakeUpNotice works on a stored notice that is due: it asks 094 and applies what
// was confirmed. One that could not be applied for a day is put before a person.
func (s *Service) TakeUpNotice(ctx context.Context, n Notice) error {
	t, err := s.tick(ctx)
	if err != nil {
		return err
	}
	n.Owner, n.LeaseUntil = "", time.Time{}
	if n.OrderID == 0 {
		if found, err := s.findOrder(ctx, t, &n); err != nil || !found {
			return err
		}
	}
	err = s.takeUpNotice(ctx, t, n)
	if orderIsGone(err) {
		if err := s.parkForShop(ctx, &n, ParkNoOrder); err != nil { // the alert: the notice is stored
			return err
		}
		return s.store.SaveNotice(ctx, n)
	}
	if err == nil || ctx.Err() != nil || t.now.Before(n.ReceivedAt.Add(confirmTerm)) {
		return err
	}
	s.log.ErrorContext(ctx, "notice parked: it could not be applied", "notice", n.NoticeID, "order", int64(n.OrderID), "error", err)
	err = s.store.Update(ctx, n.OrderID, func(l *Ledger) error {
		if err := l.meetHost(t); err != nil {
			return err
		}
		failed := n
		if err := l.park(t, &failed, ParkFailed); err != nil {
			return err
		}
		l.Notices = append(l.Notices, NoticeChange{Notice: failed, Same: failed.parkedAs(n)})
		return nil
	})
	if err == nil {
		return nil
	}
	if err := s.orForShop(ctx, &n, ParkFailed, err, true); err != nil {
		return err
	}
	return s.store.SaveNotice(ctx, n)
}

// findOrder finds the order of a parked notice that belonged to none, and makes it that
// order's: of the shop's alert becomes the order's where it stays parked. One that still
// belongs to none is laid down as it was.
func (s *Service) findOrder(ctx context.Context, t tick, n *Notice) (found bool, err error) {
	m, err := s.matchStanding(ctx, t, *n)
	if err != nil {
		return false, err
	}
	if m.OrderID == 0 {
		n.NextAt = time.Time{}
		return false, s.store.SaveNotice(ctx, *n)
	}
	n.OrderID, n.State, n.NextAt = m.OrderID, NoticeReceived, time.Time{} // to its order it is new
	return true, s.store.CloseShopAlert(ctx, AlertNoticeParked, parkCause(n), t.now)
}

// matchStanding is Store.Match that finds no order which is gone.
func (s *Service) matchStanding(ctx context.Context, t tick, n Notice) (Match, error) {
	m, err := s.store.Match(ctx, n, t.policy.Mark)
	if err != nil || m.OrderID == 0 {
		return m, err
	}
	if _, err = s.store.View(ctx, m.OrderID); orderIsGone(err) {
		return Match{}, nil
	}
	return m, err
}

func (s *Service) takeUpNotice(ctx context.Context, t tick, n Notice) error {
	stored := n
	ask := false
	decide := func(f *Finding) func(*Ledger) error {
		return func(l *Ledger) error {
			n = stored
			if err := l.meetHost(t); err != nil {
				return err
			}
			need, err := l.decideNotice(t, &n, f)
			ask = need
			if err != nil {
				return err
			}
			l.Notices = append(l.Notices, NoticeChange{Notice: n, Same: n.parkedAs(stored)})
			return nil
		}
	}
	l, err := s.store.View(ctx, n.OrderID)
	if err != nil {
		return err
	}
	was := l.standing(&n)
	probe := n
	if need, err := l.decideNotice(t, &probe, nil); !need && (err == nil || NeedsGoods(err)) {
		return s.store.Update(ctx, n.OrderID, decide(nil))
	}
	f := s.askOfNotice(ctx, l, n, t.policy.Version)
	err = s.store.Update(ctx, n.OrderID, func(l *Ledger) error {
		if was != nil && !l.payment(was.ID).stillAs(was) {
			return decide(nil)(l) // what became known meanwhile is newer: it is judged by that, or asked again
		}
		return decide(&f)(l)
	})
	if err != nil {
		return err
	}
	if ask {
		s.log.WarnContext(ctx, "notice still needs a confirmation", "notice", n.NoticeID)
	}
	return nil
}

// standing is the payment of ours that a notice is about as it stands now, nil if there
// is none.
func (l *Ledger) standing(n *Notice) *Payment {
	p := l.holder(n.PaymentID)
	if p == nil {
		p = l.named(n)
	}
	if p == nil {
		return nil
	}
	was := *p
	return &was
}
