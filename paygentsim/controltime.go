package paygentsim

import (
	"encoding/json"
	"errors"
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
		writeError(w, http.StatusBadRequest, "invalid_clock", err.Error())
		return
	}
	done(w, r, clockView{s.Now(), s.Speed()})
}

// values reads a form, or a JSON object of texts and numbers.
func values(r *http.Request) (func(string) string, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return r.FormValue, r.ParseForm()
	}
	var body map[string]looseText
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, err
	}
	return func(name string) string { return string(body[name]) }, nil
}

func (s *Sim) turnClock(get func(string) string) error {
	advance, set, speed := get("advance"), get("set"), get("speed")
	if advance == "" && set == "" && speed == "" {
		return errors.New("one of advance, set and speed is needed")
	}
	if speed != "" {
		n, err := strconv.ParseFloat(speed, 64)
		if err == nil {
			err = s.SetSpeed(n)
		}
		if err != nil {
			return err
		}
	}
	if set != "" {
		t, err := time.Parse(time.RFC3339, set)
		if err == nil {
			err = s.SetClock(t)
		}
		if err != nil {
			return err
		}
	}
	if advance == "" {
		return nil
	}
	d, err := time.ParseDuration(advance)
	if err != nil {
		return err
	}
	return s.Advance(d)
}

func (s *Sim) controlPace(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.CurrentPace()) }

// controlSetPace takes a Pace as JSON, or its two numbers as a form.
func (s *Sim) controlSetPace(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	get, err := values(r)
	pace := s.CurrentPace()
	for name, into := range map[string]*int64{"transit_ms": &pace.TransitMillis, "final_report_ms": &pace.FinalReportMillis} {
		if err == nil && get(name) != "" {
			*into, err = strconv.ParseInt(get(name), 10, 64)
		}
	}
	if err == nil {
		err = s.SetPace(pace)
	}
	if err != nil {
		writeError(w, http.StatusBadRequest, "invalid_pace", err.Error())
		return
	}
	done(w, r, pace)
}
