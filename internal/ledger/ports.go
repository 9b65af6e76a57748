package ledger

import (
	"context"
	"errors"
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

	// DuePayments lists payments whose AskAt has come and whose order is still there, oldest
	// first, and when the next one is due.
	DuePayments(ctx context.Context, now time.Time, limit int) (due []DuePayment, next time.Time, err error)

	// PutOff makes a payment that is due at now due again later, where no decision about its order
	// can be made: it would come first for ever, before those that are due after it.
	PutOff(ctx context.Context, paymentID string, now, until time.Time) error

	// OperationByKey finds an operation by its idempotency key.
	OperationByKey(ctx context.Context, key string) (Due, bool, error)

	// KeyUsed reports whether something that staff did without an operation was written
	// under this idempotency key (Event.IdemKey).
	KeyUsed(ctx context.Context, key string) (bool, error)

	// EndLeases ends the leases of a node's former self.
	EndLeases(ctx context.Context, owner string, now time.Time) error

	// Match finds the order a notice belongs to (money.md §4). mark is the shop's: an id
	// that no payment bears and that carries another shop's mark is not ours.
	Match(ctx context.Context, n Notice, mark string) (Match, error)

	// Successors lists the payments of which a stored notice of the order says that they
	// correct this one (base_payment_id), the latest first.
	Successors(ctx context.Context, id order.ID, env payment.Environment, merchant, paymentID string) ([]Successor, error)

	// SweptAt is when the last sweep began that was told everything by 091 (money.md §5),
	// zero if none was.
	SweptAt(ctx context.Context, env payment.Environment, merchant string) (time.Time, error)

	// PurgedAt is when 091 told last that the centre no longer has all differences, zero if it
	// never did.
	PurgedAt(ctx context.Context, env payment.Environment, merchant string) (time.Time, error)

	// Orderer reads who orders, from dtb_order and its shipping and member.
	Orderer(ctx context.Context, id order.ID, now time.Time) (Orderer, error)

	// Origin is what EC-CUBE's rows tell of an order that has no payment in our book.
	Origin(ctx context.Context, id order.ID) (Origin, error)

	// StoredNotices returns the notices stored under this payment_notice_id.
	StoredNotices(ctx context.Context, env payment.Environment, merchant string, noticeID int64) ([]Notice, error)

	// AddNotice stores a notice that belongs to no ledger, or could not be applied, unless it is
	// stored. With a parked one that belongs to none it opens ParkedAlert; CloseShopAlert closes
	// that.
	AddNotice(ctx context.Context, n Notice) error
	CloseShopAlert(ctx context.Context, kind AlertKind, cause string, at time.Time) error

	// AcknowledgeShopAlert closes an open alert of the shop, or of an order that is gone, by a
	// person's hand, whose name and reason stay with it, and reports whether it did, now or at an
	// earlier press of the same form. One opened anew since it was shown: AlertReopened.
	AcknowledgeShopAlert(ctx context.Context, in Acknowledge, at time.Time) (bool, error)

	// ClaimNotices takes received notices that are due at now for owner.
	ClaimNotices(ctx context.Context, owner string, now, leaseUntil time.Time, limit int) (due []Notice, next time.Time, err error)

	// ClaimParked takes a parked notice that nobody is at for owner, and reports whether it
	// did; the notice is returned as it stands. There is none: problem NotFound
	// "notice.unknown".
	ClaimParked(ctx context.Context, id, owner string, now, leaseUntil time.Time) (Notice, bool, error)

	// SaveNotice writes the state of a stored notice that belongs to no ledger.
	SaveNotice(ctx context.Context, n Notice) error

	// Witness returns the payment_id and trading_id of a payment of this merchant that the
	// centre is known to hold, the newest but those of the given order (money.md §3).
	Witness(ctx context.Context, env payment.Environment, merchant string, not order.ID) (paymentID, tradingID string, found bool, err error)
}

// Successor is a payment that corrects another one, as stored notices tell.
type Successor struct {
	PaymentID string
	EndedAt   time.Time // when a notice of its own end came, zero if none did
}

// Origin is where an order comes from.
type Origin struct {
	CreatedAt time.Time // nothing was begun for it before
	Plugin    bool      // the original plugin sent telegrams for it, to whichever centre its own settings named
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

// Differences asks 091 for what the notices that never came told.
type Differences interface {
	// Difference asks for one. An error is a *NoAnswerError: unless it says that the
	// question never left, a difference asked for without its id may count as delivered
	// all the same.
	Difference(ctx context.Context, q DifferenceQuery) (Difference, error)
}

// DifferenceQuery asks 091 for one difference.
type DifferenceQuery struct {
	Environment     payment.Environment
	MerchantID      string
	SettingsVersion int64
	NoticeID        int64 // 0: the oldest not yet delivered to 091, which then counts as delivered
}

// Difference is what 091 answered.
type Difference struct {
	Kind   DifferenceKind
	Notice Notice // unless none
}

// DifferenceKind is what 091 delivered, by success_code (protocol.md §7.6).
type DifferenceKind string

const (
	DifferenceFound  DifferenceKind = "found"
	DifferenceNone   DifferenceKind = "none"   // nothing more, or no such id
	DifferencePurged DifferenceKind = "purged" // found, but the centre no longer has earlier ones
)

// MissingNotice is a payment_notice_id that never came and that 091 is asked for
// (money.md §5).
type MissingNotice struct {
	Environment payment.Environment
	MerchantID  string
	NoticeID    int64
	FirstSeen   time.Time
	Asked       int       // times so far
	NextAt      time.Time // when it is asked for next; zero once closed
	ClosedAt    time.Time
	Found       bool // it came after all
}

// Sweeps keeps what the 091 sweep has to know. Every method is one transaction.
type Sweeps interface {
	// TakeLease takes the named work for owner until the given time, or keeps it for the
	// owner that has it, and reports whether it did.
	TakeLease(ctx context.Context, name, owner string, now, until time.Time) (bool, error)

	// MarkSwept notes when a sweep began that 091 told everything (Store.SweptAt), MarkPurged
	// when it told that differences are lost (Store.PurgedAt), and WantSweep that a sweep is
	// wanted before its time; SweepWanted is when that was.
	MarkSwept(ctx context.Context, env payment.Environment, merchant string, at time.Time) error
	MarkPurged(ctx context.Context, env payment.Environment, merchant string, at time.Time) error
	PurgedAt(ctx context.Context, env payment.Environment, merchant string) (time.Time, error)
	WantSweep(ctx context.Context, env payment.Environment, merchant string, at time.Time) error
	SweepWanted(ctx context.Context, env payment.Environment, merchant string) (time.Time, error)

	// FirstNoticeID is the id of the notice that was stored first, 0 if none is: where the
	// merchant's differences begin to be ours. Lower ones that come later do not change it.
	FirstNoticeID(ctx context.Context, env payment.Environment, merchant string) (int64, error)

	// LastNoticeID is the highest id stored, 0 if none is. KnownNoticeIDs lists those above
	// after that are stored or registered as missing, ascending.
	LastNoticeID(ctx context.Context, env payment.Environment, merchant string) (int64, error)
	KnownNoticeIDs(ctx context.Context, env payment.Environment, merchant string, after int64, limit int) ([]int64, error)
	StoredNotices(ctx context.Context, env payment.Environment, merchant string, noticeID int64) ([]Notice, error)

	// AddMissing registers missing notices; one that is registered stays as it is. DueMissing
	// lists those to ask for at now, and when the following one is due, zero if none waits.
	// AskedMissing notes that one was asked for in vain; CloseMissing closes one.
	AddMissing(ctx context.Context, list ...MissingNotice) error
	DueMissing(ctx context.Context, env payment.Environment, merchant string, now time.Time, limit int) ([]MissingNotice, time.Time, error)
	AskedMissing(ctx context.Context, env payment.Environment, merchant string, noticeID int64, next time.Time) (bool, error)
	CloseMissing(ctx context.Context, env payment.Environment, merchant string, noticeID int64, at time.Time, found bool) (bool, error)

	// LivePayments lists payments with an id above after that have not ended and whose order is
	// still there, by id.
	LivePayments(ctx context.Context, env payment.Environment, merchant, after string, limit int) ([]DuePayment, error)

	// ParkedNotices lists a merchant's parked notices that waiting may cure (WakeReasons, and
	// those of no order unless malformed), by payment_id and id, those after the given one.
	ParkedNotices(ctx context.Context, env payment.Environment, merchant string, after Notice, limit int) ([]Notice, error)

	// OpenShopAlert opens an alert of the shop, not of one order; ShopAlerts lists the open
	// ones of a kind, and CloseShopAlert closes one.
	OpenShopAlert(ctx context.Context, a AlertChange) error
	ShopAlerts(ctx context.Context, kind AlertKind) ([]AlertChange, error)
	CloseShopAlert(ctx context.Context, kind AlertKind, cause string, at time.Time) error
}

// CardList asks 027 which cards a customer keeps at Paygent. No card is an empty list; an
// error is a *NoAnswerError.
type CardList interface {
	CardList(ctx context.Context, q CardsQuery) ([]KeptCard, error)
}

// CardsQuery asks 027 for a customer's cards.
type CardsQuery struct {
	SettingsVersion int64
	CustomerID      int64
}

// KeptCard is a card that a customer keeps at Paygent.
type KeptCard struct {
	ID          string // customer_card_id
	Masked      string // ************1111
	ValidTerm   string // MMYY
	Holder      string
	Brand       string // V, M, J, X, C
	Fingerprint string // the same for the same card number
	Expired     bool
}

// NoAnswerError: a question was not answered, so nothing is known (money.md §3).
type NoAnswerError struct {
	Code    string
	Detail  string
	NotSent bool // the question never left
}

func (e *NoAnswerError) Error() string {
	text := "no answer: " + e.Code
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

// CardToken is a one-time token from the buyer's browser.
type CardToken = Secret

// Command is one operation to execute, with what is handed beside it and never stored.
type Command struct {
	OperationID     string
	Kind            payment.Kind
	Method          payment.Method // the payment's: which one the link type's page offers
	Environment     payment.Environment
	MerchantID      string
	SettingsVersion int64
	OrderID         order.ID
	TradingID       string
	PaymentID       string // Paygent's
	Amount          order.Yen
	Was             order.Yen // the payment's amount before it, where the operation changes it
	PaymentClass    string
	SplitCount      int
	CustomerID      int64   // of a member: whose stored cards are meant
	StoredCard      string  // customer_card_id to pay with
	ReferenceID     string  // ref_trading_id: the payment whose card is used again
	ThreeDS         ThreeDS // the version to authenticate by
	AuthID          string  // 3ds_auth_id of a challenge that was passed
	Brand           payment.Brand
	Beside          Beside
	Orderer         Orderer
	Returns         Returns
	Remaining       time.Duration // until the telegram's deadline
	BeforeSend      func() error  // called just before the first byte; an error stops the telegram
}

// Beside is what a submit hands to its telegrams beside stored facts. It is never
// stored with the operation, and empty when a worker sends one.
type Beside struct {
	Token     CardToken
	Store     string // cvs_company_id the buyer chose
	OpenID    Secret // what the buyer brought back from the carrier's login
	PaRes, MD string // what the buyer brought back from 3-D Secure 1.0
	Accept    string // the browser's headers, for 3-D Secure 1.0
	UserAgent string
}

// Orderer is who orders, as a telegram that opens a payment tells it.
type Orderer struct {
	FamilyName, GivenName          string
	FamilyKana, GivenKana          string
	Tel, Email                     string
	PostalCode, Pref, Addr1, Addr2 string // Pref is EC-CUBE's prefecture number, 1 to 47
	ShipPostalCode, ShipPref       string
	ShipAddr1, ShipAddr2           string
	Member                         Member
}

// Member is what 3-D Secure 2.0 asks about a member; zero for a guest.
type Member struct {
	ID                   int64
	CreatedAt, ChangedAt time.Time
	Purchases180Days     int       // orders placed in the last 180 days
	Day, Year            int       // orders begun in the last 24 hours, and in the last year
	ShippedToSince       time.Time // first order to this shipping address; zero: this one
	Reordered            bool      // ordered one of these products before
}

// Returns are the addresses a buyer comes back by; each names the payment by an
// expiring HMAC (money.md §6).
type Returns struct {
	OK   string // done
	Stop string // given up, or refused
	Term string // 3-D Secure
	Note string // where notices of this payment may go, empty: the merchant's own
}

// Secret is a text that prints as ***.
type Secret string

func (Secret) String() string               { return "***" }
func (Secret) GoString() string             { return "***" }
func (Secret) LogValue() slog.Value         { return slog.StringValue("***") }
func (Secret) Format(f fmt.State, _ rune)   { _, _ = f.Write([]byte("***")) }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"***"`), nil }

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

	// What a success brings.
	Challenge bool      // 020 answered 7: the buyer has to pass 3-D Secure 1.0
	Needs     Needs     // page or numbers
	LimitAt   time.Time // of page or numbers, zero if the centre told none
	AuthID    string    // 450: 3ds_auth_id
	Attempt   string    // attempt_kbn
	Protected bool      // by 3-D Secure 1.0 the issuer bears the liability
	Card      KeptCard  // 025: as the centre keeps it; its brand is told by 027 alone
}

// Callbacks reads what the buyer's browser brings back from 3-D Secure.
type Callbacks interface {
	// ThreeDS checks the hash of a return, query or body as it came, of the version that
	// its payment went through. ErrForged says that nothing in it may be believed; another
	// error, that it could not be checked now.
	ThreeDS(ctx context.Context, version ThreeDS, raw []byte) (ThreeDSReturn, error)
}

// ErrForged: a return from 3-D Secure whose hash does not fit, or that cannot be read.
// Nothing in it may be believed.
var ErrForged = errors.New("ledger: no return of 3-D Secure")

// ThreeDSReturn is what the buyer's browser brought back from 3-D Secure. Browsers bring
// what they like, as often as they like: the ids are to be those waited for, used once.
// TradingID, Code and Detail are outside the hash, for people to read.
type ThreeDSReturn struct {
	OK        bool
	AuthID    string // 2.0: 3ds_auth_id of 450
	PaymentID string // 1.0: of 020, which is authorised if OK
	TradingID string // 1.0
	Attempt   string // attempt_kbn
	Full      bool   // authenticated in full
	Protected bool   // the issuer bears the liability
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
	Brand       payment.Brand
	BegunAt     time.Time // payment_init_date
	PaymentDate time.Time
	BaseID      string // base_payment_id: the payment that this one corrects, where 094 told one
	Code        string
	Detail      string

	// What further questions told, where they had to be asked (successor.go).
	Heir      *Finding // what took the payment's place at the centre, where it ended or is not found
	Alone     bool     // nothing took its place
	Line      []string // payment_ids that this one took the place of, the latest first
	LineFaint bool     // whose place it took could not be told
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
	ThreeDS         ThreeDS  // what a card of module type is authenticated by
	NoReturns       bool     // … but nobody is there to take the buyer back from it
	Attempts        Attempts
	RollbackCancels bool                             // a living payment found by the rollback is cancelled instead of taken in
	SameTradingID   bool                             // a re-authorisation bears the id of the payment it replaces
	Terms           map[payment.Scheme]time.Duration // how long a number or page is good, as the settings ask for it
	Brands          []payment.Brand                  // carriers offered
	KeepsCards      bool                             // カード情報お預かり機能 of the module type
}

// RefusesCards reports that no card payment of module type may begin: the shop wants it
// authenticated, and it cannot be. It is never sent without.
func (p Policy) RefusesCards() bool { return p.ThreeDS != NoThreeDS && p.NoReturns }

// Attempts is the policy on 3-D Secure attempts (money.md §6).
type Attempts string

const (
	AcceptAttempts    Attempts = "low"    // every authentication that did not fail
	ProtectedAttempts Attempts = "middle" // an attempt only where the issuer bears the liability
	FullOnly          Attempts = "high"   // full authentication only
)

// Confirm says which notices are confirmed by 094 (money.md §5).
type Confirm string

const (
	ConfirmAlways Confirm = "always"
	ConfirmRisky  Confirm = "risky"
	ConfirmNever  Confirm = "never"
)

// PolicyFunc returns the policy in force.
type PolicyFunc func(ctx context.Context) (Policy, error)
