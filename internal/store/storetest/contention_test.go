package storetest

import (
	"sync"
	"sync/atomic"
	"testing"

	"kessai/internal/order"
	"kessai/internal/problem"
)

// TestTheLastOnesInStock lets more buyers pay at once than there are goods.
func TestTheLastOnesInStock(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		const buyers, stock = 10, 4
		class, other := s.Class("傘", stock), s.Class("本", 100)
		member := s.Member(1000)
		ids := make([]order.ID, buyers)
		for i := range ids {
			lines := []order.Movement{{ProductClassID: class, Quantity: 1}, {ProductClassID: other, Quantity: 2}}
			if i%2 == 1 { // the lines' order must not matter
				lines[0], lines[1] = lines[1], lines[0]
			}
			ids[i] = s.Order(Wanted{Customer: member, UsePoint: 10, Lines: lines})
		}
		var paid, short atomic.Int64
		var wg sync.WaitGroup
		for _, id := range ids {
			wg.Go(func() {
				switch err := s.authorize(t, id); {
				case err == nil:
					paid.Add(1)
				case problem.Is(err, "stock.short"):
					short.Add(1)
				default:
					t.Errorf("order %d: %v", id, err)
				}
			})
		}
		wg.Wait()
		if paid.Load() != stock || short.Load() != buyers-stock {
			t.Errorf("%d paid, %d came too late", paid.Load(), short.Load())
		}
		s.expect(t, class, 0)
		s.expect(t, other, 100-2*stock)
		if got := s.Points(member); got != 1000-10*stock {
			t.Errorf("points %d", got)
		}
		if n := s.Number("SELECT buy_times FROM dtb_customer WHERE id = ?", member); n != stock {
			t.Errorf("buy_times %d", n)
		}
		if n := s.Number("SELECT buy_total FROM dtb_customer WHERE id = ?", member); n != stock*3290 {
			t.Errorf("buy_total %d", n)
		}
		for _, id := range ids {
			s.noGaps(t, id)
		}
	})
}
