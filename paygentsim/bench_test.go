//go:build unix

package paygentsim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kessai/paygentsim"
)

// benchSim is a simulator in real time whose notices go to client.
func benchSim(b *testing.B, dir, noticeURL string, client http.RoundTripper) *paygentsim.Sim {
	b.Helper()
	sim, err := paygentsim.New(paygentsim.Options{Dir: dir, Seed: 1, Merchants: []paygentsim.Merchant{merchant()},
		NoticeURL: noticeURL, NoticeClient: client, History: 100})
	if err != nil {
		b.Fatal(err)
	}
	return sim
}

// authorization is the body of a 020 of a fresh trading_id, by token.
func authorization(b *testing.B, sim *paygentsim.Sim, n int64) string {
	token, err := sim.Token("12345", good, "1230", "123")
	if err != nil {
		b.Fatal(err)
	}
	return "merchant_id=12345&connect_id=conn01&connect_password=pass01&telegram_kind=020&telegram_version=1.0&payment_amount=3300" +
		"&payment_class=10&security_code_use=1&trading_id=b" + strconv.FormatInt(n, 10) + "&card_token=" + url.QueryEscape(token)
}

func roundTrip(rt http.RoundTripper, address, body string) error {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(resp.Body)
	if err == nil && !strings.HasPrefix(string(text), "\r\nresult=0\r\n") {
		err = fmt.Errorf("answered %q", text)
	}
	_ = resp.Body.Close() // read to its end
	return err
}

// accept is a shop that takes every notice.
func accept(count *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		count.Add(1)
		_, _ = io.WriteString(w, "result=0")
	})
}

// cpuTime is what this process has had of the processors: on a machine that others use too it
// says more than the clock does.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func report(b *testing.B, n int64, since time.Duration) {
	b.Helper()
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "auth/s")
	b.ReportMetric(float64((cpuTime(b)-since).Microseconds())/float64(n), "cpu-µs/auth")
}

// BenchmarkAuthorize is a token, its 020 and the delivery of its notice, without a socket.
func BenchmarkAuthorize(b *testing.B) {
	for _, kept := range []string{"memory", "journal"} {
		b.Run(kept, func(b *testing.B) {
			dir := ""
			if kept == "journal" {
				dir = b.TempDir()
			}
			var told atomic.Int64
			sim := benchSim(b, dir, "http://shop.example/", paygentsim.InProcess(accept(&told)))
			rt := sim.Transport()
			b.ReportAllocs()
			n, spent := int64(0), cpuTime(b)
			for b.Loop() {
				n++
				if err := roundTrip(rt, "https://sim.example/n/card/request", authorization(b, sim, n)); err != nil {
					b.Fatal(err)
				}
				if worked, _, err := sim.Step(context.Background()); err != nil || !worked {
					b.Fatal(worked, err)
				}
			}
			if told.Load() != n || int64(len(sim.Payments())) != n {
				b.Fatalf("%d notices of %d payments after %d authorisations", told.Load(), len(sim.Payments()), n)
			}
			report(b, n, spent)
		})
	}
}

// BenchmarkAuthorizeHTTP is the same over sockets, clients on every core and the notices
// delivered beside them.
func BenchmarkAuthorizeHTTP(b *testing.B) {
	var told, asked atomic.Int64
	shop := httptest.NewServer(accept(&told))
	defer shop.Close()
	pooled := &http.Transport{MaxIdleConnsPerHost: 64}
	sim := benchSim(b, "", shop.URL, pooled)
	srv := httptest.NewServer(sim.Handler())
	defer srv.Close()
	ctx, stop := context.WithCancel(context.Background())
	delivered := make(chan struct{})
	go func() {
		defer close(delivered)
		for ctx.Err() == nil || told.Load() < asked.Load() {
			if worked, _, err := sim.Step(context.Background()); err != nil {
				return
			} else if !worked {
				time.Sleep(time.Millisecond)
			}
		}
	}()
	b.ReportAllocs()
	spent := cpuTime(b)
	b.ResetTimer()
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := roundTrip(pooled, srv.URL+"/n/card/request", authorization(b, sim, asked.Add(1))); err != nil {
				b.Error(err)
				return
			}
		}
	})
	stop()
	<-delivered
	b.StopTimer()
	if told.Load() != asked.Load() {
		b.Fatalf("%d notices after %d authorisations", told.Load(), asked.Load())
	}
	report(b, asked.Load(), spent)
}

// BenchmarkStart opens a simulator and answers its first inquiry.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		sim := benchSim(b, "", "", http.DefaultTransport)
		body := "merchant_id=12345&connect_id=conn01&connect_password=pass01&telegram_kind=091&telegram_version=1.0"
		if err := roundTrip(sim.Transport(), "https://sim.example/n/ref/paynotice", body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms-to-answer")
}

// BenchmarkMemory is the heap of a simulator that keeps ten thousand payments and their notices.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		var told atomic.Int64
		sim := benchSim(b, "", "http://shop.example/", paygentsim.InProcess(accept(&told)))
		rt := sim.Transport()
		for n := range int64(10_000) {
			if err := roundTrip(rt, "https://sim.example/n/card/request", authorization(b, sim, n)); err != nil {
				b.Fatal(err)
			}
			if _, _, err := sim.Step(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MB-of-heap")
		if got := len(sim.Payments()); got != 10_000 {
			b.Fatalf("%d payments", got)
		}
	}
}
