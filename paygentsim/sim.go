package paygentsim

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Sim is a simulated payment centre. Its methods may be called from any goroutine.
type Sim struct {
	opt Options

	mu         sync.Mutex // guards everything below
	st         *state
	journal    *journal // nil = in memory
	generation uint64
	merchants  []Merchant
	seed       uint64
	faults     Faults
	pace       Pace
	operations map[string]operation
	paths      map[string]string // by telegram kind
	linkFields []field
	late       []*telegram        // their effect waits for an inquiry
	forced     map[string][]Fault // by telegram kind
	forcedN    []NoticeFault
	forcedT    []string // result codes of token requests
	history    history
	inFlight   map[noticeKey]bool
	authority  *authority
	closed     bool
}

type noticeKey struct {
	merchantID string
	noticeID   int64
}

// New opens a simulator; with Options.Dir it goes on where the last one stopped.
func New(opt Options) (*Sim, error) {
	s := &Sim{opt: opt.withDefaults(), forced: map[string][]Fault{}, inFlight: map[noticeKey]bool{}}
	s.history.limit = s.opt.History
	faults, err := s.opt.Faults.Faults()
	if err != nil {
		return nil, err
	}
	s.faults = faults
	if err := s.opt.Pace.validate(); err != nil {
		return nil, err
	}
	s.pace = s.opt.Pace
	s.operations, s.paths = operations(), map[string]string{}
	s.linkFields = tableLink()
	for kind := range s.operations {
		s.paths[kind] = pathOf(kind)
	}
	kept, err := s.load()
	if err != nil {
		return nil, err
	}
	if err := s.settleIdentity(kept); err != nil {
		return nil, errors.Join(err, s.closeJournal())
	}
	if err := s.compact(); err != nil {
		return nil, errors.Join(err, s.closeJournal())
	}
	return s, nil
}

// settleIdentity decides merchants and seed: handed in, else kept, else made.
func (s *Sim) settleIdentity(kept snapshot) error {
	s.seed, s.merchants = s.opt.Seed, slices.Clone(s.opt.Merchants)
	var err error
	if s.seed == 0 {
		s.seed = kept.Seed
	}
	if s.seed == 0 {
		if s.seed, err = randomSeed(s.opt.Rand); err != nil {
			return err
		}
	}
	if len(s.merchants) == 0 {
		s.merchants = kept.merchants()
	}
	if len(s.merchants) == 0 {
		m, err := generateMerchant(s.opt.Rand)
		if err != nil {
			return err
		}
		s.merchants = []Merchant{m}
	}
	seen := map[string]bool{}
	for i := range s.merchants {
		if err := s.merchants[i].validate(); err != nil {
			return err
		}
		if id := s.merchants[i].MerchantID; seen[id] {
			return fmt.Errorf("paygentsim: merchant %s is given twice", id)
		}
		seen[s.merchants[i].MerchantID] = true
	}
	return nil
}

// Close writes everything down and releases Dir. The simulator answers 503 afterwards.
func (s *Sim) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return errors.Join(s.compact(), s.closeJournal())
}

// Seed is what the faults are drawn from; print it, to be able to repeat a run.
func (s *Sim) Seed() uint64 { return s.seed }

// Merchants returns the contracts, keys included.
func (s *Sim) Merchants() []Merchant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.merchants)
}

// SetNoticeURL changes where future notices of merchants without a URL of their own go.
func (s *Sim) SetNoticeURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opt.NoticeURL = url
}

// Payments returns the centre's book, oldest payment first.
func (s *Sim) Payments() []Payment {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Payment, 0, len(s.st.order))
	for _, id := range s.st.order {
		out = append(out, *s.st.payments[id].clone())
	}
	return out
}

// Payment returns one payment.
func (s *Sim) Payment(paymentID string) (Payment, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.st.payments[paymentID]
	if p == nil {
		return Payment{}, false
	}
	return *p.clone(), true
}

// Notices returns the differences the centre still keeps, by merchant, oldest first.
func (s *Sim) Notices() []Notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Notice
	for i := range s.merchants {
		for _, n := range s.st.book(s.merchants[i].MerchantID).notices {
			out = append(out, *n)
		}
	}
	return out
}

func (s *Sim) merchant(id string) *Merchant {
	for i := range s.merchants {
		if s.merchants[i].MerchantID == id {
			return &s.merchants[i]
		}
	}
	return nil
}

// noticeURL is where p's notices go: the address its own trade named (the link type's
// inform_url), its merchant's, or that of everybody.
func (s *Sim) noticeURL(p *Payment) string {
	if own := p.InformURL; own != "" {
		return own
	}
	if m := s.merchant(p.MerchantID); m != nil && m.NoticeURL != "" {
		return m.NoticeURL
	}
	return s.opt.NoticeURL
}

// SetPageURL changes Options.PageURL for the answers that follow.
func (s *Sim) SetPageURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opt.PageURL = strings.TrimRight(url, "/")
}

// pageBase is where a browser reaches the pages, told by the request when nothing else says.
func (s *Sim) pageBase(r *http.Request) string {
	switch {
	case s.opt.PageURL != "":
		return strings.TrimRight(s.opt.PageURL, "/")
	case r.URL.Scheme != "": // without a socket
		return r.URL.Scheme + "://" + r.Host
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
