package reconcile

import (
	"context"
	"errors"
	"time"

	"kessai/internal/beside"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// comparePage is how many payments are read at a time, and how many comparisons are held.
const comparePage = 100

// CompareStore lists what is to be compared. Lists are in pages, by what follows after.
type CompareStore interface {
	OpenBooks(ctx context.Context, env payment.Environment, merchant string, until time.Time, after string, limit int) ([]ledger.DuePayment, error)
	MovedBooks(ctx context.Context, env payment.Environment, merchant string, from, to time.Time, after string, limit int) ([]ledger.DuePayment, error)
	OrderBooks(ctx context.Context, id order.ID, after string, limit int) ([]ledger.DuePayment, error)
	NoticeRange(ctx context.Context, env payment.Environment, merchant string, from, to time.Time) (low, high int64, err error)
	StoredNoticeIDs(ctx context.Context, env payment.Environment, merchant string, after int64, limit int) ([]int64, error)
	LastNoticeID(ctx context.Context, env payment.Environment, merchant string) (int64, error)
	UnplacedNotices(ctx context.Context, env payment.Environment, merchant string, from, to time.Time, after string, limit int) ([]ledger.Notice, error)
	AlertIsOpen(ctx context.Context, id order.ID, kind ledger.AlertKind, cause string) (bool, error)
}

// CompareOptions say what is compared, and how.
type CompareOptions struct {
	Order    order.ID  // only this order's payments
	From, To time.Time // only what moved in this time; both zero: what is open now
	Width    int       // questions under way at once; 0 is one
	// Pace, if set, is called before each question and waits as long as the rate asks for.
	Pace func(context.Context) error
	// Repair, if set, is asked about each disagreement that has a remedy.
	Repair func(ledger.Comparison) (bool, error)
}

// Compared is one comparison and what became of it.
type Compared struct {
	ledger.Comparison
	Told     bool // staff know of it already
	Repaired bool
	Err      error
}

// Stands reports whether the books still differ, and nobody knows.
func (c Compared) Stands() bool { return c.Kind != ledger.Agree && !c.Repaired && !c.Told }

// Failed reports whether nobody can tell.
func (c Compared) Failed() bool {
	return c.Err != nil || c.Skipped == ledger.CompareNoAnswer || c.Skipped == ledger.CompareNoNotices || c.Skipped == ledger.CompareTooMany
}

// CompareTotals count what a comparison came to.
type CompareTotals struct {
	Agree    int64 `json:"agree"`
	Differ   int64 `json:"differ"`
	Repaired int64 `json:"repaired"`
	Told     int64 `json:"told"`
	Skipped  int64 `json:"skipped"`
	Failed   int64 `json:"failed"`
	Foreign  int64 `json:"foreign"` // notices of other shops
}

// comparer is one run.
type comparer struct {
	service *ledger.Service
	store   CompareStore
	centre  ledger.Differences // asked by id only: asked without one, the centre counts what it delivers as delivered
	policy  ledger.Policy
	now     time.Time
	o       CompareOptions
	each    func(Compared) error
	totals  CompareTotals
	shown   map[string]bool // payments that were reported, so that a notice of theirs adds nothing
}

// Compare holds our book against the centre's: 094 for each payment, 091 for notices that
// never came. What differs, or could not be compared, is given to each as it is found; an
// error of each ends the run. One order's failure never stops the rest. Nothing is
// written but what Repair asks for, so an interrupted run is simply run again.
func Compare(ctx context.Context, s *ledger.Service, store CompareStore, centre ledger.Differences, now time.Time, o CompareOptions, each func(Compared) error) (CompareTotals, error) {
	policy, err := s.Policy(ctx)
	if err != nil {
		return CompareTotals{}, err
	}
	c := &comparer{service: s, store: store, centre: centre, policy: policy, now: now, o: o, each: each, shown: map[string]bool{}}
	if err := c.payments(ctx); err != nil {
		return c.totals, err
	}
	if o.Order == 0 {
		err = c.notices(ctx)
	}
	return c.totals, err
}

func (c *comparer) payments(ctx context.Context) error {
	for after := ""; ; {
		due, err := c.page(ctx, after)
		if err != nil || len(due) == 0 {
			return err
		}
		after = due[len(due)-1].PaymentID
		if err := c.compare(ctx, due); err != nil {
			return err
		}
	}
}

// compareMargin is how long after its limit a payment may still come alive (money.md §9).
const compareMargin = 48 * time.Hour

func (c *comparer) page(ctx context.Context, after string) ([]ledger.DuePayment, error) {
	env, merchant := c.policy.Environment, c.policy.MerchantID
	switch {
	case c.o.Order != 0:
		return c.store.OrderBooks(ctx, c.o.Order, after, comparePage)
	case !c.o.From.IsZero() || !c.o.To.IsZero():
		from, to := c.days()
		return c.store.MovedBooks(ctx, env, merchant, from, to, after, comparePage)
	}
	return c.store.OpenBooks(ctx, env, merchant, c.now.Add(-compareMargin), after, comparePage)
}

// noticeTerm is how far back notices are looked for where no days are given: about as long
// as a shop needs to notice that none come.
const noticeTerm = 7 * 24 * time.Hour

// days is the time that is looked at, open ends closed.
func (c *comparer) days() (from, to time.Time) {
	from, to = c.o.From, c.o.To
	if to.IsZero() {
		to = c.now.Add(time.Minute) // received a moment ago, by another node's clock
	}
	if from.IsZero() && c.o.To.IsZero() {
		from = c.now.Add(-noticeTerm)
	}
	if from.IsZero() {
		from = time.UnixMilli(0)
	}
	return from, to
}

// compare compares payments, some at once, and reports them in their order.
func (c *comparer) compare(ctx context.Context, due []ledger.DuePayment) error {
	for _, found := range c.ask(ctx, due) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.report(ctx, found); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// ask asks about a page of payments, by so many askers as the width allows.
func (c *comparer) ask(ctx context.Context, due []ledger.DuePayment) []Compared {
	out := make([]Compared, len(due))
	beside.Each(c.o.Width, len(due), func(i int) { out[i] = c.one(ctx, due[i]) })
	return out
}

func (c *comparer) one(ctx context.Context, due ledger.DuePayment) Compared {
	if err := c.wait(ctx); err != nil {
		return Compared{Comparison: ledger.Comparison{Order: due.OrderID, Payment: due.PaymentID}, Err: err}
	}
	found, err := c.service.Compare(ctx, due)
	return Compared{Comparison: found, Err: err}
}

func (c *comparer) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil || c.o.Pace == nil {
		return err
	}
	return c.o.Pace(ctx)
}

// report counts one comparison, repairs it where that is wanted, and tells of it.
func (c *comparer) report(ctx context.Context, found Compared) error {
	if found.Payment != "" && (found.Kind != ledger.Agree || found.Skipped != "") {
		if c.shown[found.Payment] {
			return nil
		}
		c.shown[found.Payment] = true
		c.shown["there "+found.PaymentID] = true
	}
	if found.Kind != ledger.Agree && found.Err == nil {
		if err := c.mend(ctx, &found); err != nil {
			return err
		}
	}
	c.totals.count(found)
	if found.Kind == ledger.Agree && found.Skipped == "" && found.Err == nil {
		return nil
	}
	return c.each(found)
}

func (t *CompareTotals) count(c Compared) {
	switch {
	case c.Failed():
		t.Failed++
	case c.Repaired:
		t.Repaired++
	case c.Told:
		t.Told++
	case c.Kind != ledger.Agree:
		t.Differ++
	case c.Skipped != "":
		t.Skipped++
	default:
		t.Agree++
	}
}

// mend repairs one disagreement. A failure of the repair is the disagreement's alone.
func (c *comparer) mend(ctx context.Context, found *Compared) error {
	if found.Order != 0 && found.Payment != "" {
		told, err := c.store.AlertIsOpen(ctx, found.Order, ledger.AlertContradiction, found.AlertCause())
		if err != nil {
			return err
		}
		found.Told = told
	}
	if found.Told || c.o.Repair == nil || found.Remedy != ledger.RemedyTake && found.Remedy != ledger.RemedyTell {
		return nil
	}
	wanted, err := c.o.Repair(found.Comparison)
	if err != nil || !wanted {
		return err
	}
	if err := c.wait(ctx); err != nil {
		return err
	}
	now, err := c.service.Repair(ctx, found.Comparison)
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case err != nil:
		found.Err = err
	default:
		found.Skipped = now.Skipped
		found.Repaired = now.Kind == ledger.Agree && now.Skipped == ""
	}
	return nil
}
