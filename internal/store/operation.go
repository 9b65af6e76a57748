package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// openStates is the states of operations that are not settled, for an IN list.
func openStates() []any {
	var out []any
	for _, s := range payment.States() {
		if s.Open() {
			out = append(out, string(s))
		}
	}
	return out
}

// MarkSent implements ledger.Store.
func (s *Store) MarkSent(ctx context.Context, operation string, sent ledger.Sent) (bool, error) {
	return s.changed(ctx, `UPDATE plg_kessai_operation SET state = ?, sent_at = ?, deadline_at = ?, lease_until = ?, due_at = ?
WHERE id = ? AND state = ? AND owner = ?`,
		string(payment.Sent), ms(sent.At), ms(sent.DeadlineAt), ms(sent.LeaseUntil), dueMillis(sent.LeaseUntil),
		operation, string(payment.Planned), sent.Owner)
}

// Claim implements ledger.Store.
func (s *Store) Claim(ctx context.Context, operation, owner string, now, leaseUntil time.Time) (bool, error) {
	open := openStates()
	until := leaseUntil.UnixMilli()
	args := []any{owner, until, string(payment.UnknownState), until, until, operation}
	return s.changed(ctx, `UPDATE plg_kessai_operation SET owner = ?, lease_until = ?,
  due_at = CASE WHEN state = ? AND next_ask_at > ? THEN next_ask_at ELSE `+s.bigint()+` END
WHERE id = ? AND state IN (`+database.Marks(len(open))+`) AND (owner = '' OR lease_until IS NULL OR lease_until <= ?)`,
		append(append(args, open...), now.UnixMilli())...)
}

// bigint is a placeholder whose type no engine has to guess.
func (s *Store) bigint() string { return "CAST(? AS " + integer(s.db.Engine()) + ")" }

// changed runs one conditional UPDATE in a transaction of its own.
func (s *Store) changed(ctx context.Context, query string, args ...any) (bool, error) {
	n, err := s.db.WriteOne(ctx, query, args...)
	if err != nil {
		err = fmt.Errorf("store: %s: %w", verb(query), err)
	}
	return n > 0, err
}

// dueRow is one entry of a queue and when it is due.
type dueRow[T any] struct {
	item T
	at   time.Time
}

// split divides a queue read one row further than the limit into what is due at
// now and when the following entry is.
func split[T any](rows []dueRow[T], now time.Time, limit int) (due []T, next time.Time) {
	for _, r := range rows {
		if len(due) == limit || r.at.After(now) {
			return due, r.at
		}
		due = append(due, r.item)
	}
	return due, time.Time{}
}

// Due implements ledger.Store. Operations about stored cards are in DueCards.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]ledger.Due, time.Time, error) {
	rows, err := database.List(ctx, s.db.Read(), func(row database.Row) (r dueRow[ledger.Due], err error) {
		r.item, err = scanDue(row, millis{&r.at})
		return r, err
	}, "SELECT p.id, p.order_id, p.state, p.owner, p.due_at FROM plg_kessai_operation p WHERE p.due_at IS NOT NULL AND "+orderStands+" ORDER BY p.due_at, p.id LIMIT ?", limit+1)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("store: due operations: %w", err)
	}
	due, next := split(rows, now, limit)
	return due, next, nil
}

// scanDue scans id, order, state and owner of an operation, and what follows them.
func scanDue(row database.Row, more ...any) (d ledger.Due, err error) {
	var owner string
	err = row.Scan(append([]any{&d.OperationID, optionalInt[order.ID]{&d.OrderID}, &d.State, &owner}, more...)...)
	d.Unowned = d.State == payment.Planned && owner == ""
	return d, err
}

// orderStands: EC-CUBE's own pages can delete an order. A row p of one is nothing that a
// decision could be made about, and would come first for ever. No EXISTS: engines make a join of
// it, and then read all that waits to find the first.
const orderStands = "(SELECT o.id FROM dtb_order o WHERE o.id = p.order_id) IS NOT NULL"

// DuePayments implements ledger.Store.
func (s *Store) DuePayments(ctx context.Context, now time.Time, limit int) ([]ledger.DuePayment, time.Time, error) {
	rows, err := database.List(ctx, s.db.Read(), func(row database.Row) (r dueRow[ledger.DuePayment], err error) {
		err = row.Scan(&r.item.PaymentID, &r.item.OrderID, millis{&r.at})
		return r, err
	}, "SELECT p.id, p.order_id, p.ask_at FROM plg_kessai_payment p WHERE p.ask_at IS NOT NULL AND "+orderStands+" ORDER BY p.ask_at, p.id LIMIT ?", limit+1)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("store: due payments: %w", err)
	}
	due, next := split(rows, now, limit)
	return due, next, nil
}

// PutOff implements ledger.Store. It reads nothing of the order.
func (s *Store) PutOff(ctx context.Context, paymentID string, now, until time.Time) error {
	_, err := s.changed(ctx, "UPDATE plg_kessai_payment SET ask_at = ? WHERE id = ? AND ask_at <= ?", until.UnixMilli(), paymentID, now.UnixMilli())
	return err
}

// OperationByKey implements ledger.Store.
func (s *Store) OperationByKey(ctx context.Context, key string) (ledger.Due, bool, error) {
	d, found, err := database.One(ctx, s.db.Read(), func(row database.Row) (ledger.Due, error) {
		return scanDue(row)
	}, "SELECT id, order_id, state, owner FROM plg_kessai_operation WHERE idem_key = ?", key)
	if err != nil {
		return ledger.Due{}, false, fmt.Errorf("store: operation by key: %w", err)
	}
	return d, found, nil
}

// EndLeases implements ledger.Store: those on operations, notices and mails, and
// those by name.
func (s *Store) EndLeases(ctx context.Context, owner string, now time.Time) error {
	at := now.UnixMilli()
	later := func(column string) string {
		return "CASE WHEN " + column + " > ? THEN " + column + " ELSE " + s.bigint() + " END"
	}
	open := openStates()
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, q := range []struct {
			sql  string
			args []any
		}{
			{`UPDATE plg_kessai_operation SET lease_until = ?, due_at = CASE WHEN state = ? AND next_ask_at > ? THEN next_ask_at ELSE ` + s.bigint() + ` END
WHERE owner = ? AND lease_until > ? AND state IN (` + database.Marks(len(open)) + `)`,
				append([]any{at, string(payment.UnknownState), at, at, owner, at}, open...)},
			{`UPDATE plg_kessai_notice SET lease_until = ?, due_at = ` + later("next_at") + `
WHERE owner = ? AND lease_until > ? AND state IN (?, ?)`,
				[]any{at, at, at, owner, at, string(ledger.NoticeReceived), string(ledger.NoticeParked)}},
			{`UPDATE plg_kessai_lease SET lease_until = ? WHERE owner = ? AND lease_until > ?`, []any{at, owner, at}},
			{`UPDATE plg_kessai_outbox SET lease_until = ? WHERE owner = ? AND lease_until > ? AND sent_at IS NULL`,
				[]any{at, owner, at}},
		} {
			if _, err := tx.Exec(ctx, q.sql, q.args...); err != nil {
				return fmt.Errorf("store: end leases: %s: %w", verb(q.sql), err)
			}
		}
		return nil
	})
}

// Witness implements ledger.Store. ULIDs sort by time.
func (s *Store) Witness(ctx context.Context, env payment.Environment, merchant string, not order.ID) (paymentID, tradingID string, found bool, err error) {
	_, found, err = database.One(ctx, s.db.Read(), func(row database.Row) (bool, error) {
		return true, row.Scan(&paymentID, &tradingID)
	}, strings.TrimSpace(`
SELECT payment_id, trading_id FROM plg_kessai_payment
WHERE environment = ? AND merchant_id = ? AND order_id <> ? AND payment_id <> '' AND authorised_at IS NOT NULL
ORDER BY id DESC LIMIT 1`), string(env), merchant, int64(not))
	if err != nil {
		return "", "", false, fmt.Errorf("store: witness: %w", err)
	}
	return paymentID, tradingID, found, nil
}

// KeyUsed implements ledger.Store.
func (s *Store) KeyUsed(ctx context.Context, key string) (bool, error) {
	n, _, err := database.One(ctx, s.db.Read(), database.Scalar[int64], "SELECT COUNT(*) FROM plg_kessai_event WHERE idem_key = ?", key)
	if err != nil {
		return false, fmt.Errorf("store: idempotency key: %w", err)
	}
	return n > 0, nil
}
