package ledger

import (
	"strings"
	"testing"
	"time"

	"kessai/internal/payment"
)

// TestWhatARefundByHandNeeds: a sum of what is there, a day that has come, and the way, in
// as many characters as are kept.
func TestWhatARefundByHandNeeds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*HandRefund)
		code   string
	}{
		"now":                    {func(*HandRefund) {}, ""},
		"one yen":                {func(h *HandRefund) { h.Amount = 1 }, ""},
		"all of it":              {func(h *HandRefund) { h.Amount = total }, ""},
		"nothing":                {func(h *HandRefund) { h.Amount = 0 }, "refund.amount"},
		"less than nothing":      {func(h *HandRefund) { h.Amount = -1 }, "refund.amount"},
		"more than there is":     {func(h *HandRefund) { h.Amount = total + 1 }, "refund.too_much"},
		"on no day":              {func(h *HandRefund) { h.Day = time.Time{} }, "refund.day"},
		"tomorrow":               {func(h *HandRefund) { h.Day = h.Day.Add(time.Second) }, "refund.day"},
		"by no way":              {func(h *HandRefund) { h.How = "" }, "refund.how"},
		"by blanks":              {func(h *HandRefund) { h.How = " 　\n" }, "refund.how"},
		"in 255 characters":      {func(h *HandRefund) { h.How = strings.Repeat("現", 255) }, ""},
		"in 256":                 {func(h *HandRefund) { h.How = strings.Repeat("現", 256) }, "refund.how"},
		"shown before another":   {func(h *HandRefund) { h.Left = total - 700 }, "refund.changed"},
		"of a payment of nobody": {func(h *HandRefund) { h.PaymentID = "nobody" }, "payment.unknown"},
	} {
		w := newWorld(t)
		p := w.paidAtStore()
		in := HandRefund{PaymentID: p.ID, Amount: 700, Left: total, Day: w.now, How: "現金", Actor: clerk, Key: "k"}
		tt.change(&in)
		err := w.do(func(l *Ledger, tk tick) error { return l.refundByHand(tk, in) })
		if code(err) != tt.code || w.keys["k"] != (tt.code == "") {
			t.Errorf("%s: %v", name, err)
		}
		if got := w.l.payment(p.ID).HandRefunded; err != nil && got != 0 || err == nil && got != in.Amount {
			t.Errorf("%s: %s given back", name, got)
		}
	}
}

// TestWhatIsGivenBackByHand: only money that no telegram returns, and that is here for good.
func TestWhatIsGivenBackByHand(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		begin func(*world) *Payment
		code  string
	}{
		"paid in a store": {func(w *world) *Payment { return w.paidAtStore() }, ""},
		"told by the store at once": {func(w *world) *Payment {
			w.learnt(w.number("p1"), payment.EarlyReport)
			return w.l.Current()
		}, "refund.preliminary"},
		"a number":           {func(w *world) *Payment { return w.number("p1") }, "refund.not_paid"},
		"a card, captured":   {func(w *world) *Payment { return w.captured("p1") }, "refund.by_telegram"},
		"a card, authorised": {func(w *world) *Payment { return w.authorised("p1") }, "refund.not_paid"},
		"a card, for good": {func(w *world) *Payment {
			w.captured("p1")
			w.take(w.notice(payment.ClearedFinal))
			return w.l.Current()
		}, ""},
		"given back already": {func(w *world) *Payment { p := w.paidAtStore(); p.HandRefunded = total; return p }, "refund.not_paid"},
		"a telegram is on":   {func(w *world) *Payment { w.captured("p1"); w.send(w.change(false)); return w.l.Current() }, "operation.open"},
		"nobody's":           {func(*world) *Payment { return &Payment{ID: "nobody"} }, "payment.unknown"},
	} {
		w := newWorld(t)
		p := tt.begin(w)
		if err := MayRefundByHand(w.l, p.ID); code(err) != tt.code {
			t.Errorf("%s: offered: %v", name, err)
		}
		if err := w.refund(p, 1); code(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	w, old, _ := changing(t, true) // the change gives back what has to go
	w.l.payment(old.ID).Status = payment.ClearedFinal
	if err := MayRefundByHand(w.l, old.ID); code(err) != "operation.open" {
		t.Errorf("while its amount is changed: %v", err)
	}
}
