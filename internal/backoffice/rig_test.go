package backoffice_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"kessai/internal/backoffice"
	"kessai/internal/database/dbtest"
	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/staff"
	"kessai/internal/store/storetest"
	"kessai/internal/web"
	"kessai/internal/web/webtest"
)

// centre is a Paygent that answers what a test tells it to, and success otherwise.
type centre struct {
	mu      sync.Mutex
	next    map[payment.Kind][]ledger.Answer
	sent    []ledger.Command
	finding ledger.Finding
	during  func(ledger.Command) // called while a telegram is under way
}

func (c *centre) say(k payment.Kind, a ledger.Answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next[k] = append(c.next[k], a)
}

func (c *centre) Execute(_ context.Context, cmd ledger.Command) ledger.Answer {
	c.mu.Lock()
	c.sent = append(c.sent, cmd)
	during := c.during
	a := ledger.Answer{Outcome: ledger.Success, PaymentID: "900" + cmd.TradingID}
	if queue := c.next[cmd.Kind]; len(queue) > 0 {
		a, c.next[cmd.Kind] = queue[0], queue[1:]
	}
	c.mu.Unlock()
	if during != nil {
		during(cmd)
	}
	return a
}

func (c *centre) Inquire(context.Context, ledger.Inquiry) ledger.Finding {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.finding
}

// count is how often a telegram was sent.
func (c *centre) count(k payment.Kind) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, cmd := range c.sent {
		if cmd.Kind == k {
			n++
		}
	}
	return n
}

// rig is a shop with its back office and a visitor who is not logged in yet.
type rig struct {
	*storetest.Shop
	*webtest.Client
	t       *testing.T
	centre  *centre
	ledger  *ledger.Service
	members *staff.Members
	jobs    *job.Jobs
	handler http.Handler
	class   int64
	policy  ledger.Policy
}

const (
	loginID  = "hanako"
	password = staff.Password("correct-horse-battery")
)

func newRig(t *testing.T) *rig {
	t.Helper()
	db := dbtest.SQLite(t)
	r := &rig{t: t, Shop: storetest.New(t, db), centre: &centre{next: map[payment.Kind][]ledger.Answer{}, finding: ledger.Finding{Kind: ledger.NoAnswer}}}
	r.class = r.Class("白磁の器", 500)
	r.policy = ledger.Policy{
		Version: 1, Environment: payment.Simulator, MerchantID: "12345", TelegramTimeout: 35 * time.Second,
		Confirm: ledger.ConfirmRisky, PaymentClasses: []string{"10", "61-3"},
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	r.ledger = ledger.New(ledger.Deps{
		Store: r.Store, Gateway: r.centre, Now: r.Now, Rand: rand.Reader, Node: "node-1", Log: log,
		Policy: func(context.Context) (ledger.Policy, error) { return r.policy, nil },
	})
	var err error
	if r.members, err = staff.New(staff.Options{DB: db, Now: r.Now, Rand: rand.Reader, Embedded: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.members.Add(t.Context(), staff.NewMember{LoginID: loginID, Name: "山田 花子", Password: password}); err != nil {
		t.Fatal(err)
	}
	r.jobs, err = job.New(job.Options{
		DB: db, Now: r.Now, Rand: rand.Reader, Owner: "node-1", Log: log,
		Kinds: []job.Kind{
			job.Capture(r.ledger, r.Reader), job.Cancel(r.ledger, r.Reader), job.Inquiry(r.ledger, r.Reader),
			job.Rollback(r.ledger, r.Store, r.Reader, r.term, r.Now),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.mount(log)
	r.Client = webtest.NewClient(t, r.handler)
	return r
}

func (r *rig) mount(log *slog.Logger) {
	r.t.Helper()
	var b *backoffice.BackOffice
	k := webtest.Kernel(r.t, r.DB, r.Now, func(o *web.Options) {
		o.Around = func(face web.Face, q *http.Request) (web.Around, error) {
			a, err := b.Around(q)
			a.ShopName, a.Environment = "和菓子 あさぎり", web.Simulator
			return a, err
		}
	})
	var err error
	b, err = backoffice.New(backoffice.Deps{Kernel: k, Ledger: r.ledger, Reader: r.Reader, Staff: r.members, Jobs: r.jobs, RollbackTerm: r.term, Now: r.Now, Rand: rand.Reader, Log: log})
	if err != nil {
		r.t.Fatal(err)
	}
	r.handler = k.Handler()
}

// logIn logs the visitor in.
func (r *rig) logIn() {
	r.t.Helper()
	if p := r.Post("/admin/login", url.Values{"login_id": {loginID}, "password": {string(password)}}); p.Status != http.StatusOK || p.Path != "/admin/" {
		r.t.Fatalf("login led to %s, %d", p.Path, p.Status)
	}
}

// shop is a rig with the visitor logged in.
func loggedIn(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.logIn()
	return r
}

// order makes an order in 8 of some goods at 1,100 yen.
func (r *rig) order(quantity int64, w ...storetest.Wanted) order.ID {
	r.t.Helper()
	var wanted storetest.Wanted
	if len(w) > 0 {
		wanted = w[0]
	}
	wanted.Lines = []order.Movement{{ProductClassID: r.class, Quantity: quantity}}
	return r.Order(wanted)
}

// pay authorises an order's payment as the buyer's page does.
func (r *rig) pay(id order.ID) ledger.Result {
	r.t.Helper()
	result, err := r.ledger.Begin(r.t.Context(), ledger.Begin{
		Order: id, Amount: r.view(id).Order.Total, Beside: ledger.Beside{Token: "tok"}, PaymentClass: "10", Actor: ledger.Buyer, Key: r.ID(),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return result
}

// paid is a new order with its payment authorised.
func (r *rig) paid(quantity int64, w ...storetest.Wanted) order.ID {
	r.t.Helper()
	id := r.order(quantity, w...)
	r.pay(id)
	r.Advance(20 * time.Second)
	return id
}

func (r *rig) view(id order.ID) *ledger.Ledger {
	r.t.Helper()
	l, err := r.Store.View(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return l
}

// change alters a ledger by hand, as a decision would.
func (r *rig) change(id order.ID, decide func(l *ledger.Ledger)) {
	r.t.Helper()
	err := r.Store.Update(r.t.Context(), id, func(l *ledger.Ledger) error {
		decide(l)
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func editPath(id order.ID) string { return "/admin/order/" + id.String() + "/edit" }

// press answers the question of a button, as the dialog's own form does.
func (r *rig) press(p webtest.Page, do string) webtest.Page {
	r.t.Helper()
	return r.Submit(p, "dialog[id^=ask-"+do+"] form", nil)
}

func (r *rig) term(context.Context) (int, error) { return 7, nil }

// work runs the jobs until nothing is left to do.
func (r *rig) work() {
	r.t.Helper()
	foreman, worker := r.jobs.Foreman(), r.jobs.Worker()
	for range 2000 {
		a, _, err := foreman.Step(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		b, _, err := worker.Step(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		if !a && !b {
			return
		}
	}
	r.t.Fatal("the jobs do not come to rest")
}
