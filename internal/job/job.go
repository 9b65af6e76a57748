package job

import (
	"context"
	"time"

	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/store"
)

// State is where a job stands.
type State string

const (
	Preparing State = "preparing" // its items are being written
	Running   State = "running"
	Paused    State = "paused"
	Done      State = "done"
	Canceled  State = "canceled" // what was not begun will not be
)

// States lists every state.
func States() []State { return []State{Preparing, Running, Paused, Done, Canceled} }

// Ended reports a job that goes on no more.
func (s State) Ended() bool { return s == Done || s == Canceled }

// Job is one piece of bulk work.
type Job struct {
	ID        string
	Kind      string
	State     State
	Requester string // "staff:7", "schedule:rollback", "operator": a command
	Selection Selection
	Rehearsal bool
	Width     int // items at work at once, over all nodes
	Rate      int // items a minute; 0: as fast as it goes
	Prepared  bool
	Total     int64 // items written so far
	Counts    Counts
	CreatedAt time.Time
	StartedAt time.Time // zero while preparing
	EndedAt   time.Time // zero before its end

	last order.ID // the last order that was written as an item
}

// Counts are what became of a job's items, and what that moved, or would move.
type Counts struct {
	Succeeded, Failed, Skipped, Unknown int64
	Amount                              order.Yen // taken or given back
	Goods                               int64     // pieces put back into stock
	Points                              int64     // points given back
}

// Ended is how many items have an outcome.
func (c Counts) Ended() int64 { return c.Succeeded + c.Failed + c.Skipped + c.Unknown }

// Left is how many items have none yet.
func (j Job) Left() int64 { return max(0, j.Total-j.Counts.Ended()) }

// Percent is how far the job has come.
func (j Job) Percent() int {
	if j.Total == 0 {
		return 0
	}
	return int(j.Counts.Ended() * 100 / j.Total)
}

// Selection chooses the orders of a job: those named one by one, or all that a search
// finds.
type Selection struct {
	Orders []Chosen      `json:"orders,omitempty"`
	Filter *store.Filter `json:"filter,omitempty"`
	UpTo   order.ID      `json:"up_to,omitempty"` // orders that came later are none of it
	Before time.Time     `json:"before,omitzero"` // of the rollback: 決済処理中 since before this time; zero: by the setting
}

// Chosen is an order that was named, with the amount that was shown (0: none was).
type Chosen struct {
	Order  order.ID  `json:"order"`
	Amount order.Yen `json:"amount,omitempty"`
}

// Target is an order that a selection found, as it stood then.
type Target struct {
	Order     order.ID
	PaymentID string
	Amount    order.Yen
}

// Item is one order of a job.
type Item struct {
	Job       string
	Order     order.ID
	PaymentID string    // the payment it was about when it was chosen; empty: the kind finds it
	Amount    order.Yen // that payment's amount then
	Requester string
	Again     bool // somebody had begun it, and did not say what came of it
}

// Key is the idempotency key of the item's operation.
func (i Item) Key() string { return "job:" + i.Job + ":" + i.Order.String() }

// ItemState is where an item stands.
type ItemState string

const (
	Waiting   ItemState = "waiting"
	Claimed   ItemState = "claimed"
	Succeeded ItemState = "succeeded"
	Failed    ItemState = "failed"
	Skipped   ItemState = "skipped" // nothing was to be done, or not yet
	Unknown   ItemState = "unknown" // not known yet: it is looked at again
)

// ItemStates lists every state.
func ItemStates() []ItemState {
	return []ItemState{Waiting, Claimed, Succeeded, Failed, Skipped, Unknown}
}

// Outcome is what became, or would become, of an item.
type Outcome struct {
	State ItemState // Succeeded, Failed, Skipped or Unknown
	Code  string    // what happened, a word of the kind; of a refusal the problem's code
	Facts Facts
}

// Facts are what the outcome's sentence needs; stored as JSON, empty ones left out.
type Facts struct {
	Operation string       `json:"operation,omitempty"` // payment.Kind
	Category  string       `json:"category,omitempty"`  // of a problem
	Args      Args         `json:"args,omitempty"`      // of a problem
	Paygent   string       `json:"paygent,omitempty"`   // the centre's code
	Detail    string       `json:"detail,omitempty"`
	Status    string       `json:"status,omitempty"` // 決済ステータス
	From      order.Status `json:"from,omitempty"`   // the order's move
	To        order.Status `json:"to,omitempty"`
	Amount    order.Yen    `json:"amount,omitempty"`
	Goods     int64        `json:"goods,omitempty"`
	Points    int64        `json:"points,omitempty"`
}

// Problem is the refusal that an outcome tells of, nil if it tells of none.
func (o Outcome) Problem() error {
	if o.Facts.Category == "" {
		return nil
	}
	return problem.New(problem.Category(o.Facts.Category), o.Code, problem.Args(o.Facts.Args))
}

// Kind is a sort of work. Run must do its work once however often it is called for one
// item, and tell each time what came of it. An error means that nobody can tell yet:
// the item is run again.
type Kind struct {
	Name string
	// Select lists the orders of a selection with an id above after, by id; fewer than
	// limit does not mean that there are no more, next does: the last id looked at, 0 at
	// the end.
	Select   func(ctx context.Context, s Selection, after order.ID, limit int) (found []Target, next order.ID, err error)
	Run      func(ctx context.Context, i Item) (Outcome, error)
	Rehearse func(ctx context.Context, i Item) (Outcome, error) // writes nothing
	// Look tells what came of an item that may have been begun, and begins nothing; Waiting
	// means that it was not.
	Look func(ctx context.Context, i Item) (Outcome, error)
}
