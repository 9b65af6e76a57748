package job

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/order"
)

// TestStaleHands: what another lane or node did since a row was read is not done over. On the
// servers two of them read the same row at once; here the second is one that read before.
func TestStaleHands(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		now := dbtest.Now()
		find := func(context.Context, Selection, order.ID, int) ([]Target, order.ID, error) {
			return []Target{{Order: 1}, {Order: 2}}, 0, nil
		}
		none := func(context.Context, Item) (Outcome, error) { return Outcome{}, nil }
		j, err := New(Options{
			DB: db, Now: func() time.Time { return now }, Rand: rand.NewChaCha8([32]byte{2}), Owner: "a", Log: slog.New(slog.DiscardHandler),
			Kinds: []Kind{{Name: "work", Select: find, Run: none, Rehearse: none, Look: none}},
		})
		if err != nil {
			t.Fatal(err)
		}
		made, err := j.Create(t.Context(), Wanted{Kind: "work", Requester: "staff:1", Key: "k", Width: 2, Rate: 60})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.prepare(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		write := func(f func(ctx context.Context, tx *database.Tx) error) error {
			t.Helper()
			return db.Write(t.Context(), f)
		}
		claimed := func() int {
			t.Helper()
			n, _, err := database.One(t.Context(), db.Read(), database.Scalar[int], "SELECT COUNT(*) FROM plg_kessai_job_item WHERE state = 'claimed'")
			if err != nil {
				t.Fatal(err)
			}
			return n
		}

		one, two := j.Worker(), j.Worker()
		for _, w := range []*Worker{one, two} {
			if took, err := w.take(t.Context(), made.ID); err != nil || !took {
				t.Fatal(took, err)
			}
		}
		stale := two.lane.pace // as it was before the first lane's turn
		if _, _, err := one.exchange(t.Context()); err != nil || len(one.hand) != 1 || claimed() != 1 {
			t.Fatal(one.hand, err)
		}
		x := exchanged{pace: stale}
		if err := write(func(ctx context.Context, tx *database.Tx) error { return x.claim(ctx, tx, *two.lane, 1, now) }); err != nil {
			t.Fatal(err)
		}
		if len(x.items) != 0 || x.waitTo.IsZero() || claimed() != 1 {
			t.Errorf("a turn was used twice: %+v", x)
		}

		if err := write(func(ctx context.Context, tx *database.Tx) error {
			return claimItems(ctx, tx, *two.lane, one.hand, false)
		}); err == nil {
			t.Error("an item was claimed that another lane has in hand")
		}

		gone := *one.lane
		gone.seq-- // as a foreman saw it before the worker's last word
		if err := write(func(ctx context.Context, tx *database.Tx) error { return collectLane(ctx, tx, gone, now) }); !errors.Is(err, errLaneMoved) {
			t.Errorf("a lane was emptied whose worker is alive: %v", err)
		}
		if claimed() != 1 {
			t.Errorf("%d in hand", claimed())
		}
	})
}
