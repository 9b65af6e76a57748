package ledger

import (
	"context"
	"slices"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// seekLimit is how many payments one search for a successor asks about.
const seekLimit = 8

// inquire asks 094 about a payment of the order. Where it tells an end that nobody of us
// asked for, or knows the payment no longer, it is asked too what took its place.
func (s *Service) inquire(ctx context.Context, l *Ledger, p *Payment, q Inquiry) Finding {
	if q.PaymentID == "" && p.ReusesID() { // two payments bear it: by notice, 091 or staff only (money.md §3)
		return Finding{Kind: NoAnswer}
	}
	f := s.gateway.Inquire(ctx, q)
	if l.endsElsewhere(p, f) && (f.Kind == NoSuch || f.PaymentID == p.PaymentID || p.PaymentID == "") {
		s.seek(ctx, l.Order.ID, p, q, &f)
	}
	return f
}

// confirmRefusal is inquire about an operation that was refused.
func (s *Service) confirmRefusal(ctx context.Context, id order.ID, op *Operation, p *Payment, paygentID string) Finding {
	l, err := s.store.View(ctx, id)
	if err != nil { // an end is then put off, and looked into by the watch
		return s.gateway.Inquire(ctx, inquiryAbout(op, p, paygentID))
	}
	return s.askAbout(ctx, l, op, p, paygentID)
}

// seek looks for the payment that goes on in p's place: among stored notices that tell
// which payment theirs corrects, and by the trading_id, which names one payment only if
// there is no other. Where several bear it, nothing took p's place if 091 has since told
// all that happened, and no such thing was among it.
func (s *Service) seek(ctx context.Context, id order.ID, p *Payment, q Inquiry, f *Finding) {
	ended := p.PaymentID
	if f.PaymentID != "" {
		ended = f.PaymentID
	}
	byTrading := q
	byTrading.PaymentID, byTrading.TradingID = "", p.TradingID
	named := s.gateway.Inquire(ctx, byTrading)
	next, err := s.store.Successors(ctx, id, q.Environment, q.MerchantID, ended)
	if err != nil {
		s.log.WarnContext(ctx, "a payment's successor could not be looked for", "order", int64(id), "error", err)
		return
	}
	if named.Kind == Found && named.PaymentID != ended {
		next = append(next, Successor{PaymentID: named.PaymentID})
	}
	seen, since := []string{ended}, p.EndedAt
	for ; len(next) > 0 && len(seen) <= seekLimit; next = next[1:] {
		if slices.Contains(seen, next[0].PaymentID) {
			continue
		}
		seen = append(seen, next[0].PaymentID)
		byID := q
		byID.PaymentID, byID.TradingID = next[0].PaymentID, ""
		h := s.gateway.Inquire(ctx, byID)
		if h.Kind != Found {
			return
		}
		if h.Status.Alive() {
			if goesOnFor(p, h, seen) {
				f.Heir = &h
			}
			return
		}
		if !leftAt(p.Method, h.Status) {
			continue // by which nothing can have taken its place
		}
		since = later(since, next[0].EndedAt) // none: it may have been corrected after the last sweep
		further, err := s.store.Successors(ctx, id, q.Environment, q.MerchantID, next[0].PaymentID)
		if err != nil {
			return
		}
		next = append(next, further...)
	}
	gone := f.Kind == NoSuch && named.Kind == NoSuch // neither id names any
	f.Alone = len(next) == 0 && (named.Kind == Found || gone || s.sweptSince(ctx, q, since))
}

// goesOnFor reports whether a living payment stands in p's place, of whose line the seen
// ones are.
func goesOnFor(p *Payment, h Finding, seen []string) bool {
	return h.Type == p.Method.Type() && h.TradingID == p.TradingID && (h.BaseID == "" || slices.Contains(seen, h.BaseID)) &&
		!h.BegunAt.Before(p.BegunAt.Add(-begunTolerance))
}

// later is the later of two times, none if one of them is none.
func later(a, b time.Time) time.Time {
	if a.IsZero() || b.IsZero() {
		return time.Time{}
	}
	return latest(a, b)
}

// sweptSince reports whether 091 has told all that had happened by then, and more. What was
// known to be so before differences were lost, or soon after, may have followed by one of those.
func (s *Service) sweptSince(ctx context.Context, q Inquiry, since time.Time) bool {
	if since.IsZero() {
		return false
	}
	swept, err := s.store.SweptAt(ctx, q.Environment, q.MerchantID)
	if err != nil || !swept.After(since.Add(sweepMargin)) {
		return false
	}
	purged, err := s.store.PurgedAt(ctx, q.Environment, q.MerchantID)
	return err == nil && (purged.IsZero() || !since.Before(purged.Add(purgedMargin)))
}

// purgedMargin is how long after differences were lost every payment has been asked about.
const purgedMargin = 24 * time.Hour

// sweepMargin is how much later than an end a sweep must have begun to have been told of
// what took the payment's place: another clock, whole seconds.
const sweepMargin = time.Minute

// askOfNotice asks 094 about a notice's payment, and where its payment_id is none of ours,
// whose place it took.
func (s *Service) askOfNotice(ctx context.Context, l *Ledger, n Notice, version int64) Finding {
	q := Inquiry{Environment: n.Environment, MerchantID: n.MerchantID, SettingsVersion: version, PaymentID: n.PaymentID}
	if p := l.holder(n.PaymentID); p != nil {
		return s.inquire(ctx, l, p, q)
	}
	f := s.gateway.Inquire(ctx, q)
	if !f.about(&n) {
		return f
	}
	base := f.BaseID
	if base == "" {
		base = n.BaseID
	}
	for base != "" && len(f.Line) < seekLimit {
		f.Line = append(f.Line, base)
		if l.holder(base) != nil {
			break
		}
		q.PaymentID = base
		base = s.gateway.Inquire(ctx, q).BaseID // none without an answer
	}
	if f.BaseID == "" && n.BaseID == "" && f.Status.Alive() {
		s.askNamed(ctx, l, n, q, &f)
	}
	return f
}

// askNamed: a payment that stands under our trading_id, and tells of none that it
// corrects, has taken ours's place where ours is gone and nobody of us asked for that.
func (s *Service) askNamed(ctx context.Context, l *Ledger, n Notice, q Inquiry, f *Finding) {
	ours := l.named(&n)
	if ours == nil || ours.PaymentID == "" || ours.stage() == payment.StageFinished || f.BegunAt.Before(ours.BegunAt) {
		return
	}
	q.PaymentID = ours.PaymentID
	switch was := s.gateway.Inquire(ctx, q); {
	case l.endsElsewhere(ours, was) && (was.Kind == Found || s.witnessed(ctx, q.Environment, q.MerchantID, q.SettingsVersion, was, l.Order.ID)):
		f.Line = []string{ours.PaymentID}
	case was.Kind == NoAnswer:
		f.LineFaint = true
	}
}
