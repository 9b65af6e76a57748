package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// Return is a buyer who came back from a page outside: by the way on, or by the one
// that stops. It touches the payment it names only, after 094 (money.md §6).
type Return struct {
	Order     order.ID
	PaymentID string // Payment.ID, from the address's HMAC
	Stop      bool
}

// Return takes what 094 says about the payment, and ends the try where the buyer
// stopped it. Where the centre does not answer, everything stays as it is.
func (s *Service) Return(ctx context.Context, in Return) (Step, error) {
	return s.leave(ctx, in.Order, in.PaymentID, in.Stop, payment.BuyerGaveUp)
}

// GiveUp ends the buyer's try and gives stock and points back. It is refused while an
// operation is open, for nobody knows yet what it did, and once a number was issued.
func (s *Service) GiveUp(ctx context.Context, id order.ID) error {
	_, err := s.leave(ctx, id, "", true, payment.BuyerGaveUp)
	return err
}

// Another makes way for another try: the one that waits is superseded.
func (s *Service) Another(ctx context.Context, id order.ID) (Step, error) {
	return s.leave(ctx, id, "", true, payment.TryReplaced)
}

// leave asks about a waiting payment and ends its try if that is wanted and it is not
// alive. An empty payment means the order's.
func (s *Service) leave(ctx context.Context, id order.ID, paymentID string, stop bool, event payment.Event) (Step, error) {
	l, err := s.store.View(ctx, id)
	if err != nil {
		return Step{}, err
	}
	if paymentID == "" && stop && l.Order.Status == order.Pending && l.unbooked() {
		return s.leaveUnbooked(ctx, l, event)
	}
	if paymentID == "" {
		paymentID = l.CurrentID // what 094 says is about this one, whatever is begun meanwhile
	}
	p := l.payment(paymentID)
	if paymentID != "" {
		if p == nil {
			return Step{}, problem.New(problem.NotFound, "payment.unknown", nil)
		}
	}
	var f *Finding
	if p != nil && p.Phase == payment.AwaitingBuyer && l.outside(p) {
		policy, err := s.policy(ctx)
		if err != nil {
			return Step{}, err
		}
		if policy.elsewhere(p) { // nobody can be asked
			return s.leaveUnasked(ctx, id, paymentID, stop, event)
		}
		found := s.inquirePage(ctx, l, p, policy.Version)
		if !s.witnessed(ctx, p.Environment, p.MerchantID, policy.Version, found, id) {
			found = Finding{Kind: NoAnswer, Code: found.Code, Detail: found.Detail}
		}
		if f = &found; l.ofAnotherAmount(p, found) {
			if err := s.tellAmount(ctx, id, p, found); err != nil {
				return Step{}, err
			}
		}
	}
	left, err := s.update(ctx, id, func(l *Ledger, t tick) error {
		if f != nil && !l.payment(paymentID).stillAs(p) {
			return l.leave(t, paymentID, nil, stop, event)
		}
		return l.leave(t, paymentID, f, stop, event)
	})
	if err != nil {
		return Step{}, err
	}
	return Next(left), nil
}

// tellAmount puts before a person that the payment stands for an amount that is not ours: no
// notice may come that tells it, and to stop is refused, which writes nothing.
func (s *Service) tellAmount(ctx context.Context, id order.ID, p *Payment, f Finding) error {
	_, err := s.update(ctx, id, func(l *Ledger, t tick) error {
		if now := l.payment(p.ID); now.stillAs(p) && l.ofAnotherAmount(now, f) {
			l.contradict(t, now, fact{event: amountDiffers, status: f.Status})
		}
		return nil
	})
	return err
}

// leaveUnasked is leave where the centre does not tell.
func (s *Service) leaveUnasked(ctx context.Context, id order.ID, paymentID string, stop bool, event payment.Event) (Step, error) {
	left, err := s.update(ctx, id, func(l *Ledger, t tick) error { return l.leave(t, paymentID, nil, stop, event) })
	if err != nil {
		return Step{}, err
	}
	return Next(left), nil
}

// outside reports whether the buyer's page can make the payment come alive without us:
// that of 450 and of a carrier's login cannot.
func (l *Ledger) outside(p *Payment) bool {
	last := l.lastSucceeded(p)
	return last == nil || last.Kind != payment.Authenticate && last.Kind != payment.LoginCarrier
}

func (l *Ledger) leave(t tick, paymentID string, f *Finding, stop bool, event payment.Event) error {
	p := l.Current()
	if paymentID != "" {
		p = l.payment(paymentID)
	}
	if p != nil && f != nil && l.tells(p, *f) && f.Status != p.Status {
		p.standUnder(f.PaymentID, f.Status)
		l.learnBrand(p, *f)
		if err := l.learn(t, p, f.Status, f.Amount, f.PaymentDate, "inquiry"); err != nil {
			return err
		}
	}
	if !stop || l.Order.Status != order.Pending || paymentID != "" && p.ID != l.CurrentID {
		return nil
	}
	switch {
	case l.heldElsewhere():
		return notNow("order.payment_running", problem.Args{"Order": l.Order.ID})
	case l.OpenOperation() != nil:
		return notNow("operation.open", nil)
	case p == nil || p.Phase == payment.Ended:
		l.event(t, EventGivenUp, Buyer, p, nil, "", EventData{})
		l.releaseHold(t)
		l.move(t, order.Processing, string(event))
		return nil
	case p.Phase == payment.AwaitingPayment:
		return notNow("payment.number_issued", nil)
	case p.Phase == payment.Unknown && l.beginning(p) != nil: // it took effect, and something may stand in its place
		return notNow("payment.unconfirmed", nil)
	case p.Phase == payment.AwaitingBuyer && l.outside(p) && (f == nil || f.Kind == NoAnswer || l.isAbout(p, *f) && f.Status.Alive()): // for whichever amount
		return notNow("payment.unconfirmed", nil)
	case p.living():
		return nil
	}
	l.event(t, EventGivenUp, Buyer, p, nil, "", EventData{})
	return l.observe(t, p, fact{event: event, cause: string(event), actor: Buyer})
}

// Authenticated is a buyer who came back from 3-D Secure 2.0, as the callback tells.
type Authenticated struct {
	Order     order.ID
	PaymentID string // Payment.ID, from the address's HMAC
	AuthID    string // 2.0: 3ds_auth_id
	PaygentID string // 1.0: payment_id
	OK        bool
	Attempt   string // attempt_kbn
	Protected bool   // the issuer bears the liability
	Full      bool   // fully authenticated, no attempt
	Code      string
	Detail    string
}

// Authenticated goes on with the authorisation, once per challenge; or ends the try
// where the buyer was not authenticated or the shop's policy does not accept how.
func (s *Service) Authenticated(ctx context.Context, in Authenticated) (Result, error) {
	token, err := s.sealedToken(ctx, in)
	if err != nil {
		return Result{}, err
	}
	return s.begin(ctx, in.Order, challengeKey(in.AuthID), Beside{Token: token}, func(l *Ledger, t tick) (*Operation, error) {
		return l.planAuthenticated(t, in, token != "")
	})
}

// challengeKey makes 020 unique per challenge.
func challengeKey(authID string) string { return "3ds:" + authID }

// sealedToken opens the card token that waits with the payment, empty if there is none.
func (s *Service) sealedToken(ctx context.Context, in Authenticated) (CardToken, error) {
	l, err := s.store.View(ctx, in.Order)
	if err != nil {
		return "", err
	}
	p := l.payment(in.PaymentID)
	if p == nil || p.SealedToken == "" {
		return "", nil
	}
	token, err := s.unseal(p.SealedToken)
	if err != nil {
		s.log.WarnContext(ctx, "the kept card token cannot be opened; the buyer has to enter the card again", "order", int64(in.Order), "error", err)
		return "", nil
	}
	return token, nil
}

// planAuthenticated is transaction A of the 020 that follows a challenge. Anything but
// the order's waiting payment only shows where the order stands.
func (l *Ledger) planAuthenticated(t tick, in Authenticated, token bool) (*Operation, error) {
	p := l.payment(in.PaymentID)
	if p == nil || p.AuthID == "" || p.AuthID != in.AuthID {
		return nil, problem.New(problem.NotFound, "payment.unknown", nil)
	}
	if p.ID != l.CurrentID || p.Phase != payment.AwaitingBuyer || l.Order.Status != order.Pending || l.OpenOperation() != nil {
		return nil, nil
	}
	if err := t.policy.refuseElsewhere(p); err != nil {
		return nil, err
	}
	p.Attempt, p.Protected = in.Attempt, in.Protected
	expired := p.SealedToken != "" && !t.now.Before(p.BegunAt.Add(tokenTerm))
	switch {
	case !in.OK || !t.policy.accepts(in):
		return nil, l.refuseChallenge(t, p, in.Code, in.Detail)
	case p.Amount != l.Order.Total, expired, !token && p.StoredCard == "":
		return nil, l.observe(t, p, fact{event: payment.TryReplaced, cause: "begun_again", actor: Buyer})
	}
	p.Phase = payment.Opening
	return l.planOperation(t, p, payment.Authorize, orderKey(l.Order.ID), t.node, Buyer, challengeKey(in.AuthID), p.Amount), nil
}

// accepts applies the shop's policy on attempts (money.md §6).
func (p Policy) accepts(in Authenticated) bool {
	switch p.Attempts {
	case FullOnly:
		return in.Full
	case ProtectedAttempts:
		return in.Full || in.Protected
	}
	return true
}

// refuseChallenge ends a try whose buyer was not authenticated: nothing was authorised.
func (l *Ledger) refuseChallenge(t tick, p *Payment, code, detail string) error {
	if last := l.lastSucceeded(p); last != nil { // what the buyer reads about this try
		last.Code, last.Detail = code, detail
	}
	return l.observe(t, p, fact{event: payment.Refused, cause: "challenge", actor: Buyer})
}

// LoggedIn is a buyer who came back from a carrier's login with an open_id.
type LoggedIn struct {
	Order     order.ID
	PaymentID string // Payment.ID, from the address's HMAC
	OpenID    Secret
}

// LoggedIn goes on with the carrier's application: one per payment, and one per open_id
// over all orders. Anything else only shows where the order stands.
func (s *Service) LoggedIn(ctx context.Context, in LoggedIn) (Result, error) {
	key := openIDKey(in.OpenID)
	r, err := s.begin(ctx, in.Order, key, Beside{OpenID: in.OpenID}, func(l *Ledger, t tick) (*Operation, error) {
		return l.planLoggedIn(t, in, key)
	})
	if !problem.Is(err, "operation.repeated") { // of another order's login
		return r, err
	}
	l, err := s.store.View(ctx, in.Order)
	if err != nil {
		return Result{}, err
	}
	return Result{Step: Next(l), Replayed: true}, nil
}

// openIDKey makes 100 unique per open_id without keeping the open_id.
func openIDKey(id Secret) string {
	sum := sha256.Sum256([]byte(string(id)))
	return "open:" + hex.EncodeToString(sum[:])
}

// planLoggedIn is transaction A of the 100 that follows a login.
func (l *Ledger) planLoggedIn(t tick, in LoggedIn, key string) (*Operation, error) {
	p := l.payment(in.PaymentID)
	if p == nil || p.Method != payment.Carrier || in.OpenID == "" {
		return nil, problem.New(problem.NotFound, "payment.unknown", nil)
	}
	applied := slices.ContainsFunc(l.Operations, func(op *Operation) bool {
		return op.PaymentID == p.ID && op.Kind == payment.ApplyCarrier
	})
	if applied || p.ID != l.CurrentID || p.Phase != payment.AwaitingBuyer || l.Order.Status != order.Pending || l.OpenOperation() != nil || p.Amount != l.Order.Total {
		return nil, nil
	}
	if err := t.policy.refuseElsewhere(p); err != nil {
		return nil, err
	}
	p.Phase = payment.Opening
	return l.planOperation(t, p, payment.ApplyCarrier, orderKey(l.Order.ID), t.node, Buyer, key, p.Amount), nil
}
