package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/wallet"
)

var _ wallet.Store = (*Store)(nil)

// UpdateWallet implements wallet.Store. A settled operation's place may be taken by a new
// one only in another UpdateWallet.
func (s *Store) UpdateWallet(ctx context.Context, customer int64, env payment.Environment, merchant string, decide func(*wallet.Wallet) error) error {
	for range races {
		err := s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			before, err := loadWallet(ctx, tx, customer, env, merchant)
			if err != nil {
				return err
			}
			after := copyWallet(before)
			if err := decide(after); err != nil {
				return err
			}
			return writeWallet(ctx, tx, before, after)
		})
		if !errors.Is(err, errLostRace) {
			return err
		}
	}
	return problem.Wrap(errLostRace, problem.Conflict, "operation.open", nil)
}

// Wallet implements wallet.Store.
func (s *Store) Wallet(ctx context.Context, customer int64, env payment.Environment, merchant string) (w *wallet.Wallet, err error) {
	err = s.db.Snapshot(ctx, func(ctx context.Context, q database.Querier) (err error) {
		w, err = readWallet(ctx, q, customer, env, merchant)
		return err
	})
	return w, err
}

// loadWallet locks the member first. One that is gone has a wallet all the same: what
// is open has to be settled.
func loadWallet(ctx context.Context, tx *database.Tx, customer int64, env payment.Environment, merchant string) (*wallet.Wallet, error) {
	if tx.ForUpdate() != "" {
		if _, _, err := points(ctx, tx, customer); err != nil {
			return nil, err
		}
	}
	return readWallet(ctx, tx, customer, env, merchant)
}

func readWallet(ctx context.Context, q database.Querier, customer int64, env payment.Environment, merchant string) (*wallet.Wallet, error) {
	w := &wallet.Wallet{CustomerID: customer, Environment: env, MerchantID: merchant}
	cards, err := database.List(ctx, q, func(row database.Row) (*wallet.Card, error) {
		var c wallet.Card
		return &c, row.Scan(cardTable.dest(&c)...)
	}, "SELECT "+cardTable.list("")+` FROM plg_kessai_card
WHERE customer_id = ? AND environment = ? AND merchant_id = ? ORDER BY created_at, id`, customer, string(env), merchant)
	if err != nil {
		return nil, fmt.Errorf("store: cards of customer %d: %w", customer, err)
	}
	for _, c := range cards {
		if c.DeletedAt.IsZero() {
			w.Cards = append(w.Cards, c)
		} else {
			w.Gone = append(w.Gone, c)
		}
	}
	op, found, err := database.One(ctx, q, scanCardOperation,
		"SELECT "+operationTable.list("")+" FROM plg_kessai_operation WHERE open_key = ?", wallet.Key(customer))
	if err != nil {
		return nil, fmt.Errorf("store: operation of customer %d: %w", customer, err)
	}
	if found {
		w.Operation = &op.Operation
	}
	if len(w.Cards) > 0 {
		w.Uses, err = cardUses(ctx, q, customer, env, merchant)
	}
	return w, err
}

// cardUses lists the customer's payments that may still be sent with a stored card: by an
// operation that is open, or once the buyer comes back from a challenge.
func cardUses(ctx context.Context, q database.Querier, customer int64, env payment.Environment, merchant string) ([]wallet.Use, error) {
	uses, err := database.List(ctx, q, func(row database.Row) (u wallet.Use, err error) {
		var phase payment.Phase
		if err = row.Scan(&u.PaygentID, &phase, millis{&u.Until}); phase != payment.AwaitingBuyer {
			u.Until = time.Time{}
		}
		return u, err
	}, `SELECT p.stored_card, p.phase, p.limit_at FROM dtb_order o JOIN plg_kessai_payment p ON p.order_id = o.id
WHERE o.customer_id = ? AND p.environment = ? AND p.merchant_id = ? AND p.stored_card <> '' AND p.phase IN (?, ?, ?) ORDER BY p.id`,
		customer, string(env), merchant, string(payment.Opening), string(payment.Unknown), string(payment.AwaitingBuyer))
	if err != nil {
		return nil, fmt.Errorf("store: uses of stored cards of customer %d: %w", customer, err)
	}
	return uses, nil
}

func copyWallet(w *wallet.Wallet) *wallet.Wallet {
	c := *w
	c.Cards = make([]*wallet.Card, len(w.Cards))
	for i, card := range w.Cards {
		d := *card
		c.Cards[i] = &d
	}
	if w.Operation != nil {
		o := *w.Operation
		c.Operation = &o
	}
	return &c
}

// writeWallet writes what a decision changed: cards first, for an operation may name one,
// and those that are gone before those that came, for an id may be given again.
func writeWallet(ctx context.Context, tx *database.Tx, w, after *wallet.Wallet) error {
	if len(after.Cards) < len(w.Cards) || w.Operation != nil && (after.Operation == nil || after.Operation.ID != w.Operation.ID) {
		return fmt.Errorf("store: customer %d: a decision dropped cards or an operation", w.CustomerID)
	}
	for i, c := range w.Cards {
		if _, err := cardTable.update(ctx, direct{tx}, c, after.Cards[i], guard{sql: " AND kept_key IS NOT NULL"}); err != nil {
			return cardConflict(err)
		}
	}
	if err := cardTable.insert(ctx, direct{tx}, after.Cards[len(w.Cards):]...); err != nil {
		return cardConflict(err)
	}
	if after.Operation == nil {
		return nil
	}
	row := cardOperationRow(w, after.Operation)
	if w.Operation == nil {
		return operationConflict(operationTable.insert(ctx, direct{tx}, row))
	}
	old := w.Operation
	_, err := operationTable.update(ctx, direct{tx}, cardOperationRow(w, old), row, guard{sql: " AND state = ? AND owner = ?", args: []any{string(old.State), old.Owner}})
	return operationConflict(err)
}

func cardOperationRow(w *wallet.Wallet, o *wallet.Operation) *operationRow {
	return &operationRow{Operation: o.Operation, customer: w.CustomerID, card: o.CardID}
}

// CardOperation implements wallet.Store.
func (s *Store) CardOperation(ctx context.Context, id string) (wallet.Found, bool, error) {
	return s.cardOperation(ctx, "id", id)
}

// CardOperationByKey implements wallet.Store.
func (s *Store) CardOperationByKey(ctx context.Context, key string) (wallet.Found, bool, error) {
	return s.cardOperation(ctx, "idem_key", key)
}

func (s *Store) cardOperation(ctx context.Context, column, value string) (wallet.Found, bool, error) {
	f, found, err := database.One(ctx, s.db.Read(), scanCardOperation,
		"SELECT "+operationTable.list("")+" FROM plg_kessai_operation WHERE "+column+" = ?", value)
	if err != nil {
		return f, false, fmt.Errorf("store: operation of a customer: %w", err)
	}
	return f, found, nil
}

func scanCardOperation(row database.Row) (wallet.Found, error) {
	var r operationRow
	err := row.Scan(operationTable.dest(&r)...)
	return wallet.Found{Operation: wallet.Operation{Operation: r.Operation, CardID: r.card}, CustomerID: r.customer}, err
}

// DueCards implements wallet.Store.
func (s *Store) DueCards(ctx context.Context, now time.Time, limit int) ([]wallet.Due, time.Time, error) {
	rows, err := database.List(ctx, s.db.Read(), func(row database.Row) (r dueRow[wallet.Due], err error) {
		d := &r.item
		err = row.Scan(&d.OperationID, &d.CustomerID, &d.Environment, &d.MerchantID, &d.State, millis{&r.at})
		return r, err
	}, `SELECT id, customer_id, environment, merchant_id, state, due_at FROM plg_kessai_operation
WHERE due_at IS NOT NULL AND customer_id IS NOT NULL ORDER BY due_at, id LIMIT ?`, limit+1)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("store: due operations of customers: %w", err)
	}
	due, next := split(rows, now, limit)
	return due, next, nil
}
