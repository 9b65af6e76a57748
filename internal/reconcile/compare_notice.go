package reconcile

import (
	"context"
	"errors"
	"fmt"

	"kessai/internal/ledger"
)

// gapLimit is how many ids in a row are asked for one by one: where ids are not the
// merchant's own, gaps may be wide and say nothing.
const gapLimit = 1000

// notices looks for what never came, by its id, and at what came and belongs to none of
// our payments. It leaves the sweep's own records alone.
func (c *comparer) notices(ctx context.Context) error {
	from, to := c.days()
	if err := c.unplaced(ctx); err != nil {
		return err
	}
	env, merchant := c.policy.Environment, c.policy.MerchantID
	low, high, err := c.store.NoticeRange(ctx, env, merchant, from, to)
	if err != nil {
		return err
	}
	if high > 0 {
		if err := c.gaps(ctx, low, high); err != nil {
			return err
		}
	}
	if to.Before(c.now) {
		return nil // what comes after these days is not asked for
	}
	last, err := c.store.LastNoticeID(ctx, env, merchant)
	if err != nil || last == 0 {
		return err // nobody knows where the ids begin
	}
	return c.missing(ctx, last, 0)
}

// gaps asks for the ids between stored ones.
func (c *comparer) gaps(ctx context.Context, low, high int64) error {
	for at := low; at < high; {
		ids, err := c.store.StoredNoticeIDs(ctx, c.policy.Environment, c.policy.MerchantID, at, comparePage)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if id > high {
				return nil
			}
			if err := c.missing(ctx, at, id); err != nil {
				return err
			}
			at = id
		}
	}
	return nil
}

// missing asks for the ids after one and before another, or, where that is 0, up to the
// first that does not exist.
func (c *comparer) missing(ctx context.Context, after, before int64) error {
	for id := after + 1; before == 0 || id < before; id++ {
		if id > after+gapLimit {
			return c.report(ctx, Compared{Comparison: ledger.Comparison{Skipped: ledger.CompareTooMany}, Err: fmt.Errorf("091 is not asked for more than %d ids after %d", gapLimit, after)})
		}
		if err := c.wait(ctx); err != nil {
			return err
		}
		d, err := c.centre.Difference(ctx, ledger.DifferenceQuery{
			Environment: c.policy.Environment, MerchantID: c.policy.MerchantID, SettingsVersion: c.policy.Version, NoticeID: id,
		})
		n, found := d.Notice, err == nil && d.Kind != ledger.DifferenceNone
		switch {
		case errors.Is(err, context.Canceled):
			return err
		case err != nil:
			if err := c.report(ctx, Compared{Comparison: ledger.Comparison{Skipped: ledger.CompareNoNotices}, Err: fmt.Errorf("091 for id %d: %w", id, err)}); err != nil || before == 0 {
				return err
			}
		case !found && before == 0:
			return nil
		case found:
			if err := c.notice(ctx, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// unplaced looks at stored notices that no payment was found for.
func (c *comparer) unplaced(ctx context.Context) error {
	from, to := c.days()
	for after := ""; ; {
		list, err := c.store.UnplacedNotices(ctx, c.policy.Environment, c.policy.MerchantID, from, to, after, comparePage)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, n := range list {
			after = n.ID
			if err := c.notice(ctx, n); err != nil {
				return err
			}
		}
	}
}

// notice compares what a notice is about. One that never came and tells of a payment
// unknown to us is received where the repair is wanted.
func (c *comparer) notice(ctx context.Context, n ledger.Notice) error {
	if err := c.wait(ctx); err != nil {
		return err
	}
	found, due, err := c.service.CompareNotice(ctx, n)
	switch {
	case err != nil:
		return c.report(ctx, Compared{Comparison: found, Err: err})
	case !due.None():
		return c.noticed(ctx, due)
	case found.Kind == ledger.Agree && found.Skipped == "":
		c.totals.Foreign++
		return nil
	case c.shown["there "+found.PaymentID]:
		return nil
	}
	c.shown["there "+found.PaymentID] = true
	out := Compared{Comparison: found}
	if n.ID != "" && n.State == ledger.NoticeParked {
		out.Told = true // its alert is in 要対応
	}
	if out.Remedy == ledger.RemedyReceive && c.o.Repair != nil {
		wanted, err := c.o.Repair(found)
		if err != nil {
			return err
		}
		if wanted {
			_, out.Err = c.service.Receive(ctx, n)
			out.Repaired = out.Err == nil
		}
	}
	c.totals.count(out)
	return c.each(out)
}

// noticed compares the payment that a notice was about. One that agrees was counted with
// the payments, or did not move in these days.
func (c *comparer) noticed(ctx context.Context, due ledger.DuePayment) error {
	found := c.one(ctx, due)
	if found.Kind == ledger.Agree && found.Skipped == "" && found.Err == nil {
		return ctx.Err()
	}
	return c.report(ctx, found)
}
