package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// Match implements ledger.Store: by payment_id, by the predecessor's, by the exact
// trading_id, and last by the order id that the trading_id begins with.
func (s *Store) Match(ctx context.Context, n ledger.Notice, mark string) (ledger.Match, error) {
	const byID = `SELECT p.order_id, p.id FROM plg_kessai_payment_id i JOIN plg_kessai_payment p ON p.id = i.payment_id
WHERE i.environment = ? AND i.merchant_id = ? AND i.paygent_id = ?`
	const byTrading = `SELECT order_id, id FROM plg_kessai_payment
WHERE environment = ? AND merchant_id = ? AND trading_id = ? ORDER BY adopted, seq DESC, id DESC LIMIT 1`
	for _, try := range []struct {
		by    ledger.MatchBy
		query string
		id    string
	}{{ledger.ByPaymentID, byID, n.PaymentID}, {ledger.ByBaseID, byID, n.BaseID}, {ledger.ByTradingID, byTrading, n.TradingID}} {
		if try.id == "" {
			continue
		}
		m, found, err := database.One(ctx, s.db.Read(), func(row database.Row) (m ledger.Match, err error) {
			err = row.Scan(&m.OrderID, &m.PaymentID)
			return m, err
		}, try.query, string(n.Environment), n.MerchantID, try.id)
		if err != nil {
			return ledger.Match{}, fmt.Errorf("store: match by %s: %w", try.by, err)
		}
		if found {
			m.By = try.by
			return m, nil
		}
	}
	return s.matchOrder(ctx, n.TradingID, mark)
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

// matchOrder finds the order that a trading_id is named after.
func (s *Store) matchOrder(ctx context.Context, tradingID, mark string) (ledger.Match, error) {
	id, ok := orderOf(tradingID, mark)
	if !ok {
		return ledger.Match{}, nil
	}
	_, found, err := database.One(ctx, s.db.Read(), database.Scalar[int64], "SELECT id FROM dtb_order WHERE id = ?", int64(id))
	if err != nil {
		return ledger.Match{}, fmt.Errorf("store: match by order: %w", err)
	}
	if !found {
		return ledger.Match{}, nil
	}
	return ledger.Match{OrderID: id, By: ledger.ByOrderID}, nil
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
