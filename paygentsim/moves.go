package paygentsim

import "time"

// Moves lists the statuses p may be given next by hand, protocol.md §6.3. The transit
// statuses can also fall back.
func (p Payment) Moves() []Status { return moves(p.Type, p.Status) }

func moves(t PaymentType, s Status) []Status {
	switch t {
	case TypeATM, TypeConveni, TypeBank:
		return depositMoves(t, s)
	case TypeCarrier:
		return carrierMoves(s)
	}
	return cardMoves(s)
}

// depositMoves are those of the methods where the buyer brings the money.
func depositMoves(t PaymentType, s Status) []Status {
	switch {
	case s == Applied && t == TypeATM:
		return []Status{Captured, TermExpired, AuthorizationCancelled}
	case s == Applied && t == TypeConveni:
		return []Status{Preliminary, Captured, TermExpired, AuthorizationCancelled}
	case s == Applied:
		return []Status{Captured, Interrupted}
	case s == Preliminary:
		return []Status{Captured, PreliminaryCancelled}
	}
	return nil
}

func carrierMoves(s Status) []Status {
	switch s {
	case Applied:
		return []Status{Authorized, Interrupted}
	case Authorized:
		return []Status{AuthorizedFinal, Captured, AuthorizationCancelled, AuthorizationExpired, CaptureRequested, CancelRequested, ChangeRequested}
	case AuthorizedFinal:
		return []Status{Captured, AuthorizationCancelled, AuthorizationExpired, CaptureRequested, CancelRequested, ChangeRequested}
	case CaptureRequested, ChangeRequested:
		return []Status{Captured, Authorized, AuthorizedFinal, Cleared}
	case CancelRequested:
		return []Status{AuthorizationCancelled, Authorized, AuthorizedFinal}
	case Captured:
		return []Status{Cleared, CaptureCancelled, CancelCompleted, CaptureCancelling, ChangeRequested}
	case Cleared:
		return []Status{CaptureCancelled, CancelCompleted, CaptureCancelling, ChangeRequested}
	case CaptureCancelling:
		return []Status{CaptureCancelTallied, CaptureCancelled, Captured, Cleared}
	case CaptureCancelTallied:
		return []Status{CaptureCancelled, CancelCompleted}
	}
	return nil
}

// cardMoves are those of card and Paidy.
func cardMoves(s Status) []Status {
	switch s {
	case Authenticating:
		return []Status{Abandoned}
	case Authorized:
		return []Status{Captured, AuthorizationCancelled, AuthorizationExpired, CaptureRequested, CancelRequested}
	case CaptureRequested:
		return []Status{Captured, Authorized}
	case CancelRequested:
		return []Status{AuthorizationCancelled, Authorized}
	case Captured:
		return []Status{CaptureCancelled, CapturedFinal, CaptureCancelling}
	case CaptureCancelling:
		return []Status{CaptureCancelTallied, CaptureCancelled, Captured}
	case CaptureCancelTallied:
		return []Status{CaptureCancelled}
	}
	return nil
}

// Terms: 60 days for cards (protocol.md §5.1.2), 30 for an authorisation at Paidy (§6.3). That
// the rest is alike, and how long a page waits for its buyer, are guesses.
const (
	term         = 60 * 24 * time.Hour
	paidyTerm    = 30 * 24 * time.Hour
	abandonAfter = 30 * time.Minute
)

// plan tells what p becomes by the clock alone, and when; a zero time means never.
func (s *Sim) plan(p *Payment) (Status, time.Time) {
	if to, ok := transitEnd(p); ok {
		if s.pace.TransitMillis == 0 {
			return "", time.Time{} // put there by hand: it stays until a hand moves it
		}
		return to, p.since().Add(millis(s.pace.TransitMillis, 0))
	}
	switch p.Status {
	case Applied:
		return planOfApplied(p)
	case Authenticating:
		return Abandoned, p.InitAt.Add(abandonAfter)
	case Authorized, AuthorizedFinal:
		if p.Type == TypePaidy {
			return AuthorizationExpired, p.AuthorizedAt.Add(paidyTerm)
		}
		return AuthorizationExpired, p.AuthorizedAt.Add(term)
	case Preliminary:
		return Captured, s.pace.finalReport(p.since())
	case Captured:
		return planOfCaptured(p)
	}
	return "", time.Time{}
}

func planOfApplied(p *Payment) (Status, time.Time) {
	switch p.Type {
	case TypeATM, TypeConveni:
		return TermExpired, p.LimitAt
	case TypeBank:
		return Interrupted, p.LimitAt
	case TypeCarrier:
		return Interrupted, p.InitAt.Add(abandonAfter)
	}
	return "", time.Time{}
}

func planOfCaptured(p *Payment) (Status, time.Time) {
	switch {
	case p.Type == TypeCard, p.Type == TypePaidy:
		return CapturedFinal, p.PaidAt.Add(term)
	case p.Carrier == carrierDocomo:
		return Cleared, overnight(p.since())
	}
	return "", time.Time{}
}

// transitEnd tells where a transit status leads.
func transitEnd(p *Payment) (Status, bool) {
	switch p.Status {
	case CaptureRequested:
		return Captured, true
	case CancelRequested:
		return AuthorizationCancelled, true
	case ChangeRequested:
		return p.Before, true
	case CaptureCancelling:
		return CaptureCancelTallied, true
	case CaptureCancelTallied:
		return CaptureCancelled, true
	}
	return "", false
}

// overnight is when a capture of d払い is cleared: one by 20:00 at 03:30 the next day, a
// later one the day after (the manual's note to its carrier table).
func overnight(captured time.Time) time.Time {
	t := captured.In(japan())
	days := 1
	if t.Hour() > 20 || t.Hour() == 20 && (t.Minute() > 0 || t.Second() > 0 || t.Nanosecond() > 0) {
		days = 2
	}
	return time.Date(t.Year(), t.Month(), t.Day()+days, 3, 30, 0, 0, japan()).UTC()
}
