package ledger

import (
	"context"
	"slices"

	"kessai/internal/order"
	"kessai/internal/payment"
)

// Disagreement is how our book and the centre's differ about a payment.
type Disagreement string

const (
	Agree           Disagreement = ""
	CapturedThere   Disagreement = "captured_there"   // taken or paid there, not here
	AuthorisedThere Disagreement = "authorised_there" // held there, not here
	CanceledThere   Disagreement = "canceled_there"   // cancelled or given back there, alive or waiting here
	CorrectedThere  Disagreement = "corrected_there"  // gone there, and another payment stands, or may stand, in its place
	ExpiredThere    Disagreement = "expired_there"    // its term is over there
	FailedThere     Disagreement = "failed_there"     // the try failed there, and waits here
	AmountDiffers   Disagreement = "amount_differs"
	StatusDiffers   Disagreement = "status_differs"  // behind ours, or nothing that such a payment can be
	UnknownToThem   Disagreement = "unknown_to_them" // the centre knows no such payment
	UnknownToUs     Disagreement = "unknown_to_us"   // a payment there that stands in no book of ours
)

// Disagreements lists them as a report does.
func Disagreements() []Disagreement {
	return []Disagreement{CapturedThere, AuthorisedThere, CanceledThere, CorrectedThere, ExpiredThere, FailedThere, AmountDiffers, StatusDiffers, UnknownToThem, UnknownToUs}
}

// Remedy is how a disagreement can be mended. None moves money by itself.
type Remedy string

const (
	NoRemedy      Remedy = ""
	RemedyTake    Remedy = "take"    // what 094 tells is taken as the watcher would take it
	RemedyTell    Remedy = "tell"    // it is put before staff (要対応)
	RemedyReceive Remedy = "receive" // the notice that never came is received from 091
)

// Why a payment was not compared.
const (
	CompareNoAnswer  = "no_answer"  // the centre did not tell
	CompareUnderWay  = "under_way"  // an operation on it is open: it is settled on its own
	CompareElsewhere = "elsewhere"  // of another environment or merchant
	CompareChanged   = "changed"    // it moved while it was asked about
	CompareGone      = "gone"       // it is no longer there
	CompareNoLonger  = "no_longer"  // asked again before the repair, the books differed otherwise
	CompareTooMany   = "many_ids"   // more ids are missing in a row than are asked for one by one
	CompareNoNotices = "no_notices" // 091 did not answer
)

// Entry is where a payment stands in one of the books.
type Entry struct {
	Phase  payment.Phase // ours
	Status payment.Status
	Amount order.Yen
}

// Comparison is one payment in both books.
type Comparison struct {
	Order     order.ID
	No        string
	Payment   string // Payment.ID, empty while it is unknown to us
	TradingID string
	PaymentID string
	Type      string // payment_type
	Kind      Disagreement
	Ours      Entry
	Theirs    Entry // empty where the centre knows none
	Skipped   string
	Remedy    Remedy
}

// AlertCause is what the alert about the disagreement is opened for.
func (c Comparison) AlertCause() string { return c.Payment + ":" + string(c.event()) }

func (c Comparison) event() payment.Event { return payment.Event(reconcilePrefix + string(c.Kind)) }

const reconcilePrefix = "reconcile."

// Compare asks the centre about one payment and holds the answer against our book. It
// writes nothing.
func (s *Service) Compare(ctx context.Context, due DuePayment) (Comparison, error) {
	c, _, err := s.compare(ctx, due)
	return c, err
}

// compared is what a comparison rests on.
type compared struct {
	was       Payment
	finding   Finding
	witnessed bool
}

func (s *Service) compare(ctx context.Context, due DuePayment) (Comparison, compared, error) {
	l, err := s.store.View(ctx, due.OrderID)
	if err != nil {
		return Comparison{Order: due.OrderID, Payment: due.PaymentID}, compared{}, err
	}
	t, err := s.tick(ctx)
	if err != nil {
		return Comparison{Order: due.OrderID, Payment: due.PaymentID}, compared{}, err
	}
	c := Comparison{Order: due.OrderID, No: l.Order.No, Payment: due.PaymentID}
	p := l.payment(due.PaymentID)
	if p == nil {
		c.Skipped = CompareGone
		return c, compared{}, nil
	}
	c.TradingID, c.PaymentID, c.Type = p.TradingID, p.PaymentID, p.Method.Type()
	c.Ours = Entry{p.Phase, p.Status, p.Amount}
	switch {
	case p.Environment != t.policy.Environment || p.MerchantID != t.policy.MerchantID:
		c.Skipped = CompareElsewhere // another centre would answer about another payment
		return c, compared{}, nil
	case l.openOn(p) != nil || l.saga(p) != nil:
		c.Skipped = CompareUnderWay
		return c, compared{}, nil
	}
	f := s.inquire(ctx, l, p, inquiryOf(p, t.policy.Version))
	on := compared{was: *p, finding: f, witnessed: s.witnessed(ctx, p.Environment, p.MerchantID, t.policy.Version, f, due.OrderID)}
	if f.Kind == Found {
		c.Theirs = Entry{Status: f.Status, Amount: f.Amount}
		if c.PaymentID == "" {
			c.PaymentID = f.PaymentID
		}
	}
	c.Kind, c.Skipped = l.disagrees(p, f, on.witnessed)
	moved := c.Kind == CanceledThere && !f.Alone || c.Kind == UnknownToThem && f.Heir != nil // the latter: renumbered by 341
	if moved && l.endsElsewhere(p, f) {
		c.Kind = CorrectedThere
	}
	if moved && f.Kind == NoSuch {
		c.Theirs = Entry{Status: f.Heir.Status, Amount: f.Heir.Amount}
	}
	c.Remedy = l.remedy(t, p, c.Kind)
	if c.Kind == UnknownToThem && !l.neverUsed(p, f, on.witnessed) {
		c.Remedy = RemedyTell // it may stand there under another id
	}
	if c.Kind == CorrectedThere && f.Heir != nil || c.Kind == AmountDiffers && len(l.lateChanges(p, f)) > 0 {
		c.Remedy = RemedyTake // what stands in its place takes over its role; and a late change is ours (decision 0017)
	}
	return c, on, nil
}

// disagrees says how what 094 found differs from our payment, or why nobody can tell.
func (l *Ledger) disagrees(p *Payment, f Finding, witnessed bool) (Disagreement, string) {
	switch {
	case f.Kind == NoSuch && witnessed:
		if p.living() || p.Phase == payment.AwaitingPayment || p.PaymentID != "" && p.Phase != payment.Ended {
			return UnknownToThem, ""
		}
		return Agree, "" // a page that nobody opened
	case f.Kind != Found:
		return Agree, CompareNoAnswer
	case l.anothers(p, f) && p.living():
		return UnknownToThem, ""
	case l.anothers(p, f):
		return Agree, "" // it bears our id, and is not ours
	case f.Type != p.Method.Type() || !slices.Contains(p.Method.Statuses(), f.Status):
		return StatusDiffers, ""
	case f.Status.Transit():
		return Agree, ""
	case f.Status.Ends() || f.Status == payment.ThreeDSAbandoned:
		return endedThere(p, f.Status), ""
	case !l.rightAmount(p, f.Amount):
		return AmountDiffers, ""
	case f.Status.Pays():
		return standsThere(p, payment.Captured, CapturedThere), ""
	case f.Status.Authorises():
		return standsThere(p, payment.Authorised, AuthorisedThere), ""
	case p.living(): // 10 or 14 there
		return StatusDiffers, ""
	}
	return Agree, ""
}

// anothers reports that what was found bears our id by chance: begun before ours, or
// another one of the order's.
func (l *Ledger) anothers(p *Payment, f Finding) bool {
	if h := l.holder(f.PaymentID); h != nil {
		return h != p
	}
	return p.PaymentID == "" && f.BegunAt.Before(p.BegunAt.Add(-begunTolerance))
}

// endedThere: the centre's payment is over.
func endedThere(p *Payment, s payment.Status) Disagreement {
	switch {
	case p.Phase == payment.Ended, s == payment.Abandoned && p.Method == payment.Bank:
		return Agree // 15 of a bank ends nothing until the limit
	case s == payment.TermExpired, s == payment.AuthExpired:
		return ExpiredThere
	case s == payment.AuthNG, s == payment.ThreeDSAbandoned, s == payment.Abandoned:
		return FailedThere
	}
	return CanceledThere
}

// standsThere: the centre's payment is alive in this phase.
func standsThere(p *Payment, at payment.Phase, differs Disagreement) Disagreement {
	switch {
	case p.Phase == at:
		return Agree
	case p.Phase == payment.Captured: // only held there
		return StatusDiffers
	}
	return differs
}

// remedy is what can be done about a disagreement from here.
func (l *Ledger) remedy(t tick, p *Payment, d Disagreement) Remedy {
	switch d {
	case CapturedThere, AuthorisedThere, CanceledThere, ExpiredThere, FailedThere:
		return RemedyTake
	case AmountDiffers, StatusDiffers, CorrectedThere:
		return RemedyTell
	case UnknownToThem:
		if l.pastLimit(t, p) {
			return RemedyTake // it ends as never used
		}
		return RemedyTell
	}
	return NoRemedy
}

// Repair mends what a comparison found: the centre is asked once more, and if the books
// still differ in the same way, its answer is taken by the same transaction B as the
// watcher's, or put before staff. A status is never written past the state table, and a
// wrong amount never at all. What it returns is the state of the books now; Kind is empty
// if they agree, or staff know.
func (s *Service) Repair(ctx context.Context, c Comparison) (Comparison, error) {
	now, on, err := s.compare(ctx, DuePayment{OrderID: c.Order, PaymentID: c.Payment})
	switch {
	case err != nil || now.Kind == Agree: // or it could not be compared
		return now, err
	case now.Kind != c.Kind || now.Remedy != c.Remedy || now.Theirs != c.Theirs:
		now.Skipped = CompareNoLonger
		return now, nil
	}
	left, err := s.update(ctx, c.Order, func(l *Ledger, t tick) error {
		p := l.payment(c.Payment)
		now.Skipped = ""
		if p == nil || p.Phase != on.was.Phase || p.Status != on.was.Status || p.Amount != on.was.Amount || l.openOn(p) != nil {
			now.Skipped = CompareChanged
			return nil
		}
		if now.Remedy == RemedyTell {
			l.contradict(t, p, fact{event: c.event(), status: on.finding.Status})
			return nil
		}
		p.AskAt = t.now // due now, as far as the watcher is concerned
		return l.watched(t, p.ID, on.finding, on.witnessed)
	})
	if err != nil || now.Skipped != "" {
		return now, err
	}
	p := left.payment(c.Payment)
	now.Ours = Entry{p.Phase, p.Status, p.Amount}
	f := on.finding
	if f.Heir != nil && left.holder(f.Heir.PaymentID) == p { // it goes on under that id
		f = *f.Heir
	}
	now.Kind, now.Skipped = left.disagrees(p, f, on.witnessed)
	told := slices.ContainsFunc(left.Alerts, func(a AlertChange) bool { return !a.Close })
	if told {
		now.Kind = Agree // a person was told
	}
	return now, nil
}
