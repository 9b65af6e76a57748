package verify

import (
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// eventGap: event sequences have no gaps, and end where the ledger says.
func eventGap(b *Book, say sayer) {
	for i, e := range b.Events {
		if want := int64(i) + 1; e.Seq != want {
			say(nil, "event %d comes where %d is due", e.Seq, want)
			return
		}
	}
	if n := int64(len(b.Events)); n != b.Ledger.EventSeq {
		say(nil, "there are %d events, and the ledger counts %d", n, b.Ledger.EventSeq)
	}
}

// orderChain: each change of the order's status begins where the last one ended, and the
// last one leads to what the ledger wrote. Beside EC-CUBE's own hand only the end is ours.
func orderChain(b *Book, say sayer) {
	at := order.Status(0)
	for _, e := range b.Events {
		if e.Kind != ledger.EventOrderMoved && e.Kind != ledger.EventHostMoved {
			continue
		}
		if at != 0 && e.Data.OrderFrom != at && !b.Attached {
			say(nil, "event %d moves the order from %d, and it stood in %d", e.Seq, e.Data.OrderFrom, at)
			return
		}
		at = e.Data.OrderTo
	}
	if at != 0 && at != b.Ledger.LastStatus {
		say(nil, "the timeline leads the order to %d, and the ledger wrote %d", at, b.Ledger.LastStatus)
	}
}

// orderStatus: the order stands where the ledger left it. Beside EC-CUBE its own hand may
// have moved it on.
func orderStatus(b *Book, say sayer) {
	if is := b.Ledger.Order.Status; is != b.Ledger.LastStatus && !b.Attached {
		say(nil, "the order is in %d, and the ledger left it in %d", is, b.Ledger.LastStatus)
	}
}

// alertOpen: an alert that closes by itself is open only while what it says is so. Beside
// EC-CUBE its own hand may have changed the order's status and total since.
func alertOpen(b *Book, say sayer) {
	for _, a := range b.Alerts {
		if !a.ClosedAt.IsZero() {
			continue
		}
		p := b.payment(a.Cause)
		switch a.Kind {
		case ledger.AlertUnknown, ledger.AlertTransit:
			if a.Kind == ledger.AlertTransit && p != nil {
				if p.TransitAt.IsZero() {
					say(p, "the alert %s is open, and nobody is at work about its payment", a.Kind)
				}
				continue
			}
			if op := b.operation(a.Cause); op == nil || !op.State.Open() {
				say(nil, "the alert %s is open, and operation %s is not", a.Kind, a.Cause)
			}
		case ledger.AlertReversing, ledger.AlertDouble, ledger.AlertPaidCanceled, ledger.AlertStockShort, ledger.AlertKept:
			if p == nil || !living(p) {
				say(p, "the alert %s is open, and its payment is not alive", a.Kind)
			}
		case ledger.AlertAmountOpen:
			if p != nil && !b.differs(p) {
				say(p, "the alert %s is open, and nothing is left to change", a.Kind)
			}
		case ledger.AlertUnmade:
			if cur := b.payment(b.Ledger.CurrentID); !b.Attached && !b.toBePaid() || cur != nil && living(cur) && !cur.Reverse {
				say(cur, "the alert %s is open, and nothing is to be paid any more", a.Kind)
			}
		case ledger.AlertNoticeParked:
			if !b.waits(a.Cause) {
				say(nil, "the alert %s is open, and %s is done with", a.Kind, a.Cause)
			}
		}
	}
}

// differs reports whether there is something to change about a payment's amount: it is
// alive for another sum than the order's total, somebody may pay another sum by its number,
// or it was cancelled when there was nothing to pay, and there is again.
func (b *Book) differs(p *ledger.Payment) bool {
	switch total := b.Ledger.Order.Total; {
	case b.Attached:
		return true
	case living(p):
		return p.ID != b.Ledger.CurrentID || p.Amount-p.HandRefunded != total
	case p.Phase == payment.AwaitingPayment:
		return p.Amount != total
	default:
		return b.toBePaid() && b.canceledAlone(p)
	}
}

// canceledAlone reports whether staff cancelled the payment and not its order.
func (b *Book) canceledAlone(p *ledger.Payment) bool {
	for _, op := range b.Ledger.Operations {
		if op.PaymentID == p.ID && op.State == payment.Succeeded && op.Reason != "" && op.Actor != ledger.System && cancels(op) {
			return true
		}
	}
	return false
}

// waits reports whether a notice of this cause is parked, or tried again.
func (b *Book) waits(cause string) bool {
	for i := range b.Notices {
		n := &b.Notices[i]
		if ledger.ParkedAlert(n.Notice).Cause == cause && (n.State == ledger.NoticeParked || n.State == ledger.NoticeReceived) {
			return true
		}
	}
	return false
}

// alertUntold: every alert stands in the timeline.
func alertUntold(b *Book, say sayer) {
	type key struct {
		kind  ledger.AlertKind
		cause string
	}
	told := map[key]bool{}
	for _, e := range b.Events {
		if e.Kind == ledger.EventAlertOpened {
			told[key{e.Data.Alert, e.Cause}] = true
		}
	}
	for _, a := range b.Alerts {
		if !told[key{a.Kind, a.Cause}] {
			say(b.payment(a.Cause), "the alert %s of %s is not in the timeline", a.Kind, a.Cause)
		}
	}
}
