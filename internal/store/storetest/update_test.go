package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

func TestMissingOrder(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		if err := s.try(999, func(*ledger.Ledger) {}); !problem.Is(err, "order.unknown") || problem.CategoryOf(err) != problem.NotFound {
			t.Errorf("Update: %v", err)
		}
		if _, err := s.Store.View(context.Background(), 999); !problem.Is(err, "order.unknown") {
			t.Errorf("View: %v", err)
		}
	})
}

func TestHeadOfAnOrderWithoutLedger(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		member := s.Member(500)
		id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: s.Unlimited("傘"), Quantity: 2}}, Customer: member, UsePoint: 100})
		want := &ledger.Ledger{Order: ledger.Head{
			ID: id, No: id.String(), Status: order.Processing, Total: 2100, UsePoint: 100, CustomerID: member, PaymentRow: s.Card,
			MethodClass: payment.Scheme{Method: payment.Card, System: payment.Module}.Class(), PaymentMethod: "ペイジェントクレジット",
			UpdatedAt: s.Now(),
		}}
		if diff := cmp.Diff(want, s.view(t, id)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestEverythingComesBack writes each field with a value of its own and reads it again.
func TestEverythingComesBack(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id := s.Order(Wanted{Lines: []order.Movement{{ProductClassID: s.Class("傘", 10), Quantity: 2}}})
		at := func(n int) time.Time { return s.Now().Add(time.Duration(n) * time.Second).Add(345 * time.Millisecond) }
		var want *ledger.Ledger
		s.update(t, id, func(l *ledger.Ledger) {
			l.Order.Status, l.Order.PendingSince = order.Pending, at(1)
			l.Order.OrderDate, l.Order.PaymentDate = s.Now().Add(time.Hour), s.Now().Add(2*time.Hour)
			first := s.newPayment(l)
			first.PaymentID, first.PaymentIDs = "100000000000000002", []string{"100000000000000001", "100000000000000002"}
			first.Phase, first.End, first.Status, first.Situation = payment.Ended, payment.Canceled, payment.AuthCancelDone, payment.AuthCanceled
			first.LastNoticeID, first.SplitCount, first.PaymentClass = 1001, 3, "61"
			first.AuthorisedAt, first.CapturedAt, first.EndedAt, first.TransitAt = at(2), at(3), at(4), at(12)
			second := s.newPayment(l)
			second.Replaces, second.Reverse, second.Adopted, second.AskAt, second.System = first.ID, true, true, at(5), payment.Link
			second.Method, second.Brand, second.Situation = payment.Carrier, payment.SoftBank, payment.Revoked
			second.StoredCard, second.ThreeDS, second.AuthID, second.Attempt = "1234567890123456", ledger.ThreeDS2, "3f2a-auth", "1"
			second.Protected, second.SealedToken, second.HandRefunded = true, "sealed:東", 2200
			second.Needs = ledger.Needs{
				URL: "https://pay.example/?a=1&b=2", Action: "https://acs.example/", Fields: [][2]string{{"PaReq", "x\n<y>"}, {"MD", ""}},
				Store: "00C002", Stores: []string{"00C001", "00C002"}, Receipt: "123456", PrintURL: "https://print.example/",
				PayCenter: "58091", Customer: "9000", Confirm: "7",
			}
			parent := s.newOperation(l, first, payment.ChangeAmount)
			o := s.newOperation(l, second, payment.Authorize)
			o.Parent, o.OpenKey = parent.ID, "saga:"+parent.ID
			o.State, o.Reason, o.IdemKey, o.Refused, o.Code, o.Detail, o.Cause = payment.UnknownState, "電話で確認", "form-1", true, "P010", "時間切れ", "answer"
			o.SentAt, o.DeadlineAt, o.UnknownAt, o.SettledAt = at(6), at(7), at(8), time.Time{}
			o.Asked, o.NegativeAt, o.NextAskAt, o.Actor = 4, at(9), at(10), "staff:7"
			s.take(l, 0, order.Movement{ProductClassID: 11, Quantity: 2})
			l.Hold.State, l.Hold.CommittedAt = ledger.Committed, at(11)
			l.Moves = nil
			want = l
		})
		want.Version, want.LastStatus, want.WrittenAt = 1, order.Pending, s.Now()
		if diff := cmp.Diff(want, s.view(t, id), cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNothingChangedWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		before := s.view(t, id)
		s.Advance(time.Hour)
		s.update(t, id, func(*ledger.Ledger) {})
		if diff := cmp.Diff(before, s.view(t, id)); diff != "" {
			t.Error(diff)
		}
		if n := s.Number("SELECT COUNT(*) FROM plg_kessai_ledger WHERE version = 1"); n != 1 {
			t.Errorf("%d ledgers of version 1", n)
		}
	})
}

func TestAnErrorUndoesEverything(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		refusal := errors.New("no")
		err := s.Store.Update(context.Background(), id, func(l *ledger.Ledger) error {
			l.Order.Status = order.Pending
			return refusal
		})
		if !errors.Is(err, refusal) {
			t.Fatalf("got %v", err)
		}
		if got := s.Status(id); got != order.Processing {
			t.Errorf("status %v", got)
		}
	})
}

func TestADecisionMayNotChangeWhatIsNotWritten(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		for name, decide := range map[string]func(*ledger.Ledger){
			"total":      func(l *ledger.Ledger) { l.Order.Total++ },
			"payments":   func(l *ledger.Ledger) { l.Payments = nil },
			"operations": func(l *ledger.Ledger) { l.Operations = nil },
			"a gap":      func(l *ledger.Ledger) { l.Events = []ledger.Event{{Seq: 7, At: s.Now(), Kind: ledger.EventNotice}} },
			"a sign":     func(l *ledger.Ledger) { l.Moves = []ledger.StockMove{{Points: 1}} },
		} {
			if err := s.try(id, decide); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
}

// TestConcurrentUpdatesAllCount lets many decide about one order at once.
func TestConcurrentUpdatesAllCount(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		const n = 12
		errs := make([]error, n)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				errs[i] = s.try(id, func(l *ledger.Ledger) {
					l.Payments[0].SplitCount++
					s.note(l, ledger.EventObserved)
				})
			})
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		l := s.view(t, id)
		if l.Payments[0].SplitCount != n || l.EventSeq != n || l.Version != n+1 {
			t.Errorf("counted %d, events %d, version %d", l.Payments[0].SplitCount, l.EventSeq, l.Version)
		}
		s.noGaps(t, id)
	})
}

// noGaps checks that the timeline's numbers run from 1 to the ledger's last.
func (s *Shop) noGaps(t *testing.T, id order.ID) {
	t.Helper()
	last := s.view(t, id).EventSeq
	if n := s.Number("SELECT COUNT(*) FROM plg_kessai_event WHERE order_id = ?", int64(id)); n != last {
		t.Errorf("%d events up to %d", n, last)
	}
	if n := s.Number("SELECT COALESCE(MAX(seq), 0) FROM plg_kessai_event WHERE order_id = ?", int64(id)); n != last {
		t.Errorf("highest event %d, ledger says %d", n, last)
	}
}

// TestALostRaceIsRunAgain changes rows under a decision's feet, as another node of
// a Galera cluster could, or a sender that marks its operation. On SQLite nobody
// can: there is one writer.
func TestALostRaceIsRunAgain(t *testing.T) {
	t.Parallel()
	for _, engine := range []database.Engine{database.MySQL, database.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			s := New(t, dbtest.On(t, engine))
			id, op := s.planned(t)
			for name, interfere := range map[string]func(){
				"version": func() { s.Exec("UPDATE plg_kessai_ledger SET version = version + 1 WHERE order_id = ?", int64(id)) },
				"marked sent": func() {
					sent := ledger.Sent{Owner: "node1", At: s.Now(), DeadlineAt: s.Now(), LeaseUntil: s.Now()}
					if mine, err := s.Store.MarkSent(context.Background(), op.ID, sent); err != nil || !mine {
						t.Errorf("mark sent: %v, %v", mine, err)
					}
				},
			} {
				runs := 0
				s.update(t, id, func(l *ledger.Ledger) {
					if runs++; runs == 1 {
						interfere()
					}
					l.Operations[0].Asked++
				})
				if runs != 2 {
					t.Errorf("%s: decided %d times", name, runs)
				}
			}
			if o := s.view(t, id).Operations[0]; o.Asked != 2 || o.State != payment.Sent {
				t.Errorf("asked %d, %s", o.Asked, o.State)
			}
		})
	}
}

func TestUniqueness(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		first, op := s.planned(t)
		second, _ := s.planned(t)
		s.update(t, first, func(l *ledger.Ledger) {
			l.Operations[0].IdemKey = "form-1"
			l.Payments[0].PaymentIDs = []string{"9001"}
			l.Payments[0].AuthID = "auth-1"
		})
		for _, c := range []struct {
			name, code string
			id         order.ID
			decide     func(*ledger.Ledger)
		}{
			{"idempotency key over all orders", "operation.repeated", second, func(l *ledger.Ledger) { l.Operations[0].IdemKey = "form-1" }},
			{"open key", "operation.open", second, func(l *ledger.Ledger) { l.Operations[0].OpenKey = op.OpenKey }},
			{"open key of a second operation", "operation.open", first, func(l *ledger.Ledger) { s.newOperation(l, l.Payments[0], payment.Capture) }},
			{"Paygent's id", "payment.payment_id_taken", second, func(l *ledger.Ledger) { l.Payments[0].PaymentID = "9001" }},
			{"3ds_auth_id of a new payment", "payment.auth_id_taken", second, func(l *ledger.Ledger) { s.newPayment(l).AuthID = "auth-1" }},
			{"3ds_auth_id of a payment that was there", "payment.auth_id_taken", second, func(l *ledger.Ledger) { l.Payments[0].AuthID = "auth-1" }},
			{"trading id", "payment.trading_id_taken", second, func(l *ledger.Ledger) { s.newPayment(l).TradingID = first.String() }},
			{"another order's trading id", "payment.trading_id_taken", second, func(l *ledger.Ledger) {
				p := s.newPayment(l)
				p.TradingID, p.Replaces = first.String(), l.Payments[0].ID
			}},
			{"trading id twice in one order", "payment.trading_id_taken", second, func(l *ledger.Ledger) { s.newPayment(l).TradingID = second.String() }},
		} {
			err := s.try(c.id, c.decide)
			if !problem.Is(err, c.code) || problem.CategoryOf(err) != problem.Conflict {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		s.update(t, first, func(l *ledger.Ledger) { // a replacement takes it over
			l.Payments[0].AuthID = ""
			s.newPayment(l).AuthID = "auth-1"
		})
		if err := s.try(second, func(l *ledger.Ledger) { l.Payments[0].AuthID = "auth-1" }); !problem.Is(err, "payment.auth_id_taken") {
			t.Errorf("3ds_auth_id taken over: %v", err)
		}
		s.update(t, second, func(l *ledger.Ledger) { // another merchant's may be the same
			p := s.newPayment(l)
			p.MerchantID, p.AuthID = "67890", "auth-1"
		})
		s.update(t, second, func(l *ledger.Ledger) { // an adopted payment may stand under an id that is taken
			p := s.newPayment(l)
			p.TradingID, p.Adopted = first.String(), true
		})
		s.update(t, second, func(l *ledger.Ledger) { // a re-authorisation may bear its predecessor's
			p := s.newPayment(l)
			p.TradingID, p.Replaces = l.Payments[0].TradingID, l.Payments[0].ID
		})
		s.update(t, first, func(l *ledger.Ledger) { // settled operations leave the key to the next
			settled(l.Operations[0], payment.Succeeded, s.Now())
			s.newOperation(l, l.Payments[0], payment.Capture)
		})
	})
}

func TestCurrentAndStatusWithoutAnyOtherRow(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		s.Advance(time.Minute)
		s.update(t, id, func(l *ledger.Ledger) { l.Order.Status, l.Order.PendingSince = order.Pending, s.Now() })
		l := s.view(t, id)
		if l.Order.Status != order.Pending || !l.Order.PendingSince.Equal(s.Now()) || l.Version != 2 {
			t.Errorf("%+v version %d", l.Order, l.Version)
		}
		if n := s.Number("SELECT last_status FROM plg_kessai_ledger WHERE order_id = ?", int64(id)); n != int64(order.Pending) {
			t.Errorf("last_status %d", n)
		}
		if n := s.Number("SELECT COUNT(*) FROM dtb_order WHERE update_date > create_date"); n != 1 {
			t.Errorf("%d orders with a new update date", n)
		}
	})
}

// TestOneStepOfASagaAtATime plans steps under the operation that keeps the order busy.
func TestOneStepOfASagaAtATime(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, parent := s.planned(t)
		step := func(l *ledger.Ledger) *ledger.Operation {
			o := s.newOperation(l, l.Payments[0], payment.Capture)
			o.Parent, o.OpenKey = parent.ID, "saga:"+parent.ID
			return o
		}
		s.update(t, id, func(l *ledger.Ledger) { step(l) })
		if err := s.try(id, func(l *ledger.Ledger) { step(l) }); !problem.Is(err, "operation.open") {
			t.Errorf("a second open step: %v", err)
		}
		if err := s.try(id, func(l *ledger.Ledger) { step(l).OpenKey = "order:99" }); err == nil {
			t.Error("a step went round its saga's key")
		}
		if err := s.try(id, func(l *ledger.Ledger) { step(l).OpenKey = "" }); err == nil {
			t.Error("an open step without a key was accepted")
		}
		if err := s.try(id, func(l *ledger.Ledger) { step(l).Parent = s.ID() }); err == nil {
			t.Error("a step of no saga was accepted")
		}
		s.update(t, id, func(l *ledger.Ledger) { // the next one in the transaction that settles the last
			settled(l.Operations[1], payment.Succeeded, s.Now())
			step(l)
		})
		s.update(t, id, func(l *ledger.Ledger) {
			settled(l.Operations[2], payment.DeclinedOp, s.Now())
			settled(l.Operations[0], payment.DeclinedOp, s.Now())
		})
		l := s.view(t, id)
		for _, o := range l.Operations[1:] {
			if o.Parent != parent.ID {
				t.Errorf("step %s under %q", o.ID, o.Parent)
			}
		}
	})
}

// TestASealedTokenCanBeErased is what happens to it when it was used.
func TestASealedTokenCanBeErased(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		s.update(t, id, func(l *ledger.Ledger) {
			l.Payments[0].SealedToken, l.Payments[0].AuthID, l.Payments[0].Needs.Receipt = "sealed", "auth-1", "1"
		})
		s.update(t, id, func(l *ledger.Ledger) {
			l.Payments[0].SealedToken, l.Payments[0].AuthID, l.Payments[0].Needs = "", "", ledger.Needs{}
		})
		if n := s.Number("SELECT COUNT(*) FROM plg_kessai_payment WHERE sealed_token = '' AND auth_id IS NULL AND needs = ''"); n != 1 {
			t.Error("a token was left behind")
		}
		if diff := cmp.Diff(ledger.Needs{}, s.view(t, id).Payments[0].Needs); diff != "" {
			t.Error(diff)
		}
	})
}

// TestADecisionIsCalledOnACopy changes what lies inside a field: shared with the ledger
// as loaded, it would not count as a difference.
func TestADecisionIsCalledOnACopy(t *testing.T) {
	each(t, func(t *testing.T, s *Shop) {
		id, _ := s.planned(t)
		s.update(t, id, func(l *ledger.Ledger) {
			l.Payments[0].Needs = ledger.Needs{Fields: [][2]string{{"a", "1"}}, Stores: []string{"x"}}
		})
		s.update(t, id, func(l *ledger.Ledger) { l.Payments[0].Needs.Fields[0][1], l.Payments[0].Needs.Stores[0] = "2", "y" })
		want := ledger.Needs{Fields: [][2]string{{"a", "2"}}, Stores: []string{"y"}}
		if diff := cmp.Diff(want, s.view(t, id).Payments[0].Needs); diff != "" {
			t.Error(diff)
		}
	})
}
