package reconcile_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/reconcile"
)

// crowd is a centre that answers only when as many questions are under way as are meant
// to be, and knows of no payment.
type crowd struct {
	ledger.Gateway
	width   int32
	now     atomic.Int32
	most    atomic.Int32
	full    chan struct{}
	filling sync.Once
}

func (c *crowd) Inquire(ctx context.Context, _ ledger.Inquiry) ledger.Finding {
	n := c.now.Add(1)
	defer c.now.Add(-1)
	for old := c.most.Load(); n > old && !c.most.CompareAndSwap(old, n); old = c.most.Load() {
	}
	if n == c.width {
		c.filling.Do(func() { close(c.full) })
	}
	select {
	case <-c.full:
	case <-ctx.Done():
	}
	return ledger.Finding{Kind: ledger.NoSuch}
}

// TestCompareWidth: so many questions are under way at once and no more, each waits for
// its turn by the rate, and the report keeps the order of the payments.
func TestCompareWidth(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var want []order.ID
	for range 9 {
		r.Advance(time.Second) // payments are listed by id, ids by time
		want = append(want, r.paid())
	}
	const width = 3
	centre := &crowd{width: width, full: make(chan struct{})}
	service := ledger.New(ledger.Deps{
		Store: r.Store, Gateway: centre, Now: r.Now, Rand: &counter{}, Node: "node-3", Log: slog.New(slog.DiscardHandler),
		Policy: func(context.Context) (ledger.Policy, error) { return r.policy, nil },
	})
	var paced atomic.Int32
	var got []order.ID
	o := reconcile.CompareOptions{Width: width, Pace: func(context.Context) error { paced.Add(1); return nil }}
	totals, err := reconcile.Compare(t.Context(), service, r.Store, nobody{}, r.Now(), o, func(c reconcile.Compared) error {
		if c.Kind != ledger.UnknownToThem || c.Ours.Phase != payment.Authorised {
			t.Errorf("%+v", c)
		}
		got = append(got, c.Order)
		return nil
	})
	if err != nil || totals.Differ != 9 {
		t.Fatalf("%+v, %v", totals, err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("reported as %v, want %v", got, want)
		}
	}
	if centre.most.Load() != width || paced.Load() != 9+1 { // and once for 091
		t.Errorf("%d at once, %d paced", centre.most.Load(), paced.Load())
	}
}

// nobody has no differences.
type nobody struct{}

func (nobody) Difference(context.Context, ledger.DifferenceQuery) (ledger.Difference, error) {
	return ledger.Difference{Kind: ledger.DifferenceNone}, nil
}

// TestRollbackWidth: so many orders are looked at at once and no more, of which the centre is
// asked about 16, and they are told of in their order.
func TestRollbackWidth(t *testing.T) {
	t.Parallel()
	for width, most := range map[int]int32{3: 3, 40: 16} {
		r := newRig(t)
		more := func(n int) {
			for _, table := range []string{"dtb_product_stock", "dtb_product_class"} {
				r.Exec("UPDATE "+table+" SET stock = stock + ?", n)
			}
		}
		more(int(most))
		var want, got []order.ID
		for range most + 4 {
			want = append(want, r.atBank())
		}
		r.later(30)
		centre := &crowd{width: most, full: make(chan struct{})}
		service := ledger.New(ledger.Deps{
			Store: r.Store, Gateway: centre, Now: r.Now, Rand: rand.Reader, Node: "node-3", Log: slog.New(slog.DiscardHandler),
			Policy: func(context.Context) (ledger.Policy, error) { return r.policy, nil },
		})
		totals, err := reconcile.Rollback(t.Context(), service, r.Store, r.Now(), reconcile.RollbackOptions{Days: 7, Width: width}, func(out ledger.Rollback, _ ledger.Effect, err error) error {
			got = append(got, out.Order)
			return err
		})
		if err != nil || totals.Canceled != len(want) || !slices.Equal(got, want) || centre.most.Load() != most {
			t.Errorf("%+v, %v: %v of %v, %d at once", totals, err, got, want, centre.most.Load())
		}
		more(-int(most))
	}
}
