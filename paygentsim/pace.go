package paygentsim

import (
	"errors"
	"time"
)

// Pace is how long the centre takes over what it does by itself. The zero value goes
// through no transit status and makes the final report of a convenience store on the
// next working day.
type Pace struct {
	// TransitMillis is how long a payment stays at each of 30, 31, 34, 42 and 50 before it
	// comes to where its telegram sends it; 0 = it goes there at once.
	TransitMillis int64 `json:"transit_ms"`
	// FinalReportMillis is the time from 43 to 40; 0 = 09:00 of the next working day in Japan.
	FinalReportMillis int64 `json:"final_report_ms"`
}

func (p *Pace) validate() error {
	if p.TransitMillis < 0 || p.FinalReportMillis < 0 {
		return errors.New("paygentsim: transit_ms and final_report_ms cannot be negative")
	}
	return nil
}

// finalReport is when a payment reported preliminarily is reported finally. Saturdays and
// Sundays are no working days; the centre's other holidays are unknown here.
func (p *Pace) finalReport(reported time.Time) time.Time {
	if p.FinalReportMillis != 0 {
		return reported.Add(millis(p.FinalReportMillis, 0))
	}
	t := reported.In(japan())
	next := time.Date(t.Year(), t.Month(), t.Day()+1, 9, 0, 0, 0, japan())
	for next.Weekday() == time.Saturday || next.Weekday() == time.Sunday {
		next = next.AddDate(0, 0, 1)
	}
	return next.UTC()
}

// SetPace changes the pace for what begins from now on.
func (s *Sim) SetPace(p Pace) error {
	if err := p.validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pace = p
	return nil
}

// CurrentPace returns the pace.
func (s *Sim) CurrentPace() Pace {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pace
}
