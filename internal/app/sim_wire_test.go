package app_test

import (
	"bytes"
	"cmp"
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

	"kessai/internal/order"
	"kessai/paygentsim"
)

// wire is the connection to the centre. It counts telegrams by kind and payment, and lets
// time-outs take their time.
type wire struct {
	next       http.RoundTripper
	simulation *simulation
	sent       map[string]int // "020 12_2", "022 900000001"
	begun      int            // telegrams that begin a payment
	slow       []slow
}

// slow is a telegram that is still under way when its sender has given up.
type slow struct {
	what    string
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
	kind, id := cmp.Or(form.Get("telegram_kind"), "link"), form.Get("payment_id")
	begins := slices.Contains(beginning, kind)
	if begins {
		id = form.Get("trading_id")
		w.begun++
	}
	key := kind + " " + id
	w.sent[key]++
	of := order.ID(orderOf(cmp.Or(form.Get("trading_id"), s.books.trading(id))))
	s.Advance(40 * time.Millisecond)                                   // nothing is answered at once
	if begins && w.sent[key] > 1 && form.Get("ref_trading_id") != id { // one under the former id is counted with its operations
		s.bad(of, "a second %s of %s left the shop", kind, id)
	}
	s.note("    %s %s %s", s.node, key, form.Get("payment_amount")+form.Get("amount")+form.Get("id"))
	if w.delay(req, kind, of, body) {
		s.cover("telegram fault", s.labelOf(of), "late")
		s.Advance(35 * time.Second)
		return nil, errLate{}
	}
	req = req.Clone(req.Context())
	req.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := w.exchange(req, kind, of)
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		s.Advance(35 * time.Second)
	}
	if kind != "094" {
		s.crashAt("effect", of)
	}
	return resp, err
}

// beginning are the telegrams that name a trading_id, and leave once for each.
var beginning = []string{"010", "020", "030", "060", "100", "104", "450", "link"}

// met notes the fault that struck.
func (w *wire) met(kind string, id order.ID) {
	s := w.simulation
	asked := s.sim.Requests()
	if len(asked) == 0 {
		return
	}
	r := asked[len(asked)-1]
	s.note("    … %s %s %s %s", r.Result, r.Code, r.PaymentID, r.Fault)
	if r.Fault == "" || r.Kind != kind && kind != "link" {
		return
	}
	if kind == "094" {
		s.cover("094 fault", "*", string(r.Fault))
		return
	}
	s.cover("telegram fault", s.labelOf(id), string(r.Fault))
	s.cover("telegram × fault", kind, string(r.Fault))
}

// delay keeps a telegram back, to arrive when its sender has given it up, and perhaps
// settled it as not happened.
func (w *wire) delay(req *http.Request, kind string, of order.ID, body []byte) bool {
	s := w.simulation
	one := 12
	if slices.Contains(beginning, kind) {
		one = 22
	}
	if kind == "094" || s.armed != "" || s.sim.CurrentFaults() == (paygentsim.Faults{}) || !s.aimsAt("telegram fault", of, "late") && s.dice.IntN(one) != 0 {
		return false
	}
	late := req.Clone(context.Background())
	late.Body = io.NopCloser(bytes.NewReader(body))
	d := []time.Duration{40 * time.Second, 12 * time.Minute, 25 * time.Minute, 3 * time.Hour}[s.dice.IntN(4)]
	if kind == "020" || kind == "450" {
		d = min(d, 25*time.Minute) // its token ends after 30
	}
	w.slow = append(w.slow, slow{kind, s.Now().Add(d), late})
	s.cover("telegram × fault", kind, "late")
	return true
}

// arrive lets telegrams reach the centre whose time has come.
func (w *wire) arrive() (any bool) {
	now := w.simulation.Now()
	w.slow = slices.DeleteFunc(w.slow, func(late slow) bool {
		if late.arrives.After(now) {
			return false
		}
		any = true
		if resp, err := w.next.RoundTrip(late.request); err == nil {
			_ = resp.Body.Close() // nobody waits for it
			w.simulation.note("    a telegram of long ago arrives: %s", late.what)
		}
		return true
	})
	return any
}

type errLate struct{}

func (errLate) Error() string   { return "time-out awaiting the answer" }
func (errLate) Timeout() bool   { return true }
func (errLate) Temporary() bool { return true }

func (w *wire) exchange(req *http.Request, kind string, id order.ID) (*http.Response, error) {
	s := w.simulation
	if kind == "094" {
		defer w.met(kind, id)
		return w.next.RoundTrip(req)
	}
	if fault := s.wantedFault(id); fault != paygentsim.NoFault {
		if err := s.sim.ForceFault(kind, fault); err != nil {
			return nil, err
		}
	}
	resp, err := w.next.RoundTrip(req)
	w.met(kind, id)
	here := s.current()
	defer s.use(here)
	for s.dice.IntN(3) == 0 { // a notice is quicker than the answer
		s.cover("other", "*", "notice while a telegram is under way")
		s.use(s.alive())
		if worked, _, stepErr := s.sim.Step(context.Background()); stepErr != nil || !worked {
			return resp, errors.Join(err, stepErr)
		}
	}
	return resp, err
}

// orderOf reads the order out of a trading_id: 12, 12_2, B12_2.
func orderOf(tradingID string) int64 {
	id, _, _ := strings.Cut(strings.TrimPrefix(tradingID, "B"), "_")
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func orderID(tradingID string) order.ID { return order.ID(orderOf(tradingID)) }
