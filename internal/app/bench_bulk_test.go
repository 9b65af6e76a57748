package app_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/reconcile"
)

// The benchmarks of work on many orders (docs/benchmarks.md). KESSAI_BENCH_ORDERS says on
// how many.

// BenchmarkBulkCapture: 一括売上 of card payments at 200 ms each, from the press of the
// button to the end of the job. The ideal is every lane waiting for the centre alone.
func BenchmarkBulkCapture(b *testing.B) {
	const wire = 200 * time.Millisecond
	for _, width := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("width-%d", width), func(b *testing.B) {
			onEngines(b, func(b *testing.B, engine database.Engine) {
				r := newBenchRig(b, engine)
				n := benchOrders(b, 100*width) // 20 seconds, were it ideal
				ids := r.drafts(n, 0)
				each(b, n, 16, func(i int) error { return r.begin(ids[i]) })
				r.latency.Store(int64(wire))
				took, busy := r.work(job.CaptureKind, n, width)
				rate(b, "captures", n, took, busy)
				b.ReportMetric(took.Seconds()*float64(width)/(wire.Seconds()*float64(n)), "of-ideal")
				heap(b)
			})
		})
	}
}

// BenchmarkRollback: orders left in 決済処理中. The stored evidence ends their payments, or
// each is asked for at the centre at 0 ms.
func BenchmarkRollback(b *testing.B) {
	for _, kind := range []struct {
		name string
		make func(*benchRig, int)
	}{{"stored", (*benchRig).ended}, {"asked", (*benchRig).left}} {
		b.Run(kind.name, func(b *testing.B) {
			onEngines(b, func(b *testing.B, engine database.Engine) {
				r := newBenchRig(b, engine)
				n := benchOrders(b, 4000)
				kind.make(r, n)
				runtime.GC()
				began, busy := time.Now(), cpu(b)
				r.rollBack(n)
				took := time.Since(began)
				rate(b, "orders", n, took, cpu(b)-busy)
				b.ReportMetric(took.Seconds()*100_000/float64(n), "s-for-100k")
				heap(b)
			})
		})
	}
}

// BenchmarkMemory: the most that is held while many orders are worked on must not grow with
// their number.
func BenchmarkMemory(b *testing.B) {
	for _, kind := range []struct {
		name string
		work func(*benchRig, int)
	}{{"rollback", (*benchRig).rollBack}, {"job", func(r *benchRig, n int) { r.work(job.RollbackKind, n, 8) }}} {
		for _, n := range []int{1000, benchOrders(b, 20_000)} {
			b.Run(fmt.Sprintf("%s-%d", kind.name, n), func(b *testing.B) {
				onEngines(b, func(b *testing.B, engine database.Engine) {
					r := newBenchRig(b, engine)
					r.ended(n)
					b.ReportMetric(peak(func() { kind.work(r, n) }), "MB-heap-peak")
				})
			})
		}
	}
}

// left makes orders whose buyers left at the bank's page, long ago.
func (r *benchRig) left(n int) {
	r.b.Helper()
	ids := r.drafts(n, r.bank)
	each(r.b, n, 16, func(i int) error { return r.begin(ids[i]) })
	r.Advance(20 * 24 * time.Hour)
	r.analyze()
}

// ended makes orders left in 決済処理中 with their goods, whose page is known to have expired.
func (r *benchRig) ended(n int) {
	r.b.Helper()
	id := r.drafts(1, r.bank)[0]
	if err := r.begin(id); err != nil {
		r.b.Fatal(err)
	}
	r.Exec("UPDATE plg_kessai_payment SET phase = 'ended', end_reason = 'expired', status = '12', ended_at = ?, ask_at = NULL", r.Now().UnixMilli())
	r.Exec("UPDATE dtb_product_stock SET stock = stock - ?", n-1)
	r.Exec("UPDATE dtb_product_class SET stock = stock - ? WHERE id = ?", n-1, r.class)
	r.copy(id, n-1)
	r.Advance(20 * 24 * time.Hour)
	r.analyze()
}

// copy makes up to 100,000 copies of an order and its ledger, by one statement a table.
func (r *benchRig) copy(of order.ID, n int) {
	r.b.Helper()
	const id = "t.order_id + k.n"
	ulid := func(column string) string { return "CONCAT(SUBSTR(t." + column + ", 1, 18), 10000000 + k.n)" }
	for _, t := range []struct {
		table, key string
		other      map[string]string // columns that no two copies share
	}{
		{"dtb_order", "id", map[string]string{"id": "t.id + k.n", "order_no": "CONCAT(t.id + k.n)", "pre_order_id": "NULL"}},
		{"plg_kessai_ledger", "order_id", map[string]string{"order_id": id, "current_id": ulid("current_id")}},
		{"plg_kessai_payment", "order_id", map[string]string{"id": ulid("id"), "order_id": id, "trading_id": "CONCAT(" + id + ")", "trading_key": "CONCAT(" + id + ")"}},
		{"plg_kessai_operation", "order_id", map[string]string{"id": ulid("id"), "order_id": id, "payment_id": ulid("payment_id"), "idem_key": "CONCAT('b', " + id + ")"}},
		{"plg_kessai_hold", "order_id", map[string]string{"id": ulid("id"), "order_id": id, "open_key": id}},
		{"plg_kessai_event", "order_id", map[string]string{"order_id": id, "payment_id": ulid("payment_id"), "operation_id": ulid("operation_id")}},
	} {
		columns := r.columns(t.table)
		values := make([]string, len(columns))
		for i, c := range columns {
			if values[i] = t.other[c]; values[i] == "" {
				values[i] = "t." + c
			}
		}
		r.Exec("INSERT INTO "+t.table+" ("+strings.Join(columns, ", ")+") SELECT "+strings.Join(values, ", ")+
			" FROM "+numbers+" k CROSS JOIN "+t.table+" t WHERE t."+t.key+" = ? AND k.n <= ?", int64(of), n)
	}
}

// numbers are 1 to 100,000, in a way that every engine understands.
var numbers = func() string {
	digit := "(SELECT 0 AS d" + strings.Repeat(" UNION ALL SELECT %d", 9) + ")"
	digit = fmt.Sprintf(digit, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	return "(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 1 AS n FROM " +
		digit + " a CROSS JOIN " + digit + " b CROSS JOIN " + digit + " c CROSS JOIN " + digit + " e CROSS JOIN " + digit + " f)"
}()

func (r *benchRig) columns(table string) []string {
	r.b.Helper()
	rows, err := r.DB.Read().Query(context.Background(), "SELECT * FROM "+table+" WHERE 1 = 0")
	if err != nil {
		r.b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil || rows.Err() != nil {
		r.b.Fatal(err, rows.Err())
	}
	return columns
}

// benchWidth is the width asked for by KESSAI_BENCH_WIDTH, or the usual one.
func benchWidth(usual int) int {
	if n, err := strconv.Atoi(os.Getenv("KESSAI_BENCH_WIDTH")); err == nil {
		return n
	}
	return usual
}

// rollBack runs kessai rollback, with its usual width, over n orders, all of which it ends.
func (r *benchRig) rollBack(n int) {
	r.b.Helper()
	o := reconcile.RollbackOptions{Days: 7, Width: benchWidth(reconcile.RollbackWidth)}
	totals, err := reconcile.Rollback(context.Background(), r.app.Ledger, r.Store, r.Now(), o, func(_ ledger.Rollback, _ ledger.Effect, err error) error { return err })
	if err != nil || totals.Canceled != n {
		r.b.Fatalf("%+v, %v", totals, err)
	}
}

// work runs a job over n orders, every one of which it does, as a node's loops would.
func (r *benchRig) work(kind string, n, width int) (took, busy time.Duration) {
	r.b.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var loops sync.WaitGroup
	loop := func(step func(context.Context) (bool, time.Time, error), rest time.Duration) {
		loops.Go(func() {
			for ctx.Err() == nil {
				worked, _, err := step(context.WithoutCancel(ctx))
				if err != nil {
					r.b.Error(err)
					return
				}
				if !worked {
					time.Sleep(rest)
				}
			}
		})
	}
	began, from := time.Now(), cpu(r.b)
	loops.Go(func() { // the shop's clock goes on
		for at := began; ctx.Err() == nil; time.Sleep(time.Millisecond) {
			now := time.Now()
			r.Advance(now.Sub(at))
			at = now
		}
	})
	id := r.bulk(kind, kind, func(w *job.Wanted) { w.Width = width })
	loop(r.app.Jobs.Foreman().Step, 500*time.Millisecond)
	for range 32 {
		loop(r.app.Jobs.Worker().Step, 100*time.Millisecond)
	}
	for !r.job(id).State.Ended() && !r.b.Failed() {
		time.Sleep(50 * time.Millisecond)
	}
	took, busy = time.Since(began), cpu(r.b)-from
	stop()
	loops.Wait()
	if c := r.job(id).Counts; c.Succeeded != int64(n) {
		r.b.Fatalf("%+v of %d", c, n)
	}
	return took, busy
}

// peak is the most of the heap that was in use while do ran, garbage not collected yet
// included.
func peak(do func()) (megabytes float64) {
	runtime.GC()
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		sample, highest := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}, uint64(0)
		for {
			metrics.Read(sample)
			highest = max(highest, sample[0].Value.Uint64())
			select {
			case <-done:
				most <- highest
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	do()
	close(done)
	return float64(<-most) / (1 << 20)
}
