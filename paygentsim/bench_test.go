package paygentsim_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"kessai/paygentsim"
)

// BenchmarkAuthorize is one 020 by token through Transport, with its notice.
func BenchmarkAuthorize(b *testing.B) {
	for name, dir := range map[string]string{"memory": "", "journal": b.TempDir()} {
		b.Run(name, func(b *testing.B) {
			bench(b, dir)
		})
	}
}

func bench(b *testing.B, dir string) {
	x := setup(b, paygentsim.Options{Dir: dir})
	x.sim.SetNoticeURL("")
	rt := x.sim.Transport()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		form := common("020", x.order("b"+strconv.Itoa(n), good, nil)).Encode()
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://sim.example/n/card/request", strings.NewReader(form))
		if err != nil {
			b.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			b.Fatal(err)
		}
	}
	if got := len(x.sim.Payments()); got != n {
		b.Fatalf("%d payments after %d authorisations", got, n)
	}
}
