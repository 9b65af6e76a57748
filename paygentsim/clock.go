package paygentsim

import (
	"errors"
	"fmt"
	"time"
)

// clockSetting makes the centre's time out of Options.Clock's: Centre at Real, and Speed
// times as fast from there. The zero value is Options.Clock itself.
type clockSetting struct {
	Real   time.Time `json:"real"`
	Centre time.Time `json:"centre"`
	Speed  float64   `json:"speed"`
}

func (c *clockSetting) at(real time.Time) time.Time {
	if c.Speed == 0 {
		return real
	}
	return c.Centre.Add(time.Duration(float64(real.Sub(c.Real)) * c.Speed))
}

// now is the centre's time without its monotonic part, which would not survive a restart.
func (s *Sim) now() time.Time { return s.st.clock.at(s.opt.Clock()).Round(0).UTC() }

// ErrBackwards is returned for a clock that would go back.
var ErrBackwards = errors.New("paygentsim: the centre's clock goes forward only")

// Now is the centre's time.
func (s *Sim) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

// Speed is how many times as fast as Options.Clock the centre's time runs.
func (s *Sim) Speed() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.speed()
}

func (s *Sim) speed() float64 {
	if s.st.clock.Speed == 0 {
		return 1
	}
	return s.st.clock.Speed
}

// Advance moves the centre's time forward. What falls due meanwhile happens in the next
// Steps, each thing dated when it was due.
func (s *Sim) Advance(d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.setClock(s.now().Add(d), s.speed())
}

// SetClock moves the centre's time to a later one.
func (s *Sim) SetClock(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.setClock(t, s.speed())
}

// SetSpeed makes the centre's time run faster or slower from now on; 1 is normal.
func (s *Sim) SetSpeed(speed float64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.setClock(s.now(), speed)
}

// maxSpeed is a day in a second.
const maxSpeed = 86_400

func speedFits(speed float64) bool { return speed > 0 && speed <= maxSpeed }

func (s *Sim) setClock(centre time.Time, speed float64) error {
	switch {
	case s.closed:
		return errClosed
	case !speedFits(speed):
		return fmt.Errorf("paygentsim: speed %v: want more than 0 and at most %d", speed, maxSpeed)
	case centre.Before(s.now()):
		return ErrBackwards
	}
	c := s.begin(s.now())
	c.d.Clock = &clockSetting{s.opt.Clock().Round(0).UTC(), centre.Round(0).UTC(), speed}
	return s.commit(c)
}
