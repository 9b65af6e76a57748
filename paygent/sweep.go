package paygent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// NoticeIDs are payment_notice_ids From to To, both included.
type NoticeIDs struct{ From, To int64 }

// SweepRequest says where a sweep of the difference inquiry goes on (protocol.md §7.6).
type SweepRequest struct {
	// Highest is the highest payment_notice_id that was ever seen, by whatever way; 0: none,
	// and the first one that comes is where the shop's history begins.
	Highest int64
	// Missing are ids below Highest that nobody has seen.
	Missing []NoticeIDs
	// ByIDOnly never asks without an id, which would take differences away from another
	// system that shares the merchant. It finds nothing as long as Highest is 0.
	ByIDOnly bool
	// Limit bounds the telegrams of this sweep; 0: 1000.
	Limit int
}

// SweepResult is where the next sweep goes on, also beside an error.
type SweepResult struct {
	Highest int64
	Missing []NoticeIDs // still unseen: ask again, later and later, and give up in the end
	Purged  []NoticeIDs // ids that the centre says it no longer has (success_code 2)
	Found   int         // differences handed over
	// Unreadable are ids that the centre answers with something that cannot be read. They
	// count as missing, so that they are asked for again.
	Unreadable []int64
	Asked      int  // telegrams
	More       bool // Limit ended it, not the centre
}

const sweepLimit = 1000

// Sweep collects differences that never came as notifications: first what the centre has
// not yet delivered to 091, then, by id, whatever comes after the highest id seen, and
// what is missing below. So a difference whose answer was lost, or that a crash swallowed
// after the centre had counted it as delivered, is found by the next sweep.
//
// keep stores each difference before the next one is asked for; its error ends the sweep.
// It gets some twice, and some that came as notifications.
func (c *Client) Sweep(ctx context.Context, q SweepRequest, keep func(Notice) error) (SweepResult, error) {
	s := sweep{client: c, keep: keep, limit: q.Limit, result: SweepResult{Highest: q.Highest, Missing: joinIDs(q.Missing)}}
	if s.limit <= 0 {
		s.limit = sweepLimit
	}
	err := s.run(ctx, q.ByIDOnly)
	if errors.Is(err, errSweepLimit) {
		s.result.More, err = true, nil
	}
	return s.result, err
}

var errSweepLimit = errors.New("the sweep's limit is reached")

type sweep struct {
	client *Client
	keep   func(Notice) error
	limit  int
	result SweepResult
}

func (s *sweep) run(ctx context.Context, byIDOnly bool) error {
	if !byIDOnly {
		if err := s.undelivered(ctx); err != nil {
			return err
		}
	}
	if s.result.Highest > 0 {
		if err := s.above(ctx); err != nil {
			return err
		}
	}
	return s.missing(ctx)
}

// undelivered asks without an id until there is nothing more. An answer that cannot be
// read ends it without an error: asking by id finds that difference.
func (s *sweep) undelivered(ctx context.Context) error {
	for {
		d, err := s.ask(ctx, 0)
		var unknown *UnknownError
		if errors.As(err, &unknown) && ctx.Err() == nil && s.result.Highest > 0 {
			return nil
		}
		if err != nil || d.Notice == nil {
			return err
		}
		if err := s.take(d); err != nil {
			return err
		}
	}
}

// above asks for the ids after the highest one, up to the first that does not exist.
func (s *sweep) above(ctx context.Context) error {
	for {
		found, err := s.byID(ctx, s.result.Highest+1)
		if err != nil || !found {
			return err
		}
	}
}

// byID asks for one id, and reports whether the centre has it.
func (s *sweep) byID(ctx context.Context, id int64) (bool, error) {
	d, err := s.ask(ctx, id)
	var unknown *UnknownError
	switch {
	case errors.As(err, &unknown) && isRecord(unknown.Response, id):
		s.unreadable(id)
		return true, nil
	case err != nil || d.Notice == nil:
		return false, err
	}
	return true, s.take(d)
}

// isRecord reports an answer that is clearly about this id, though the rest makes no sense.
func isRecord(r *Response, id int64) bool {
	return r != nil && r.Result == ResultOK && r.Get("payment_notice_id") == strconv.FormatInt(id, 10)
}

// unreadable passes over an id that would stop every sweep at the same place.
func (s *sweep) unreadable(id int64) {
	r := &s.result
	r.Unreadable = append(r.Unreadable, id)
	r.Missing = append(withoutID(r.Missing, id), NoticeIDs{id, id})
	r.Highest = max(r.Highest, id)
}

func (s *sweep) missing(ctx context.Context) error {
	for _, ids := range s.result.Missing {
		for id := ids.From; id <= ids.To; id++ {
			if slices.Contains(s.result.Unreadable, id) {
				continue // asked just now
			}
			if _, err := s.byID(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sweep) ask(ctx context.Context, id int64) (*Difference, error) {
	if s.result.Asked == s.limit {
		return nil, errSweepLimit
	}
	s.result.Asked++
	return s.client.Difference(ctx, DifferenceRequest{NoticeID: id})
}

// take hands a difference over and notes which ids it shows to be missing or purged.
func (s *sweep) take(d *Difference) error {
	id, r := d.Notice.NoticeID, &s.result
	if id < 1 {
		return fmt.Errorf("paygent: a difference has the payment_notice_id %d", id)
	}
	if err := s.keep(*d.Notice); err != nil {
		return fmt.Errorf("paygent: the difference %d was not kept: %w", id, err)
	}
	r.Found++
	gap := NoticeIDs{r.Highest + 1, id - 1}
	if r.Highest > 0 && gap.From <= gap.To {
		if d.Code == DifferenceLost {
			r.Purged = append(r.Purged, gap)
		} else {
			r.Missing = append(r.Missing, gap)
		}
	}
	r.Missing = withoutID(r.Missing, id)
	r.Highest = max(r.Highest, id)
	return nil
}

// joinIDs copies ranges, without empty ones.
func joinIDs(all []NoticeIDs) []NoticeIDs {
	var out []NoticeIDs
	for _, ids := range all {
		if ids.From <= ids.To {
			out = append(out, ids)
		}
	}
	return out
}

// withoutID returns new ranges that lack id.
func withoutID(all []NoticeIDs, id int64) []NoticeIDs {
	var out []NoticeIDs
	for _, ids := range all {
		if id < ids.From || id > ids.To {
			out = append(out, ids)
			continue
		}
		out = append(out, joinIDs([]NoticeIDs{{ids.From, id - 1}, {id + 1, ids.To}})...)
	}
	return out
}
