package reconcile_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
)

// wire stands between the client and the centre. It can answer in the centre's place.
type wire struct {
	next    http.RoundTripper
	scripts map[string][]script // by telegram kind; each serves once
	sent    []url.Values
}

// script is one answer in the centre's place.
type script struct {
	body   string // empty: the answer is lost
	effect bool   // the centre takes the telegram all the same
	unsent bool   // the connection fails before a byte is read
	then   func() // what happens meanwhile
}

var errCut = errors.New("connection reset")

func (w *wire) script(kind string, s ...script) { w.scripts[kind] = append(w.scripts[kind], s...) }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	s, scripted := w.take(r)
	if s.unsent {
		return nil, errCut
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	params, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	w.sent = append(w.sent, params)
	if !scripted {
		s, scripted = w.takeKind(params.Get("telegram_kind"))
	}
	if s.then != nil {
		s.then()
	}
	if scripted && !s.effect {
		return answer(s.body)
	}
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := w.next.RoundTrip(again)
	if !scripted || err != nil {
		return resp, err
	}
	_ = resp.Body.Close()
	return answer(s.body)
}

// take serves a script for the next telegram whatever its kind, without reading it.
func (w *wire) take(*http.Request) (script, bool) { return w.takeKind("") }

func (w *wire) takeKind(kind string) (script, bool) {
	queue := w.scripts[kind]
	if len(queue) == 0 {
		return script{}, false
	}
	w.scripts[kind] = queue[1:]
	return queue[0], true
}

func answer(body string) (*http.Response, error) {
	if body == "" {
		return nil, errCut
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/plain; charset=Windows-31J"}},
		Body: io.NopCloser(bytes.NewReader([]byte(body))),
	}, nil
}

// count is how many telegrams of a kind left, about a trading_id if one is given.
func (w *wire) count(kind, tradingID string) int {
	n := 0
	for _, p := range w.sent {
		if p.Get("telegram_kind") == kind && (tradingID == "" || p.Get("trading_id") == tradingID) {
			n++
		}
	}
	return n
}

// faultyStore lets commits come into doubt.
type faultyStore struct {
	ledger.Store
	updates []doubt // for the next Updates
	sent    []doubt // for the next MarkSents
	notices []doubt // for the next AddNotices
}

// doubt is how a commit goes wrong: nobody knows whether it was written.
type doubt string

const (
	fine      doubt = ""
	committed doubt = "committed" // it was
	lost      doubt = "lost"      // it was not
)

var errUndone = errors.New("undone")

func next(queue *[]doubt) doubt {
	if len(*queue) == 0 {
		return fine
	}
	d := (*queue)[0]
	*queue = (*queue)[1:]
	return d
}

func inDoubt(err error, d doubt) error {
	if d == fine || err != nil && !errors.Is(err, errUndone) {
		return err
	}
	return &database.CommitUnknownError{Err: errCut}
}

func (s *faultyStore) Update(ctx context.Context, id order.ID, decide func(*ledger.Ledger) error) error {
	d := next(&s.updates)
	err := s.Store.Update(ctx, id, func(l *ledger.Ledger) error {
		err := decide(l)
		if err == nil && d == lost {
			err = errUndone
		}
		return err
	})
	return inDoubt(err, d)
}

func (s *faultyStore) MarkSent(ctx context.Context, operation string, sent ledger.Sent) (bool, error) {
	d := next(&s.sent)
	if d == lost {
		return false, inDoubt(nil, d)
	}
	ok, err := s.Store.MarkSent(ctx, operation, sent)
	return ok, inDoubt(err, d)
}

func (s *faultyStore) AddNotice(ctx context.Context, n ledger.Notice) error {
	d := next(&s.notices)
	if d == lost {
		return inDoubt(nil, d)
	}
	return inDoubt(s.Store.AddNotice(ctx, n), d)
}

// spy sees what the services ask of the gateway.
type spy struct {
	ledger.Gateway
	rig      *rig
	commands []ledger.Command
	asked    []question
	during   func() // runs once, while a telegram is under way
	answer   func(ledger.Inquiry) (ledger.Finding, bool)
}

// question is one inquiry and when it was asked.
type question struct {
	ledger.Inquiry
	at time.Time
}

func (s *spy) Execute(ctx context.Context, c ledger.Command) ledger.Answer {
	s.commands = append(s.commands, c)
	if f := s.during; f != nil {
		s.during = nil
		f()
	}
	return s.Gateway.Execute(ctx, c)
}

func (s *spy) Inquire(ctx context.Context, q ledger.Inquiry) ledger.Finding {
	s.asked = append(s.asked, question{q, s.rig.Now()})
	if s.answer != nil {
		if f, ours := s.answer(q); ours {
			return f
		}
	}
	return s.Gateway.Inquire(ctx, q)
}

// lease is longer than any owner keeps an operation that it does not work on.
const lease = 2 * time.Minute
