package paygentsim

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// Options are what a simulator is made of. The zero value is a simulator in memory
// with one generated merchant, real time, real chance, and no faults.
type Options struct {
	// Dir keeps the books over restarts; one process at a time. Empty keeps them in memory.
	Dir string
	// Clock defaults to time.Now.
	Clock func() time.Time
	// Rand makes keys and tokens; it defaults to crypto/rand.
	Rand io.Reader
	// Seed draws the faults. 0 takes the one kept in Dir, or a new one; see Sim.Seed.
	Seed uint64
	// Merchants replace those kept in Dir; without either, one is generated.
	Merchants []Merchant
	// NoticeURL receives the notices of merchants that name no URL of their own.
	NoticeURL string
	// NoticeClient carries notices; it defaults to http.DefaultTransport.
	NoticeClient http.RoundTripper
	// Faults is the profile to start with.
	Faults Profile
	// Pace is how long the centre takes over what it does by itself.
	Pace Pace
	// PageURL is where a browser reaches Handler or BrowserHandler ("http://127.0.0.1:8090"),
	// for the addresses of pages in answers. Empty takes the address the telegram came to,
	// which a browser cannot use when that one asks for client certificates.
	PageURL string
	// Hang is how long a time-out holds a socket whose client does not give up; 0 = 60 s.
	Hang time.Duration
	// Sleep waits for a slow answer. By default a socket waits in real time and Transport
	// does not wait at all.
	Sleep func(context.Context, time.Duration) error
	// History is how many requests are remembered; 0 = 10,000.
	History int
	// Log defaults to silence.
	Log *slog.Logger
}

// withDefaults fills what is not given. It is the one place where the package reaches
// for the real clock and real chance.
func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.NoticeClient == nil {
		o.NoticeClient = http.DefaultTransport
	}
	if o.Hang == 0 {
		o.Hang = time.Minute
	}
	if o.History == 0 {
		o.History = 10_000
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// sleep waits in real time unless the caller handed in a way to wait.
func (o *Options) sleep(ctx context.Context, d time.Duration) error {
	if o.Sleep != nil {
		return o.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
