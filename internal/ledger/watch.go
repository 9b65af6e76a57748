package ledger

import (
	"context"
	"time"

	"kessai/internal/payment"
)

// Watch asks 094 about one payment whose time has come (Store.DuePayments): a
// capture no notice has confirmed, a payment that must not stay alive, one that
// nobody has paid, cancelled or captured by its limit. The question is taken first, so
// that of several nodes one asks; one that dies leaves it due again when its lease ends.
func (s *Service) Watch(ctx context.Context, due DuePayment) error {
	var p *Payment
	l, err := s.update(ctx, due.OrderID, func(l *Ledger, t tick) error {
		p = l.takeWatch(t, due.PaymentID)
		return nil
	})
	if err != nil || p == nil {
		return err
	}
	policy, err := s.policy(ctx)
	if err != nil || policy.elsewhere(p) { // it is due again when its lease ends
		return err
	}
	f := s.inquireEach(ctx, l, p, policy.Version)
	witnessed := s.witnessed(ctx, p.Environment, p.MerchantID, policy.Version, f, l.Order.ID)
	_, err = s.update(ctx, due.OrderID, func(l *Ledger, t tick) error {
		if now := l.payment(due.PaymentID); !now.stillAs(p) || !now.AskAt.Equal(p.AskAt) {
			return nil // it is due again, or no longer watched
		}
		return l.watched(t, due.PaymentID, f, witnessed)
	})
	return err
}

// takeWatch takes the question about a payment for this node: what is to be asked about,
// nil if it is not due, or nothing is asked.
func (l *Ledger) takeWatch(t tick, id string) *Payment {
	p := l.payment(id)
	switch {
	case p == nil || p.AskAt.IsZero() || p.AskAt.After(t.now):
		return nil
	case t.policy.elsewhere(p):
		p.AskAt = t.now.Add(24 * time.Hour) // another centre would answer about another payment
		return nil
	case p.SealedToken != "" && !t.now.Before(p.BegunAt.Add(tokenTerm)):
		l.forgetToken(t, id)
		return nil
	}
	p.AskAt = t.lease()
	taken := *p
	return &taken
}

// stillAs reports whether the payment stands where it stood before 094 was asked: what
// became known meanwhile is newer than the answer. A try that was only left can still be
// told to be alive.
func (p *Payment) stillAs(was *Payment) bool {
	return p != nil && (p.Phase == was.Phase && p.Status == was.Status && p.Amount == was.Amount || p.stage() == payment.StageLapsed)
}

// inquiryOf asks by the id that names this payment only.
func inquiryOf(p *Payment, version int64) Inquiry {
	q := Inquiry{Environment: p.Environment, MerchantID: p.MerchantID, SettingsVersion: version, PaymentID: p.PaymentID}
	if q.PaymentID == "" {
		q.TradingID = p.TradingID
	}
	return q
}

// forgetToken erases a card token whose term is over: its buyer has not come back from
// the challenge, or the telegram that needed it has long left.
func (l *Ledger) forgetToken(t tick, id string) {
	if p := l.payment(id); p != nil && p.SealedToken != "" {
		p.SealedToken = ""
		p.AskAt = watchLimit(p, t.now)
	}
}

// watched takes what 094 said about a watched payment.
func (l *Ledger) watched(t tick, id string, f Finding, witnessed bool) error {
	p := l.payment(id)
	if p == nil || p.AskAt.IsZero() {
		return nil
	}
	p.AskAt = time.Time{}
	l.learnBrand(p, f)
	if done, err := l.inherit(t, p, f, "inquiry"); done || err != nil {
		if f.Kind == Found && !f.Status.Transit() { // whatever took its place
			l.notInTransit(t, p)
		}
		l.watchUnclear(t, p, f)
		return err
	}
	if err := l.learnLate(t, p, f); err != nil {
		return err
	}
	if l.tells(p, f) {
		p.standUnder(f.PaymentID, f.Status)
	}
	switch {
	case l.tells(p, f) && f.Status == p.Status && p.uncaptured(f.Status):
		l.alertUncaptured(t, p, f.Status)
	case l.tells(p, f) && f.Status == p.Status && (p.stage() != payment.StageFinished || f.Status.Ends()):
		l.agree(t, p, f.Status)
	case l.tells(p, f): // be it alive there as before, against what our cancellation was answered
		if err := l.learn(t, p, f.Status, f.Amount, f.PaymentDate, "inquiry"); err != nil {
			return err
		}
	case l.ofAnotherAmount(p, f): // which is applied by no path (money.md §5); a person finds out whose it is
		l.contradict(t, p, fact{event: amountDiffers, status: f.Status})
	}
	if l.pastLimit(t, p) && l.neverUsed(p, f, witnessed) {
		return l.observe(t, p, fact{event: payment.NeverUsed, cause: "inquiry", actor: Paygent})
	}
	if f.Kind != Found || f.Status.Transit() {
		l.alertInTransit(t, p)
	} else {
		l.notInTransit(t, p)
	}
	l.watchOn(t, p)
	if unanswered := f.Kind == NoAnswer || f.Kind == NoSuch && !witnessed; unanswered || l.ofAnotherAmount(p, f) {
		p.askAgain(t)
	}
	return nil
}

// amountDiffers is what `kessai reconcile` puts before staff, too.
const amountDiffers = payment.Event(reconcilePrefix + string(AmountDiffers))

// ofAnotherAmount reports that the payment, or what was one, stands at the centre for an amount
// that nothing of ours explains.
func (l *Ledger) ofAnotherAmount(p *Payment, f Finding) bool {
	return l.isAbout(p, f) && (f.Status.Authorises() || f.Status.Pays()) && !l.rightAmount(p, f.Amount)
}

// askAgain has a question put again that nobody else would put: what it was to tell may be told
// by nothing else. Not for ever: no longer than something can still become of the payment.
func (p *Payment) askAgain(t tick) {
	if at := t.now.Add(24 * time.Hour); at.Before(p.LimitAt.Add(margin)) {
		p.askBy(at)
	}
}

// tells reports whether a finding is about this payment, for its amount.
func (l *Ledger) tells(p *Payment, f Finding) bool {
	return l.isAbout(p, f) && (l.rightAmount(p, f.Amount) || f.Status.Ends())
}

// isAbout reports whether a finding is about this payment, for whichever amount.
func (l *Ledger) isAbout(p *Payment, f Finding) bool {
	if f.Kind != Found || f.Type != p.Method.Type() {
		return false
	}
	if p.PaymentID == "" && f.BegunAt.Before(p.BegunAt.Add(-begunTolerance)) {
		return false // an older payment that happens to bear our id
	}
	if h := l.holder(f.PaymentID); h != nil && h != p {
		return false // another one of the order's
	}
	return true
}

// pastLimit reports whether what was under way at the payment's limit has come by now.
func (l *Ledger) pastLimit(t tick, p *Payment) bool {
	return !p.LimitAt.IsZero() && !t.now.Before(p.LimitAt.Add(margin)) && p.Phase != payment.Captured && l.openOn(p) == nil && l.saga(p) == nil
}

// neverUsed reports whether nothing at the centre can still come alive: there is no such
// payment, or one that nobody went on with. What has stood is gone only where there is none:
// any other news of it goes by the state table; and Paidy's may go on under another id.
func (l *Ledger) neverUsed(p *Payment, f Finding, witnessed bool) bool {
	switch f.Kind {
	case NoSuch:
		return witnessed && (f.Alone || !l.endsElsewhere(p, f))
	case Found:
		if p.living() {
			return l.takenByAnother(p, f)
		}
		return l.takenByAnother(p, f) || l.tells(p, f) && (f.Status == payment.Applied || f.Status == payment.ThreeDSRunning || f.Status == payment.ThreeDSAbandoned ||
			f.Status == payment.Abandoned || f.Status == payment.AuthNG)
	}
	return false
}

// takenByAnother reports whether 094, asked by a trading_id, named one payment, and that
// is another one of the order's: then there is none of p's, or it would have found several.
func (l *Ledger) takenByAnother(p *Payment, f Finding) bool {
	h := l.holder(f.PaymentID)
	return f.Kind == Found && p.PaymentID == "" && f.TradingID == p.TradingID && h != nil && h != p
}

// watchOn says when the payment is asked about next, if it is watched at all.
func (l *Ledger) watchOn(t tick, p *Payment) {
	l.watchNext(t, p)
	if p.inTransit() {
		p.askBy(t.now.Add(time.Hour))
	}
}

func (l *Ledger) watchNext(t tick, p *Payment) {
	switch {
	case !p.AskAt.IsZero():
	case p.Reverse && p.Phase == payment.Authorised:
		p.AskAt = t.now.Add(time.Hour) // in case the next try is lost
		l.planReversal(t, p, "again")
	case l.refusedInVain(t, p):
		p.AskAt = t.now.Add(time.Hour)
		l.refusePlaced(t, p)
	case p.living() && p.PaymentID == "": // by somebody's word: until the centre confirms it
		p.AskAt = t.now.Add(24 * time.Hour)
	case p.Phase == payment.Captured:
		p.AskAt = watchCapture(p, t.now)
	case l.goneByWord(p) && t.now.Add(24*time.Hour).Before(p.LimitAt.Add(margin)):
		p.AskAt = t.now.Add(24 * time.Hour)
	case p.canMove():
		p.AskAt = watchLimit(p, t.now)
	}
}
