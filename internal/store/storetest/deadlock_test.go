package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
)

// TestADeadlockIsDecidedAgain locks in the opposite order, as EC-CUBE might: it
// holds a stock row and wants the order, while an Update holds the order and wants
// the stock. SQLite has one writer and no such thing.
func TestADeadlockIsDecidedAgain(t *testing.T) {
	t.Parallel()
	for _, engine := range []database.Engine{database.MySQL, database.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			s := New(t, dbtest.On(t, engine))
			class := s.Class("傘", 100)
			id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: 1}}})
			for round := 0; ; round++ {
				if s.collide(t, id, class, round) > 1 {
					break
				}
				if round == 20 { // the engine always chose the other one
					t.Fatal("no Update was the victim of a deadlock")
				}
			}
			s.update(t, id, s.release)
			s.expect(t, class, 100)
			s.noGaps(t, id)
		})
	}
}

// collide lets an Update and a transaction of EC-CUBE's block each other once, and
// returns how often the Update decided.
func (s *Shop) collide(t *testing.T, id order.ID, class int64, round int) (decided int) {
	t.Helper()
	stockHeld, orderHeld := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var wg sync.WaitGroup
	wg.Go(func() {
		tries := 0
		err := s.DB.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
			if _, err := tx.Exec(ctx, "UPDATE dtb_product_stock SET stock = stock WHERE product_class_id = ?", class); err != nil {
				return err
			}
			if tries++; tries == 1 {
				close(stockHeld)
				<-orderHeld
				// PostgreSQL ends the one that waits first, MariaDB the one that did less.
				time.Sleep(time.Duration(round%2) * 100 * time.Millisecond)
			}
			_, err := tx.Exec(ctx, "UPDATE dtb_order SET note = 'EC-CUBE' WHERE id = ?", int64(id))
			return err
		})
		if err != nil {
			t.Errorf("the other transaction: %v", err)
		}
	})
	<-stockHeld
	s.update(t, id, func(l *ledger.Ledger) {
		decided++
		once.Do(func() { close(orderHeld) })
		s.release(l)
		s.take(l, 0, order.Movement{ProductClassID: class, Quantity: int64(round + 1)})
		s.note(l, ledger.EventHeld)
	})
	wg.Wait()
	return decided
}
