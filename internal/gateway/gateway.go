package gateway

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
)

// ClientFunc makes the client of a settings version.
type ClientFunc func(ctx context.Context, version int64) (*paygent.Client, CardSettings, error)

// CardSettings are what a 020 takes from the settings.
type CardSettings struct {
	UseSecurityCode bool
	InquiryTimeout  time.Duration
}

// Gateway talks to the centre through paygent. It is safe for concurrent use.
type Gateway struct {
	make    ClientFunc
	mu      sync.Mutex
	clients map[int64]made
}

type made struct {
	client *paygent.Client
	card   CardSettings
}

// New makes a Gateway.
func New(make ClientFunc) *Gateway { return &Gateway{make: make, clients: map[int64]made{}} }

var _ ledger.Gateway = (*Gateway)(nil)

// client returns the version's client, made when it is first needed.
func (g *Gateway) client(ctx context.Context, version int64) (made, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m, ok := g.clients[version]; ok {
		return m, nil
	}
	client, card, err := g.make(ctx, version)
	if err != nil {
		return made{}, err
	}
	g.clients[version] = made{client, card}
	return g.clients[version], nil
}

// Close gives the clients' connections back.
func (g *Gateway) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range g.clients {
		m.client.Close()
	}
}

// Execute sends one telegram.
func (g *Gateway) Execute(ctx context.Context, c ledger.Command) ledger.Answer {
	m, err := g.client(ctx, c.SettingsVersion)
	if err != nil {
		return unsent(err)
	}
	ctx, cancel := context.WithTimeout(paygent.BeforeSend(ctx, c.BeforeSend), c.Remaining)
	defer cancel()
	if c.Kind == payment.Authorize {
		return authorize(ctx, m, c)
	}
	return change(ctx, m, c)
}

// unsent is the answer when nothing can have reached the centre. Its detail is the
// sentence that says what to mend.
func unsent(err error) ledger.Answer {
	a := ledger.Answer{Outcome: ledger.Reject, Final: true, NotSent: true, Code: paygent.CodeOther, Detail: oneLine(err)}
	if all := paygent.ConfigErrors(err); len(all) > 0 {
		a.Code = all[0].Code
	}
	return a
}

// oneLine is an error that may join several, for a log and a timeline.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// answerOf turns an error of a telegram that changes something into an answer.
func answerOf(err error, kind payment.Kind) ledger.Answer {
	var declined *paygent.DeclinedError
	var rejected *paygent.RejectedError
	var unknown *paygent.UnknownError
	switch {
	case errors.As(err, &declined):
		a := ledger.Answer{Outcome: ledger.Decline, PaymentID: declined.PaymentID, Code: declined.Code, Detail: declined.Detail}
		a.IDInUse = declined.Code == idInUse
		a.Final = kind == payment.Authorize && isFinal(declined.Code)
		return a
	case errors.As(err, &rejected):
		return ledger.Answer{Outcome: ledger.Reject, Final: true, NotSent: rejected.NotSent, PaymentID: rejected.PaymentID, Code: rejected.Code, Detail: rejected.Detail}
	case errors.As(err, &unknown) && unknown.Response != nil && unknown.Response.Result == paygent.ResultUnknown:
		// The centre itself does not know (結果不明): a refusal that asks 094 first.
		return ledger.Answer{Outcome: ledger.Decline, PaymentID: unknown.PaymentID, Code: unknown.Code, Detail: unknown.Detail}
	case errors.As(err, &unknown):
		return ledger.Answer{Outcome: ledger.Mystery, Code: unknown.Code}
	}
	return ledger.Answer{Outcome: ledger.Mystery, Code: paygent.CodeConnection}
}
