package app_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/store"
)

// nodeVariable holds the job of a node in a process of its own, as JSON.
const nodeVariable = "KESSAI_NODE_CHILD"

// nodeJob is a whole node: pages, notices and workers as serve runs them, and beside them
// what a test needs to press buttons and to let time pass.
type nodeJob struct {
	Dir, Database, KeyFile, Name string
	Offset                       time.Duration // of its clock
}

// request is what a test asks a node to do.
type request struct {
	Order  order.ID
	Key    string
	Token  string         // of a card; empty: Store
	Store  string         // cvs_company_id
	Button payment.Button // empty: a purchase
	Offset time.Duration  // of the clock, for /advance
}

// reply is what came of it.
type reply struct {
	Category problem.Category
	Code     string
	State    payment.State
	Replayed bool
	Worked   bool
}

// child is the node inside its process.
type child struct {
	app    *app.App
	offset atomic.Int64
	mu     sync.Mutex // held while workers are stepped by hand: each belongs to one hand at a time
	rest   func()     // ends the workers' loops
}

func (c *child) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// runNode is a node that serves until it is killed, or until who started it is gone.
func runNode(text string) error {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	var job nodeJob
	if err := json.Unmarshal([]byte(text), &job); err != nil {
		return err
	}
	conf, err := config.Load(config.Source{WorkDir: job.Dir, Environ: []string{
		"KESSAI_DATA_DIR=" + job.Dir, "KESSAI_PUBLIC_URL=" + publicURL, "KESSAI_DATABASE_URL=" + job.Database, "KESSAI_KEY_FILE=" + job.KeyFile,
	}})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(job.Dir, 0o700); err != nil {
		return err
	}
	unlock, err := app.LockNode(filepath.Join(job.Dir, "node.lock"))
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	defer func() { _ = unlock() }() // the process ends
	c := &child{}
	c.offset.Store(int64(job.Offset))
	c.app, err = app.New(context.Background(), *conf, app.Deps{
		Now: c.now, Rand: rand.Reader, Node: job.Name, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, c.app.Close())
	}
	server := &http.Server{Handler: c.routes(), ReadHeaderTimeout: time.Minute}
	c.work()
	fmt.Println(reachedLine, listener.Addr())
	return server.Serve(listener)
}

// work lets the workers loop until rest is called.
func (c *child) work() {
	ctx, cancel := context.WithCancel(context.Background())
	var loops sync.WaitGroup
	loops.Go(func() { c.app.Run(ctx) })
	c.rest = func() {
		cancel()
		loops.Wait()
	}
}

func (c *child) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", c.app.Handler())
	for path, do := range map[string]func(context.Context, request) (reply, error){"/test/begin": c.begin, "/test/press": c.press, "/test/advance": c.advance, "/test/bulk": c.bulk} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			var in request
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			out, err := do(r.Context(), in)
			if err != nil {
				out.Category, out.Code = problem.CategoryOf(err), err.Error()
				if database.IsAway(err) { // as the pages tell it
					out.Category = problem.Unavailable
				}
			}
			var text bytes.Buffer
			if err := json.NewEncoder(&text).Encode(out); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			_, _ = w.Write(text.Bytes()) // who asked may be gone
		})
	}
	return mux
}

// begin is a buyer's submit.
func (c *child) begin(ctx context.Context, in request) (reply, error) {
	l, err := c.app.Ledger.View(ctx, in.Order)
	if err != nil {
		return reply{}, err
	}
	result, err := c.app.Ledger.Begin(ctx, ledger.Begin{
		Order: in.Order, Amount: l.Order.Total, PaymentClass: "10", Actor: ledger.Buyer, Key: in.Key,
		Beside: ledger.Beside{Token: ledger.CardToken(in.Token), Store: in.Store},
	})
	return reply{State: result.Operation.State, Replayed: result.Replayed}, err
}

// press is a button of staff, about the order's payment.
func (c *child) press(ctx context.Context, in request) (reply, error) {
	l, err := c.app.Ledger.View(ctx, in.Order)
	if err != nil {
		return reply{}, err
	}
	p := l.Current()
	if p == nil {
		return reply{Code: "no payment"}, nil
	}
	result, err := c.app.Ledger.Change(ctx, ledger.Change{
		Order: in.Order, PaymentID: p.ID, Button: in.Button, Amount: p.Amount, Total: l.Order.Total, Differs: true, Actor: "staff:1", Key: in.Key,
	})
	return reply{State: result.Operation.State, Replayed: result.Replayed}, err
}

// bulk is 一括売上 over every order that is there now, and a schedule beside it.
func (c *child) bulk(ctx context.Context, in request) (reply, error) {
	_, err := c.app.Jobs.Create(ctx, job.Wanted{
		Kind: job.CaptureKind, Selection: job.Selection{Filter: &store.Filter{}}, Requester: "staff:1", Key: in.Key, Width: 4,
	})
	if err != nil {
		return reply{}, err
	}
	return reply{}, c.app.Jobs.SetSchedule(ctx, job.Schedule{
		Task: "rollback", Kind: job.RollbackKind, Spec: "*/5 * * * *", ChangedBy: "staff:1",
	})
}

// advance moves the clock and works until nothing is due.
func (c *child) advance(ctx context.Context, in request) (out reply, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rest()
	defer c.work()
	c.offset.Store(int64(in.Offset))
	for range 10_000 {
		worked, _, err := c.app.Step(ctx)
		if err != nil || !worked {
			return out, err
		}
		out.Worked = true
	}
	return out, errors.New("the workers do not come to rest")
}
