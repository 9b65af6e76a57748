package paygentsim

import (
	"fmt"
	"time"
)

// SetFaults changes the knobs.
func (s *Sim) SetFaults(f Faults) error {
	if err := f.validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
	return nil
}

// CurrentFaults returns the knobs.
func (s *Sim) CurrentFaults() Faults {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults
}

// ForceFault makes the next telegram of a kind suffer a fault, whatever the seed says;
// calls queue up. It also stands above magic cards.
func (s *Sim) ForceFault(kind string, f Fault) error {
	if !knownFault(f) || !f.fits(kind) {
		return fmt.Errorf("paygentsim: unknown fault %q of telegram kind %q", f, kind)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forced[kind] = append(s.forced[kind], f)
	return nil
}

// ForceNoticeFault makes the next notice that comes up suffer a fault; calls queue up.
func (s *Sim) ForceNoticeFault(f NoticeFault) error {
	if !knownNoticeFault(f) {
		return fmt.Errorf("paygentsim: unknown fault of a notice %q", f)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forcedN = append(s.forcedN, f)
	return nil
}

// ForceTokenResult makes the next request of the token endpoint fail with a result code of
// protocol.md §9.3, such as 8000 for maintenance; calls queue up.
func (s *Sim) ForceTokenResult(code string) error {
	if len(code) != 4 || !isDigits(code) || code == "0000" {
		return fmt.Errorf("paygentsim: token result %q: want four digits, not 0000", code)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forcedT = append(s.forcedT, code)
	return nil
}

// telegramFault decides what goes wrong with a telegram: forced, magic, then drawn.
func (s *Sim) telegramFault(kind string, ordinal uint64, magic Fault) Fault {
	if queue := s.forced[kind]; len(queue) > 0 {
		s.forced[kind] = queue[1:]
		return queue[0]
	}
	if magic != NoFault {
		return magic
	}
	if kind == "091" {
		shares := s.faults.differences()
		if f := pick(shares[:], draw(s.seed, saltPurge, ordinal)); f != NoFault {
			return f
		}
	}
	shares := s.faults.telegrams()
	return pick(shares[:], draw(s.seed, saltTelegram, ordinal))
}

// noticeFault decides what goes wrong with a new notice. A merchant's number is part
// of the draw, so that two merchants do not suffer in step.
func (s *Sim) noticeFault(merchantID string, id int64) (NoticeFault, time.Duration) {
	if len(s.forcedN) > 0 {
		f := s.forcedN[0]
		s.forcedN = s.forcedN[1:]
		return f, s.faults.lateBy()
	}
	var place uint64
	for i := range s.merchants {
		if s.merchants[i].MerchantID == merchantID {
			place = uint64(i)
		}
	}
	shares := s.faults.notices()
	return pick(shares[:], draw(s.seed, saltNotice+place<<8, uint64(id))), s.faults.lateBy()
}
