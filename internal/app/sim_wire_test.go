package app_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kessai/paygentsim"
)

// wire is the connection to the centre. It counts telegrams by kind and payment, lets
// the notices of what they change be lost, and lets time-outs take their time.
type wire struct {
	next       http.RoundTripper
	simulation *simulation
	sent       map[string]int // "020 12_2", "022 900000001"
	slow       []slow
}

// slow is a telegram that is still under way when its sender has given up.
type slow struct {
	arrives time.Time
	request *http.Request
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	s := w.simulation
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	kind, id := form.Get("telegram_kind"), form.Get("payment_id")
	if kind == "020" {
		id = form.Get("trading_id")
	}
	key := kind + " " + id
	w.sent[key]++
	s.Advance(40 * time.Millisecond) // nothing is answered at once
	if kind == "020" && w.sent[key] > 1 {
		s.t.Errorf("a second 020 of %s left the shop", id)
	}
	if w.delay(req, kind, body) {
		s.Advance(35 * time.Second)
		return nil, errLate{}
	}
	req = req.Clone(req.Context())
	req.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := w.exchange(req, kind)
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		s.Advance(35 * time.Second)
	}
	if kind != "094" {
		s.crashAt("effect")
	}
	return resp, err
}

// delay keeps a telegram back, to arrive when its sender has given it up, and perhaps
// settled it as not happened.
func (w *wire) delay(req *http.Request, kind string, body []byte) bool {
	s := w.simulation
	one := 10
	if kind == "020" {
		one = 20
	}
	if kind == "094" || s.armed != "" || s.sim.CurrentFaults() == (paygentsim.Faults{}) || s.dice.IntN(one) != 0 {
		return false
	}
	late := req.Clone(context.Background())
	late.Body = io.NopCloser(bytes.NewReader(body))
	d := []time.Duration{40 * time.Second, 12 * time.Minute, 25 * time.Minute, 3 * time.Hour}[s.dice.IntN(4)]
	if kind == "020" {
		d = min(d, 25*time.Minute) // its token ends after 30
	}
	w.slow = append(w.slow, slow{s.Now().Add(d), late})
	s.cover("delayed " + kind)
	return true
}

// arrive lets telegrams reach the centre whose time has come. The notices of what they
// do are not lost: of what is settled nothing else will tell.
func (w *wire) arrive() (any bool) {
	now := w.simulation.Now()
	w.slow = slices.DeleteFunc(w.slow, func(late slow) bool {
		if late.arrives.After(now) {
			return false
		}
		any = true
		if resp, err := w.next.RoundTrip(late.request); err == nil {
			_ = resp.Body.Close() // nobody waits for it
		}
		return true
	})
	return any
}

type errLate struct{}

func (errLate) Error() string   { return "time-out awaiting the answer" }
func (errLate) Timeout() bool   { return true }
func (errLate) Temporary() bool { return true }

func (w *wire) exchange(req *http.Request, kind string) (*http.Response, error) {
	s := w.simulation
	if kind == "094" {
		return w.next.RoundTrip(req)
	}
	faults := s.sim.CurrentFaults()
	if faults != (paygentsim.Faults{}) {
		if err := s.sim.SetFaults(hostile()); err != nil {
			return nil, err
		}
		defer func() {
			if err := s.sim.SetFaults(faults); err != nil {
				s.t.Error(err)
			}
		}()
	}
	resp, err := w.next.RoundTrip(req)
	for s.dice.IntN(3) == 0 { // a notice is quicker than the answer
		s.cover("notice while a telegram is under way")
		if worked, _, stepErr := s.sim.Step(context.Background()); stepErr != nil || !worked {
			return resp, errors.Join(err, stepErr)
		}
	}
	return resp, err
}

// total counts the telegrams of a kind.
func (w *wire) total(kind string) int {
	n := 0
	for key, count := range w.sent {
		if strings.HasPrefix(key, kind+" ") {
			n += count
		}
	}
	return n
}

// orderOf reads the order out of a trading_id: 12, 12_2.
func orderOf(tradingID string) int64 {
	id, _, _ := strings.Cut(tradingID, "_")
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return -1
	}
	return n
}
