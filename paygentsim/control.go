package paygentsim

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// ControlHandler serves the 試験環境ツール: a page for people, JSON for scripts. Give it a
// listener of its own that only its users reach: it shows the contract's keys.
//
//	GET  /control/                                page
//	GET  /control/payments                        every payment; ?q= finds by trading_id and payment_id
//	GET  /control/payments/{payment_id}           one
//	POST /control/payments/{payment_id}/status    form status=40, notice=0 withholds the notice
//	POST /control/payments/{payment_id}/notices   sends its notices again
//	POST /control/payments/{payment_id}/withhold  keeps those on their way from being sent
//	POST /control/payments/{payment_id}/correct   form amount=3000: 028 or 029 as in ペイジェントオンライン
//	POST /control/foreign                         form trading_id, payment_type, amount: another shop's payment
//	GET  /control/visits                          the pages buyers were sent to
//	GET  /control/notices                         every notice
//	POST /control/differences/purge               form through=12: 091 forgets up to this id
//	GET  /control/clock                           the centre's time and its speed
//	POST /control/clock                           advance=72h, set=2026-12-04T03:30:00+09:00, speed=60
//	GET  /control/pace                            how long it takes over what it does by itself
//	POST /control/pace                            transit_ms=60000, final_report_ms=1000
//	GET  /control/requests                        what was served
//	GET  /control/magic                           the magic card numbers
//	GET  /control/faults                          knobs and seed
//	POST /control/faults                          JSON: profile, faults, next, next_notice, next_token
//	POST /control/profile                         form profile=hostile
//	POST /control/reset                           forgets all but contracts, keys and sequences
//
// An error is {"error":{"code":…,"message":…}}.
func (s *Sim) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/control/", http.StatusSeeOther))
	mux.HandleFunc("GET /control/{$}", s.controlPage)
	mux.HandleFunc("GET /control/payments", func(w http.ResponseWriter, r *http.Request) { writeJSON(w, orEmpty(s.find(r.FormValue("q")))) })
	mux.HandleFunc("GET /control/payments/{id}", s.controlPayment)
	mux.HandleFunc("POST /control/payments/{id}/status", s.controlStatus)
	mux.HandleFunc("POST /control/payments/{id}/notices", s.controlResend)
	mux.HandleFunc("GET /control/notices", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, orEmpty(s.Notices())) })
	mux.HandleFunc("GET /control/requests", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, orEmpty(s.Requests())) })
	mux.HandleFunc("GET /control/magic", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, MagicCards()) })
	mux.HandleFunc("GET /control/faults", s.controlFaults)
	mux.HandleFunc("POST /control/faults", s.controlSetFaults)
	mux.HandleFunc("POST /control/reset", s.controlReset)
	mux.HandleFunc("POST /control/payments/{id}/withhold", s.controlWithhold)
	mux.HandleFunc("POST /control/payments/{id}/correct", s.controlCorrect)
	mux.HandleFunc("POST /control/foreign", s.controlForeign)
	mux.HandleFunc("GET /control/visits", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, orEmpty(s.Visits())) })
	mux.HandleFunc("POST /control/differences/purge", s.controlPurge)
	mux.HandleFunc("GET /control/clock", s.controlClock)
	mux.HandleFunc("POST /control/clock", s.controlSetClock)
	mux.HandleFunc("GET /control/pace", s.controlPace)
	mux.HandleFunc("POST /control/pace", s.controlSetPace)
	mux.HandleFunc("POST /control/profile", s.controlProfile)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, http.StatusNotFound, "not_found", "no such address: "+r.URL.Path)
	})
	// A page of another site must not move payments through a developer's browser.
	return http.NewCrossOriginProtection().Handler(mux)
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v)
}

func writeError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"code": code, "message": message}})
}

// fail answers an error of operator.go.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, ErrUnknownPayment):
		reject(w, r, http.StatusNotFound, "unknown_payment", err)
	case errors.Is(err, ErrUnlawful):
		reject(w, r, http.StatusConflict, "unlawful_status", err)
	case errors.Is(err, ErrNowhere):
		reject(w, r, http.StatusConflict, "no_notice_url", err)
	default:
		reject(w, r, http.StatusInternalServerError, "failed", err)
	}
}

// reject answers a script with an error, and sends a person back to the page, which says it.
func reject(w http.ResponseWriter, r *http.Request, status int, code string, err error) {
	if isPerson(r) {
		backToPage(w, r, "error", code)
		return
	}
	writeError(w, status, code, err.Error())
}

// done answers a script with v, and sends a person back to the page, which says what was done.
func done(w http.ResponseWriter, r *http.Request, v any, what string) {
	if isPerson(r) {
		backToPage(w, r, "done", what)
		return
	}
	writeJSON(w, v)
}

func isPerson(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// backToPage keeps the search a person had made.
func backToPage(w http.ResponseWriter, r *http.Request, name, value string) {
	query := url.Values{name: {value}}
	if q := r.FormValue("q"); q != "" {
		query.Set("q", q)
	}
	http.Redirect(w, r, "/control/?"+query.Encode(), http.StatusSeeOther)
}

func (s *Sim) controlPayment(w http.ResponseWriter, r *http.Request) {
	p, found := s.Payment(r.PathValue("id"))
	if !found {
		fail(w, r, ErrUnknownPayment)
		return
	}
	writeJSON(w, p)
}

func (s *Sim) controlStatus(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	p, err := s.SetStatus(r.PathValue("id"), Status(r.FormValue("status")), r.FormValue("notice") != "0")
	if err != nil {
		fail(w, r, err)
		return
	}
	done(w, r, p, "status")
}

func (s *Sim) controlResend(w http.ResponseWriter, r *http.Request) {
	n, err := s.ResendNotices(r.PathValue("id"))
	if err != nil {
		fail(w, r, err)
		return
	}
	done(w, r, map[string]int{"resent": n}, "resent")
}

func (s *Sim) controlReset(w http.ResponseWriter, r *http.Request) {
	if err := s.Reset(); err != nil {
		fail(w, r, err)
		return
	}
	done(w, r, map[string]bool{"reset": true}, "reset")
}

func (s *Sim) controlFaults(w http.ResponseWriter, _ *http.Request) {
	// The seed as text: JavaScript's numbers would round it.
	writeJSON(w, struct {
		Seed   uint64 `json:"seed,string"`
		Faults Faults `json:"faults"`
	}{s.Seed(), s.CurrentFaults()})
}

// faultRequest is the body of POST /control/faults; every part may be left out.
type faultRequest struct {
	Profile *Profile `json:"profile"`
	Faults  *Faults  `json:"faults"`
	Next    []struct {
		Kind  string `json:"telegram_kind"`
		Fault Fault  `json:"fault"`
	} `json:"next"`
	NextNotice []NoticeFault `json:"next_notice"`
	NextToken  []string      `json:"next_token"` // result codes
}

func (s *Sim) controlSetFaults(w http.ResponseWriter, r *http.Request) {
	req, err := readFaults(http.MaxBytesReader(w, r.Body, 1<<16))
	if err == nil {
		err = s.setFaults(&req)
	}
	if err != nil {
		reject(w, r, http.StatusBadRequest, "invalid_faults", err)
		return
	}
	s.controlFaults(w, r)
}

func readFaults(body io.Reader) (req faultRequest, err error) {
	dec := json.NewDecoder(body)
	dec.DisallowUnknownFields()
	err = dec.Decode(&req)
	if errors.Is(err, io.EOF) {
		return req, errors.New("the body is empty")
	}
	if err == nil && dec.More() {
		err = errors.New("more than one JSON value")
	}
	return req, err
}

func (s *Sim) setFaults(req *faultRequest) error {
	knobs := req.Faults
	if req.Profile != nil {
		f, err := req.Profile.Faults()
		if err != nil {
			return err
		}
		knobs = &f
	}
	if knobs != nil {
		if err := s.SetFaults(*knobs); err != nil {
			return err
		}
	}
	for _, n := range req.Next {
		if err := s.ForceFault(n.Kind, n.Fault); err != nil {
			return err
		}
	}
	for _, code := range req.NextToken {
		if err := s.ForceTokenResult(code); err != nil {
			return err
		}
	}
	for _, f := range req.NextNotice {
		if err := s.ForceNoticeFault(f); err != nil {
			return err
		}
	}
	return nil
}
