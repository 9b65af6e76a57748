package ledger

import (
	"context"
	"errors"
	"time"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// Ledger is one order's ledger as loaded, with what a decision changes and adds.
// The exported slices and structs are read by the store; pages read them too, but
// only decisions inside Store.Update write.
type Ledger struct {
	Order      Head
	Version    int64        // 0 while the order has no ledger row
	CurrentID  string       // the order's payment (money.md §6), empty while none
	EventSeq   int64        // last used
	Hold       *Hold        // the unreleased one, nil if none
	Payments   []*Payment   // by Seq
	Operations []*Operation // by PlannedAt, then ID
	Goods      *Goods       // nil until a decision asked for it with NeedGoods
	Sheet      *Sheet       // nil until a decision asked for it (NeedsSheet)
	LastStatus order.Status // as it last stood when we looked; 0 while the order has no ledger row
	WrittenAt  time.Time    // when our book of it was written last
	OpenAlerts []AlertRef   // as loaded; what the decision changes of them is in Alerts

	// Alone is the payment of which 094 has just shown, to this decision, that nothing took
	// its place (successor.go).
	Alone string

	// What this decision adds.
	Events  []Event
	Alerts  []AlertChange
	Mails   []Mail
	Notices []NoticeChange
	Moves   []StockMove // to apply to stock rows and the member's points

	// WakeNotices makes the order's notices that wait as received due at once: an
	// operation that forbade them was settled.
	WakeNotices bool

	// Ship dates every shipping of the order that has no date yet.
	Ship bool
}

// Head is what the ledger knows and changes of dtb_order.
type Head struct {
	ID            order.ID
	No            string
	Status        order.Status
	Total         order.Yen // payment_total
	UsePoint      int64
	AddPoint      int64
	CustomerID    int64 // 0 for a guest
	PaymentRow    int64 // dtb_order.payment_id
	MethodClass   string
	PaymentMethod string    // the name stored on the order
	OrderDate     time.Time // zero while not placed
	PaymentDate   time.Time // zero while unpaid
	PendingSince  time.Time // when it last entered 7
	UpdatedAt     time.Time // update_date: another hand's save shows in it
}

// Payment is one settlement at Paygent, or one attempt that may become one.
type Payment struct {
	ID           string // ULID
	Seq          int    // 1 for the order's first attempt
	Environment  payment.Environment
	MerchantID   string
	Method       payment.Method
	System       payment.System
	Brand        payment.Brand // of a carrier payment; NoBrand until 094 has told a link type's
	TradingID    string
	PaymentID    string   // the one in force, empty while none is known
	PaymentIDs   []string // every payment_id Paygent gave it
	Amount       order.Yen
	Phase        payment.Phase
	End          payment.End
	Status       payment.Status
	Situation    payment.Situation
	PaymentClass string
	SplitCount   int
	StoredCard   string    // customer_card_id it is paid with, empty for a card entered
	ThreeDS      ThreeDS   // how the buyer was authenticated
	AuthID       string    // 3ds_auth_id of the challenge; unique, one 020 each
	Attempt      string    // attempt_kbn, as Paygent spells it
	Protected    bool      // the issuer bears the liability
	Needs        Needs     // what the buyer needs to go on: a page, or numbers
	SealedToken  string    // the card token while a challenge runs; erased when it is used or 30 minutes old
	HandRefunded order.Yen // 返金済み(手動)
	LastNoticeID int64
	LimitAt      time.Time // written at its start; zero if it has none
	Replaces     string
	Reverse      bool      // it must not stay alive: cancelled until it is gone
	Adopted      bool      // found at the centre, not begun by us: its trading_id is not one we issued
	AskAt        time.Time // when 094 is asked about it next; zero: not watched
	BegunAt      time.Time
	AuthorisedAt time.Time
	CapturedAt   time.Time
	TransitAt    time.Time // since when the centre is at work about it; zero if it is not
	EndedAt      time.Time
}

// ThreeDS is the version of 3-D Secure a card payment went through.
type ThreeDS string

const (
	NoThreeDS ThreeDS = ""
	ThreeDS1  ThreeDS = "1.0"
	ThreeDS2  ThreeDS = "2.0"
)

// ThreeDSVersions lists them, for the database's CHECK and the tests.
func ThreeDSVersions() []ThreeDS { return []ThreeDS{NoThreeDS, ThreeDS1, ThreeDS2} }

// Needs is what a buyer needs to go on with a payment: an address to go to or a form
// to be posted there, or the numbers to pay with. Kept until the payment's limit.
type Needs struct {
	URL       string      `json:"url,omitempty"`
	Action    string      `json:"action,omitempty"` // of a form
	Fields    [][2]string `json:"fields,omitempty"`
	Charset   string      `json:"charset,omitempty"` // the form's accept-charset where it matters, else empty
	Store     string      `json:"store,omitempty"`   // cvs_company_id
	Stores    []string    `json:"stores,omitempty"`
	Receipt   string      `json:"receipt,omitempty"` // 受付番号
	PrintURL  string      `json:"print_url,omitempty"`
	PayCenter string      `json:"pay_center,omitempty"` // 収納機関番号
	Customer  string      `json:"customer,omitempty"`   // お客様番号
	Confirm   string      `json:"confirm,omitempty"`    // 確認番号
}

// Operation is one intention to make Paygent do something.
type Operation struct {
	ID              string // ULID
	Parent          string // the saga it is a step of, empty for one of its own
	PaymentID       string // Payment.ID, not Paygent's
	Kind            payment.Kind
	State           payment.State
	OpenKey         string // "order:123" or "payment:01H…" while open, then empty
	Owner           string // node; empty while it waits to be claimed
	LeaseUntil      time.Time
	NotBefore       time.Time // a planned one without owner is claimed from then on
	SettingsVersion int64
	Environment     payment.Environment
	MerchantID      string
	Actor           Actor
	Reason          string
	IdemKey         string // unique over all orders; empty if nobody can trigger it twice
	Amount          order.Yen
	Refused         bool // a refusal is in hand and waits for one 094 that does not contradict it
	Code            string
	Detail          string
	Cause           string // why it was settled as it was: "answer", "notice", "inquiry", "never_sent", "not_happened", "staff"
	PlannedAt       time.Time
	SentAt          time.Time
	DeadlineAt      time.Time
	UnknownAt       time.Time
	SettledAt       time.Time
	Asked           int       // inquiries so far
	NegativeAt      time.Time // first negative answer
	NextAskAt       time.Time // while unknown
	AlertLevel      int       // 0 none, 1 unknown for too long, 2 in transit for too long
}

// Hold is one taking of stock and points.
type Hold struct {
	ID          string
	State       HoldState
	Movements   []order.Movement // what was taken from stock
	Points      int64
	TakenAt     time.Time
	CommittedAt time.Time
	ReleasedAt  time.Time
}

// HoldState is where a hold stands (money.md §7).
type HoldState string

const (
	Held      HoldState = "held"
	Committed HoldState = "committed"
	Released  HoldState = "released"
)

// HoldStates lists every state.
func HoldStates() []HoldState { return []HoldState{Held, Committed, Released} }

// Goods is what a decision that takes a hold must know of stock and points; the
// store reads it under lock.
type Goods struct {
	Wanted []order.Movement // the order's stock-limited product lines, merged per class, by class id
	Stock  map[int64]Stock  // per product class; a missing one is gone
	Points int64            // the member's balance
}

// Stock is what is left of one product class.
type Stock struct {
	Name      string
	Left      int64
	Unlimited bool
}

// StockMove is a change of stock and points, negative when taken.
type StockMove struct {
	Movements []order.Movement
	Sign      int64 // -1 take, +1 give back
	Points    int64 // points of the member: taken or given back with the same sign
}

// errNeedGoods makes the store load Goods and decide again.
var errNeedGoods = errors.New("ledger: goods are needed for this decision")

// NeedsGoods reports whether a decision stopped because Goods were not loaded.
func NeedsGoods(err error) bool { return errors.Is(err, errNeedGoods) }

type goodsKey struct{}

// AskingGoods marks the context of an Update whose decision asks for goods. It changes nothing
// of what Update does: who wants the same stock waits for each other, and a store may know it
// beforehand.
func AskingGoods(ctx context.Context) context.Context {
	return context.WithValue(ctx, goodsKey{}, true)
}

// AsksGoods reports whether the context is so marked.
func AsksGoods(ctx context.Context) bool { return ctx.Value(goodsKey{}) != nil }

// Event is one line of the order's timeline (決済履歴).
type Event struct {
	Seq         int64
	At          time.Time
	Kind        EventKind
	Actor       Actor
	PaymentID   string // Payment.ID
	OperationID string
	Cause       string
	Data        EventData
	IdemKey     string // of what staff did without an operation; unique over all orders
}

// EventData are the facts of an event; stored as JSON, empty ones left out.
type EventData struct {
	Telegram  string       `json:"telegram,omitempty"`
	TradingID string       `json:"trading_id,omitempty"`
	PaygentID string       `json:"payment_id,omitempty"`
	NoticeID  int64        `json:"notice_id,omitempty"`
	Status    string       `json:"status,omitempty"`
	Amount    order.Yen    `json:"amount,omitempty"`
	Code      string       `json:"code,omitempty"`
	Detail    string       `json:"detail,omitempty"`
	OrderFrom order.Status `json:"order_from,omitempty"`
	OrderTo   order.Status `json:"order_to,omitempty"`
	Mail      MailKind     `json:"mail,omitempty"`
	Alert     AlertKind    `json:"alert,omitempty"`
	Text      string       `json:"text,omitempty"`  // a reason typed by staff
	Actor     Actor        `json:"actor,omitempty"` // of an alert of the shop: who closed it, for the reason in Text
	Key       string       `json:"key,omitempty"`   // and by which press
	Day       string       `json:"day,omitempty"`   // of a refund by hand, 2026-04-01
	// Of a hold: what it took of stock and points, negative where it gave that back. Their
	// sum is what unreleased holds say (money.md §11).
	Goods  []order.Movement `json:"goods,omitempty"`
	Points int64            `json:"points,omitempty"`
}

// EventKind names what happened.
type EventKind string

const (
	EventPlanned      EventKind = "operation_planned"
	EventSucceeded    EventKind = "operation_succeeded"
	EventDeclined     EventKind = "operation_declined"
	EventRejected     EventKind = "operation_rejected"
	EventUnknown      EventKind = "operation_unknown"
	EventInquired     EventKind = "inquired"
	EventNotice       EventKind = "notice_applied"
	EventNoticeParked EventKind = "notice_parked"
	EventObserved     EventKind = "status_observed"
	EventSucceededBy  EventKind = "payment_replaced" // another payment_id goes on in its place
	EventRetried      EventKind = "notice_retried"   // staff had a parked notice tried again
	EventOrderMoved   EventKind = "order_moved"
	EventHeld         EventKind = "hold_taken"
	EventCommitted    EventKind = "hold_committed"
	EventReleased     EventKind = "hold_released"
	EventPlaced       EventKind = "order_placed"
	EventGivenUp      EventKind = "given_up"
	EventMailQueued   EventKind = "mail_queued"
	EventAlertOpened  EventKind = "alert_opened"
	EventAlertClosed  EventKind = "alert_closed"
	EventEdited       EventKind = "order_edited"     // staff saved the order
	EventHoldChanged  EventKind = "hold_changed"     // stock or points of the hold, by staff
	EventRefunded     EventKind = "refunded_by_hand" // 返金済み(手動)
	EventHostMoved    EventKind = "host_moved"       // EC-CUBE's own hand moved the order
)

// EventKinds lists every kind.
func EventKinds() []EventKind {
	return []EventKind{EventPlanned, EventSucceeded, EventDeclined, EventRejected, EventUnknown, EventInquired, EventNotice,
		EventNoticeParked, EventObserved, EventSucceededBy, EventRetried, EventOrderMoved, EventHeld, EventCommitted, EventReleased, EventPlaced, EventGivenUp,
		EventMailQueued, EventAlertOpened, EventAlertClosed, EventEdited, EventHoldChanged, EventRefunded, EventHostMoved}
}

// Actor is who asked: "buyer", "system", "paygent", or "staff:<member id>".
type Actor string

const (
	Buyer   Actor = "buyer"
	System  Actor = "system"
	Paygent Actor = "paygent"
)

// AlertChange opens or closes one alert of the order.
type AlertChange struct {
	Kind  AlertKind
	Cause string // payment or operation it is about; (order, kind, cause) is unique
	Close bool
	At    time.Time
	Data  EventData

	// Opened is when the one was opened that a person closes; opened anew since, it is
	// another one. Zero: whichever is open.
	Opened time.Time
}

// AlertRef names one alert of an order.
type AlertRef struct {
	Kind  AlertKind
	Cause string
}

// AlertKind names what needs a person (要対応).
type AlertKind string

const (
	AlertUnknown       AlertKind = "operation_unknown"  // 結果不明のまま30分を過ぎた
	AlertTransit       AlertKind = "transit_too_long"   // 処理中のまま24時間を過ぎた
	AlertContradiction AlertKind = "contradiction"      // 決済ステータスの矛盾
	AlertDouble        AlertKind = "double_payment"     // 二重入金
	AlertPaidCanceled  AlertKind = "paid_but_canceled"  // 入金あり・取消済み
	AlertShippedUnpaid AlertKind = "shipped_but_unpaid" // 発送済み・入金なし
	AlertStockShort    AlertKind = "stock_short"        // 入金あり・在庫不足
	AlertGoodsMissing  AlertKind = "goods_missing"      // 在庫・ポイントを戻せない
	AlertReversing     AlertKind = "reversal_failing"   // 二重決済の可能性
	AlertNoticeParked  AlertKind = "notice_parked"      // 反映できない通知
	AlertAmount        AlertKind = "wrong_amount"       // 金額改竄検知
	AlertAmountOpen    AlertKind = "amount_not_applied" // 金額未反映
	AlertUnmade        AlertKind = "payment_not_made"   // 決済未作成
	AlertKept          AlertKind = "payment_kept"       // 取消・変更済み、決済は有効
	AlertPurged        AlertKind = "notices_purged"     // 保存期間を過ぎた差分通知: of the shop, not of one order
)

// AlertKinds lists every kind.
func AlertKinds() []AlertKind {
	return []AlertKind{AlertUnknown, AlertTransit, AlertContradiction, AlertDouble, AlertPaidCanceled, AlertShippedUnpaid,
		AlertStockShort, AlertGoodsMissing, AlertReversing, AlertNoticeParked, AlertAmount, AlertAmountOpen, AlertUnmade, AlertKept, AlertPurged}
}

// Mail is one mail to queue; at most one per (order, kind, cause).
type Mail struct {
	ID    string
	Kind  MailKind
	Cause string
	At    time.Time
	Data  EventData
}

// MailKind names a mail.
type MailKind string

const (
	MailOrder    MailKind = "order"        // ご注文ありがとうございます
	MailMismatch MailKind = "mismatch"     // ステータス不整合のお知らせ
	MailTampered MailKind = "wrong_amount" // 金額改竄検知
)

// MailKinds lists every kind.
func MailKinds() []MailKind { return []MailKind{MailOrder, MailMismatch, MailTampered} }

// Notice is one difference notification as received and verified.
type Notice struct {
	ID          string // ULID, ours
	Environment payment.Environment
	MerchantID  string
	NoticeID    int64  // payment_notice_id
	Digest      string // over hashed fields and payment_status: with PaymentDate it tells a duplicate from a conflict
	PaymentID   string
	TradingID   string
	Type        string // payment_type
	Status      payment.Status
	Amount      order.Yen
	BaseID      string // base_payment_id
	// PaymentClass and SplitCount are what the buyer chose at the link type's page; of cards.
	PaymentClass string
	SplitCount   int
	PaymentDate  time.Time // zero if absent
	ReceivedAt   time.Time
	State        NoticeState
	Reason       ParkReason
	OrderID      order.ID  // 0 while it matches none
	NextAt       time.Time // while received or parked: when it is tried again; zero: not by itself
	Asked        int
	Owner        string
	LeaseUntil   time.Time
}

// NoticeState is where a notice stands (money.md §1).
type NoticeState string

const (
	NoticeReceived   NoticeState = "received"
	NoticeApplied    NoticeState = "applied"
	NoticeSuperseded NoticeState = "superseded"
	NoticeDuplicate  NoticeState = "duplicate"
	NoticeForeign    NoticeState = "foreign"
	NoticeParked     NoticeState = "parked"
)

// NoticeStates lists every state.
func NoticeStates() []NoticeState {
	return []NoticeState{NoticeReceived, NoticeApplied, NoticeSuperseded, NoticeDuplicate, NoticeForeign, NoticeParked}
}

// ParkReason is why a notice is parked.
type ParkReason string

const (
	NotParked       ParkReason = ""
	ParkConflict    ParkReason = "conflict"    // same id, other content
	ParkAmount      ParkReason = "amount"      // the amount is not ours
	ParkType        ParkReason = "type"        // the type does not fit the payment
	ParkNoOrder     ParkReason = "no_order"    // only the order id fits, or no payment is known
	ParkSilent      ParkReason = "unconfirmed" // 094 stayed silent for 24 hours
	ParkMalformed   ParkReason = "malformed"   // a required item is missing
	ParkEnvironment ParkReason = "environment" // of a former environment
	ParkFailed      ParkReason = "failed"      // applying it failed on our side
)

// ParkReasons lists every reason.
func ParkReasons() []ParkReason {
	return []ParkReason{NotParked, ParkConflict, ParkAmount, ParkType, ParkNoOrder, ParkSilent, ParkMalformed, ParkEnvironment, ParkFailed}
}

// WakeReasons lists the reasons that later events may cure: such notices are tried again
// after each transaction B of their order and after each sweep (money.md §5).
func WakeReasons() []ParkReason { return []ParkReason{ParkNoOrder, ParkSilent, ParkFailed} }

// SweepReasons are those that a sweep of the notice's environment may cure: it may have come
// while another one was in force.
func SweepReasons() []ParkReason { return append(WakeReasons(), ParkEnvironment) }

// NoticeChange writes one notice with a decision: a new row, or the new state of a stored one.
type NoticeChange struct {
	Notice Notice
	New    bool
	Same   bool // it stays parked as it was: nothing of its order changes with it
}

// parkedAs reports whether a notice that was tried again is parked for the same reason.
func (n *Notice) parkedAs(was Notice) bool {
	return n.State == NoticeParked && was.State == NoticeParked && n.Reason == was.Reason
}
