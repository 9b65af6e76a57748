package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// shop is a Service on a world: its store is the world, and the centre says what the test
// wants. What both were called for is kept, in order, and any call can be made to fail.
type shop struct {
	*world
	*shelf
	*desk
	service *Service
	calls   []string
	fail    func(call string, n int) error // n counts all calls from 1
	at      func(Boundary)
}

// shelf is the shop's store.
type shelf struct {
	Store
	shop      *shop
	next      map[string][]Successor // of a payment_id
	swept     time.Time
	purged    time.Time
	shopOpen  map[AlertRef]bool // alerts of the shop
	witnessed string            // a payment_id the centre is known to hold
	origin    Origin
}

// desk is the centre.
type desk struct {
	shop   *shop
	answer func(Command) Answer
	there  map[string]Finding // by payment_id, else by trading_id
	sent   []Command
	asked  []Inquiry
}

// open is a shop for the world's order, at a centre that accepts everything and finds nothing.
func open(t *testing.T, w *world) *shop {
	t.Helper()
	s := &shop{world: w}
	s.shelf = &shelf{shop: s, next: map[string][]Successor{}, shopOpen: map[AlertRef]bool{}}
	s.desk = &desk{shop: s, there: map[string]Finding{}, answer: func(Command) Answer { return Answer{Outcome: Success, PaymentID: "p1"} }}
	s.service = s.node("node-1")
	return s
}

// node is another node's service on the same shop.
func (s *shop) node(name string) *Service {
	return New(Deps{
		Store: s.shelf, Gateway: s.desk, Now: func() time.Time { return s.now }, Rand: rand.Reader, Node: name, Log: slog.New(slog.DiscardHandler),
		Policy: func(context.Context) (Policy, error) { return s.policy, s.call("policy") },
		Seal:   func(c CardToken) (string, error) { return "sealed " + string(c), s.call("seal") },
		Unseal: func(v string) (CardToken, error) {
			return CardToken(strings.TrimPrefix(v, "sealed ")), s.call("unseal")
		},
		Returns: func(_ order.ID, p *Payment) Returns {
			return Returns{OK: "https://shop.example/ok?" + p.ID}
		},
		Reached: func(b Boundary, _ order.ID) {
			if s.at != nil {
				s.at(b)
			}
		},
	})
}

func (s *shop) call(name string) error {
	s.calls = append(s.calls, name)
	if s.fail == nil {
		return nil
	}
	return s.fail(name, len(s.calls))
}

func (s *shop) order() order.ID { return s.l.Order.ID }

var errAway = errors.New("the database is away")

func (h *shelf) Update(_ context.Context, id order.ID, decide func(*Ledger) error) error {
	if err := h.shop.call("Update"); err != nil {
		return err
	}
	if id != h.shop.order() {
		return problem.New(problem.NotFound, "order.unknown", nil)
	}
	if err := h.shop.do(func(l *Ledger, _ tick) error { return decide(l) }); err != nil {
		return err
	}
	return h.shop.call("commit")
}

func (h *shelf) View(_ context.Context, id order.ID) (*Ledger, error) {
	if id != h.shop.order() {
		return nil, problem.New(problem.NotFound, "order.unknown", nil)
	}
	if err := h.shop.call("View"); err != nil {
		return nil, err
	}
	return clone(h.shop.l), nil
}

func (h *shelf) MarkSent(_ context.Context, id string, s Sent) (bool, error) {
	if err := h.shop.call("MarkSent"); err != nil {
		return false, err
	}
	op := h.shop.l.operation(id)
	if op.State != payment.Planned || op.Owner != s.Owner {
		return false, nil
	}
	op.State, op.SentAt, op.DeadlineAt, op.LeaseUntil = payment.Sent, s.At, s.DeadlineAt, s.LeaseUntil
	return true, h.shop.call("sent")
}

func (h *shelf) Claim(_ context.Context, id, owner string, now, until time.Time) (bool, error) {
	if err := h.shop.call("Claim"); err != nil {
		return false, err
	}
	op := h.shop.l.operation(id)
	if op != nil && (!op.State.Open() || op.Owner != "" && now.Before(op.LeaseUntil)) {
		return false, nil
	}
	if op != nil {
		op.Owner, op.LeaseUntil = owner, until
	}
	return true, nil
}

func (h *shelf) KeyUsed(_ context.Context, key string) (bool, error) {
	byOperation := slices.ContainsFunc(h.shop.l.Operations, func(op *Operation) bool { return op.IdemKey == key })
	return h.shop.keys[key] || byOperation, h.shop.call("KeyUsed")
}

// Match goes as the store's does, for the one order there is.
func (h *shelf) Match(_ context.Context, n Notice, mark string) (Match, error) {
	l := h.shop.l
	m := Match{}
	if p := l.holder(n.PaymentID); p != nil {
		m = Match{OrderID: l.Order.ID, PaymentID: p.ID, By: ByPaymentID}
	} else if p := l.named(&n); p != nil {
		m = Match{OrderID: l.Order.ID, PaymentID: p.ID, By: ByTradingID}
	} else if n.TradingID == mark+"123" {
		m = Match{OrderID: l.Order.ID, By: ByOrderID}
	}
	return m, h.shop.call("Match")
}

func (h *shelf) Successors(_ context.Context, _ order.ID, _ payment.Environment, _, id string) ([]Successor, error) {
	return h.next[id], h.shop.call("Successors")
}

func (h *shelf) SweptAt(context.Context, payment.Environment, string) (time.Time, error) {
	return h.swept, h.shop.call("SweptAt")
}

func (h *shelf) PurgedAt(context.Context, payment.Environment, string) (time.Time, error) {
	return h.purged, h.shop.call("PurgedAt")
}

func (h *shelf) Orderer(context.Context, order.ID, time.Time) (Orderer, error) {
	return Orderer{FamilyName: "白磁"}, h.shop.call("Orderer")
}

func (h *shelf) Origin(context.Context, order.ID) (Origin, error) {
	return h.origin, h.shop.call("Origin")
}

func (h *shelf) Witness(context.Context, payment.Environment, string, order.ID) (string, string, bool, error) {
	return h.witnessed, "", h.witnessed != "", h.shop.call("Witness")
}

func (h *shelf) StoredNotices(_ context.Context, _ payment.Environment, _ string, id int64) ([]Notice, error) {
	var list []Notice
	for _, n := range h.shop.notices {
		if n.NoticeID == id {
			list = append(list, n)
		}
	}
	slices.SortFunc(list, func(a, b Notice) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	return list, h.shop.call("StoredNotices")
}

func (h *shelf) AddNotice(_ context.Context, n Notice) error {
	if err := h.shop.call("AddNotice"); err != nil {
		return err
	}
	h.shop.notices[n.ID] = n
	return nil
}

func (h *shelf) SaveNotice(ctx context.Context, n Notice) error { return h.AddNotice(ctx, n) }

func (h *shelf) CloseShopAlert(_ context.Context, kind AlertKind, cause string, _ time.Time) error {
	if err := h.shop.call("CloseShopAlert"); err != nil {
		return err
	}
	delete(h.shopOpen, AlertRef{kind, cause})
	return nil
}

func (h *shelf) ClaimParked(_ context.Context, id, owner string, now, until time.Time) (Notice, bool, error) {
	if err := h.shop.call("ClaimParked"); err != nil {
		return Notice{}, false, err
	}
	n, ok := h.shop.notices[id]
	if !ok {
		return n, false, problem.New(problem.NotFound, "notice.unknown", nil)
	}
	if n.State != NoticeParked || n.Owner != "" && now.Before(n.LeaseUntil) {
		return n, false, nil
	}
	n.Owner, n.LeaseUntil, n.NextAt = owner, until, now
	h.shop.notices[id] = n
	return n, true, nil
}

func (d *desk) Execute(_ context.Context, c Command) Answer {
	if err := c.BeforeSend(); err != nil {
		return Answer{Outcome: Reject, NotSent: true}
	}
	d.sent = append(d.sent, c)
	return d.answer(c)
}

func (d *desk) Inquire(_ context.Context, q Inquiry) Finding {
	d.asked = append(d.asked, q)
	key := q.PaymentID
	if key == "" {
		key = q.TradingID
	}
	f, ok := d.there[key]
	if !ok {
		return Finding{Kind: NoAnswer}
	}
	return f
}

// telegrams are the kinds that were sent.
func (d *desk) telegrams() []payment.Kind {
	var kinds []payment.Kind
	for _, c := range d.sent {
		kinds = append(kinds, c.Kind)
	}
	return kinds
}

// pay submits the card page.
func (s *shop) pay(key string) (Result, error) {
	return s.service.Begin(context.Background(), Begin{
		Order: s.order(), Amount: s.l.Order.Total, PaymentClass: "10", Beside: Beside{Token: "tok"}, Actor: Buyer, Key: key,
	})
}

// press presses a button of the order's payment.
func (s *shop) press(b payment.Button, key string) (Result, error) {
	p := s.l.Current()
	return s.service.Change(context.Background(), Change{Order: s.order(), PaymentID: p.ID, Button: b, Amount: p.Amount, Total: s.l.Order.Total, Actor: "staff:1", Key: key})
}

// away makes the n-th call fail, counted from now, and those after it if it stays away.
func (s *shop) away(n int, stays bool) {
	first := len(s.calls) + n
	s.fail = func(_ string, at int) error {
		if at == first || stays && at > first {
			return errAway
		}
		return nil
	}
}
