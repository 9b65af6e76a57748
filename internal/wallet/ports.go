package wallet

import (
	"context"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/payment"
)

// Store keeps wallets. Every method is one transaction.
type Store interface {
	// UpdateWallet loads a member's wallet under the member's lock, calls decide, and writes
	// the difference. decide only computes and may be called again; an error from it rolls
	// everything back. A card that is kept already is problem Conflict "card.kept_already",
	// a second open operation "operation.open", a key used before "operation.repeated".
	UpdateWallet(ctx context.Context, customer int64, env payment.Environment, merchant string, decide func(*Wallet) error) error

	// Wallet reads a member's wallet without locking it.
	Wallet(ctx context.Context, customer int64, env payment.Environment, merchant string) (*Wallet, error)

	// CardOperation finds an operation of a member by its id, CardOperationByKey by its
	// idempotency key.
	CardOperation(ctx context.Context, id string) (Found, bool, error)
	CardOperationByKey(ctx context.Context, key string) (Found, bool, error)

	// MarkSent and Claim are those of ledger.Store.
	MarkSent(ctx context.Context, operation string, s ledger.Sent) (bool, error)
	Claim(ctx context.Context, operation, owner string, now, leaseUntil time.Time) (bool, error)

	// DueCards is Due of ledger.Store for the operations of members.
	DueCards(ctx context.Context, now time.Time, limit int) ([]Due, time.Time, error)
}

// Found is an operation, open or settled, and whose it is.
type Found struct {
	Operation
	CustomerID int64
}

// Due names an open operation that needs work.
type Due struct {
	OperationID string
	CustomerID  int64
	Environment payment.Environment
	MerchantID  string
	State       payment.State
}

// Gateway is the part of ledger.Gateway that an operation about cards needs.
type Gateway interface {
	Execute(ctx context.Context, c ledger.Command) ledger.Answer
}
