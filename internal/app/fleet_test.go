package app_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/store"
	"kessai/internal/store/storetest"
	"kessai/paygentsim"
)

// fleet is one shop whose nodes are processes, the centre they reach by mutual TLS, and
// people who buy, press and send notices all the time. Clocks are real, and move ahead
// together when a test lets time pass.
type fleet struct {
	*rig
	nodes   []*process
	seed    uint64
	ahead   atomic.Int64 // of all clocks
	classes []class

	diceMu sync.Mutex
	dice   *rand.Rand

	mu     sync.Mutex
	deals  []*deal
	edited map[order.ID]bool // by cheaper
	acked  map[int64]bool    // notices that a node answered result=0
	tally  map[string]int    // what was asked and what came of it
	served map[string]int    // answers of success by node

	stepMu  sync.Mutex // the centre's notices go out one at a time
	conveni int64      // dtb_payment.id
	strict  bool       // a database that goes away is a failure
}

// deal is an order and what was asked about it last, for whoever presses again.
type deal struct {
	id      order.ID
	conveni bool

	mu   sync.Mutex // of the last ones only
	path string
	last request
}

// process is a node in a process of its own.
type process struct {
	fleet *fleet
	job   nodeJob

	mu      sync.Mutex
	cmd     *exec.Cmd
	address string // empty while it is down
	stdin   io.Closer
	client  *http.Client
}

// newFleet makes a shop and its centre; nodes are started by the test.
func newFleet(t *testing.T, databaseURL string, seed uint64) *fleet {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet{seed: seed, dice: rand.New(rand.NewPCG(seed, 7)), acked: map[int64]bool{}, edited: map[order.ID]bool{}, tally: map[string]int{}, served: map[string]int{}, strict: true}
	f.rig = newRig(t, rigOptions{
		database: databaseURL, seed: seed, baseURL: "https://" + listener.Addr().String(), level: slog.LevelWarn, today: true,
		transact: func(*rig) http.RoundTripper { return nil },
		settings: map[string]string{"paygent_payment_method": "credit,conveni", "conveni_limit_date_num": "7"},
		sim: func(o *paygentsim.Options) {
			o.Clock, o.Sleep, o.History, o.NoticeClient = f.now, nil, 2_000_000, roundTrip(f.carry)
		},
	})
	f.rig.close() // it was there for the settings; all nodes are processes
	db, err := database.Open(t.Context(), databaseURL, database.Options{MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	f.use(db)
	f.serveCentre(listener)
	for n := range 4 {
		f.classes = append(f.classes, class{f.Class(fmt.Sprintf("器%d", n+1), 1_000_000), 1_000_000})
	}
	f.conveni = f.method("ペイジェントコンビニ", payment.Scheme{Method: payment.Conveni, System: payment.Module})
	return f
}

// use lets the test look through one connection to the database.
func (f *fleet) use(db *database.DB) {
	f.DB, f.Store, f.Drafts, f.Reader = db, store.New(db, f.now), store.NewDrafts(db, f.now, nil), store.NewReader(db)
}

func (f *fleet) now() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) }

func (f *fleet) roll(n int) int {
	f.diceMu.Lock()
	defer f.diceMu.Unlock()
	return f.dice.IntN(n)
}

// serveCentre serves the simulator behind mutual TLS; an answer takes a moment, so that
// telegrams are under way when a node dies.
func (f *fleet) serveCentre(listener net.Listener) {
	f.t.Helper()
	conf, err := f.sim.TLSConfig()
	if err != nil {
		f.t.Fatal(err)
	}
	pause := func() { time.Sleep(time.Duration(f.roll(6000)) * time.Microsecond) }
	server := &http.Server{ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			pause()
			f.sim.Handler().ServeHTTP(w, r)
			pause()
		})}
	var served sync.WaitGroup
	served.Go(func() {
		if err := server.Serve(tls.NewListener(listener, conf)); !errors.Is(err, http.ErrServerClosed) {
			f.t.Errorf("centre: %v", err)
		}
	})
	f.t.Cleanup(func() {
		_ = server.Close() // nodes were killed with open connections
		served.Wait()
	})
}

// node adds a node, in a folder of its own unless it is the rig's.
func (f *fleet) node(name, databaseURL string) *process {
	p := &process{fleet: f, job: nodeJob{
		Dir: filepath.Join(f.t.TempDir(), name), Database: databaseURL, KeyFile: f.config.KeyFile, Name: name,
	}}
	f.nodes = append(f.nodes, p)
	f.t.Cleanup(p.kill)
	return p
}

// start starts the process and waits until it says that it serves.
func (p *process) start() {
	t := p.fleet.t
	t.Helper()
	p.job.Offset = time.Duration(p.fleet.ahead.Load())
	text, err := json.Marshal(p.job)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), nodeVariable+"="+string(text), "GOMAXPROCS=2")
	if err := os.MkdirAll(p.job.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	said, err := os.OpenFile(p.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = said.Close() }() // the child has its own
	cmd.Stderr = said
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), reachedLine+" ")
	if err != nil || !ok {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		t.Fatalf("%s did not start: %q, %v\n%s", p.job.Name, line, err, p.tail())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd, p.address, p.stdin = cmd, address, stdin
	p.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}, Timeout: time.Minute}
}

func (p *process) log() string { return filepath.Join(p.job.Dir, "stderr.log") }

// tail is the end of what the node logged.
func (p *process) tail() string {
	text, err := os.ReadFile(p.log())
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-6000):])
}

// kill ends the process with SIGKILL, if it runs.
func (p *process) kill() {
	p.mu.Lock()
	cmd, stdin, client := p.cmd, p.stdin, p.client
	p.cmd, p.address = nil, ""
	p.mu.Unlock()
	if cmd == nil {
		return
	}
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.fleet.t.Error(err)
	}
	_ = cmd.Wait() // it was killed
	if code := cmd.ProcessState.ExitCode(); code != -1 {
		p.fleet.t.Errorf("%s ended by itself: %v\n%s", p.job.Name, cmd.ProcessState, p.tail())
	}
	_ = stdin.Close()
	client.CloseIdleConnections()
}

// where is the node's address and the client for it; empty while it is down.
func (p *process) where() (string, *http.Client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.address, p.client
}

// anyNode is one of those that run.
func (f *fleet) anyNode() *process {
	from := f.roll(len(f.nodes))
	for i := range f.nodes {
		p := f.nodes[(from+i)%len(f.nodes)]
		if address, _ := p.where(); address != "" {
			return p
		}
	}
	return nil
}

var errDown = errors.New("no node runs")

// ask sends a request to a node. An error means that nobody knows whether it was taken.
func (p *process) ask(path string, in request) (out reply, err error) {
	address, client := p.where()
	if address == "" {
		return out, errDown
	}
	body, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	resp, err := client.Post("http://"+address+path, "application/json", bytes.NewReader(body))
	if err != nil {
		return out, err
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	if resp.StatusCode != http.StatusOK {
		return out, fmt.Errorf("%s: %s", path, resp.Status)
	}
	return out, json.NewDecoder(resp.Body).Decode(&out)
}

// carry brings one notice of the centre to a node, and writes down what was acknowledged:
// the sender's own record.
func (f *fleet) carry(req *http.Request) (*http.Response, error) {
	p := f.anyNode()
	if p == nil {
		return nil, errDown
	}
	address, client := p.where()
	if address == "" {
		return nil, errDown
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	resp, err := client.Post("http://"+address+req.URL.Path, req.Header.Get("Content-Type"), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	if resp.StatusCode == http.StatusOK && strings.Contains(string(answer), "result=0") {
		f.acknowledged(body)
	}
	return resp, nil
}

func (f *fleet) acknowledged(body []byte) {
	for pair := range strings.SplitSeq(string(body), "&") {
		if id, ok := strings.CutPrefix(pair, "payment_notice_id="); ok {
			n, err := strconv.ParseInt(id, 10, 64)
			if err != nil {
				f.t.Errorf("payment_notice_id=%s", id)
			}
			f.mu.Lock()
			f.acked[n] = true
			f.mu.Unlock()
			return
		}
	}
	f.t.Errorf("a notice without its id: %s", body)
}

// deliver lets the centre bring what notices are due.
func (f *fleet) deliver() (worked bool) {
	f.stepMu.Lock()
	defer f.stepMu.Unlock()
	for range 200 {
		did, _, err := f.sim.Step(context.Background())
		if err != nil {
			f.t.Errorf("centre: %v", err)
			return worked
		}
		if !did {
			return worked
		}
		worked = true
	}
	return worked
}

// load is people at work until stop is called.
func (f *fleet) load(people int) (stop func()) {
	done := make(chan struct{})
	var all sync.WaitGroup
	loop := func(do func()) {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					do()
				}
			}
		})
	}
	for range people {
		loop(f.act)
	}
	loop(func() {
		if !f.deliver() {
			time.Sleep(time.Millisecond)
		}
	})
	return sync.OnceFunc(func() {
		close(done)
		all.Wait()
	})
}

// act is one thing that somebody does.
func (f *fleet) act() {
	if f.anyNode() == nil {
		time.Sleep(time.Millisecond)
		return
	}
	switch n := f.roll(100); {
	case n < 45:
		f.buy()
	case n < 75:
		f.press()
	case n < 85:
		f.again()
	case n < 95:
		f.payAtStore()
	default:
		f.resend()
	}
}

// buy makes an order and submits its payment page.
func (f *fleet) buy() {
	d := &deal{conveni: f.roll(3) == 0}
	w := storetest.Wanted{Lines: []order.Movement{{ProductClassID: f.classes[f.roll(len(f.classes))].id, Quantity: int64(1 + f.roll(3))}}}
	if d.conveni {
		w.Edit = func(dr *store.Draft) { dr.PaymentRow, dr.PaymentName = f.conveni, "ペイジェントコンビニ" }
	}
	id, err := f.Drafts.Create(context.Background(), f.Draft(w))
	if err != nil {
		f.count("order not made")
		if f.strict {
			f.t.Errorf("order: %v", err)
		}
		return
	}
	d.id = id
	f.mu.Lock()
	f.deals = append(f.deals, d)
	f.mu.Unlock()
	in := request{Order: id, Key: "buy:" + f.ID()}
	if d.conveni {
		in.Store = "00C001"
	} else {
		in.Token = f.card()
	}
	f.send(d, "/test/begin", in)
}

func (f *fleet) card() string {
	card := goodCard
	if f.roll(10) == 0 {
		card = "4900000000008101" // refused
	}
	token, err := f.sim.Token(f.merchant.MerchantID, card, f.now().AddDate(4, 0, 0).Format("0106"), "123")
	if err != nil {
		f.t.Errorf("token: %v", err)
	}
	return token
}

// some is an order of the last hundred.
func (f *fleet) some() *deal {
	f.mu.Lock()
	n := len(f.deals)
	f.mu.Unlock()
	if n == 0 {
		return nil
	}
	at := max(0, n-100)
	at += f.roll(n - at)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.deals[at]
}

// press is staff's 売上, 取消, オーソリ変更 or 売上変更 of whatever order.
func (f *fleet) press() {
	d := f.some()
	if d == nil {
		return
	}
	in := request{Order: d.id, Key: "press:" + f.ID(), Button: payment.SaleButton}
	switch n := f.roll(10); {
	case n < 2:
		in.Button = payment.CancelButton
	case n < 4 && !d.conveni:
		in.Button = []payment.Button{payment.AuthChangeButton, payment.SaleChangeButton}[f.roll(2)]
		f.cheaper(d.id)
	}
	f.send(d, "/test/press", in)
}

// cheaper is staff saving another total, of an order that stands.
func (f *fleet) cheaper(id order.ID) {
	f.mu.Lock()
	f.edited[id] = true
	f.mu.Unlock()
	err := f.DB.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE dtb_order SET total = total - 100, payment_total = payment_total - 100 WHERE id = ? AND order_status_id IN (1, 6) AND total > 500", int64(id))
		return err
	})
	if err != nil && f.strict {
		f.t.Errorf("another total: %v", err)
	}
}

// again is somebody who presses the same button once more, or reloads: with the same key.
func (f *fleet) again() {
	d := f.some()
	if d == nil {
		return
	}
	d.mu.Lock()
	path, in := d.path, d.last
	d.mu.Unlock()
	if path == "" {
		return
	}
	if in.Token != "" {
		in.Token = f.card() // the browser makes a new one
	}
	f.send(d, path, in)
}

func (f *fleet) send(d *deal, path string, in request) {
	d.mu.Lock()
	d.path, d.last = path, in
	d.mu.Unlock()
	p := f.anyNode()
	if p == nil {
		f.count(path + ": nobody there")
		return
	}
	out, err := p.ask(path, in)
	switch {
	case err != nil:
		f.count(path + ": no answer")
	case out.Category == problem.Internal && out.Code != "":
		f.count(path + ": failed")
		f.t.Errorf("%s order %d: %s", path, d.id, out.Code)
	case out.Category == problem.Unavailable:
		f.count(path + ": unavailable")
		if f.strict {
			f.t.Errorf("%s order %d: %s", path, d.id, out.Code)
		}
	case out.Code != "":
		f.count(path + ": told why not")
	case out.Replayed:
		f.count(path + ": replayed")
	default:
		f.count(path + ": " + string(out.State))
		f.mu.Lock()
		f.served[p.job.Name]++
		f.mu.Unlock()
	}
}

// payAtStore is a buyer who pays a number at the store's till.
func (f *fleet) payAtStore() {
	d := f.some()
	if d == nil || !d.conveni {
		return
	}
	var id string
	id, found, err := database.One(context.Background(), f.DB.Read(), database.Scalar[string],
		"SELECT payment_id FROM plg_kessai_payment WHERE order_id = ? AND phase = 'awaiting_payment'", int64(d.id))
	if err != nil || !found {
		return
	}
	if _, err := f.sim.SetStatus(id, paygentsim.Captured, true); err == nil {
		f.count("paid at a store")
	}
}

// resend is the centre sending a payment's notices once more.
func (f *fleet) resend() {
	d := f.some()
	if d == nil {
		return
	}
	id, found, err := database.One(context.Background(), f.DB.Read(), database.Scalar[string],
		"SELECT COALESCE(MAX(payment_id), '') FROM plg_kessai_notice WHERE order_id = ?", int64(d.id))
	if err != nil || !found || id == "" {
		return
	}
	if _, err := f.sim.ResendNotices(id); err == nil {
		f.count("notices sent again")
	}
}

func (f *fleet) count(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tally[what]++
}

// settle lets everybody go home and time pass, until nothing is under way any more.
func (f *fleet) settle() {
	f.t.Helper()
	f.pass(20*time.Second, 24)
	f.pass(10*time.Minute, 6)
}

// pass lets time pass in steps, with every node and the centre at work.
func (f *fleet) pass(step time.Duration, steps int) {
	f.t.Helper()
	for range steps {
		ahead := time.Duration(f.ahead.Add(int64(step)))
		for busy := true; busy && !f.t.Failed(); {
			busy = f.deliver()
			for _, p := range f.nodes {
				if address, _ := p.where(); address == "" {
					continue
				}
				out, err := p.ask("/test/advance", request{Offset: ahead})
				if err != nil || out.Code != "" {
					f.t.Fatalf("%s: %v %s\n%s", p.job.Name, err, out.Code, p.tail())
				}
				busy = busy || out.Worked
			}
		}
	}
}

// checkAcknowledged: what was answered result=0 is stored, once.
func (f *fleet) checkAcknowledged(where string) {
	f.t.Helper()
	ids, err := database.List(context.Background(), f.DB.Read(), database.Scalar[int64], "SELECT notice_id FROM plg_kessai_notice")
	if err != nil {
		f.t.Fatal(err)
	}
	stored := map[int64]int{}
	for _, id := range ids {
		stored[id]++
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for id := range f.acked {
		if stored[id] != 1 {
			f.t.Errorf("%s: notice %d was acknowledged, and is stored %d times", where, id, stored[id])
		}
	}
}

// checkAll holds everything against the centre's books, once nothing is under way.
func (f *fleet) checkAll(where string) {
	f.t.Helper()
	f.checkAcknowledged(where)
	b := f.readBooks()
	f.mu.Lock()
	deals := slices.Clone(f.deals)
	f.mu.Unlock()
	known := map[order.ID]bool{}
	told := 0
	for _, d := range deals {
		known[d.id] = true
		bad := f.t.Failed()
		f.inspect(d.id, b, where)
		if !bad && f.t.Failed() && told < 3 {
			told++
			f.t.Logf("order %d:\n%s", d.id, f.timeline(d.id))
		}
	}
	for id := range b.payments {
		if _, n := b.alive(id); n > 0 && !known[id] {
			f.t.Errorf("%s: the centre holds %v, which nobody ordered", where, b.payments[id])
		}
	}
	f.checkStock(where, f.classes)
	f.mu.Lock()
	edited := maps.Clone(f.edited)
	f.mu.Unlock()
	f.verify(where, edited)
	for what, query := range map[string]string{
		"open operations":          "SELECT COUNT(*) FROM plg_kessai_operation WHERE open_key IS NOT NULL",
		"notices that wait":        "SELECT COUNT(*) FROM plg_kessai_notice WHERE state = 'received'",
		"parked notices":           "SELECT COUNT(*) FROM plg_kessai_notice WHERE state = 'parked'",
		"mails that did not leave": "SELECT COUNT(*) FROM plg_kessai_outbox WHERE sent_at IS NULL",
	} {
		if n := f.Number(query); n != 0 {
			f.t.Errorf("%s: %d %s", where, n, what)
		}
	}
}

// told is what was asked and what came of it.
func (f *fleet) told() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "%d orders, %d notices acknowledged\n", len(f.deals), len(f.acked))
	keys := make([]string, 0, len(f.tally))
	for k := range f.tally {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, "  %6d %s\n", f.tally[k], k)
	}
	return b.String()
}
