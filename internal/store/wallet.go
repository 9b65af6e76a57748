package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// Wallet is what one customer keeps at one merchant, with the operation under way.
// Operations about stored cards belong to the customer, never to an order (money.md §2):
// their rows name no order and no payment, and at most one is open at a time.
type Wallet struct {
	CustomerID  int64
	Environment payment.Environment
	MerchantID  string
	Cards       []*Card        // kept, by CreatedAt, then ID; a decision may append and delete
	Operation   *CardOperation // the open one, at whichever merchant; nil if none is
}

// CardOperation is a 025 or a 026.
type CardOperation struct {
	ledger.Operation
	CardID string // Card.ID: the one to delete, or the one that was stored
}

// CustomerKey is the OpenKey of a customer's operations.
func CustomerKey(customer int64) string { return fmt.Sprintf("customer:%d", customer) }

// UpdateWallet loads a customer's wallet under the customer's lock, lets decide change
// it, and writes the difference, like Update. A settled operation's place may be taken
// by a new one only in another UpdateWallet.
func (s *Store) UpdateWallet(ctx context.Context, customer int64, env payment.Environment, merchant string, decide func(*Wallet) error) error {
	for range races {
		err := s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			before, err := loadWallet(ctx, tx, customer, env, merchant)
			if err != nil {
				return err
			}
			after := before.copy()
			if err := decide(after); err != nil {
				return err
			}
			return before.write(ctx, tx, after)
		})
		if !errors.Is(err, errLostRace) {
			return err
		}
	}
	return problem.Wrap(errLostRace, problem.Conflict, "operation.open", nil)
}

// Wallet reads a customer's wallet without locking it.
func (s *Store) Wallet(ctx context.Context, customer int64, env payment.Environment, merchant string) (w *Wallet, err error) {
	err = s.db.Snapshot(ctx, func(ctx context.Context, q database.Querier) (err error) {
		w, err = readWallet(ctx, q, customer, env, merchant)
		return err
	})
	return w, err
}

// loadWallet locks the member first. One that is gone has a wallet all the same: what
// is open has to be settled.
func loadWallet(ctx context.Context, tx *database.Tx, customer int64, env payment.Environment, merchant string) (*Wallet, error) {
	if tx.ForUpdate() != "" {
		if _, _, err := points(ctx, tx, customer); err != nil {
			return nil, err
		}
	}
	return readWallet(ctx, tx, customer, env, merchant)
}

func readWallet(ctx context.Context, q database.Querier, customer int64, env payment.Environment, merchant string) (*Wallet, error) {
	w := &Wallet{CustomerID: customer, Environment: env, MerchantID: merchant}
	var err error
	w.Cards, err = database.List(ctx, q, func(row database.Row) (*Card, error) {
		var c Card
		return &c, row.Scan(cardTable.dest(&c)...)
	}, "SELECT "+cardTable.list("")+` FROM plg_kessai_card
WHERE customer_id = ? AND environment = ? AND merchant_id = ? AND kept_key IS NOT NULL ORDER BY created_at, id`, customer, string(env), merchant)
	if err != nil {
		return nil, fmt.Errorf("store: cards of customer %d: %w", customer, err)
	}
	op, found, err := database.One(ctx, q, func(row database.Row) (*CardOperation, error) {
		var r operationRow
		err := row.Scan(operationTable.dest(&r)...)
		return &CardOperation{r.Operation, r.card}, err
	}, "SELECT "+operationTable.list("")+" FROM plg_kessai_operation WHERE open_key = ?", CustomerKey(customer))
	if err != nil {
		return nil, fmt.Errorf("store: operation of customer %d: %w", customer, err)
	}
	if found {
		w.Operation = op
	}
	return w, nil
}

func (w *Wallet) copy() *Wallet {
	c := *w
	c.Cards = make([]*Card, len(w.Cards))
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

// write writes what a decision changed: cards first, for an operation may name one.
func (w *Wallet) write(ctx context.Context, tx *database.Tx, after *Wallet) error {
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
	row := w.row(after.Operation)
	if w.Operation == nil {
		return operationConflict(operationTable.insert(ctx, direct{tx}, row))
	}
	old := w.Operation
	_, err := operationTable.update(ctx, direct{tx}, w.row(old), row, guard{sql: " AND state = ? AND owner = ?", args: []any{string(old.State), old.Owner}})
	return operationConflict(err)
}

func (w *Wallet) row(o *CardOperation) *operationRow {
	return &operationRow{Operation: o.Operation, customer: w.CustomerID, card: o.CardID}
}

// CardDue names an open operation about stored cards that needs work.
type CardDue struct {
	OperationID string
	CustomerID  int64
	Environment payment.Environment
	MerchantID  string
	State       payment.State
	Unowned     bool // planned, and waits to be claimed by whoever comes first
}

// DueCards is Due for the operations about stored cards.
func (s *Store) DueCards(ctx context.Context, now time.Time, limit int) ([]CardDue, time.Time, error) {
	rows, err := database.List(ctx, s.db.Read(), func(row database.Row) (r dueRow[CardDue], err error) {
		var owner string
		d := &r.item
		err = row.Scan(&d.OperationID, &d.CustomerID, &d.Environment, &d.MerchantID, &d.State, &owner, millis{&r.at})
		d.Unowned = d.State == payment.Planned && owner == ""
		return r, err
	}, `SELECT id, customer_id, environment, merchant_id, state, owner, due_at FROM plg_kessai_operation
WHERE due_at IS NOT NULL AND customer_id IS NOT NULL ORDER BY due_at, id LIMIT ?`, limit+1)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("store: due operations of customers: %w", err)
	}
	due, next := split(rows, now, limit)
	return due, next, nil
}
