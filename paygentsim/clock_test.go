package paygentsim_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

func TestClockIsMoved(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("1", good, fields{"sales_mode": "1"})["payment_id"]
	if err := b.sim.Advance(100 * day); err != nil {
		t.Fatal(err)
	}
	b.drain()
	p, _ := b.sim.Payment(id)
	last := p.Changes[len(p.Changes)-1]
	if p.Status != paygentsim.CapturedFinal || !last.At.Equal(b.clock.Now().Add(60*day)) {
		t.Errorf("%s at %v: what falls due is dated when it was", p.Status, last.At)
	}
	if n := b.sim.Notices(); n[len(n)-1].ChangedAt != last.At {
		t.Errorf("notice %+v", n[len(n)-1])
	}
	if err := b.sim.SetClock(b.clock.Now()); !errors.Is(err, paygentsim.ErrBackwards) {
		t.Errorf("backwards: %v", err)
	}
	if err := b.sim.Advance(-time.Second); !errors.Is(err, paygentsim.ErrBackwards) {
		t.Errorf("backwards: %v", err)
	}
}

func TestClockRunsFaster(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	start := b.sim.Now()
	if err := b.sim.SetSpeed(1440); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(time.Minute)
	if got := b.sim.Now().Sub(start); got != day {
		t.Errorf("a minute is %v", got)
	}
	if err := b.sim.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(time.Second)
	if got := b.sim.Now().Sub(start); got != day+time.Hour+24*time.Minute || b.sim.Speed() != 1440 {
		t.Errorf("then %v at speed %v", got, b.sim.Speed())
	}
	for _, bad := range []float64{0, -1, 100_000} {
		if err := b.sim.SetSpeed(bad); err == nil {
			t.Errorf("speed %v was taken", bad)
		}
	}
}

func TestClockSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := setup(t, paygentsim.Options{Dir: dir})
	if err := b.sim.SetSpeed(60); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.Advance(10 * day); err != nil {
		t.Fatal(err)
	}
	want := b.sim.Now()
	b.open(paygentsim.Options{Dir: dir})
	if !b.sim.Now().Equal(want) || b.sim.Speed() != 60 {
		t.Errorf("killed at %v, opened at %v, speed %v", want, b.sim.Now(), b.sim.Speed())
	}
}

func TestControlClock(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	type view struct {
		Now   time.Time `json:"now"`
		Speed float64   `json:"speed"`
	}
	start := decode[view](t, b.control("GET", "/control/clock", "")).Now
	got := decode[view](t, b.control("POST", "/control/clock", "advance=72h&speed=60"))
	if got.Now.Sub(start) != 3*day || got.Speed != 60 {
		t.Errorf("got %+v", got)
	}
	got = decode[view](t, b.control("POST", "/control/clock", `{"set":"2026-12-24T00:00:00+09:00","speed":1}`, "Content-Type", "application/json"))
	if got.Speed != 1 || !got.Now.Equal(time.Date(2026, 12, 23, 15, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v", got)
	}
	for _, body := range []string{"", "advance=soon", "advance=-1h", "set=2026-12-01T00:00:00Z", "set=now", "speed=0", "speed=fast"} {
		if rec := b.control("POST", "/control/clock", body); rec.Code != http.StatusBadRequest {
			t.Errorf("%q: status %d", body, rec.Code)
		}
	}
}

func TestTransitStatuses(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{Pace: paygentsim.Pace{TransitMillis: 60_000}})
	steps := func(id string) (out []paygentsim.Status) {
		p, _ := b.sim.Payment(id)
		for _, c := range p.Changes {
			out = append(out, c.To)
		}
		return out
	}
	sold := b.authorize("1", good, nil)["payment_id"]
	b.send("022", fields{"payment_id": sold})
	if got := b.status(sold); got != paygentsim.CaptureRequested {
		t.Fatalf("requested: %s", got)
	}
	b.clock.advance(time.Minute)
	b.drain()
	b.send("023", fields{"payment_id": sold})
	b.clock.advance(2 * time.Minute)
	b.drain()
	if diff := cmp.Diff([]paygentsim.Status{"20", "30", "40", "42", "50", "60"}, steps(sold)); diff != "" {
		t.Errorf("sales and their cancel (-want +got):\n%s", diff)
	}
	again := b.authorize("3", good, fields{"sales_mode": "1"})["payment_id"]
	b.send("023", fields{"payment_id": again})
	b.clock.advance(time.Minute)
	b.drain()
	b.send("023", fields{"payment_id": again})
	if diff := cmp.Diff([]paygentsim.Status{"40", "42", "50", "60"}, steps(again)); diff != "" {
		t.Errorf("a repeated telegram goes straight on (-want +got):\n%s", diff)
	}
	cancelled := b.authorize("2", good, nil)["payment_id"]
	b.send("021", fields{"payment_id": cancelled})
	b.clock.advance(time.Minute)
	b.drain()
	if diff := cmp.Diff([]paygentsim.Status{"20", "31", "32"}, steps(cancelled)); diff != "" {
		t.Errorf("cancel (-want +got):\n%s", diff)
	}
	changed := b.carrierPayment(softbank)
	b.send("103", fields{"payment_id": changed, "amount": "3000"})
	p, _ := b.sim.Payment(changed)
	if p.Status != paygentsim.ChangeRequested || p.Amount != 3300 {
		t.Errorf("at 34 the amount is the old one: %+v", p)
	}
	b.clock.advance(time.Minute)
	b.drain()
	if p, _ := b.sim.Payment(changed); p.Status != paygentsim.Authorized || p.Amount != 3000 {
		t.Errorf("after 34: %+v", p)
	}
	if _, err := b.sim.SetStatus(changed, paygentsim.ChangeRequested, true); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(time.Minute)
	b.drain()
	if p, _ := b.sim.Payment(changed); p.Status != paygentsim.Authorized || p.Amount != 3000 {
		t.Errorf("put to 34 by hand, then: %+v", p)
	}
}

// Put there by hand without a pace, a transit status waits for a hand.
func TestTransitByHandStays(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("1", good, nil)["payment_id"]
	if _, err := b.sim.SetStatus(id, paygentsim.CaptureRequested, true); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(90 * day)
	b.drain()
	if s := b.status(id); s != paygentsim.CaptureRequested {
		t.Errorf("status %s", s)
	}
}

func TestControlPace(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	got := decode[paygentsim.Pace](t, b.control("POST", "/control/pace", "transit_ms=5&final_report_ms=7"))
	if want := (paygentsim.Pace{TransitMillis: 5, FinalReportMillis: 7}); got != want || decode[paygentsim.Pace](t, b.control("GET", "/control/pace", "")) != want {
		t.Errorf("got %+v", got)
	}
	id := b.send("030", conveni("00C001", nil))["payment_id"]
	if _, err := b.sim.SetStatus(id, paygentsim.Preliminary, true); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(7 * time.Millisecond)
	b.drain()
	if s := b.status(id); s != paygentsim.Captured {
		t.Errorf("final report: %s", s)
	}
	if rec := b.control("POST", "/control/pace", "transit_ms=-1"); rec.Code != http.StatusBadRequest {
		t.Errorf("negative: %d", rec.Code)
	}
	if _, err := paygentsim.New(paygentsim.Options{Pace: paygentsim.Pace{TransitMillis: -1}}); err == nil {
		t.Error("a negative pace was taken")
	}
}
