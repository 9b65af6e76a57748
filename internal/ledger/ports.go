package ledger

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// Store keeps ledgers. Every method is one transaction.
type Store interface {
	// Update loads the order's ledger under its lock, calls decide, and writes the
	// difference, guarded by the ledger's version. decide only computes: after a
	// deadlock, a lost race, or NeedsGoods it is called again on a fresh ledger.
	// An error from decide rolls everything back and is returned as it is. A
	// *database.CommitUnknownError means nobody knows whether it was written.
	// A missing order is problem NotFound "order.unknown".
	Update(ctx context.Context, id order.ID, decide func(*Ledger) error) error

	// View loads a ledger without locking it. Goods are not loaded.
	View(ctx context.Context, id order.ID) (*Ledger, error)

	// MarkSent turns planned into sent where owner still owns it, and reports
	// whether it did.
	MarkSent(ctx context.Context, operation string, s Sent) (bool, error)

	// Claim takes an open operation whose lease has ended (or that has no owner) for
	// owner, and reports whether it did.
	Claim(ctx context.Context, operation, owner string, now, leaseUntil time.Time) (bool, error)

	// Due lists open operations that need work at now, oldest first: planned or sent
	// with an ended lease, planned without owner from NotBefore on, unknown from
	// NextAskAt on without a living lease. next is when the following one is due,
	// zero if none waits.
	Due(ctx context.Context, now time.Time, limit int) (due []Due, next time.Time, err error)

	// DuePayments lists payments whose AskAt has come, oldest first, and when the
	// next one is due.
	DuePayments(ctx context.Context, now time.Time, limit int) (due []DuePayment, next time.Time, err error)

	// OperationByKey finds an operation by its idempotency key.
	OperationByKey(ctx context.Context, key string) (Due, bool, error)

	// EndLeases ends the leases of a node's former self.
	EndLeases(ctx context.Context, owner string, now time.Time) error

	// Match finds the order a notice belongs to (money.md §4). mark is the shop's: an id
	// that no payment bears and that carries another shop's mark is not ours.
	Match(ctx context.Context, n Notice, mark string) (Match, error)

	// StoredNotices returns the notices stored under this payment_notice_id.
	StoredNotices(ctx context.Context, env payment.Environment, merchant string, noticeID int64) ([]Notice, error)

	// AddNotice stores a notice that belongs to no ledger, or could not be applied.
	AddNotice(ctx context.Context, n Notice) error

	// ClaimNotices takes received notices that are due at now for owner.
	ClaimNotices(ctx context.Context, owner string, now, leaseUntil time.Time, limit int) (due []Notice, next time.Time, err error)

	// SaveNotice writes the state of a stored notice that belongs to no ledger.
	SaveNotice(ctx context.Context, n Notice) error

	// Witness returns the payment_id and trading_id of a payment of this merchant that the
	// centre is known to hold, the newest but those of the given order (money.md §3).
	Witness(ctx context.Context, env payment.Environment, merchant string, not order.ID) (paymentID, tradingID string, found bool, err error)
}

// Sent is what MarkSent writes.
type Sent struct {
	Owner      string
	At         time.Time
	DeadlineAt time.Time
	LeaseUntil time.Time
}

// Due names an open operation and its order.
type Due struct {
	OperationID string
	OrderID     order.ID
	State       payment.State
	Unowned     bool // planned, and waits to be claimed by whoever comes first
}

// DuePayment names a payment to ask about.
type DuePayment struct {
	OrderID   order.ID
	PaymentID string // Payment.ID
}

// Match is where a notice belongs.
type Match struct {
	OrderID   order.ID // 0: none
	PaymentID string   // Payment.ID; empty: the order has no payment of these ids
	By        MatchBy
}

// MatchBy is what matched.
type MatchBy string

const (
	NoMatch     MatchBy = ""
	ByPaymentID MatchBy = "payment_id"
	ByBaseID    MatchBy = "base_payment_id"
	ByTradingID MatchBy = "trading_id"
	ByOrderID   MatchBy = "order_id" // the order id before "_" alone: only parks
)

// Gateway talks to the centre.
type Gateway interface {
	// Execute sends one telegram. It never returns an error: what happened is the answer.
	Execute(ctx context.Context, c Command) Answer
	// Inquire asks 094.
	Inquire(ctx context.Context, q Inquiry) Finding
}

// CardToken is a one-time token from the buyer's browser. It prints as ***.
type CardToken string

func (CardToken) String() string               { return "***" }
func (CardToken) GoString() string             { return "***" }
func (CardToken) LogValue() slog.Value         { return slog.StringValue("***") }
func (CardToken) Format(f fmt.State, _ rune)   { _, _ = f.Write([]byte("***")) }
func (CardToken) MarshalJSON() ([]byte, error) { return []byte(`"***"`), nil }

// Command is one operation to execute, with what is handed beside it and never stored.
type Command struct {
	OperationID     string
	Kind            payment.Kind
	Environment     payment.Environment
	MerchantID      string
	SettingsVersion int64
	OrderID         order.ID
	TradingID       string
	PaymentID       string // Paygent's
	Amount          order.Yen
	PaymentClass    string
	SplitCount      int
	Token           CardToken
	Remaining       time.Duration // until the telegram's deadline
	BeforeSend      func() error  // called just before the first byte; an error stops the telegram
}

// Outcome is what a telegram led to (money.md §2).
type Outcome string

const (
	Success Outcome = "succeeded"
	Decline Outcome = "declined"
	Reject  Outcome = "rejected"
	Mystery Outcome = "unknown"
)

// Answer is the outcome of one telegram.
type Answer struct {
	Outcome   Outcome
	Final     bool   // a decline that may be believed at once
	IDInUse   bool   // 2005
	NotSent   bool   // rejected before its first byte left
	PaymentID string // Paygent's, also on a refusal
	Code      string
	Detail    string
}

// Inquiry asks 094 about one payment.
type Inquiry struct {
	Environment     payment.Environment
	MerchantID      string
	SettingsVersion int64
	TradingID       string
	PaymentID       string
}

// Finding is what 094 answered.
type Finding struct {
	Kind        FindingKind
	PaymentID   string
	TradingID   string
	Type        string
	Status      payment.Status
	Amount      order.Yen
	BegunAt     time.Time // payment_init_date
	PaymentDate time.Time
	Code        string
	Detail      string
}

// FindingKind is the shape of an inquiry's answer (money.md §3).
type FindingKind string

const (
	Found    FindingKind = "found"
	NoSuch   FindingKind = "no_such" // a code that means "no such payment"
	NoAnswer FindingKind = "no_answer"
)

// Policy is what the ledger needs of the settings, pinned by version.
type Policy struct {
	Version         int64
	Environment     payment.Environment
	MerchantID      string
	Mark            string // in front of trading ids, up to four letters
	TelegramTimeout time.Duration
	SharedMerchant  bool // マーチャントを他システムと共有
	Confirm         Confirm
	PaymentClasses  []string // what a buyer may choose: 10, 61-2, 80 …
}

// Confirm says which notices are confirmed by 094 (money.md §5).
type Confirm string

const (
	ConfirmAlways Confirm = "always"
	ConfirmRisky  Confirm = "risky"
	ConfirmNever  Confirm = "never"
)

// PolicyFunc returns the policy in force.
type PolicyFunc func(ctx context.Context) (Policy, error)
