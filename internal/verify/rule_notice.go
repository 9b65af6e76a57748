package verify

import (
	"fmt"

	"kessai/internal/ledger"
)

// noticeState: every stored notice is applied, superseded, a duplicate, foreign, or parked
// with a reason; one that is only received comes up again.
func noticeState(b *Book, say sayer) {
	for i := range b.Notices {
		n := &b.Notices[i]
		if cause := noticeFault(n); cause != "" {
			say(b.holder(n), "%s: %s", noticeCause(n), cause)
		}
	}
}

func noticeFault(n *Notice) string {
	switch n.State {
	case ledger.NoticeReceived:
		if !n.Due {
			return "it is received, and no worker will look at it"
		}
		return ""
	case ledger.NoticeParked:
		if n.Reason == ledger.NotParked {
			return "it is parked without a reason"
		}
	default:
		if n.Reason != ledger.NotParked {
			return fmt.Sprintf("it is %s, and parked as %s", n.State, n.Reason)
		}
	}
	if n.Due && n.State != ledger.NoticeParked { // a parked one is tried again with each sweep
		return fmt.Sprintf("it is %s, and still to be tried", n.State)
	}
	return ""
}

// noticeUntold: what became of a notice stands in the order's timeline, and a parked one
// was put before a person.
func noticeUntold(b *Book, say sayer) {
	told := map[string]ledger.EventKind{}
	for _, e := range b.Events {
		if e.Kind == ledger.EventNotice || e.Kind == ledger.EventNoticeParked {
			told[e.Cause+string(e.Kind)] = e.Kind
		}
	}
	alerted := map[string]bool{}
	for _, a := range b.Alerts {
		alerted[a.Cause] = alerted[a.Cause] || a.Kind == ledger.AlertNoticeParked
	}
	for i := range b.Notices {
		n := &b.Notices[i]
		cause := noticeCause(n)
		switch n.State {
		case ledger.NoticeApplied, ledger.NoticeSuperseded:
			if told[cause+string(ledger.EventNotice)] == "" {
				say(b.holder(n), "%s is %s, and the timeline does not say so", cause, n.State)
			}
		case ledger.NoticeParked:
			if told[cause+string(ledger.EventNoticeParked)] == "" || !alerted[ledger.ParkedAlert(n.Notice).Cause] {
				say(b.holder(n), "%s is parked, and nobody was told", cause)
			}
		}
	}
}

// holder is the payment that the notice is about, nil if its id is none of the order's.
func (b *Book) holder(n *Notice) *ledger.Payment {
	for _, id := range b.IDs {
		if id.ID == n.PaymentID {
			return b.payment(id.Payment)
		}
	}
	return nil
}

// mailTwice: each mail is queued once per order, kind and cause.
func mailTwice(b *Book, say sayer) {
	type key struct {
		kind  ledger.MailKind
		cause string
	}
	seen := map[key]bool{}
	for _, m := range b.Mails {
		k := key{m.Kind, m.Cause}
		if seen[k] {
			say(nil, "the mail %s for %q is queued more than once", m.Kind, m.Cause)
		}
		seen[k] = true
	}
}
