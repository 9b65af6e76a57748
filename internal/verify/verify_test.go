package verify

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// shelf is a reader of books in memory. Every tenth order is gone.
type shelf struct {
	orders  int
	largest int // page asked for
	damaged order.ID
	away    bool
	cards   []CardOperation
	stray   []Notice
	stock   []Stock
}

func (s *shelf) Scope(context.Context) (Scope, error) {
	if s.away {
		return Scope{}, errors.New("away")
	}
	return Scope{Orders: int64(s.orders)}, nil
}

func (s *shelf) BookedOrders(_ context.Context, _ time.Time, after order.ID, limit int) (ids []order.ID, err error) {
	for id := after + 1; int(id) <= s.orders && len(ids) < limit; id++ {
		ids = append(ids, id)
	}
	return ids, nil
}

func (s *shelf) Books(_ context.Context, ids []order.ID) (out []Book, err error) {
	s.largest = max(s.largest, len(ids))
	if slices.Contains(ids, s.damaged) {
		s.away = s.damaged == lastBeforeAway
		return nil, errors.New("damaged")
	}
	for _, id := range ids {
		out = append(out, Book{Order: id, Gone: id%10 == 0})
	}
	return out, nil
}

func (s *shelf) StrayNotices(_ context.Context, after string, _ int) ([]Notice, error) {
	return beyond(s.stray, after, func(n Notice) string { return n.ID }), nil
}

func (s *shelf) CardOperations(_ context.Context, after string, _ int) ([]CardOperation, error) {
	return beyond(s.cards, after, func(o CardOperation) string { return o.Operation.ID }), nil
}

func (s *shelf) UnequalStock(_ context.Context, after int64, _ int) ([]Stock, error) {
	return beyond(s.stock, after, func(s Stock) int64 { return s.Class }), nil
}

// beyond is the next page, of one.
func beyond[T any, K int64 | string](all []T, after K, key func(T) K) []T {
	for _, v := range all {
		if key(v) > after {
			return []T{v}
		}
	}
	return nil
}

// TestAllStreams: every order once, a page at a time, whatever their number.
func TestAllStreams(t *testing.T) {
	t.Parallel()
	s := &shelf{orders: 250, stock: []Stock{{Class: 3, InStock: 1}, {Class: 4, InStock: 2}}}
	v := New(s)
	var progress []int64
	v.Progress = func(done, all int64) { progress = append(progress, done, all) }
	var rules []Rule
	c, err := v.All(t.Context(), func(b Breach) error { rules = append(rules, b.Rule); return nil })
	if err != nil || c.Orders != 250 || c.Breaches != 27 || len(rules) != 27 || rules[26] != StockColumns || s.largest != pageSize {
		t.Errorf("%+v, %v, pages of %d, %v", c, err, s.largest, rules)
	}
	if !slices.Equal(progress, []int64{100, 250, 200, 250, 250, 250}) {
		t.Errorf("%v", progress)
	}
	var ids []order.ID
	for id := range 150 {
		ids = append(ids, order.ID(id+1))
	}
	if c, err = v.Orders(t.Context(), ids, func(Breach) error { return nil }); err != nil || c.Orders != 150 || c.Breaches != 15 {
		t.Errorf("%+v, %v", c, err)
	}
	stop := errors.New("stop")
	if c, err = v.All(t.Context(), func(Breach) error { return stop }); !errors.Is(err, stop) || c.Breaches != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestBesideOrders: operations about cards, and notices of nobody, have the same rules.
func TestBesideOrders(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	card := func(id string, o ledger.Operation, due bool) CardOperation {
		o.ID, o.Kind = id, payment.StoreCard
		return CardOperation{Customer: 7, Operation: o, Due: due, CardID: "k"}
	}
	deletes := func(id string, o ledger.Operation, card string, gone bool) CardOperation {
		o.ID, o.Kind = id, payment.DeleteCard
		return CardOperation{Customer: 7, Operation: o, CardID: card, CardGone: gone}
	}
	settled := ledger.Operation{State: payment.Succeeded, SettledAt: now}
	refused := ledger.Operation{State: payment.DeclinedOp, SettledAt: now}
	open := ledger.Operation{State: payment.UnknownState, OpenKey: "customer:7", UnknownAt: now}
	another := open
	another.OpenKey = "customer:8"
	s := &shelf{
		cards: []CardOperation{card("a", settled, false), card("b", open, true), card("c", another, true), card("d", open, false), card("e", settled, true),
			deletes("f", settled, "k", true), deletes("g", settled, "k", false), deletes("h", refused, "", false), deletes("i", refused, "k", false),
			{Customer: 7, Operation: ledger.Operation{ID: "j", Kind: payment.StoreCard, State: payment.Succeeded, SettledAt: now}},
			{Customer: 7, Operation: ledger.Operation{ID: "k", Kind: payment.StoreCard, State: payment.DeclinedOp, SettledAt: now}}},
		stray: []Notice{
			{Notice: ledger.Notice{ID: "a", NoticeID: 1, State: ledger.NoticeForeign, TradingID: "x"}},
			{Notice: ledger.Notice{ID: "b", NoticeID: 2, State: ledger.NoticeApplied}}, // カード有効性チェック
			{Notice: ledger.Notice{ID: "c", NoticeID: 3, State: ledger.NoticeReceived}, Due: true},
			{Notice: ledger.Notice{ID: "d", NoticeID: 4, State: ledger.NoticeReceived}},
			{Notice: ledger.Notice{ID: "e", NoticeID: 5, State: ledger.NoticeApplied, TradingID: "x"}},
		},
	}
	var got []string
	c, err := New(s).All(t.Context(), func(b Breach) error {
		got = append(got, string(b.Rule)+" "+b.Subject+" "+b.Cause)
		return nil
	})
	want := []string{
		"notice_state notice:4 it is received, and no worker will look at it",
		"notice_state notice:5 it is applied, and to no order",
		`open_key customer:7 operation c (025): it is unknown with the key "customer:8", which is not one of ["customer:7"]`,
		"operation_due customer:7 operation d (025): it is unknown, and no worker will look at it",
		"operation_due customer:7 operation e (025): it is succeeded, and somebody's or still due",
		"card_outcome customer:7 operation g (026): it succeeded, and card k is kept",
		"card_outcome customer:7 operation h (026): it names no card",
		"card_outcome customer:7 operation j (025): it names no card",
	}
	if err != nil || c.CardOperations != 11 || c.StrayNotices != 5 || !slices.Equal(got, want) {
		t.Errorf("%+v, %v\n%s", c, err, strings.Join(got, "\n"))
	}
}

// TestAttached: beside EC-CUBE its own hand moves orders, and goods with them; what kessai
// itself wrote is held to the same.
func TestAttached(t *testing.T) {
	t.Parallel()
	moved := func(from, to order.Status) ledger.Event {
		return ledger.Event{Kind: ledger.EventOrderMoved, Data: ledger.EventData{OrderFrom: from, OrderTo: to}}
	}
	for name, tt := range map[string]struct {
		at, last order.Status
		events   []ledger.Event
		attached []Rule
		embedded []Rule
	}{
		"moved by another hand":            {order.Canceled, order.New, []ledger.Event{moved(7, 1)}, nil, []Rule{OrderStatus}},
		"moved on from where another left": {order.Canceled, order.Canceled, []ledger.Event{moved(7, 1), moved(4, 3)}, nil, []Rule{OrderChain}},
		"not where we wrote it to be":      {order.Paid, order.Paid, []ledger.Event{{Kind: ledger.EventHeld}, moved(7, 1)}, []Rule{OrderChain}, []Rule{OrderChain}},
	} {
		for _, attached := range []bool{true, false} {
			b := Book{Order: 1, Kept: true, Attached: attached, Events: slices.Clone(tt.events)}
			b.Ledger.LastStatus = tt.last
			if tt.last == order.Paid {
				b.Holds = []ledger.Hold{{State: ledger.Committed}}
			}
			b.Ledger.Order.Status, b.Ledger.EventSeq = tt.at, int64(len(tt.events))
			for i := range b.Events {
				b.Events[i].Seq = int64(i) + 1
			}
			want := tt.embedded
			if attached {
				want = tt.attached
			}
			var got []Rule
			for _, breach := range Check(&b) {
				got = append(got, breach.Rule)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, attached %v: %v, want %v", name, attached, got, want)
			}
		}
	}
	old := Book{Order: 1, CreatedAt: time.Unix(1, 0), Since: time.Unix(2, 0)}
	old.Ledger.Order.Status, old.Ledger.Order.Total = order.Paid, 1100
	old.Ledger.Order.MethodClass = payment.Scheme{Method: payment.Card, System: payment.Module}.Class()
	if got := Check(&old); len(got) > 0 {
		t.Errorf("an order from before kessai: %+v", got)
	}
	old.CreatedAt = old.Since
	if got := Check(&old); len(got) != 1 || got[0].Rule != OrderUnpaid {
		t.Errorf("one of its time: %+v", got)
	}
}

// TestAlertsBesideEccube: its own hand changes what an alert says, and kessai hears of it when it
// decides about the order again.
func TestAlertsBesideEccube(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		kind  ledger.AlertKind
		is    order.Status
		phase payment.Phase
	}{
		"cancelled, and was to be paid":         {ledger.AlertUnmade, order.Canceled, payment.Ended},
		"made to cost what its number asks for": {ledger.AlertAmountOpen, order.New, payment.AwaitingPayment},
		"made to cost what is authorised":       {ledger.AlertAmountOpen, order.New, payment.Authorised},
	} {
		for _, attached := range []bool{true, false} {
			b := Book{Order: 1, Kept: true, Attached: attached, Alerts: []Alert{{Kind: tt.kind, Cause: "p"}}}
			b.Ledger.Order = ledger.Head{ID: 1, Status: tt.is, Total: 900}
			b.Ledger.Payments, b.Ledger.CurrentID = []*ledger.Payment{{ID: "p", Phase: tt.phase, Amount: 900}}, "p"
			said := 0
			alertOpen(&b, func(*ledger.Payment, string, ...any) { said++ })
			if said > 0 == attached {
				t.Errorf("%s, attached %v: %d breaches", name, attached, said)
			}
		}
	}
}

// lastBeforeAway is an order at which a shelf's database goes away.
const lastBeforeAway = 77

// TestOneOrderCannotBeRead: it is a breach, and hides none of the others; a database that is away is not
// taken for that.
func TestOneOrderCannotBeRead(t *testing.T) {
	t.Parallel()
	for damaged, checked := range map[order.ID]int64{35: 250, 201: 250, lastBeforeAway: 0} {
		var unread []order.ID
		n, err := New(&shelf{orders: 250, damaged: damaged}).All(t.Context(), func(b Breach) error {
			if b.Rule == OrderUnreadable {
				unread = append(unread, b.Order)
			}
			return nil
		})
		switch away := damaged == lastBeforeAway; {
		case away != (err != nil):
			t.Errorf("%d: %v", damaged, err)
		case !away && (n.Orders != checked || !slices.Equal(unread, []order.ID{damaged})):
			t.Errorf("%d: %+v, unread %v", damaged, n, unread)
		case away && len(unread) > 0:
			t.Errorf("a database that is away: %v", unread)
		}
	}
	full := errors.New("full")
	if _, err := New(&shelf{orders: 9, damaged: 5}).All(t.Context(), func(Breach) error { return full }); !errors.Is(err, full) {
		t.Error(err)
	}
}

// TestDocumented: docs/books.md tells of every rule.
func TestDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "books.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Rules() {
		if !strings.Contains(string(text), "`"+string(r)+"`") {
			t.Errorf("%s is not described", r)
		}
	}
	for _, d := range ledger.Disagreements() {
		if !strings.Contains(string(text), "| `"+string(d)+"` |") {
			t.Errorf("%s is not described", d)
		}
	}
}

// TestCapturedAsCorrectedLast: a change of the amount may take effect after one that was begun
// later.
func TestCapturedAsCorrectedLast(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return time.Date(2026, 4, 1, 0, minute, 0, 0, time.UTC) }
	b := &Book{Ledger: ledger.Ledger{
		Payments: []*ledger.Payment{{ID: "p", Amount: 900}},
		Operations: []*ledger.Operation{
			{PaymentID: "p", Kind: payment.CaptureCarrier, State: payment.Succeeded, Amount: 1000, SettledAt: at(1)},
			{PaymentID: "p", Kind: payment.CorrectCarrier, State: payment.Succeeded, Amount: 900, SettledAt: at(9)},
			{PaymentID: "p", Kind: payment.CorrectCarrier, State: payment.Succeeded, Amount: 950, SettledAt: at(5)},
		},
	}}
	said := 0
	say := func(*ledger.Payment, string, ...any) { said++ }
	if capturedAmount(b, say); said != 0 {
		t.Error("the last to take effect is not the last begun")
	}
	b.Ledger.Operations[1].SettledAt = at(3)
	if capturedAmount(b, say); said != 1 {
		t.Errorf("said %d times", said)
	}
}
