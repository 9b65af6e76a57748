package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store"
	"kessai/internal/store/storetest"
	"kessai/paygentsim"
)

// The benchmarks of the core (docs/benchmarks.md). Each does a fixed number of things,
// with the load's own share of the two cores included: run them with -benchtime 1x, as
// make bench does. Nothing here is a test: no figure makes one fail.

// benchRig is a shop, a centre that takes its time, and what the centre would send.
type benchRig struct {
	*rig
	b       *testing.B
	class   int64
	conveni int64
	bank    int64
	bodies  struct {
		sync.Mutex
		keep bool
		all  [][]byte
	}
	latency atomic.Int64
}

func newBenchRig(b *testing.B, engine database.Engine) *benchRig {
	b.Helper()
	r := &benchRig{b: b}
	r.rig = newRig(b, rigOptions{
		database: dbtest.URL(b, engine), level: slog.LevelError,
		settings: map[string]string{
			"paygent_payment_method": "credit,conveni,bank", "conveni_limit_date_num": "7", "claim_kanji": "白磁堂", "claim_kana": "ハクジドウ", "asp_payment_term": "7",
		},
		transact: func(r0 *rig) http.RoundTripper {
			next := r0.sim.Transport()
			return roundTrip(func(req *http.Request) (*http.Response, error) {
				time.Sleep(time.Duration(r.latency.Load()))
				return next.RoundTrip(req)
			})
		},
		sim: func(o *paygentsim.Options) { o.NoticeClient, o.History = roundTrip(r.catch), 10 },
	})
	r.class = r.Class("器", 100_000_000)
	r.conveni = r.method("ペイジェントコンビニ", payment.Scheme{Method: payment.Conveni, System: payment.Module})
	r.bank = r.method("ペイジェント銀行ネット", payment.Scheme{Method: payment.Bank, System: payment.Module})
	return r
}

// catch keeps a notice for later, or swallows it.
func (r *benchRig) catch(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.bodies.Lock()
	if r.bodies.keep {
		r.bodies.all = append(r.bodies.all, body)
	}
	r.bodies.Unlock()
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("result=0")), Request: req}, nil
}

// drain takes the centre's notices out.
func (r *benchRig) drain(keep bool) {
	r.b.Helper()
	r.bodies.keep = keep
	for {
		worked, _, err := r.sim.Step(context.Background())
		if err != nil {
			r.b.Fatal(err)
		}
		if !worked {
			return
		}
	}
}

// each runs do n times on so many goroutines and returns how long each took, in order.
func each(b *testing.B, n, width int, do func(i int) error) []time.Duration {
	b.Helper()
	took := make([]time.Duration, n)
	var next atomic.Int64
	var all sync.WaitGroup
	for range width {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				at := time.Now()
				if err := do(i); err != nil {
					b.Errorf("%d: %v", i, err)
					return
				}
				took[i] = time.Since(at)
			}
		})
	}
	all.Wait()
	if b.Failed() {
		b.FailNow()
	}
	slices.Sort(took)
	return took
}

// drafts makes n orders by a method; 0 is the card.
func (r *benchRig) drafts(n int, row int64) []order.ID {
	r.b.Helper()
	ids := make([]order.ID, n)
	each(r.b, n, 16, func(i int) (err error) {
		ids[i], err = r.Drafts.Create(context.Background(), r.Draft(storetest.Wanted{
			Lines: []order.Movement{{ProductClassID: r.class, Quantity: 1}},
			Edit: func(d *store.Draft) {
				if row != 0 {
					d.PaymentRow = row
				}
			},
		}))
		return err
	})
	return ids
}

// begin submits the payment page of one.
func (r *benchRig) begin(id order.ID) error {
	in := ledger.Begin{Order: id, Amount: 1100, PaymentClass: "10", Actor: ledger.Buyer, Key: "b" + id.String(), Beside: ledger.Beside{Store: "00C001"}}
	token, err := r.sim.Token(r.merchant.MerchantID, goodCard, "0430", "123")
	if err != nil {
		return err
	}
	in.Beside.Token = ledger.CardToken(token)
	result, err := r.app.Ledger.Begin(context.Background(), in)
	if err == nil && result.Operation.State != payment.Succeeded {
		err = fmt.Errorf("order %d: %+v", id, result.Operation)
	}
	return err
}

func (r *benchRig) press(id order.ID) error {
	l, err := r.Store.View(context.Background(), id)
	if err != nil {
		return err
	}
	p := l.Current()
	_, err = r.app.Ledger.Change(context.Background(), ledger.Change{
		Order: id, PaymentID: p.ID, Button: payment.SaleButton, Amount: p.Amount, Actor: "staff:1", Key: "s" + id.String(),
	})
	return err
}

// cpu is what this process's two cores were busy with so far.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// rate reports how many a second, and what one cost the processors: on a machine that
// others use too only the latter means something.
func rate(b *testing.B, what string, n int, took, busy time.Duration) {
	b.ReportMetric(float64(n)/took.Seconds(), what+"/s")
	b.ReportMetric(float64(busy.Microseconds())/float64(n), "cpu-µs/one")
}

// percentiles reports p50, p95 and p99 of sorted times.
func percentiles(b *testing.B, what string, took []time.Duration) {
	for _, p := range []int{50, 95, 99} {
		b.ReportMetric(float64(took[len(took)*p/100].Microseconds())/1000, fmt.Sprintf("%sp%d-ms", what, p))
	}
}

// heap reports what is held after a collection.
func heap(b *testing.B) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MB-heap")
}

func onEngines(b *testing.B, do func(*testing.B, database.Engine)) {
	for _, engine := range database.Engines() {
		b.Run(string(engine), func(b *testing.B) {
			b.ReportAllocs()
			do(b, engine)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(0, "B/op")
			b.ReportMetric(0, "allocs/op")
		})
	}
}

// notices prepares n of them: half of paid numbers, which 094 confirms, the rest of cards
// authorised and captured.
func (r *benchRig) notices(n int) [][]byte {
	r.b.Helper()
	numbers, cards, captured := r.drafts(n/2, r.conveni), r.drafts(n/4, 0), r.drafts(n/4, 0)
	begin := func(ids []order.ID) {
		each(r.b, len(ids), 16, func(i int) error { return r.begin(ids[i]) })
	}
	begin(numbers)
	begin(captured)
	r.drain(false)
	begin(cards)
	each(r.b, len(captured), 16, func(i int) error { return r.press(captured[i]) })
	for _, p := range r.sim.Payments() {
		if p.Type == paygentsim.TypeConveni {
			if _, err := r.sim.SetStatus(p.PaymentID, paygentsim.Captured, true); err != nil {
				r.b.Fatal(err)
			}
		}
	}
	r.drain(true)
	r.analyze()
	if got := len(r.bodies.all); got != n {
		r.b.Fatalf("%d notices, not %d", got, n)
	}
	return r.bodies.all
}

// analyze is what PostgreSQL does by itself within a minute: a shop's tables are not a second
// old, as these are, of which its planner knows nothing.
func (r *benchRig) analyze() {
	r.b.Helper()
	if r.DB.Engine() == database.Postgres {
		r.Exec("ANALYZE")
	}
}

// post sends them to the node over HTTP.
func (r *benchRig) post(bodies [][]byte) []time.Duration {
	r.b.Helper()
	server := httptest.NewServer(r.app.Handler())
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	return each(r.b, len(bodies), 32, func(i int) error {
		resp, err := client.Post(server.URL+notice.Path, "application/x-www-form-urlencoded", bytes.NewReader(bodies[i]))
		if err != nil {
			return err
		}
		said, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close() // it was read
		if err == nil && string(said) != "result=0" {
			err = fmt.Errorf("answered %q", said)
		}
		return err
	})
}

func noticesOn(b *testing.B, engine database.Engine) int {
	if engine == database.SQLite {
		return benchOrders(b, 4000)
	}
	return benchOrders(b, 2000)
}

// BenchmarkNoticesAnswered: stored durably, and answered; the confirmers rest.
func BenchmarkNoticesAnswered(b *testing.B) {
	onEngines(b, func(b *testing.B, engine database.Engine) {
		r := newBenchRig(b, engine)
		bodies := r.notices(noticesOn(b, engine))
		began, busy := time.Now(), cpu(b)
		took := r.post(bodies)
		rate(b, "notices", len(bodies), time.Since(began), cpu(b)-busy)
		percentiles(b, "", took)
		heap(b)
	})
}

// BenchmarkNoticesApplied: until the last one is applied; a node confirms 16 at once.
func BenchmarkNoticesApplied(b *testing.B) {
	for _, width := range []int{1, 16} {
		b.Run(fmt.Sprintf("width-%d", width), func(b *testing.B) {
			onEngines(b, func(b *testing.B, engine database.Engine) { noticesApplied(b, engine, width) })
		})
	}
}

func noticesApplied(b *testing.B, engine database.Engine, width int) {
	r := newBenchRig(b, engine)
	bodies := r.notices(noticesOn(b, engine))
	ctx, stop := context.WithCancel(context.Background())
	var working sync.WaitGroup
	c := notice.NewConfirmer(r.app.Ledger, r.Store, "node-1", r.Now, r.deps().Log).Wide(width)
	working.Go(func() {
		for ctx.Err() == nil {
			worked, _, err := c.Step(context.WithoutCancel(ctx))
			if err != nil {
				b.Error(err)
				return
			}
			if !worked {
				time.Sleep(2 * time.Millisecond)
			}
		}
	})
	began, busy := time.Now(), cpu(b)
	r.post(bodies)
	for r.Number("SELECT COUNT(*) FROM plg_kessai_notice WHERE state = 'received'") > 0 {
		time.Sleep(5 * time.Millisecond)
	}
	took := time.Since(began)
	busy = cpu(b) - busy
	stop()
	working.Wait()
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_notice WHERE state = 'applied'"); n != int64(len(bodies)) {
		b.Fatalf("%d applied, not %d", n, len(bodies))
	}
	rate(b, "notices", len(bodies), took, busy)
	heap(b)
}

// BenchmarkCheckout: the submit of the card page, from transaction A to B; own is what is
// not spent waiting for the centre. As many as can be at 0 and 120 ms, where buyers whom
// the centre answers at once then wait for each other; and 200 a second, evenly.
func BenchmarkCheckout(b *testing.B) {
	for _, load := range []struct {
		name  string
		wire  time.Duration
		width int
		every time.Duration // between two buyers
	}{{"0ms", 0, 4, 0}, {"120ms", 120 * time.Millisecond, 40, 0}, {"120ms-200-a-second", 120 * time.Millisecond, 200, 5 * time.Millisecond}} {
		b.Run(load.name, func(b *testing.B) {
			onEngines(b, func(b *testing.B, engine database.Engine) {
				r := newBenchRig(b, engine)
				n := benchOrders(b, 2000)
				ids := r.drafts(n, 0)
				r.latency.Store(int64(load.wire))
				own := make([]time.Duration, n)
				began, busy := time.Now(), cpu(b)
				each(b, n, load.width, func(i int) error {
					time.Sleep(time.Until(began.Add(time.Duration(i) * load.every)))
					at := time.Now()
					err := r.begin(ids[i])
					own[i] = time.Since(at) - load.wire
					return err
				})
				rate(b, "checkouts", n, time.Since(began), cpu(b)-busy)
				slices.Sort(own)
				percentiles(b, "own-", own)
				heap(b)
			})
		})
	}
}

// BenchmarkStart: from app.New to a node that answers.
func BenchmarkStart(b *testing.B) {
	onEngines(b, func(b *testing.B, engine database.Engine) {
		r := newBenchRig(b, engine)
		took := each(b, 20, 1, func(int) error {
			r.close()
			at := time.Now()
			r.open()
			rec := httptest.NewRecorder()
			r.app.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, publicURL+"/", nil))
			b.Logf("%v", time.Since(at))
			return nil
		})
		percentiles(b, "", took)
	})
}

// benchOrders is KESSAI_BENCH_ORDERS, or a number that takes seconds.
func benchOrders(b *testing.B, usual int) int {
	b.Helper()
	text := os.Getenv("KESSAI_BENCH_ORDERS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		b.Fatalf("KESSAI_BENCH_ORDERS=%s", text)
	}
	return n
}
