package gateway

import (
	"context"
	"strings"
	"sync"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
)

// Centre is how a settings version reaches the centre, and what it sends there.
type Centre struct {
	Client   *paygent.Client
	Link     *paygent.Link // nil while the link type's address is not set
	Settings Settings
}

// CentreFunc makes the Centre of a settings version.
type CentreFunc func(ctx context.Context, version int64) (Centre, error)

// Gateway talks to the centre through paygent. It is safe for concurrent use.
type Gateway struct {
	make    CentreFunc
	now     func() time.Time
	mu      sync.Mutex
	centres map[int64]Centre
}

// New makes a Gateway.
func New(make CentreFunc, now func() time.Time) *Gateway {
	return &Gateway{make: make, now: now, centres: map[int64]Centre{}}
}

var _ ledger.Gateway = (*Gateway)(nil)

// centre returns the version's Centre, made when it is first needed.
func (g *Gateway) centre(ctx context.Context, version int64) (Centre, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if c, ok := g.centres[version]; ok {
		return c, nil
	}
	c, err := g.make(ctx, version)
	if err != nil {
		return Centre{}, err
	}
	g.centres[version] = c
	return c, nil
}

// Close gives the clients' connections back.
func (g *Gateway) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.centres {
		c.Client.Close()
	}
}

// telegram sends one telegram. An error is one of paygent's.
type telegram func(ctx context.Context, l line, c ledger.Command) (ledger.Answer, error)

// line is what a telegram is sent over.
type line struct {
	Centre
	now time.Time
}

// telegramOf finds the telegram of a kind, nil where it has none.
func telegramOf(kind payment.Kind) telegram {
	switch kind {
	case payment.Authorize:
		return authorize
	case payment.CancelAuthorization, payment.Capture, payment.CancelCapture:
		return changeCard
	case payment.Authenticate:
		return authenticate
	case payment.CompleteThreeDS:
		return completeThreeDS
	case payment.StoreCard:
		return storeCard
	case payment.DeleteCard:
		return deleteCard
	case payment.ApplyATM:
		return applyATM
	case payment.ApplyConveni:
		return applyConveni
	case payment.ApplyBank:
		return applyBank
	case payment.LoginCarrier:
		return loginCarrier
	case payment.ApplyCarrier:
		return applyCarrier
	case payment.CaptureCarrier, payment.CancelCarrier:
		return changeCarrier
	case payment.CorrectCarrier:
		return correctCarrier
	case payment.CancelPaidy, payment.CapturePaidy:
		return changePaidy
	case payment.RefundPaidy:
		return refundPaidy
	case payment.OpenLink:
		return openLink
	}
	return nil
}

// Execute sends one telegram.
func (g *Gateway) Execute(ctx context.Context, c ledger.Command) ledger.Answer {
	send := telegramOf(c.Kind)
	if send == nil {
		return rejected(paygent.CodeFixedValue, "")
	}
	centre, err := g.centre(ctx, c.SettingsVersion)
	if err != nil {
		return unsent(err)
	}
	ctx, cancel := context.WithTimeout(paygent.BeforeSend(ctx, c.BeforeSend), c.Remaining)
	defer cancel()
	a, err := send(ctx, line{centre, g.now()}, c)
	if err != nil {
		return answerOf(err, c.Kind)
	}
	return a
}

// rejected is the answer of a telegram that was stopped here.
func rejected(code, detail string) ledger.Answer {
	return ledger.Answer{Outcome: ledger.Reject, Final: true, NotSent: true, Code: code, Detail: detail}
}

// unsent is the answer when nothing can have reached the centre. Its detail is the
// sentence that says what to mend.
func unsent(err error) ledger.Answer {
	code := paygent.CodeOther
	if all := paygent.ConfigErrors(err); len(all) > 0 {
		code = all[0].Code
	}
	return rejected(code, oneLine(err))
}

// oneLine is an error that may join several, for a log and a timeline.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
