package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
)

// Options are what a Worker is made of.
type Options struct {
	DB       *database.DB
	Sender   Sender
	Now      func() time.Time
	Owner    string                // the node
	Host     string                // right side of Message-IDs: public_url's host
	OrderURL func(order.ID) string // 受注登録画面, for mails to staff; nil: none
	Log      *slog.Logger
}

// Worker delivers the outbox.
type Worker struct {
	o Options
	r renderer
}

// New makes a Worker.
func New(o Options) (*Worker, error) {
	if o.DB == nil || o.Sender == nil || o.Now == nil || o.Owner == "" || o.Host == "" || o.Log == nil {
		return nil, errors.New("mail: New needs DB, Sender, Now, Owner, Host and Log")
	}
	templates, err := parseTemplates()
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return &Worker{o: o, r: renderer{templates: templates, host: o.Host, orderURL: o.OrderURL}}, nil
}

// lease is longer than any Sender takes.
const lease = 3 * time.Minute

// Step delivers one mail that is due. worked is false if none is; next is when the
// next one falls due, zero if none waits.
func (w *Worker) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	now := w.o.Now()
	if next, err = nextDue(ctx, w.o.DB.Read()); err != nil || next.IsZero() || next.After(now) {
		return false, next, err
	}
	var r row
	var found bool
	err = w.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		r, found, err = claim(ctx, tx, w.o.Owner, now, now.Add(lease))
		return err
	})
	if err != nil {
		return false, time.Time{}, fmt.Errorf("mail: claim: %w", err)
	}
	if !found { // another node was faster
		return false, now, nil
	}
	return true, now, w.deliver(ctx, r)
}

func (w *Worker) deliver(ctx context.Context, r row) error {
	m, err := w.render(ctx, r)
	if err == nil {
		err = w.o.Sender.Send(ctx, m)
	}
	if err != nil {
		return w.failed(ctx, r, err)
	}
	// The mail is out: this is recorded even if the node is being stopped.
	return w.sent(context.WithoutCancel(ctx), r, m)
}

func (w *Worker) render(ctx context.Context, r row) (Message, error) {
	f, err := readFacts(ctx, w.o.DB, r.order)
	if err != nil {
		return Message{}, err
	}
	return w.r.message(r, f)
}

// sent records the delivery. Only the buyer's mail enters the order's history: the
// buyer reads that in mypage.
func (w *Worker) sent(ctx context.Context, r row, m Message) error {
	err := w.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		now := w.o.Now()
		first, err := markSent(ctx, tx, r.id, now)
		if err != nil || !first || r.kind != ledger.MailOrder {
			return err
		}
		return insertHistory(ctx, tx, r.order, m, now)
	})
	if err != nil {
		return fmt.Errorf("mail: record %s: %w", r.id, err)
	}
	w.o.Log.InfoContext(ctx, "mail delivered", "order", int64(r.order), "kind", string(r.kind), "attempts", r.attempts)
	return nil
}

// giveUpAfter is how long a mail is tried.
const giveUpAfter = 5 * 24 * time.Hour

// backOff is how long to wait after so many attempts.
func backOff(attempts int) time.Duration {
	waits := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour}
	return waits[min(max(attempts-1, 0), len(waits)-1)]
}

func (w *Worker) failed(ctx context.Context, r row, cause error) error {
	if ctx.Err() != nil { // being stopped says nothing about the mail; its lease ends by itself
		return ctx.Err()
	}
	now := w.o.Now()
	next, why := now.Add(backOff(r.attempts)), redact(cause.Error())
	level, text := slog.LevelWarn, "mail not delivered, will be tried again"
	switch {
	case problem.Is(cause, "order.unknown"): // EC-CUBE's own pages can delete an order
		next, text = time.Time{}, "mail given up, its order is gone"
	case now.Sub(r.queuedAt) >= giveUpAfter:
		next, level, text = time.Time{}, slog.LevelError, "mail given up"
	}
	w.o.Log.Log(ctx, level, text, "order", int64(r.order), "kind", string(r.kind), "attempts", r.attempts, "why", why)
	err := w.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return markFailed(ctx, tx, r.id, w.o.Owner, why, next)
	})
	if err != nil {
		return fmt.Errorf("mail: give back %s: %w", r.id, err)
	}
	return nil
}

var addressForm = regexp.MustCompile(`[^\s<>"'(),:;]+@[^\s<>"'(),:;]+`)

// redact takes addresses out of what a mail server said: they are personal data.
func redact(s string) string {
	s = addressForm.ReplaceAllString(s, "***")
	if r := []rune(s); len(r) > 500 {
		s = string(r[:500])
	}
	return oneLine(s)
}

// Undelivered lists the mails that were given up.
func (w *Worker) Undelivered(ctx context.Context) ([]Undelivered, error) {
	return listUndelivered(ctx, w.o.DB.Read())
}
