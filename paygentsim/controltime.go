package paygentsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// clockView is the answer of /control/clock.
type clockView struct {
	Now   time.Time `json:"now"`
	Speed float64   `json:"speed"`
}

func (s *Sim) controlClock(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, clockView{s.Now(), s.Speed()})
}

// controlSetClock takes advance ("72h"), set (RFC 3339) and speed, as a form or as JSON.
func (s *Sim) controlSetClock(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	get, err := values(r)
	if err == nil {
		err = s.turnClock(get)
	}
	if err != nil {
		reject(w, r, http.StatusBadRequest, "invalid_clock", err)
		return
	}
	done(w, r, clockView{s.Now(), s.Speed()}, "clock")
}

// values reads a form, or a JSON object of texts and numbers.
func values(r *http.Request) (func(string) string, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return r.FormValue, r.ParseForm()
	}
	return readValues(r.Body)
}

func readValues(object io.Reader) (func(string) string, error) {
	var body map[string]looseText
	if err := json.NewDecoder(object).Decode(&body); err != nil {
		return nil, err
	}
	return func(name string) string { return string(body[name]) }, nil
}

// clockOrder is what to do to the clock; what is zero stays as it is.
type clockOrder struct {
	advance time.Duration
	set     time.Time
	speed   float64
}

// readClock reads all of an order before any of it is done.
func readClock(get func(string) string) (o clockOrder, err error) {
	advance, set, speed := get("advance"), get("set"), get("speed")
	if advance == "" && set == "" && speed == "" {
		return o, errors.New("one of advance, set and speed is needed")
	}
	if speed != "" {
		if o.speed, err = strconv.ParseFloat(speed, 64); err != nil || !speedFits(o.speed) {
			return o, fmt.Errorf("speed %q: want more than 0 and at most %d", speed, maxSpeed)
		}
	}
	if set != "" {
		if o.set, err = time.Parse(time.RFC3339, set); err != nil {
			return o, err
		}
	}
	if advance != "" {
		if o.advance, err = time.ParseDuration(advance); err == nil && o.advance < 0 {
			err = ErrBackwards
		}
	}
	return o, err
}

func (s *Sim) turnClock(get func(string) string) error {
	o, err := readClock(get)
	if err == nil && !o.set.IsZero() {
		err = s.SetClock(o.set)
	}
	if err == nil && o.advance != 0 {
		err = s.Advance(o.advance)
	}
	if err == nil && o.speed != 0 {
		err = s.SetSpeed(o.speed)
	}
	return err
}

func (s *Sim) controlPace(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.CurrentPace()) }

// controlSetPace takes a Pace as JSON, or its two numbers as a form.
func (s *Sim) controlSetPace(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	get, err := values(r)
	pace := s.CurrentPace()
	if err == nil {
		pace, err = readPace(pace, get)
	}
	if err == nil {
		err = s.SetPace(pace)
	}
	if err != nil {
		reject(w, r, http.StatusBadRequest, "invalid_pace", err)
		return
	}
	done(w, r, pace, "pace")
}

// readPace changes those of a pace's two numbers that are given.
func readPace(pace Pace, get func(string) string) (Pace, error) {
	for name, into := range map[string]*int64{"transit_ms": &pace.TransitMillis, "final_report_ms": &pace.FinalReportMillis} {
		given := get(name)
		if given == "" {
			continue
		}
		n, err := strconv.ParseInt(given, 10, 64)
		if err != nil {
			return pace, fmt.Errorf("%s %q: a whole number of milliseconds is needed", name, given)
		}
		*into = n
	}
	return pace, pace.validate()
}
