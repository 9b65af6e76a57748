package paygentsim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Fault is what goes wrong with one telegram. "before" means the telegram took no
// effect, "after" that it did and only its answer is lost.
type Fault string

// The faults of telegrams.
const (
	NoFault       Fault = ""
	Slow          Fault = "slow"
	TimeoutBefore Fault = "timeout_before"
	TimeoutAfter  Fault = "timeout_after"
	CutBefore     Fault = "cut_before"
	CutAfter      Fault = "cut_after"
	GarbageBefore Fault = "garbage_before"
	GarbageAfter  Fault = "garbage_after"
	ErrorBefore   Fault = "error_before"
	ErrorAfter    Fault = "error_after"
	// LateEffect gives no answer, and takes effect only after an inquiry (090, 091, 094) has
	// been answered as if nothing had happened.
	LateEffect Fault = "late_effect"
	// WrongCharset answers a Windows-31J telegram in UTF-8 and the other way round.
	WrongCharset Fault = "wrong_charset"
	// RefusedBefore refuses the connection; over a socket, which is open by then, it is reset.
	RefusedBefore Fault = "refused_before"
	// DifferenceLost strikes 091 alone: the difference counts as delivered, its answer is lost.
	DifferenceLost Fault = "difference_lost"
	// DifferencePurged strikes 091 alone: the oldest undelivered difference is gone.
	DifferencePurged Fault = "difference_purged"
)

// before tells whether the telegram must take no effect.
func (f Fault) before() bool { return strings.HasSuffix(string(f), "_before") }

// NoticeFault is what goes wrong with one difference notification.
type NoticeFault string

// The faults of notices.
const (
	NoNoticeFault   NoticeFault = ""
	NoticeLate      NoticeFault = "late"      // hours later
	NoticeDuplicate NoticeFault = "duplicate" // once more after it was accepted
	NoticeReordered NoticeFault = "reordered" // held back until a later one has arrived
	NoticeLost      NoticeFault = "lost"      // never sent; 091 alone knows it
	NoticeBadHash   NoticeFault = "bad_hash"  // the first attempt carries a wrong hc
)

// Profile names a set of faults.
type Profile string

// The profiles. The zero value is off.
const (
	FaultsOff     Profile = "off"
	FaultsDefault Profile = "default"
	FaultsHostile Profile = "hostile"
)

// Faults are the knobs: the share (0 to 1) of telegrams and notices that each fault
// strikes. At most one strikes each.
type Faults struct {
	Slow          float64 `json:"slow"`
	TimeoutBefore float64 `json:"timeout_before"`
	TimeoutAfter  float64 `json:"timeout_after"`
	CutBefore     float64 `json:"cut_before"`
	CutAfter      float64 `json:"cut_after"`
	GarbageBefore float64 `json:"garbage_before"`
	GarbageAfter  float64 `json:"garbage_after"`
	ErrorBefore   float64 `json:"error_before"`
	ErrorAfter    float64 `json:"error_after"`

	LateEffect    float64 `json:"late_effect"`
	WrongCharset  float64 `json:"wrong_charset"`
	RefusedBefore float64 `json:"refused_before"`

	// These two are shares of the 091 alone, and count instead of the above.
	DifferenceLost   float64 `json:"difference_lost"`
	DifferencePurged float64 `json:"difference_purged"`

	// Foreign is the share of telegrams after which a payment of another shop of the same
	// merchant appears, with its notice.
	Foreign float64 `json:"foreign"`

	NoticeLate      float64 `json:"notice_late"`
	NoticeDuplicate float64 `json:"notice_duplicate"`
	NoticeReordered float64 `json:"notice_reordered"`
	NoticeLost      float64 `json:"notice_lost"`
	NoticeBadHash   float64 `json:"notice_bad_hash"`

	SlowMillis int64 `json:"slow_ms"` // how long a slow answer takes; 0 = 3 s
	LateMillis int64 `json:"late_ms"` // by how much a late notice is late; 0 = 2 h
}

// Faults returns the profile's knobs.
func (p Profile) Faults() (Faults, error) {
	switch p {
	case "", FaultsOff:
		return Faults{}, nil
	case FaultsDefault:
		return Faults{Slow: .05, NoticeDuplicate: .05, NoticeLate: .03, LateMillis: 60_000}, nil
	case FaultsHostile:
		return Faults{
			Slow: .05, TimeoutBefore: .04, TimeoutAfter: .06, CutBefore: .03, CutAfter: .04,
			GarbageBefore: .01, GarbageAfter: .02, ErrorBefore: .02, ErrorAfter: .02,
			LateEffect: .02, WrongCharset: .02, RefusedBefore: .02, DifferenceLost: .05,
			NoticeLate: .12, NoticeDuplicate: .12, NoticeReordered: .12, NoticeLost: .06, NoticeBadHash: .06,
		}, nil
	}
	return Faults{}, fmt.Errorf("paygentsim: fault profile %q: want off, default or hostile", p)
}

// share is one fault with its knob.
type share[F ~string] struct {
	fault F
	p     float64
}

func (f *Faults) telegrams() [12]share[Fault] {
	return [...]share[Fault]{
		{Slow, f.Slow}, {TimeoutBefore, f.TimeoutBefore}, {TimeoutAfter, f.TimeoutAfter},
		{CutBefore, f.CutBefore}, {CutAfter, f.CutAfter}, {GarbageBefore, f.GarbageBefore},
		{GarbageAfter, f.GarbageAfter}, {ErrorBefore, f.ErrorBefore}, {ErrorAfter, f.ErrorAfter},
		{LateEffect, f.LateEffect}, {WrongCharset, f.WrongCharset}, {RefusedBefore, f.RefusedBefore},
	}
}

// differences are those of 091 alone.
func (f *Faults) differences() [2]share[Fault] {
	return [...]share[Fault]{{DifferenceLost, f.DifferenceLost}, {DifferencePurged, f.DifferencePurged}}
}

func (f *Faults) notices() [5]share[NoticeFault] {
	return [...]share[NoticeFault]{
		{NoticeLate, f.NoticeLate}, {NoticeDuplicate, f.NoticeDuplicate}, {NoticeReordered, f.NoticeReordered},
		{NoticeLost, f.NoticeLost}, {NoticeBadHash, f.NoticeBadHash},
	}
}

// pick finds the fault on which u, in [0,1), falls.
func pick[F ~string](shares []share[F], u float64) F {
	for _, s := range shares {
		if u -= s.p; u < 0 {
			return s.fault
		}
	}
	return ""
}

func validateShares[F ~string](of string, shares []share[F]) error {
	sum := 0.0
	for _, s := range shares {
		if !(s.p >= 0 && s.p <= 1) {
			return fmt.Errorf("paygentsim: fault %s of %s: share %v is not between 0 and 1", s.fault, of, s.p)
		}
		sum += s.p
	}
	if sum > 1 {
		return fmt.Errorf("paygentsim: shares of the faults of %s add up to %v, more than 1", of, sum)
	}
	return nil
}

func (f *Faults) validate() error {
	telegrams, notices, differences := f.telegrams(), f.notices(), f.differences()
	if err := validateShares("telegrams", telegrams[:]); err != nil {
		return err
	}
	if err := validateShares("091", differences[:]); err != nil {
		return err
	}
	if !(f.Foreign >= 0 && f.Foreign <= 1) {
		return fmt.Errorf("paygentsim: foreign: share %v is not between 0 and 1", f.Foreign)
	}
	if err := validateShares("notices", notices[:]); err != nil {
		return err
	}
	if f.SlowMillis < 0 || f.LateMillis < 0 {
		return fmt.Errorf("paygentsim: slow_ms and late_ms cannot be negative")
	}
	return nil
}

func (f *Faults) slowFor() time.Duration { return millis(f.SlowMillis, 3*time.Second) }
func (f *Faults) lateBy() time.Duration  { return millis(f.LateMillis, 2*time.Hour) }

func millis(ms int64, zero time.Duration) time.Duration {
	if ms == 0 {
		return zero
	}
	return time.Duration(ms) * time.Millisecond
}

func knownFault(f Fault) bool {
	none := Faults{}
	telegrams, differences := none.telegrams(), none.differences()
	return slices.ContainsFunc(slices.Concat(telegrams[:], differences[:]), func(s share[Fault]) bool { return s.fault == f })
}

// fits tells whether a fault can strike a kind.
func (f Fault) fits(kind string) bool {
	return kind == "091" || f != DifferenceLost && f != DifferencePurged
}

func knownNoticeFault(f NoticeFault) bool {
	none := Faults{}
	for _, s := range none.notices() {
		if s.fault == f {
			return true
		}
	}
	return false
}

// Salts separate the purposes for which one seed is drawn from.
const (
	saltTelegram = 1
	saltNotice   = 2
	saltGarbage  = 3
	saltForeign  = 4
	saltPurge    = 5
)
