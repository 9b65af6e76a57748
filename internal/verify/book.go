package verify

import (
	"context"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// Book is everything that is kept about one order.
type Book struct {
	Order     order.ID
	Gone      bool      // dtb_order has no such row
	CreatedAt time.Time // of the order
	Kept      bool      // it has a ledger row
	// Ledger is the order's head, payments and operations, and the ledger row. Its hold and
	// goods are not loaded: Holds has all of them.
	Ledger  ledger.Ledger
	Due     map[string]bool // operations that a worker will look at, by id
	IDs     []PaygentID
	Holds   []ledger.Hold  // by the time they were taken
	Events  []ledger.Event // by Seq
	Alerts  []Alert
	Mails   []ledger.Mail
	Notices []Notice

	Attached bool      // the shop's: EC-CUBE's own hand moves orders too
	Since    time.Time // the shop's: kessai keeps its books since then
}

// PaygentID is an id that Paygent gave one of the order's payments.
type PaygentID struct {
	Environment payment.Environment
	MerchantID  string
	ID          string
	Payment     string // Payment.ID
}

// Notice is a stored notice, and whether a worker will look at it.
type Notice struct {
	ledger.Notice
	Due bool
}

// Alert is one alert of an order, open or closed.
type Alert struct {
	Kind     ledger.AlertKind
	Cause    string
	OpenedAt time.Time
	ClosedAt time.Time // zero while it is open
}

// CardOperation is an operation about a customer's stored cards.
type CardOperation struct {
	Customer  int64
	Operation ledger.Operation
	Due       bool
	CardID    string // the one stored or to be deleted
	CardGone  bool   // … which is no longer kept
}

// Stock is what both of EC-CUBE's columns say is left of a product class.
type Stock struct {
	Class            int64
	InStock, InClass int64
}

// Scope is what of a shop is to be checked.
type Scope struct {
	Attached bool
	Since    time.Time // an order that is older and has no ledger is not ours
	Orders   int64     // about how many there are, for progress
}

// Reader reads the books. Lists are in pages, by what follows after.
type Reader interface {
	// Scope tells what there is to check.
	Scope(ctx context.Context) (Scope, error)
	// BookedOrders lists orders of which anything is kept, and those paid by Paygent that
	// were made since.
	BookedOrders(ctx context.Context, since time.Time, after order.ID, limit int) ([]order.ID, error)
	// Books reads the books of these orders from one unchanging view, by id. An order of
	// which nothing is known has none.
	Books(ctx context.Context, ids []order.ID) ([]Book, error)
	// StrayNotices lists stored notices that belong to no order.
	StrayNotices(ctx context.Context, after string, limit int) ([]Notice, error)
	// CardOperations lists operations about stored cards.
	CardOperations(ctx context.Context, after string, limit int) ([]CardOperation, error)
	// UnequalStock lists product classes of limited stock whose columns differ.
	UnequalStock(ctx context.Context, after int64, limit int) ([]Stock, error)
}
