package backoffice

import (
	"context"
	"strconv"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/web"
)

// paymentView is one payment on the order's page.
type paymentView struct {
	ID         string
	Title      string
	Current    bool // the order's payment; any other moves neither order nor stock
	Badge      web.Badge
	Status     string // 決済ステータス
	Situation  string // ペイジェント状況
	Amount     order.Yen
	Total      order.Yen // of the order
	Difference order.Yen
	Alive      bool // money is held or taken
	Method     string
	TradingID  string
	PaygentID  string
	FormerIDs  []string
	Class      string // 支払回数
	Place      string // environment, unless production
	Begun      time.Time
	Authorised time.Time
	Captured   time.Time
	Ended      time.Time
	Limit      time.Time
	End        string
	Open       *openView
	Settle     *settleView // of an unknown one about which everything is silent
	Failed     *web.Message
	Buttons    []web.Confirm
	Operable   bool // one of them can be pressed
}

// openView is an operation that is not settled yet.
type openView struct {
	Name    string
	Kind    string // telegram
	Unknown bool
	Since   time.Time
	Next    time.Time // of the next inquiry
}

// viewPayments shows the order's payment first, then the others, newest first.
func (b *BackOffice) viewPayments(ctx context.Context, f orderFacts) ([]paymentView, error) {
	policy, misset := b.Ledger.Policy(ctx)
	if misset != nil {
		b.Log.ErrorContext(ctx, "no settings to operate payments with", "order", int64(f.order.ID), "error", misset)
	}
	var current, others []paymentView
	for i := len(f.ledger.Payments) - 1; i >= 0; i-- {
		p := f.ledger.Payments[i]
		refused := map[payment.Button]error{}
		for _, button := range payment.Buttons() {
			refused[button] = misset
		}
		if misset == nil {
			refused = ledger.Buttons(f.ledger, p.ID, policy, b.Now())
		}
		v, err := b.viewPayment(f, p, refused)
		if err != nil {
			return nil, err
		}
		if v.Current {
			current = append(current, v)
		} else {
			others = append(others, v)
		}
	}
	return append(current, others...), nil
}

func (b *BackOffice) viewPayment(f orderFacts, p *ledger.Payment, refused map[payment.Button]error) (paymentView, error) {
	v := describe(f, p)
	v.Open, v.Failed = viewOperations(f.ledger, p)
	v.Settle = b.viewSettle(f, p)
	if v.Open != nil {
		v.Badge = openBadge(v.Open)
	}
	if !v.Current && !v.Alive && v.Open == nil {
		return v, nil // nothing to press, and nobody would ask why
	}
	v.Operable = refused[payment.SaleButton] == nil || refused[payment.CancelButton] == nil
	var err error
	v.Buttons, err = b.buttons(f, p, refused)
	return v, err
}

// describe is a payment without what can be done with it.
func describe(f orderFacts, p *ledger.Payment) paymentView {
	v := paymentView{
		ID: p.ID, Title: methodTitle(p), Current: p.ID == f.ledger.CurrentID, Badge: phaseBadge(p),
		Status: paymentStatus(p), Situation: situationWords(p.Situation), Amount: p.Amount, Total: f.order.Totals.PaymentTotal,
		Alive: p.Phase == payment.Authorised || p.Phase == payment.Captured, TradingID: p.TradingID, PaygentID: p.PaymentID,
		Class: classWords(p.PaymentClass, p.SplitCount), Begun: p.BegunAt, Authorised: p.AuthorisedAt, Captured: p.CapturedAt, Ended: p.EndedAt,
	}
	if len(f.ledger.Payments) > 1 {
		v.Title += "（" + strconv.Itoa(p.Seq) + "回目）"
	}
	if v.Alive && v.Current {
		v.Difference = p.Amount - v.Total
	}
	if p.Environment != payment.Production {
		v.Place = environmentWords(p.Environment)
	}
	switch p.Phase {
	case payment.Authorised:
		v.Limit = p.LimitAt
	case payment.Ended:
		v.End = endWords(p.End)
	}
	for _, id := range p.PaymentIDs {
		if id != p.PaymentID {
			v.FormerIDs = append(v.FormerIDs, id)
		}
	}
	return v
}

func openBadge(o *openView) web.Badge {
	if o.Unknown {
		return web.Badge{Tone: web.Warning, Text: "結果不明"}
	}
	return web.Badge{Tone: web.Info, Text: "処理中"}
}

// viewOperations is the payment's open operation, and its newest one if that failed.
func viewOperations(l *ledger.Ledger, p *ledger.Payment) (*openView, *web.Message) {
	var open *openView
	var last *ledger.Operation
	for _, op := range l.Operations {
		switch {
		case op.PaymentID != p.ID:
		case op.State.Open():
			open = viewOpen(op)
		case last == nil || !op.SettledAt.Before(last.SettledAt):
			last = op
		}
	}
	if open != nil || last == nil || last.State == payment.Succeeded {
		return open, nil
	}
	return nil, &web.Message{Tone: web.Danger, Lines: failureWords(*last)}
}

func viewOpen(op *ledger.Operation) *openView {
	v := &openView{Name: telegramName(op.Kind.Telegram()), Kind: op.Kind.Telegram(), Since: op.PlannedAt}
	if op.State == payment.UnknownState {
		v.Unknown, v.Since, v.Next = true, op.UnknownAt, op.NextAskAt
	}
	return v
}
