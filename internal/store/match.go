package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// matching asks for the order of a notice.
type matching struct {
	merchant
	notice ledger.Notice
	mark   string
	match  ledger.Match
}

// Match implements ledger.Store: by payment_id, by the predecessor's, by the exact
// trading_id, and last by the order id that the trading_id begins with.
func (s *Store) Match(ctx context.Context, n ledger.Notice, mark string) (ledger.Match, error) {
	m := &matching{merchant: merchant{n.Environment, n.MerchantID}, notice: n, mark: mark}
	err := s.matches.do(ctx, m, func() error { return s.match(ctx, m) }, func(calls []*call[*matching]) {
		each(calls, s.match)
	})
	return m.match, err
}

// match finds the orders of one merchant's notices.
func (s *Store) match(ctx context.Context, ms ...*matching) error {
	for _, m := range ms {
		m.match = ledger.Match{}
	}
	const byID = `SELECT i.paygent_id, p.order_id, p.id FROM plg_kessai_payment_id i JOIN plg_kessai_payment p ON p.id = i.payment_id
WHERE i.environment = ? AND i.merchant_id = ? AND i.paygent_id IN (`
	const byTrading = `SELECT trading_id, order_id, id FROM plg_kessai_payment WHERE environment = ? AND merchant_id = ? AND trading_id IN (`
	for _, try := range []struct {
		by    ledger.MatchBy
		query string
		order string
		id    func(ledger.Notice) string
	}{
		{ledger.ByPaymentID, byID, "", func(n ledger.Notice) string { return n.PaymentID }},
		{ledger.ByBaseID, byID, "", func(n ledger.Notice) string { return n.BaseID }},
		{ledger.ByTradingID, byTrading, " ORDER BY adopted, seq DESC, id DESC", func(n ledger.Notice) string { return n.TradingID }},
	} {
		var ids []string
		for _, m := range ms {
			if id := try.id(m.notice); m.match.By == ledger.NoMatch && id != "" {
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			continue
		}
		marks := padded(ids)
		args := append([]any{string(ms[0].environment), ms[0].merchant.id}, database.Anys(marks)...)
		found := map[string]ledger.Match{}
		if _, err := database.List(ctx, s.db.Read(), func(row database.Row) (bool, error) {
			var id string
			m := ledger.Match{By: try.by}
			err := row.Scan(&id, &m.OrderID, &m.PaymentID)
			if _, ok := found[id]; !ok {
				found[id] = m
			}
			return true, err
		}, try.query+database.Marks(len(marks))+")"+try.order, args...); err != nil {
			return fmt.Errorf("store: match by %s: %w", try.by, err)
		}
		for _, m := range ms {
			if m.match.By == ledger.NoMatch {
				m.match = found[try.id(m.notice)]
			}
		}
	}
	return s.matchOrders(ctx, ms)
}

// Successors implements ledger.Store.
func (s *Store) Successors(ctx context.Context, id order.ID, env payment.Environment, merchant, paymentID string) ([]ledger.Successor, error) {
	list, err := database.List(ctx, s.db.Read(), func(row database.Row) (x ledger.Successor, err error) {
		err = row.Scan(&x.PaymentID, millis{&x.EndedAt})
		return x, err
	}, `SELECT payment_id, MIN(CASE WHEN status IN (?, ?) THEN received_at END) FROM plg_kessai_notice
WHERE order_id = ? AND environment = ? AND merchant_id = ? AND base_id = ? AND payment_id <> ''
GROUP BY payment_id ORDER BY MAX(notice_id) DESC, payment_id`,
		string(payment.AuthCancelDone), string(payment.RefundDone), int64(id), string(env), merchant, paymentID)
	if err != nil {
		return nil, fmt.Errorf("store: successors: %w", err)
	}
	return list, nil
}

// matchOrders finds the orders that trading_ids are named after.
func (s *Store) matchOrders(ctx context.Context, ms []*matching) error {
	var ids []order.ID
	for _, m := range ms {
		if id, ok := orderOf(m.notice.TradingID, m.mark); ok && m.match.By == ledger.NoMatch {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	args := plain(ids)
	found, err := database.List(ctx, s.db.Read(), database.Scalar[order.ID], "SELECT id FROM dtb_order WHERE id IN ("+database.Marks(len(args))+")", args...)
	if err != nil {
		return fmt.Errorf("store: match by order: %w", err)
	}
	for _, m := range ms {
		if id, ok := orderOf(m.notice.TradingID, m.mark); ok && m.match.By == ledger.NoMatch && slices.Contains(found, id) {
			m.match = ledger.Match{OrderID: id, By: ledger.ByOrderID}
		}
	}
	return nil
}

// orderOf reads the order id out of a trading_id: our mark or none, the id, and an
// optional "_2" (money.md §4).
func orderOf(tradingID, mark string) (order.ID, bool) {
	digits := strings.TrimPrefix(tradingID, mark)
	digits, attempt, later := strings.Cut(digits, "_")
	id, ok := plainNumber(digits)
	if !ok {
		return 0, false
	}
	if _, ok := plainNumber(attempt); later && !ok {
		return 0, false
	}
	return order.ID(id), true
}

// plainNumber is a positive number that fits EC-CUBE's ids, written as we write them.
func plainNumber(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 32)
	return n, err == nil && n > 0 && strconv.FormatInt(n, 10) == s
}
