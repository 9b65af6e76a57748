package notice

import (
	"context"
	"errors"
	"time"

	"kessai/internal/ledger"
)

// sweep is one run: what 091 has not delivered yet, what comes after the highest id, the
// holes between the ids, what the centre no longer has, and the parked notices that may
// fit by now. Where it stopped is kept in
// memory alone: what a dead sweeper was told and did not store is found by its id.
type sweep struct {
	*Sweeper
	policy   ledger.Policy
	began    time.Time
	complete bool // it was told everything

	listing    bool // asking without an id
	before     int  // differences from before the first id seen that were left alone
	unreadable int
	id         int64     // asked for next; -1: the highest known + 1; 0: all are told
	holes      bool      // looked for to the end
	found      int       // holes registered
	lost       time.Time // when differences were told to be lost last, as the asking began
	purged     bool      // payments asked about to the end
	failed     bool      // one of them could not be
	after      string
	marked     bool            // noted that 091 told everything, if it did
	parked     []ledger.Notice // to be tried again, a page of them
	told       ledger.Told
}

func (r *sweep) done() bool {
	return !r.listing && r.id == 0 && r.holes && r.purged && r.marked && len(r.parked) == 0
}

// step asks one question, or looks at one page.
func (r *sweep) step(ctx context.Context) error {
	switch {
	case r.listing && r.id <= 0:
		return r.list(ctx)
	case r.id != 0:
		return r.ahead(ctx)
	case !r.holes:
		return r.hole(ctx)
	case !r.purged:
		return r.askAll(ctx)
	case !r.marked:
		return r.mark(ctx)
	}
	return r.tryParked(ctx)
}

// list asks for the oldest difference not yet delivered. One whose answer cannot be read
// counts as delivered: it is asked for by its id. One from before the first id seen was for
// whoever served the merchant then, unless it is about a payment of ours.
func (r *sweep) list(ctx context.Context) error {
	d, err := r.ask(ctx, r.policy, 0)
	var none *ledger.NoAnswerError
	switch {
	case errors.As(err, &none) && !none.NotSent && r.unreadable < unreadables:
		r.unreadable++
		return r.fromHighest(ctx)
	case err != nil:
		return err
	case d.Kind == ledger.DifferenceNone:
		r.listing = false
		if r.before > 0 {
			r.log.InfoContext(ctx, "differences from before the first id seen were left alone", "number", r.before, "first", r.first)
		}
		return r.fromHighest(ctx)
	case d.Notice.NoticeID < r.first:
		if ours, err := r.service.Awaits(ctx, d.Notice); err != nil || !ours {
			r.before++
			return err
		}
	}
	return r.take(ctx, d)
}

// fromHighest goes on by id from the highest known + 1, if any is known.
func (r *sweep) fromHighest(ctx context.Context) error {
	last, err := r.store.LastNoticeID(ctx, r.of.environment, r.of.merchant)
	r.id = last + 1
	if err == nil && last == 0 {
		r.id = 0
	}
	return err
}

// ahead asks by id up to the first that there is not, or whose answer cannot be read: nothing else
// that the sweep has to do waits for that one.
func (r *sweep) ahead(ctx context.Context) error {
	if r.id < 0 {
		return r.fromHighest(ctx)
	}
	d, err := r.ask(ctx, r.policy, r.id)
	var none *ledger.NoAnswerError
	switch {
	case errors.As(err, &none) && !none.NotSent:
		r.log.WarnContext(ctx, "091 was not answered; the next sweep asks again", "notice", r.id, "code", none.Code, "why", none.Detail)
		r.complete, r.listing, r.id = false, false, 0
		return nil
	case err != nil:
		return err
	case d.Kind == ledger.DifferenceNone:
		r.id = 0
		return nil
	}
	if err := r.take(ctx, d); err != nil {
		return err
	}
	r.id++
	return nil
}

const holePage = 500

// hole registers what is missing between the ids that are known, from the first seen on.
func (r *sweep) hole(ctx context.Context) error {
	if r.first == 0 {
		r.holes = true
		return nil
	}
	r.floor = max(r.floor, r.first)
	ids, err := r.store.KnownNoticeIDs(ctx, r.of.environment, r.of.merchant, r.floor, holePage)
	if err != nil {
		return err
	}
	var missing []ledger.MissingNotice
	for _, id := range ids {
		for r.floor+1 < id && r.found < holesAtOnce {
			r.floor++
			r.found++
			missing = append(missing, ledger.MissingNotice{Environment: r.of.environment, MerchantID: r.of.merchant, NoticeID: r.floor, FirstSeen: r.now(), NextAt: r.now()})
		}
		if r.floor+1 < id { // the next sweep goes on
			r.complete = false
			break
		}
		r.floor = id
	}
	if len(ids) < holePage || r.found >= holesAtOnce {
		r.holes = true
		_, next, err := r.store.DueMissing(ctx, r.of.environment, r.of.merchant, time.UnixMilli(0), 1)
		if err != nil {
			return err
		}
		r.complete = r.complete && len(missing) == 0 && next.IsZero()
	}
	if len(missing) == 0 {
		return nil
	}
	return r.store.AddMissing(ctx, missing...)
}

const askPage = 20

// askAll has 094 asked about every payment not ended, after the centre told that it no
// longer has all differences. The alert stays for a day. One about which nothing can be decided
// keeps no other from being asked about; it is tried again with the next sweep.
func (r *sweep) askAll(ctx context.Context) error {
	open, err := r.store.ShopAlerts(ctx, ledger.AlertPurged)
	if err != nil {
		return err
	}
	if r.lost.IsZero() { // told by another node, perhaps
		if r.lost, err = r.store.PurgedAt(ctx, r.of.environment, r.of.merchant); err != nil {
			return err
		}
	}
	if len(open) == 0 || !r.asked.Before(r.lost) {
		r.purged = true
		return r.closePurged(ctx, open)
	}
	payments, err := r.store.LivePayments(ctx, r.of.environment, r.of.merchant, r.after, askPage)
	if err != nil {
		return err
	}
	failed := 0
	for _, p := range payments {
		r.after = p.PaymentID
		if err := r.service.AskNow(ctx, p); err != nil {
			if ctx.Err() != nil {
				return err
			}
			failed++
			r.log.ErrorContext(ctx, "payment not asked about after differences were lost", "payment", p.PaymentID, "order", int64(p.OrderID), "error", err)
		}
	}
	r.failed = r.failed || failed > 0
	if failed > 1 && failed == len(payments) { // their fault, unless the database takes nothing else either
		if _, err := r.store.TakeLease(ctx, r.of.lease(), r.node, r.now(), r.now().Add(sweepLease)); err != nil {
			return err
		}
	}
	if len(payments) < askPage && r.failed {
		r.purged = true
		return nil
	}
	if len(payments) < askPage {
		r.asked = r.lost
	}
	return nil
}

func (r *sweep) closePurged(ctx context.Context, open []ledger.AlertChange) error {
	for _, a := range open {
		if r.now().Before(a.At.Add(purgedForDay)) {
			continue
		}
		if err := r.store.CloseShopAlert(ctx, a.Kind, a.Cause, r.now()); err != nil {
			return err
		}
	}
	return nil
}

// mark notes when a sweep began that was told everything, and goes on to the parked notices.
func (r *sweep) mark(ctx context.Context) error {
	r.marked = true
	if err := r.listParked(ctx, ledger.Notice{}); err != nil || !r.complete {
		return err
	}
	return r.store.MarkSwept(ctx, r.of.environment, r.of.merchant, r.began)
}

// tryParked tries the next parked notice again. One that fails does not stop the others.
func (r *sweep) tryParked(ctx context.Context) error {
	n := r.parked[0]
	if r.parked = r.parked[1:]; len(r.parked) == 0 {
		if err := r.listParked(ctx, n); err != nil {
			return err
		}
	}
	if err := r.service.TryParked(ctx, n, &r.told); err != nil {
		if ctx.Err() != nil {
			return err
		}
		r.log.ErrorContext(ctx, "parked notice not tried again", "notice", n.NoticeID, "order", int64(n.OrderID), "error", err)
	}
	return nil
}

// listParked finds the next parked notices to be tried again.
func (r *sweep) listParked(ctx context.Context, after ledger.Notice) (err error) {
	r.parked, err = r.store.ParkedNotices(ctx, r.of.environment, r.of.merchant, after, sweepBatch)
	return err
}
