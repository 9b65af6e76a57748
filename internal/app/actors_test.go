package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kessai/internal/app"
	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/reconcile"
	"kessai/internal/store"
	"kessai/internal/store/storetest"
	"kessai/paygentsim"
)

// cast is how many work on one order at once.
const cast = 16

// TestSixteenActors puts sixteen actors on one order at the same time, spread over the
// nodes that the engine allows: buyers and staff who press twice and in two tabs, each
// notice three times over, returns, bulk work, resolver, confirmer, watcher. Whatever they do, the
// order has one linear history and each effect once: told by the centre's own request
// log and books, by events without gaps, by stock, points and mails.
func TestSixteenActors(t *testing.T) {
	t.Parallel()
	for _, engine := range database.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			w := newTroupe(t, engine)
			for _, s := range scenes() {
				rounds := 3
				if raced {
					rounds = 1
				}
				for round := range rounds {
					w.play(s, round)
				}
			}
			w.verify("in the end", w.edited)
			if n := w.Number("SELECT COUNT(*) FROM plg_kessai_job WHERE state <> 'done'"); n > 0 {
				t.Errorf("%d jobs did not end", n)
			}
		})
	}
}

// scene is one order and what is done to it at once.
type scene struct {
	name  string
	bring func(*stage)         // before they start
	acts  func(*stage) []actor // who presses; workers fill up to sixteen
	ends  func(*stage)         // what must have come of it
}

// actor does one thing. A refusal in words is an ordinary result of it.
type actor func(context.Context, *app.App) error

func scenes() []scene {
	return []scene{
		{"authorise in two tabs", (*stage).drafted, submits, (*stage).authorisedOnce},
		{"capture in two tabs", (*stage).authorised, captures, (*stage).capturedOnce},
		{"capture and cancel", (*stage).authorised, capturesAndCancels, (*stage).capturedOrCanceled},
		{"cancel a capture in two tabs", (*stage).captured, cancels, (*stage).refundedOnce},
		{"the notice before the answer", (*stage).authorisedAndHurried, captures, (*stage).capturedOnce},
		{"オーソリ変更 in two tabs", (*stage).edited, amountChanges, (*stage).changedOnce},
		{"売上変更 in two tabs", (*stage).editedAndCaptured, amountChanges, (*stage).changedOnce},
		{"three different buttons", (*stage).edited, allButtons, (*stage).oneOfThree},
		{"give up and a late return", (*stage).atBank, leaves, (*stage).givenUp},
		{"give up while the bank is paid", (*stage).atBankAndPaid, leaves, (*stage).paidOnce},
	}
}

// troupe is a shop of several nodes on one database, and its centre.
type troupe struct {
	*rig
	t      *testing.T
	nodes  []*app.App
	bank   int64 // dtb_payment.id
	member int64
	dice   *rand.Rand
	diceMu sync.Mutex
	hurry  atomic.Pointer[stage] // the stage whose notices come before the answers
	edited map[order.ID]bool     // by editTotal
	step   sync.Mutex            // the centre's notices go out one at a time
}

func newTroupe(t *testing.T, engine database.Engine) *troupe {
	t.Helper()
	w := &troupe{t: t, edited: map[order.ID]bool{}, dice: rand.New(rand.NewPCG(1, uint64(len(engine))))}
	w.rig = newRig(t, rigOptions{
		database: dbtest.URL(t, engine),
		settings: map[string]string{"paygent_payment_method": "credit,bank", "claim_kanji": "白磁堂", "claim_kana": "ハクジドウ", "asp_payment_term": "7"},
		transact: func(r *rig) http.RoundTripper { return &tardy{troupe: w, next: r.sim.Transport()} },
		sim:      w.thrice,
	})
	w.nodes = []*app.App{w.app}
	if engine != database.SQLite { // its file has one node
		w.nodes = append(w.nodes, w.another("node-2"), w.another("node-3"))
	}
	w.member = w.Member(100_000)
	w.bank = w.method("ペイジェント銀行ネット", payment.Scheme{Method: payment.Bank, System: payment.Module})
	return w
}

// another is one more node on the same database.
func (r *rig) another(name string) *app.App {
	r.t.Helper()
	d := r.deps()
	d.Node = name
	a, err := app.New(context.Background(), r.config, d)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		if err := a.Close(); err != nil {
			r.t.Errorf("close %s: %v", name, err)
		}
	})
	return a
}

// method adds a way to pay to the shop.
func (r *rig) method(name string, s payment.Scheme) int64 {
	r.t.Helper()
	at := database.At(r.Now())
	r.Exec(`INSERT INTO dtb_payment (payment_method, charge, sort_no, fixed, method_class, visible, create_date, update_date, discriminator_type)
VALUES (?, 0, 11, ?, ?, ?, ?, ?, 'payment')`, name, true, s.Class(), true, at, at)
	return r.Number("SELECT MAX(id) FROM dtb_payment")
}

// thrice lets the centre bring every notice three times at once, to different nodes.
// Only if each was answered result=0 it counts as received.
func (w *troupe) thrice(o *paygentsim.Options) {
	o.NoticeClient = roundTrip(func(req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		answers := make([]string, 3)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = deliver(w.nodes[i%len(w.nodes)], body) })
		}
		all.Wait()
		said := "200 result=0"
		for _, a := range answers {
			if a != said {
				w.t.Errorf("a notice was answered %q", a)
				said = a
			}
		}
		return &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(strings.TrimPrefix(said, "200 "))), Request: req,
		}, nil
	})
}

// deliver posts a notice to one node.
func deliver(a *app.App, body []byte) string {
	req := httptest.NewRequest(http.MethodPost, publicURL+notice.Path, bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	a.Handler().ServeHTTP(rec, req)
	return fmt.Sprint(rec.Code, " ", rec.Body.String())
}

type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// tardy is a connection to the centre that takes a moment, so that others come between.
// It decides nothing: no test waits for it.
type tardy struct {
	troupe *troupe
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (c *tardy) RoundTrip(req *http.Request) (*http.Response, error) {
	c.troupe.Advance(time.Millisecond)
	c.troupe.pause()
	resp, err := c.next.RoundTrip(req)
	if c.troupe.hurry.Load() != nil {
		c.troupe.notify(req.Context())
	}
	c.troupe.pause()
	return resp, err
}

func (w *troupe) pause() {
	w.diceMu.Lock()
	d := time.Duration(w.dice.IntN(2000)) * time.Microsecond
	w.diceMu.Unlock()
	time.Sleep(d)
}

// notify lets the centre bring what notices it has.
func (w *troupe) notify(ctx context.Context) {
	w.step.Lock()
	defer w.step.Unlock()
	for {
		worked, _, err := w.sim.Step(context.WithoutCancel(ctx))
		if err != nil {
			w.t.Errorf("centre: %v", err)
		}
		if !worked || err != nil {
			return
		}
	}
}

// stage is one round of a scene.
type stage struct {
	*troupe
	scene   string
	id      order.ID
	class   int64
	p       *ledger.Payment // the order's when they start
	total   order.Yen       // what the order comes to
	had     int64           // the member's points before
	history history
	books   books // the centre's, when it is over
}

const (
	stock    = int64(10)
	quantity = int64(3)
	usePoint = int64(100)
)

// play runs one round.
func (w *troupe) play(s scene, round int) {
	w.t.Helper()
	g := &stage{troupe: w, scene: fmt.Sprintf("%s, round %d", s.name, round+1)}
	g.had = w.Points(w.member)
	g.class = w.Class("白磁の器", stock)
	s.bring(g)
	l := w.view(g.id)
	g.p, g.total = l.Current(), l.Order.Total
	g.together(s.acts(g))
	w.hurry.Store(nil)
	w.rest()
	g.common()
	s.ends(g)
	if w.t.Failed() {
		w.t.Fatalf("%s:\n%s%s", g.scene, g.timeline(g.id), w.log.take())
	}
	w.log.take()
}

// together starts all actors at one moment, and readers who write down the history. The
// workers go round until the last one who presses is done.
func (g *stage) together(acts []actor) {
	g.t.Helper()
	ctx := context.Background()
	start, done := make(chan struct{}), make(chan struct{})
	var pressing, working sync.WaitGroup
	for i, act := range acts {
		node := g.nodes[i%len(g.nodes)]
		pressing.Go(func() {
			<-start
			g.pause()
			if err := act(ctx, node); err != nil {
				g.refused(err)
			}
		})
	}
	for i := len(acts); i < cast; i++ {
		step := g.worker(i)
		working.Go(func() {
			<-start
			until(done, func() { step(ctx) })
		})
	}
	for range 2 {
		working.Go(func() {
			<-start
			until(done, func() { g.history.note(g.t, g.view(g.id)) })
		})
	}
	close(start)
	pressing.Wait()
	close(done)
	working.Wait()
}

// until repeats f, and once more after done.
func until(done <-chan struct{}, f func()) {
	for {
		select {
		case <-done:
			f()
			return
		default:
			f()
		}
	}
}

// worker is one of a node's background tasks, or the centre bringing notices.
func (g *stage) worker(i int) func(context.Context) {
	if i == cast-1 {
		return g.notify
	}
	a := g.nodes[i/3%len(g.nodes)]
	name := fmt.Sprintf("node-%d", i/3%len(g.nodes)+1)
	log := g.rig.deps().Log
	step := []func(context.Context) (bool, time.Time, error){
		reconcile.NewResolver(a.Ledger, a.Store, g.Now, log).Step,
		notice.NewConfirmer(a.Ledger, a.Store, name, g.Now, log).Step,
		reconcile.NewWatcher(a.Ledger, a.Store, g.Now, log).Step,
	}[i%3]
	return func(ctx context.Context) {
		if _, _, err := step(ctx); err != nil {
			g.t.Errorf("%s: worker: %v", g.scene, err)
		}
		g.pause()
	}
}

// refused: nobody's fault, or a fault of ours.
func (g *stage) refused(err error) {
	switch problem.CategoryOf(err) {
	case problem.NotNow, problem.Conflict:
	default:
		g.t.Errorf("%s: %v", g.scene, err)
	}
}

// rest lets everything come to its end, with every node at work.
func (w *troupe) rest() {
	w.t.Helper()
	for end := w.Now().Add(4 * time.Minute); w.Now().Before(end); w.Advance(20 * time.Second) {
		for busy := true; busy; {
			busy = false
			w.notify(w.t.Context())
			for _, a := range w.nodes {
				worked, _, err := a.Step(w.t.Context())
				if err != nil {
					w.t.Fatal(err)
				}
				busy = busy || worked
			}
		}
	}
}

// history is what readers saw of one order: each version of its ledger says one thing,
// and what was written stays.
type history struct {
	mu   sync.Mutex
	said map[int64]string
}

func (h *history) note(t *testing.T, l *ledger.Ledger) {
	what := fingerprint(l)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.said == nil {
		h.said = map[int64]string{}
	}
	if had, seen := h.said[l.Version]; seen && had != what {
		t.Errorf("order %d: version %d was seen as\n%s\nand as\n%s", l.Order.ID, l.Version, had, what)
	}
	h.said[l.Version] = what
}

// fingerprint is a ledger but for what changes without a decision: leases, and planned
// becoming sent.
func fingerprint(l *ledger.Ledger) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %d %s", l.Order.Status, l.EventSeq, l.CurrentID)
	if l.Hold != nil {
		fmt.Fprintf(&b, " hold %s %s", l.Hold.ID, l.Hold.State)
	}
	for _, p := range l.Payments {
		fmt.Fprintf(&b, " [%s %s %s %d]", p.ID, p.Phase, p.Status, p.Amount)
	}
	for _, op := range l.Operations {
		state := op.State
		if state == payment.Sent {
			state = payment.Planned
		}
		fmt.Fprintf(&b, " (%s %s)", op.ID, state)
	}
	return b.String()
}

// common is what holds after every scene.
func (g *stage) common() {
	g.t.Helper()
	g.books = g.readBooks()
	i := g.inspect(g.id, g.books, g.scene)
	g.history.note(g.t, i.l)
	if log := g.log.String(); strings.Contains(log, "level=ERROR") {
		i.bad("something went wrong on the way")
	}
	for kind, n := range g.books.sent[g.id] { // nobody was killed: what was marked sent left
		marked := 0
		for _, op := range i.l.Operations {
			if op.Kind.Telegram() == kind && !op.SentAt.IsZero() {
				marked++
			}
		}
		if marked != n {
			i.bad("%s was sent %d times by %d operations", kind, n, marked)
		}
	}
	g.checkGoods(i.l, i.bad)
	for _, n := range g.sim.Notices() {
		if orderOf(n.TradingID) != int64(g.id) {
			continue
		}
		rows := g.Number("SELECT COUNT(*) FROM plg_kessai_notice WHERE notice_id = ?", n.NoticeID)
		done := g.Number("SELECT COUNT(*) FROM plg_kessai_notice WHERE notice_id = ? AND state IN ('applied', 'superseded')", n.NoticeID)
		if rows != 1 || done != 1 {
			i.bad("notice %d, status %s: %d rows, %d of them applied", n.NoticeID, n.Status, rows, done)
		}
	}
}

// checkGoods: stock and points are taken once while the order stands, and not at all else.
func (g *stage) checkGoods(l *ledger.Ledger, bad func(string, ...any)) {
	left, points := stock, g.had
	if l.Hold != nil {
		left, points = stock-quantity, g.had-usePoint
	}
	if inStock, inClass := g.Stock(g.class); inStock != left || inClass != left {
		bad("%d and %d in stock, not %d", inStock, inClass, left)
	}
	if got := g.Points(g.member); got != points {
		bad("%d points, not %d", got, points)
	}
}

// expect compares the order, what the centre holds of it, and what was sent.
func (g *stage) expect(status order.Status, alive order.Yen, sent map[string]int) {
	g.t.Helper()
	l := g.view(g.id)
	if l.Order.Status != status {
		g.t.Errorf("%s: the order is %s, not %s", g.scene, l.Order.Status.Name(), status.Name())
	}
	if got, _ := g.books.alive(g.id); got != alive {
		g.t.Errorf("%s: the centre holds %d, not %d", g.scene, got, alive)
	}
	if got := g.books.sent[g.id]; !sameCounts(got, sent) {
		g.t.Errorf("%s: sent %v, not %v", g.scene, got, sent)
	}
}

func sameCounts(a, b map[string]int) bool {
	if len(a) != len(b) {
		return false
	}
	for k, n := range a {
		if b[k] != n {
			return false
		}
	}
	return true
}

// oneOf expects any of several ends.
func (g *stage) oneOf(ends ...end) {
	g.t.Helper()
	l := g.view(g.id)
	alive, _ := g.books.alive(g.id)
	sent := g.books.sent[g.id]
	if !slices.ContainsFunc(ends, func(e end) bool {
		return l.Order.Status == e.status && alive == e.alive && sameCounts(sent, e.sent)
	}) {
		g.t.Errorf("%s: the order is %s, the centre holds %d, sent %v: none of %+v", g.scene, l.Order.Status.Name(), alive, sent, ends)
	}
}

type end struct {
	status order.Status
	alive  order.Yen
	sent   map[string]int
}

// The ways the orders are brought to where the actors meet them.

func (g *stage) drafted() {
	g.id = g.Order(storetest.Wanted{
		Lines: []order.Movement{{ProductClassID: g.class, Quantity: quantity}}, Customer: g.member, UsePoint: usePoint,
	})
}

func (g *stage) authorised() {
	g.drafted()
	if _, err := g.pay(g.id, goodCard, "pay:"+g.ID()); err != nil {
		g.t.Fatal(err)
	}
	g.rest()
}

func (g *stage) authorisedAndHurried() {
	g.authorised()
	g.hurry.Store(g)
}

func (g *stage) captured() {
	g.authorised()
	if _, err := g.change(g.id, true, "capture:"+g.ID()); err != nil {
		g.t.Fatal(err)
	}
	g.rest()
}

// editTotal is staff making the order cheaper.
func (g *stage) editTotal() {
	g.troupe.edited[g.id] = true
	total := int64(g.view(g.id).Order.Total) - 1000
	g.Exec("UPDATE dtb_order SET total = ?, payment_total = ? WHERE id = ?", total, total, int64(g.id))
}

func (g *stage) edited() {
	g.authorised()
	g.editTotal()
}

func (g *stage) editedAndCaptured() {
	g.captured()
	g.editTotal()
}

func (g *stage) atBank() {
	g.id = g.Order(storetest.Wanted{
		Lines: []order.Movement{{ProductClassID: g.class, Quantity: quantity}}, Customer: g.member, UsePoint: usePoint,
		Edit: func(d *store.Draft) { d.PaymentRow, d.PaymentName = g.bank, "ペイジェント銀行ネット" },
	})
	if _, err := g.app.Ledger.Begin(g.t.Context(), ledger.Begin{Order: g.id, Amount: g.view(g.id).Order.Total, Actor: ledger.Buyer, Key: "bank:" + g.ID()}); err != nil {
		g.t.Fatal(err)
	}
}

// atBankAndPaid: the buyer has paid on the bank's page, and nobody here knows yet.
func (g *stage) atBankAndPaid() {
	g.atBank()
	for _, form := range []url.Values{{"do": {"bank"}, "bank": {"シミュレーター銀行"}}, {"do": {"pay"}}} {
		req := httptest.NewRequest(http.MethodPost, g.view(g.id).Current().Needs.URL, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		g.sim.Handler().ServeHTTP(rec, req)
		if rec.Code >= http.StatusBadRequest {
			g.t.Fatalf("the bank's page: %d %s", rec.Code, rec.Body)
		}
	}
}

// Those who press.

// submits are two tabs whose buyer clicks three times in each, and another who came back
// to the page and gives up.
func submits(g *stage) []actor {
	var all []actor
	for _, key := range []string{g.ID(), g.ID()} {
		for range 3 {
			token := g.token(goodCard)
			all = append(all, func(ctx context.Context, a *app.App) error {
				_, err := a.Ledger.Begin(ctx, ledger.Begin{
					Order: g.id, Amount: g.total, Beside: ledger.Beside{Token: token}, PaymentClass: "10", Actor: ledger.Buyer, Key: "tab:" + key,
				})
				return err
			})
		}
	}
	return append(all, g.giveUp(), g.giveUp())
}

// press is a button clicked twice in each of so many tabs.
func (g *stage) press(b payment.Button, tabs int) (all []actor) {
	for range tabs {
		key := "press:" + g.ID()
		for range 2 {
			all = append(all, func(ctx context.Context, a *app.App) error {
				_, err := a.Ledger.Change(ctx, ledger.Change{
					Order: g.id, PaymentID: g.p.ID, Button: b, Amount: g.p.Amount, Total: g.total, Differs: true, Actor: "staff:1", Key: key,
				})
				return err
			})
		}
	}
	return all
}

func (g *stage) giveUp() actor {
	return func(ctx context.Context, a *app.App) error { return a.Ledger.GiveUp(ctx, g.id) }
}

func (g *stage) comeBack(stop bool) actor {
	return func(ctx context.Context, a *app.App) error {
		_, err := a.Ledger.Return(ctx, ledger.Return{Order: g.id, PaymentID: g.p.ID, Stop: stop})
		return err
	}
}

// bulkCapture is 一括売上 of the order, its form arriving twice, with two lanes at work.
func (g *stage) bulkCapture() (all []actor) {
	key := "bulk:" + g.ID()
	for range 2 {
		all = append(all, func(ctx context.Context, a *app.App) error {
			made, err := a.Jobs.Create(ctx, job.Wanted{
				Kind: job.CaptureKind, Selection: job.Selection{Orders: []job.Chosen{{Order: g.id}}}, Requester: "staff:1", Key: key, Width: 2,
			})
			if err != nil {
				return err
			}
			foreman, worker := a.Jobs.Foreman(), a.Jobs.Worker()
			for range 20 {
				for _, step := range []func(context.Context) (bool, time.Time, error){foreman.Step, worker.Step} {
					if _, _, err := step(ctx); err != nil {
						return err
					}
				}
				if j, err := a.Jobs.Get(ctx, made.ID); err != nil || j.State.Ended() {
					return err
				}
			}
			return nil // whoever comes next ends it
		})
	}
	return all
}

func captures(g *stage) []actor {
	return slices.Concat(g.press(payment.SaleButton, 2), g.bulkCapture(), []actor{g.comeBack(false), g.comeBack(true), g.giveUp()})
}

func cancels(g *stage) []actor {
	return append(g.press(payment.CancelButton, 2), g.comeBack(false), g.comeBack(true))
}

func capturesAndCancels(g *stage) []actor {
	return append(g.press(payment.SaleButton, 2), g.press(payment.CancelButton, 2)...)
}

func amountChanges(g *stage) []actor {
	b := payment.AuthChangeButton
	if g.p.Phase == payment.Captured {
		b = payment.SaleChangeButton
	}
	return append(g.press(b, 3), g.comeBack(true))
}

func allButtons(g *stage) []actor {
	return slices.Concat(g.press(payment.SaleButton, 1), g.press(payment.CancelButton, 1), g.press(payment.AuthChangeButton, 1))
}

func leaves(g *stage) []actor {
	return []actor{g.giveUp(), g.giveUp(), g.comeBack(true), g.comeBack(true), g.comeBack(false), g.comeBack(false), g.giveUp()}
}

// What must have come of it.

func (g *stage) authorisedOnce() { g.expect(order.New, g.total, map[string]int{"020": 1}) }

func (g *stage) capturedOnce() { g.expect(order.Paid, g.total, map[string]int{"020": 1, "022": 1}) }

func (g *stage) refundedOnce() {
	g.expect(order.Canceled, 0, map[string]int{"020": 1, "022": 1, "023": 1})
}

func (g *stage) capturedOrCanceled() {
	g.oneOf(
		end{order.Paid, g.total, map[string]int{"020": 1, "022": 1}},
		end{order.Canceled, 0, map[string]int{"020": 1, "021": 1}},
		end{order.Canceled, 0, map[string]int{"020": 1, "022": 1, "023": 1}},
	)
}

func (g *stage) changedOnce() {
	if g.p.Phase == payment.Captured {
		g.expect(order.Paid, g.total, map[string]int{"020": 2, "022": 2, "023": 1})
		return
	}
	g.expect(order.New, g.total, map[string]int{"020": 2, "021": 1})
}

// oneOfThree: 売上, 取消 and オーソリ変更 at once, whichever came first.
func (g *stage) oneOfThree() {
	g.oneOf(
		end{order.Paid, g.p.Amount, map[string]int{"020": 1, "022": 1}},
		end{order.Canceled, 0, map[string]int{"020": 1, "021": 1}},
		end{order.Canceled, 0, map[string]int{"020": 1, "022": 1, "023": 1}},
		end{order.New, g.total, map[string]int{"020": 2, "021": 1}},
	)
}

func (g *stage) givenUp() { g.expect(order.Processing, 0, map[string]int{"060": 1}) }

func (g *stage) paidOnce() { g.expect(order.Paid, g.total, map[string]int{"060": 1}) }
