package ledger

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"kessai/internal/order"
	"kessai/internal/problem"
)

// Acknowledge is a person's word that what an alert is about has been seen to, where nothing
// that Paygent or staff do here closes it.
type Acknowledge struct {
	Order  order.ID // 0: an alert of the shop
	Kind   AlertKind
	Cause  string
	Opened time.Time // as the person was shown it; zero: whichever is open
	Reason string
	Actor  Actor
	Key    string
}

// maxReason is how many characters a reason may have.
const maxReason = 500

// MayAcknowledge reports whether staff may close an alert of an order in this status by hand.
// The others end with what they are about, and stand for it until then (money.md §11).
func MayAcknowledge(kind AlertKind, cause string, at order.Status) bool {
	switch kind {
	case AlertShippedUnpaid: // nothing is to be paid for goods that came back
		return at == order.Returned
	case AlertContradiction: // it stands alone for money of which the books say different things
		return !strings.HasSuffix(cause, heirSuffix) && !strings.Contains(cause, ":"+reconcilePrefix)
	case AlertNoticeParked, AlertGoodsMissing:
		return true
	case AlertKept: // of an order that is gone
		return at == 0
	}
	return false
}

// Acknowledge closes an alert by hand (確認済み): of an order that EC-CUBE deleted any, for
// nothing else can end it.
func (s *Service) Acknowledge(ctx context.Context, in Acknowledge) (Result, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	switch {
	case in.Order == 0 && !MayAcknowledge(in.Kind, in.Cause, 0):
		return Result{}, notByHand()
	case in.Reason == "" || utf8.RuneCountInString(in.Reason) > maxReason:
		return Result{}, problem.New(problem.Invalid, "alert.reason", problem.Args{"max": maxReason}).On("reason")
	case in.Order == 0:
		return Result{}, s.acknowledgeShop(ctx, in)
	}
	r, err := s.act(ctx, in.Order, in.Key, func(l *Ledger, t tick) (*Operation, error) { return nil, l.acknowledge(t, in) })
	if problem.Is(err, "order.unknown") {
		return Result{}, s.acknowledgeShop(ctx, in)
	}
	return r, err
}

func (l *Ledger) acknowledge(t tick, in Acknowledge) error {
	switch {
	case !MayAcknowledge(in.Kind, in.Cause, l.Order.Status):
		return notByHand()
	case !l.isOpen(in.Kind, in.Cause):
		return notNow("alert.closed", nil)
	}
	l.Alerts = append(l.Alerts, AlertChange{Kind: in.Kind, Cause: in.Cause, At: t.now, Close: true, Opened: in.Opened})
	l.event(t, EventAlertClosed, in.Actor, nil, nil, in.Cause, EventData{Alert: in.Kind, Text: in.Reason})
	l.Events[len(l.Events)-1].IdemKey = in.Key
	return nil
}

func notByHand() error { return notNow("alert.not_by_hand", nil) }

// acknowledgeShop: an alert of the shop, or of an order that is gone, has no timeline; who closed
// it and why stays with it.
func (s *Service) acknowledgeShop(ctx context.Context, in Acknowledge) error {
	closed, err := s.store.AcknowledgeShopAlert(ctx, in, s.now())
	if err == nil && !closed {
		return notNow("alert.closed", nil)
	}
	return err
}

// AlertReopened: what a person saw was closed, and has come up again since.
func AlertReopened() error { return problem.New(problem.Conflict, "alert.reopened", nil) }
