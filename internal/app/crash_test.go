package app_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kessai/internal/app"
	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/store/storetest"
)

// afterEffect is the boundary that the node itself does not see: the centre has done
// what it was asked, and has not answered yet.
const afterEffect ledger.Boundary = "effect"

// crashed is one operation that dies at one boundary, and what must become of it.
type crashed struct {
	telegram string
	boundary ledger.Boundary
	took     bool // the centre did it
}

func crashes() []crashed {
	var all []crashed
	telegrams := []string{"020", "022", "021", "023"}
	if raced {
		telegrams = telegrams[:1]
	}
	for _, telegram := range telegrams {
		for _, b := range []ledger.Boundary{ledger.AfterPlanned, ledger.AfterSent, afterEffect, ledger.AfterAnswer, ledger.AfterSettled} {
			all = append(all, crashed{telegram, b, b != ledger.AfterPlanned && b != ledger.AfterSent})
		}
	}
	return all
}

// TestCrash kills a node with SIGKILL at every boundary of an operation (money.md §2)
// and has another process take over: nothing is charged twice, nothing is lost, and
// the stock adds up. The centre lives here, behind mutual TLS; leases cost no waiting,
// because clocks are handed in.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, engine := range database.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			c := newCrashRig(t, dbtest.URL(t, engine))
			for i, one := range crashes() {
				at := time.Now()
				c.crash(i, one)
				t.Logf("%s at %-8s %5d ms", one.telegram, one.boundary, time.Since(at).Milliseconds())
			}
			t.Logf("%s: %v", engine, time.Since(began).Round(time.Millisecond))
		})
	}
}

// crashRig is a shop whose node is mostly somebody else's process.
type crashRig struct {
	*rig
	t      *testing.T
	url    string
	centre *muteCentre
}

func newCrashRig(t *testing.T, databaseURL string) *crashRig {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &crashRig{t: t, url: databaseURL, centre: &muteCentre{effect: make(chan struct{}, 1)}}
	c.rig = newRig(t, rigOptions{
		database: databaseURL, baseURL: "https://" + listener.Addr().String(),
		transact: func(*rig) http.RoundTripper { return nil },
	})
	conf, err := c.sim.TLSConfig()
	if err != nil {
		t.Fatal(err)
	}
	c.centre.next = c.sim.Handler()
	server := &http.Server{Handler: c.centre, ReadHeaderTimeout: time.Minute}
	var served sync.WaitGroup
	served.Go(func() {
		if err := server.Serve(tls.NewListener(listener, conf)); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("centre: %v", err)
		}
	})
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("centre: %v", err)
		}
		served.Wait()
	})
	return c
}

// muteCentre serves the simulator; for one telegram kind it does what it is asked, says
// so here, and never answers.
type muteCentre struct {
	next   http.Handler
	effect chan struct{}
	mu     sync.Mutex
	kind   string
}

func (m *muteCentre) mute(kind string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kind = kind
}

// ServeHTTP implements http.Handler.
func (m *muteCentre) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, err := url.ParseQuery(string(body))
	m.mu.Lock()
	muted := err == nil && m.kind != "" && form.Get("telegram_kind") == m.kind
	m.mu.Unlock()
	if !muted {
		m.next.ServeHTTP(w, r)
		return
	}
	m.next.ServeHTTP(httptest.NewRecorder(), r)
	m.effect <- struct{}{}
	<-r.Context().Done() // the one who asked is gone
}

// crash lets a child die in one operation, and takes over.
func (c *crashRig) crash(i int, one crashed) {
	const stock, quantity = 10, 3
	class := c.Class("器", stock)
	id := c.Order(storetest.Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: quantity}}})
	c.prepare(id, one)
	before := c.view(id)
	c.close()
	c.kill(c.job(id, one, before), one)

	// Every other time the node comes back under its own name, which ends its leases;
	// else another one has to wait for them, which costs a move of the clock.
	if c.node = "node-1"; i%2 == 1 {
		c.node = "node-2"
		c.Advance(3 * time.Minute)
	}
	unlock, err := app.LockNode(filepath.Join(c.config.DataDir, "node.lock"))
	if err != nil {
		c.t.Fatalf("the dead node's lock: %v", err)
	}
	c.open()
	c.idle(false)
	c.wait(4*time.Minute, false)
	c.expect(id, class, stock, quantity, one, "by asking alone")
	c.idle(true)
	c.expect(id, class, stock, quantity, one, "with the notices")
	c.again(id, one)
	if err := unlock(); err != nil {
		c.t.Error(err)
	}
}

// prepare brings an order to where the operation begins.
func (c *crashRig) prepare(id order.ID, one crashed) {
	c.t.Helper()
	if one.telegram == "020" {
		return
	}
	if _, err := c.pay(id, goodCard, "pay:"+c.ID()); err != nil {
		c.t.Fatal(err)
	}
	c.Advance(time.Minute)
	if one.telegram == "023" {
		if _, err := c.change(id, true, "capture:"+c.ID()); err != nil {
			c.t.Fatal(err)
		}
	}
	c.idle(true)
	c.Advance(time.Minute)
}

func (c *crashRig) job(id order.ID, one crashed, l *ledger.Ledger) childJob {
	job := childJob{
		Dir: c.config.DataDir, Database: c.url, NowMillis: c.Now().UnixMilli(), Boundary: one.boundary, Order: id,
		Amount: l.Order.Total, Capture: one.telegram == "022", Key: "child:" + c.ID(),
	}
	if p := l.Current(); p != nil {
		job.Payment = p.ID
		return job
	}
	job.Token = string(c.token(goodCard))
	return job
}

// kill runs the job in a child, and kills it at its boundary.
func (c *crashRig) kill(job childJob, one crashed) {
	c.t.Helper()
	text, err := json.Marshal(job)
	if err != nil {
		c.t.Fatal(err)
	}
	if one.boundary == afterEffect {
		c.centre.mute(one.telegram)
		defer c.centre.mute("")
	}
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), childVariable+"="+string(text))
	var said bytes.Buffer
	child.Stderr = &said
	out, err := child.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		c.t.Fatal(err)
	}
	lines := make(chan string, 1)
	go func() {
		line, _, _ := bufio.NewReader(out).ReadLine() // an end without a line says that the child failed
		lines <- string(line)
	}()
	var reached bool
	select {
	case line := <-lines:
		reached = line == reachedLine
	case <-c.centre.effect:
		reached = true
	case <-time.After(time.Minute):
	}
	if _, err := app.LockNode(filepath.Join(job.Dir, "node.lock")); err == nil {
		c.t.Error("a second process got the lock of a living one")
	}
	if err := child.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.t.Error(err)
	}
	_ = child.Wait() // it was killed
	if !reached || child.ProcessState.ExitCode() != -1 {
		c.t.Fatalf("%s: the child did not die at %s: %v\n%s", one.telegram, one.boundary, child.ProcessState, said.String())
	}
}

// expect compares an order, its goods and the centre with what the crash must lead to.
func (c *crashRig) expect(id order.ID, class, stock, quantity int64, one crashed, how string) {
	c.t.Helper()
	l := c.view(id)
	status, phase, alive, payments, held := order.New, payment.Authorised, l.Order.Total, 1, quantity
	switch {
	case one.telegram == "020" && !one.took:
		status, phase, alive, payments, held = order.Processing, payment.Ended, 0, 0, 0
	case one.telegram == "022" && one.took, one.telegram == "023" && !one.took:
		status, phase = order.Paid, payment.Captured
	case one.telegram == "021" && one.took, one.telegram == "023":
		status, phase, alive, held = order.Canceled, payment.Ended, 0, 0
	}
	name := one.telegram + " at " + string(one.boundary) + ", " + how
	if l.Order.Status != status {
		c.t.Errorf("%s: the order is %s, not %s", name, l.Order.Status.Name(), status.Name())
	}
	if p := l.Current(); p == nil || p.Phase != phase {
		c.t.Errorf("%s: the payment is %+v, not %s", name, p, phase)
	}
	if op := l.OpenOperation(); op != nil {
		c.t.Errorf("%s: still open: %+v", name, op)
	}
	if got, n := c.atCentre(id); got != alive || n != payments {
		c.t.Errorf("%s: the centre holds %d in %d payments, not %d in %d", name, got, n, alive, payments)
	}
	if inStock, inClass := c.Stock(class); inStock != stock-held || inClass != stock-held {
		c.t.Errorf("%s: %d and %d in stock, not %d", name, inStock, inClass, stock-held)
	}
	mails := int64(1)
	if one.telegram == "020" && !one.took {
		mails = 0
	}
	if n := c.Number("SELECT COUNT(*) FROM plg_kessai_outbox WHERE order_id = ?", int64(id)); n != mails {
		c.t.Errorf("%s: %d mails, not %d", name, n, mails)
	}
	if alerts := c.openAlerts(id); len(alerts) > 0 {
		c.t.Errorf("%s: open alerts: %v", name, alerts)
	}
}

// again does what the dead operation wanted once more: where it took effect it is
// refused, where it did not it succeeds, and the buyer pays once in all.
func (c *crashRig) again(id order.ID, one crashed) {
	c.t.Helper()
	var err error
	if one.telegram == "020" {
		_, err = c.pay(id, goodCard, "again:"+c.ID())
	} else {
		_, err = c.change(id, one.telegram == "022", "again:"+c.ID())
	}
	if one.telegram == "022" && one.took && !problem.Is(err, "payment.already_captured") ||
		one.telegram != "022" && one.took && problem.CategoryOf(err) != problem.NotNow || !one.took && err != nil {
		c.t.Errorf("%s at %s, done again: %v", one.telegram, one.boundary, err)
	}
	c.idle(true)
	sent := 0
	for _, q := range c.sim.Requests() {
		if q.Kind == "020" && orderOf(q.TradingID) == int64(id) {
			sent++
		}
	}
	want := c.view(id).Order.Total
	if one.telegram == "021" || one.telegram == "023" {
		want = 0
	}
	if alive, n := c.atCentre(id); alive != want || n != 1 || sent != 1 {
		c.t.Errorf("%s at %s, done again: the centre holds %d in %d payments by %d authorisations, not %d", one.telegram, one.boundary, alive, n, sent, want)
	}
}
