package backoffice

import (
	"strconv"
	"strings"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/web"
)

// shownEvents is how many events stand open; older ones are folded.
const shownEvents = 20

type timelineView struct {
	Recent, Older []eventView
}

// eventView is one line of 決済履歴.
type eventView struct {
	eventWords
	Seq      int64
	At       time.Time
	Actor    string
	Telegram string
	Amount   order.Yen // 0: none worth showing
	Next     time.Time // of an unknown that is still open: when it is asked next
	Details  []web.Fact
}

func viewTimeline(f orderFacts) timelineView {
	all := make([]eventView, 0, len(f.timeline))
	for _, e := range f.timeline {
		all = append(all, viewEvent(f, e))
	}
	if len(all) <= shownEvents {
		return timelineView{Recent: all}
	}
	return timelineView{Recent: all[:shownEvents], Older: all[shownEvents:]}
}

func viewEvent(f orderFacts, e ledger.Event) eventView {
	v := eventView{eventWords: wordsOfEvent(e), Seq: e.Seq, At: e.At, Actor: f.actor(e.Actor), Telegram: e.Data.Telegram, Details: dataFacts(e.Data)}
	switch e.Kind {
	case ledger.EventPlanned, ledger.EventSucceeded, ledger.EventNotice, ledger.EventNoticeParked, ledger.EventPlaced, ledger.EventUnknown, ledger.EventRefunded,
		ledger.EventDeclined, ledger.EventRejected:
		v.Amount = e.Data.Amount
	}
	if e.Kind == ledger.EventUnknown {
		v.Next = f.nextAsk(e.OperationID)
	}
	if why := because(e.Cause); why != "" {
		v.Details = append(v.Details, web.Fact{Name: "きっかけ", Value: why})
	}
	if p := f.paymentSeq(e.PaymentID); p > 0 && len(f.ledger.Payments) > 1 {
		v.Details = append(v.Details, web.Fact{Name: "決済", Value: strconv.Itoa(p) + "回目"})
	}
	return v
}

// nextAsk is when an operation that is still unknown is asked about.
func (f orderFacts) nextAsk(operation string) time.Time {
	for _, op := range f.ledger.Operations {
		if op.ID == operation && op.State == payment.UnknownState {
			return op.NextAskAt
		}
	}
	return time.Time{}
}

func (f orderFacts) paymentSeq(id string) int {
	for _, p := range f.ledger.Payments {
		if p.ID == id {
			return p.Seq
		}
	}
	return 0
}

// actor names who asked. A member who has left is known by number only.
func (f orderFacts) actor(a ledger.Actor) string {
	switch a {
	case ledger.Buyer:
		return "購入者"
	case ledger.Paygent:
		return "ペイジェント"
	case ledger.System:
		return "システム"
	}
	if a == actorOperator {
		return "コマンド"
	}
	text, isStaff := strings.CutPrefix(string(a), actorStaff)
	id, err := strconv.ParseInt(text, 10, 64)
	if !isStaff || err != nil {
		return string(a)
	}
	if name := f.names[id]; name != "" {
		return name
	}
	return "担当者（ID " + text + "）"
}

const (
	actorStaff    = "staff:"
	actorOperator = "operator" // of the command line
)
