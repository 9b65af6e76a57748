package app_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// childVariable holds the job of a child process, as JSON.
const childVariable = "KESSAI_CRASH_CHILD"

// childJob is one operation that a node begins and does not live to finish.
type childJob struct {
	Dir, Database string
	NowMillis     int64 // the child's clock stands still
	Boundary      ledger.Boundary
	Order         order.ID
	Payment       string // Payment.ID of a capture or a cancellation; empty: a purchase
	Capture       bool
	Button        payment.Button // instead of the two: a change of the amount, to the order's total
	Total         order.Yen
	Nth           int // of a saga's steps: the one that does not pass its boundary; 0 is the first
	Amount        order.Yen
	Token         string // handed in clear: a card of the simulator's
	Key           string
}

// reachedLine is what a child says when it has come to its boundary.
const reachedLine = "reached"

// runChild is a node that stops at a boundary until it is killed.
func runChild(text string) error {
	var job childJob
	if err := json.Unmarshal([]byte(text), &job); err != nil {
		return err
	}
	c, err := config.Load(config.Source{WorkDir: job.Dir, Environ: []string{
		"KESSAI_DATA_DIR=" + job.Dir, "KESSAI_PUBLIC_URL=" + publicURL, "KESSAI_DATABASE_URL=" + job.Database,
	}})
	if err != nil {
		return err
	}
	unlock, err := app.LockNode(filepath.Join(job.Dir, "node.lock"))
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	defer func() { _ = unlock() }() // the process ends
	a, err := app.New(context.Background(), *c, app.Deps{
		Now: func() time.Time { return time.UnixMilli(job.NowMillis) }, Rand: rand.Reader, Node: "node-1",
		Log:     slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Reached: job.stop(),
	})
	if err != nil {
		return err
	}
	if err := job.run(a); err != nil {
		return errors.Join(err, a.Close())
	}
	return errors.Join(errors.New("the operation came to its end"), a.Close())
}

// stop waits to be killed at the job's boundary.
func (job childJob) stop() func(ledger.Boundary, order.ID) {
	passed := 0
	return func(b ledger.Boundary, _ order.ID) {
		if b != job.Boundary {
			return
		}
		if passed++; passed <= job.Nth {
			return
		}
		fmt.Println(reachedLine)
		for {
			time.Sleep(time.Minute)
		}
	}
}

func (job childJob) run(a *app.App) (err error) {
	if job.Payment == "" {
		_, err = a.Ledger.Begin(context.Background(), ledger.Begin{
			Order: job.Order, Amount: job.Amount, Beside: ledger.Beside{Token: ledger.CardToken(job.Token)}, PaymentClass: "10", Actor: ledger.Buyer, Key: job.Key,
		})
		return err
	}
	button := pressed(job.Capture)
	if job.Button != "" {
		button = job.Button
	}
	_, err = a.Ledger.Change(context.Background(), ledger.Change{
		Order: job.Order, PaymentID: job.Payment, Button: button, Amount: job.Amount, Total: job.Total, Actor: "staff:1", Key: job.Key,
	})
	return err
}
