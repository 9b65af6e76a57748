package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// watched is a shop whose statements are kept.
type watched struct {
	*Shop
	mu   sync.Mutex
	sent []string
}

// eachWatched is each with the statements.
func eachWatched(t *testing.T, fn func(t *testing.T, s *watched)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []database.Engine{database.SQLite, database.MySQL, database.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			s := &watched{}
			s.Shop = New(t, dbtest.Open(t, engine, database.Options{Observe: func(q string) {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.sent = append(s.sent, q)
			}}))
			fn(t, s)
		})
	}
}

// count is how many statements begin so since the last forget.
func (s *watched) count(start string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.sent {
		if strings.HasPrefix(q, start) {
			n++
		}
	}
	return n
}

func (s *watched) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = nil
}

// together runs decisions that have to wait for each other, and returns their errors.
func (s *watched) together(t *testing.T, ids []order.ID, decide func(i int, l *ledger.Ledger) error) []error {
	t.Helper()
	calls := make([]func() error, len(ids))
	for i, id := range ids {
		calls[i] = func() error {
			return s.Store.Update(context.Background(), id, func(l *ledger.Ledger) error { return decide(i, l) })
		}
	}
	return s.atOnce(t, calls)
}

// atOnce makes calls that have to wait for each other.
func (s *watched) atOnce(t *testing.T, calls []func() error) []error {
	t.Helper()
	s.Store.Gather(1000, time.Minute)
	gate := make(chan struct{})
	var before, all sync.WaitGroup
	for _, ctx := range []context.Context{context.Background(), ledger.AskingGoods(context.Background())} {
		if s.DB.Engine() == database.SQLite && ledger.AsksGoods(ctx) {
			continue // they go with the others
		}
		busy := s.Order(Wanted{})
		before.Add(1)
		all.Go(func() {
			once := sync.OnceFunc(before.Done)
			if err := s.Store.Update(ctx, busy, func(*ledger.Ledger) error {
				once()
				<-gate
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	before.Wait()
	s.forget()
	errs := make([]error, len(calls))
	for i, call := range calls {
		all.Go(func() { errs[i] = call() })
		for s.Store.Waiting() < i+1 {
			time.Sleep(time.Millisecond)
		}
	}
	s.Store.Gather(0, time.Minute)
	close(gate)
	all.Wait()
	return errs
}

// TestTogether: Updates that go together leave what they leave one after the other.
func TestTogether(t *testing.T) {
	eachWatched(t, func(t *testing.T, s *watched) {
		const n = 13
		umbrella, book, ticket := s.Class("傘", 100), s.Class("本", 100), s.Unlimited("券")
		members := []int64{s.Member(1000), s.Member(1000), 0}
		ids := make([]order.ID, n)
		for i := range ids {
			ms := []order.Movement{{ProductClassID: umbrella, Quantity: 1}, {ProductClassID: book, Quantity: int64(i)}, {ProductClassID: ticket, Quantity: 1}}
			ids[i] = s.Order(Wanted{Customer: members[i%3]})
			s.update(t, ids[i], func(l *ledger.Ledger) {
				p := s.newPayment(l)
				p.Phase, p.PaymentID = payment.Authorised, fmt.Sprintf("9%d", i)
				s.newOperation(l, p, payment.CancelAuthorization)
				s.take(l, int64(10*(i%3+1)), ms[:1+i%3]...)
				s.note(l, ledger.EventHeld)
				s.alert(l, ledger.AlertDouble, "old", false)
				l.Order.Status = order.New
			})
		}
		s.Advance(time.Minute)
		errs := s.together(t, ids, func(i int, l *ledger.Ledger) error {
			s.release(l)
			s.note(l, ledger.EventReleased)
			s.note(l, ledger.EventObserved)
			p := l.Payments[0]
			p.Phase, p.End, p.EndedAt = payment.Ended, payment.Canceled, s.Now()
			settled(l.Operations[0], payment.Succeeded, s.Now())
			s.newOperation(l, p, payment.Capture)
			s.alert(l, ledger.AlertDouble, "old", true)
			s.alert(l, ledger.AlertUnknown, "new", false)
			l.Mails = append(l.Mails, ledger.Mail{ID: s.ID(), Kind: ledger.MailMismatch, Cause: "c", At: s.Now()})
			l.Order.Status = order.Canceled
			if i%2 == 0 {
				l.Notices = append(l.Notices, ledger.NoticeChange{Notice: s.notice(l.Order.ID, int64(100+i)), New: true})
			}
			return nil
		})
		for i, err := range errs {
			if err != nil {
				t.Fatalf("%d: %v", i, err)
			}
		}
		if got := s.count("UPDATE plg_kessai_ledger"); got != 1 {
			t.Errorf("%d statements for %d ledgers", got, n)
		}
		s.expect(t, umbrella, 100)
		s.expect(t, book, 100)
		for _, m := range members[:2] {
			s.bought(t, m, 0, 0)
			if got := s.Points(m); got != 1000 {
				t.Errorf("points %d", got)
			}
		}
		for i, id := range ids {
			s.noGaps(t, id)
			s.openAlerts(t, id, ledger.AlertUnknown)
			l := s.view(t, id)
			p := l.Payments[0]
			if l.Order.Status != order.Canceled || l.Hold != nil || l.Version != 2 || l.EventSeq != 3 || p.Phase != payment.Ended || p.PaymentID != fmt.Sprintf("9%d", i) {
				t.Errorf("%d: %+v, %+v", i, l, p)
			}
			if len(l.Operations) != 2 || l.Operations[0].State != payment.Succeeded || l.Operations[1].Kind != payment.Capture {
				t.Errorf("%d: %+v", i, l.Operations)
			}
			if got, want := s.Number("SELECT COUNT(*) FROM plg_kessai_notice WHERE order_id = ?", int64(id)), int64(1-i%2); got != want {
				t.Errorf("%d: %d notices", i, got)
			}
			if got := s.Number("SELECT COUNT(*) FROM plg_kessai_outbox WHERE order_id = ?", int64(id)); got != 1 {
				t.Errorf("%d: %d mails", i, got)
			}
		}
	})
}

// good is a decision that leaves an event.
func good(l *ledger.Ledger) error {
	l.Events = append(l.Events, ledger.Event{At: dbtest.Now(), Kind: ledger.EventObserved, Actor: ledger.System})
	return nil
}

// TestTogetherApart: one that cannot go with others, or fails, does not concern them.
func TestTogetherApart(t *testing.T) {
	refused := errors.New("refused")
	for name, tc := range map[string]struct {
		odd  func(s *watched, l *ledger.Ledger) error
		want func(error) bool
		seq  int64 // of the odd one's events
	}{
		"an error":         {func(*watched, *ledger.Ledger) error { return refused }, func(err error) bool { return errors.Is(err, refused) }, 0},
		"a forbidden edit": {func(_ *watched, l *ledger.Ledger) error { l.Order.No = "x"; return nil }, func(err error) bool { return err != nil }, 0},
		"a key used twice": {func(s *watched, l *ledger.Ledger) error {
			l.Events = append(l.Events, ledger.Event{At: s.Now(), Kind: ledger.EventObserved, Actor: ledger.System, IdemKey: "used"})
			return nil
		}, func(err error) bool { return problem.Is(err, "operation.repeated") }, 0},
		"a taking": {func(s *watched, l *ledger.Ledger) error {
			s.take(l, 0, order.Movement{ProductClassID: 1, Quantity: 1})
			return good(l)
		}, func(err error) bool { return err == nil }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			eachWatched(t, func(t *testing.T, s *watched) {
				s.update(t, s.Order(Wanted{}), func(l *ledger.Ledger) {
					l.Events = append(l.Events, ledger.Event{At: s.Now(), Kind: ledger.EventObserved, Actor: ledger.System, IdemKey: "used"})
				})
				ids := make([]order.ID, 5)
				for i := range ids {
					ids[i] = s.Order(Wanted{})
				}
				errs := s.together(t, ids, func(i int, l *ledger.Ledger) error {
					if i == 2 {
						return tc.odd(s, l)
					}
					return good(l)
				})
				for i, err := range errs {
					want := int64(1)
					if i == 2 {
						want = tc.seq
					}
					if i == 2 && !tc.want(err) || i != 2 && err != nil {
						t.Errorf("%d: %v", i, err)
					}
					if l := s.view(t, ids[i]); l.EventSeq != want {
						t.Errorf("%d: %d events", i, l.EventSeq)
					}
				}
			})
		})
	}
}

// TestTogetherLosesARace: another node was faster with one of the ledgers.
func TestTogetherLosesARace(t *testing.T) {
	eachWatched(t, func(t *testing.T, s *watched) {
		if s.DB.Engine() == database.SQLite {
			return // one writer
		}
		ids := make([]order.ID, 5)
		for i := range ids {
			ids[i] = s.Order(Wanted{})
			s.update(t, ids[i], func(l *ledger.Ledger) { s.newPayment(l); s.note(l, ledger.EventHeld) })
		}
		decided := make([]int, len(ids))
		errs := s.together(t, ids, func(i int, l *ledger.Ledger) error {
			if decided[i]++; i == 2 && decided[i] == 1 {
				s.Exec("UPDATE plg_kessai_ledger SET version = version + 1 WHERE order_id = ?", int64(l.Order.ID))
			}
			l.Payments[0].StoredCard = "101"
			return good(l)
		})
		for i, err := range errs {
			if err != nil || s.view(t, ids[i]).Payments[0].StoredCard != "101" || decided[i] != 2 {
				t.Errorf("%d: %v, decided %d times", i, err, decided[i])
			}
			s.noGaps(t, ids[i])
		}
	})
}

// TestTogetherWithGoods: buyers who take the last goods, and staff who edit, are among them.
func TestTogetherWithGoods(t *testing.T) {
	eachWatched(t, func(t *testing.T, s *watched) {
		class := s.Class("傘", 3)
		lines := []order.Movement{{ProductClassID: class, Quantity: 1}}
		service := s.service(t)
		var calls []func() error
		for range 3 {
			id := s.Order(Wanted{Lines: lines})
			calls = append(calls, func() error { return s.authorize(t, id) })
		}
		edited := s.Order(Wanted{Lines: lines})
		if err := s.authorize(t, edited); err != nil {
			t.Fatal(err)
		}
		in := s.sheet(t, edited)
		in.Sheet.Note = "急ぎ"
		calls = append(calls, func() error { _, err := service.EditOrder(context.Background(), in); return err })
		short := 0
		for i, err := range s.atOnce(t, calls) {
			switch {
			case i < 3 && problem.Is(err, "stock.short"):
				short++
			case err != nil:
				t.Errorf("%d: %v", i, err)
			}
		}
		s.expect(t, class, 0)
		if got := s.load(t, edited); short != 1 || s.Number("SELECT COUNT(*) FROM dtb_order WHERE id = ? AND note = '急ぎ'", int64(got.ID)) != 1 {
			t.Errorf("%d too late", short)
		}
	})
}

// TestTogetherPassesOver: whoever has an order's row holds up nobody else's.
func TestTogetherPassesOver(t *testing.T) {
	eachWatched(t, func(t *testing.T, s *watched) {
		if s.DB.Engine() == database.SQLite {
			return // one writer: nobody has a row while another writes
		}
		ids := make([]order.ID, 5)
		for i := range ids {
			ids[i] = s.Order(Wanted{})
		}
		locked, done := make(chan struct{}), make(chan struct{})
		var other sync.WaitGroup
		other.Go(func() {
			if err := s.DB.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
				if _, _, err := database.One(ctx, tx, database.Scalar[int64], "SELECT id FROM dtb_order WHERE id = ?"+tx.ForUpdate(), int64(ids[2])); err != nil {
					return err
				}
				close(locked)
				<-done
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
		<-locked
		other.Go(func() {
			defer close(done)
			for deadline := time.Now().Add(10 * time.Second); s.Number("SELECT COUNT(*) FROM plg_kessai_event WHERE order_id IN (?, ?, ?, ?)",
				int64(ids[0]), int64(ids[1]), int64(ids[3]), int64(ids[4])) < 4; time.Sleep(5 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Error("the others wait")
					return
				}
			}
		})
		for i, err := range s.together(t, ids, func(_ int, l *ledger.Ledger) error { return good(l) }) {
			if l := s.view(t, ids[i]); err != nil || l.EventSeq != 1 {
				t.Errorf("%d: %v, %d events", i, err, l.EventSeq)
			}
		}
		other.Wait()
	})
}

// TestTogetherCountsMembers: of what several transactions change at the same moment a
// member's purchases are counted as they are when all are done.
func TestTogetherCountsMembers(t *testing.T) {
	eachWatched(t, func(t *testing.T, s *watched) {
		members := make([]int64, 32) // as many as go together, each with an order in either of two transactions
		for i := range members {
			members[i] = s.Member(0)
		}
		var ids []order.ID
		for range 2 {
			for _, m := range members {
				ids = append(ids, s.Order(Wanted{Customer: m}))
			}
		}
		for _, to := range []order.Status{order.New, order.Canceled, order.New, order.Canceled} {
			for i, err := range s.together(t, ids, func(_ int, l *ledger.Ledger) error { l.Order.Status = to; return nil }) {
				if err != nil {
					t.Errorf("%d: %v", i, err)
				}
			}
			want := int64(0)
			if to == order.New {
				want = 2
			}
			for _, m := range members {
				if got := s.Number("SELECT buy_times FROM dtb_customer WHERE id = ?", m); got != want {
					t.Errorf("%d purchases, not %d", got, want)
				}
			}
		}
	})
}

// TestTakingTogether: buyers who come at the same time take goods and points by one statement
// each, as if they had come one after the other: nobody takes what an earlier one took.
func TestTakingTogether(t *testing.T) {
	eachWatched(t, func(t *testing.T, s *watched) {
		rare, plenty, air := s.Class("傘", 3), s.Class("本", 50), s.Unlimited("空気")
		twice, poor := s.Member(1000), s.Member(50)
		buyers := []Wanted{
			{Lines: []order.Movement{{ProductClassID: plenty, Quantity: 2}, {ProductClassID: rare, Quantity: 2}, {ProductClassID: plenty, Quantity: 3}}},
			{Lines: []order.Movement{{ProductClassID: rare, Quantity: 2}}}, // 1 is left
			{Lines: []order.Movement{{ProductClassID: rare, Quantity: 1}, {ProductClassID: air, Quantity: 9}}, Customer: twice, UsePoint: 600},
			{Lines: []order.Movement{{ProductClassID: plenty, Quantity: 1}}, Customer: twice, UsePoint: 600}, // 400 are left
			{Lines: []order.Movement{{ProductClassID: plenty, Quantity: 4}}, Customer: twice, UsePoint: 300},
			{Lines: []order.Movement{{ProductClassID: plenty, Quantity: 1}}, Customer: poor, UsePoint: 100},
			{Lines: []order.Movement{{ProductClassID: rare, Quantity: 1}}}, // none is left
		}
		want := []string{"", "stock.short", "", "point.short", "", "point.short", "stock.short"}
		ids := make([]order.ID, len(buyers))
		calls := make([]func() error, len(buyers))
		for i, w := range buyers {
			ids[i] = s.Order(w)
			calls[i] = func() error { return s.authorize(t, ids[i]) }
		}
		for i, err := range s.atOnce(t, calls) {
			if want[i] == "" && err != nil || want[i] != "" && !problem.Is(err, want[i]) {
				t.Errorf("%d: %v, want %q", i, err, want[i])
			}
			l := s.view(t, ids[i])
			if got := len(l.Payments) == 1 && l.Hold != nil && l.Hold.State == ledger.Committed; got != (want[i] == "") {
				t.Errorf("%d: %d payments, hold %+v", i, len(l.Payments), l.Hold)
			}
			s.noGaps(t, ids[i])
		}
		if n := s.count("UPDATE dtb_product_stock"); n != 1 {
			t.Errorf("stock was taken by %d statements", n)
		}
		s.expect(t, rare, 0)
		s.expect(t, plenty, 50-5-4)
		if a, b := s.Points(twice), s.Points(poor); a != 100 || b != 50 {
			t.Errorf("points: %d and %d", a, b)
		}
	})
}
