package verify

import (
	"context"
	"fmt"
	"strconv"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// Breach is an invariant that does not hold.
type Breach struct {
	Rule      Rule     `json:"rule"`
	Order     order.ID `json:"order_id,omitempty"` // 0: it is about no order
	No        string   `json:"order_no,omitempty"`
	Payment   string   `json:"payment,omitempty"` // our own id of the payment
	TradingID string   `json:"trading_id,omitempty"`
	PaymentID string   `json:"payment_id,omitempty"` // Paygent's
	Subject   string   `json:"subject,omitempty"`    // what it is about, if not an order: class:7, notice:1001, customer:3
	Cause     string   `json:"cause"`                // a sentence: what is there, and what should be
}

// Count is how much was checked.
type Count struct {
	Orders         int64 `json:"orders"`
	StrayNotices   int64 `json:"stray_notices"`
	CardOperations int64 `json:"card_operations"`
	Breaches       int64 `json:"breaches"`
}

// Verifier checks a shop's books.
type Verifier struct {
	reader Reader
	// Progress, if set, is told after each page how many orders were checked and how many
	// there are about.
	Progress func(done, all int64)
}

// New makes a Verifier.
func New(r Reader) *Verifier { return &Verifier{reader: r} }

// pageSize is how many orders are read at a time.
const pageSize = 100

// All checks everything. Each breach is reported as it is found; an error of report ends
// the check.
func (v *Verifier) All(ctx context.Context, report func(Breach) error) (Count, error) {
	c := counter{report: report}
	scope, err := v.reader.Scope(ctx)
	if err != nil {
		return c.Count, err
	}
	for _, step := range []func(context.Context, Scope, *counter) error{v.orders, v.strayNotices, v.cardOperations, v.stock} {
		if err := step(ctx, scope, &c); err != nil {
			return c.Count, err
		}
	}
	return c.Count, nil
}

// Orders checks the books of these orders only.
func (v *Verifier) Orders(ctx context.Context, ids []order.ID, report func(Breach) error) (Count, error) {
	c := counter{report: report}
	scope, err := v.reader.Scope(ctx)
	for err == nil && len(ids) > 0 {
		n := min(pageSize, len(ids))
		err = v.page(ctx, scope, ids[:n], &c)
		ids = ids[n:]
	}
	return c.Count, err
}

// counter reports breaches and counts them.
type counter struct {
	Count
	report func(Breach) error
}

func (c *counter) say(all []Breach) error {
	for _, b := range all {
		c.Breaches++
		if err := c.report(b); err != nil {
			return err
		}
	}
	return nil
}

// check checks books that were read.
func (c *counter) check(s Scope, books []Book) error {
	for i := range books {
		books[i].Attached, books[i].Since = s.Attached, s.Since
		c.Count.Orders++
		if err := c.say(Check(&books[i])); err != nil {
			return err
		}
	}
	return nil
}

func (v *Verifier) orders(ctx context.Context, s Scope, c *counter) error {
	for after := order.ID(0); ; {
		ids, err := v.reader.BookedOrders(ctx, s.Since, after, pageSize)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		if err := v.page(ctx, s, ids, c); err != nil {
			return err
		}
		if v.Progress != nil {
			v.Progress(c.Count.Orders, s.Orders)
		}
	}
}

func (v *Verifier) page(ctx context.Context, s Scope, ids []order.ID, c *counter) error {
	books, err := v.reader.Books(ctx, ids)
	if err != nil {
		return v.oneByOne(ctx, s, ids, c)
	}
	return c.check(s, books)
}

// oneByOne reads the orders of a page again that could not be read: one must not hide the others. An
// order that cannot be read by itself, while the database answers, is a breach.
func (v *Verifier) oneByOne(ctx context.Context, s Scope, ids []order.ID, c *counter) error {
	for i := range ids {
		books, unreadable := v.reader.Books(ctx, ids[i:i+1])
		if unreadable == nil {
			if err := c.check(s, books); err != nil {
				return err
			}
			continue
		}
		if _, err := v.reader.Scope(ctx); err != nil {
			return err
		}
		c.Count.Orders++
		if err := c.say([]Breach{{Rule: OrderUnreadable, Order: ids[i], Cause: fmt.Sprintf("it cannot be read: %v", unreadable)}}); err != nil {
			return err
		}
	}
	return nil
}

func (v *Verifier) strayNotices(ctx context.Context, _ Scope, c *counter) error {
	for after := ""; ; {
		list, err := v.reader.StrayNotices(ctx, after, pageSize)
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].ID
		for i := range list {
			c.StrayNotices++
			if err := c.say(checkStray(&list[i])); err != nil {
				return err
			}
		}
	}
}

// checkStray: a notice of no order waits for nothing.
func checkStray(n *Notice) []Breach {
	cause := noticeFault(n)
	if cause == "" && n.State == ledger.NoticeApplied && n.TradingID != "" {
		cause = "it is applied, and to no order"
	}
	if cause == "" {
		return nil
	}
	return []Breach{{Rule: NoticeState, PaymentID: n.PaymentID, TradingID: n.TradingID, Subject: noticeCause(n), Cause: cause}}
}

func (v *Verifier) cardOperations(ctx context.Context, _ Scope, c *counter) error {
	for after := ""; ; {
		list, err := v.reader.CardOperations(ctx, after, pageSize)
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].Operation.ID
		for i := range list {
			c.CardOperations++
			if err := c.say(checkCard(&list[i])); err != nil {
				return err
			}
		}
	}
}

func checkCard(o *CardOperation) (out []Breach) {
	op, who := &o.Operation, "customer:"+strconv.FormatInt(o.Customer, 10)
	say := func(r Rule, cause string) {
		out = append(out, Breach{Rule: r, Subject: who, Cause: fmt.Sprintf("operation %s (%s): %s", op.ID, op.Kind.Telegram(), cause)})
	}
	if cause := keyFault(op, who); cause != "" {
		say(OpenKey, cause)
	}
	if cause := dueFault(op, o.Due); cause != "" {
		say(OperationDue, cause)
	}
	if cause := cardFault(o); cause != "" {
		say(CardOutcome, cause)
	}
	return out
}

// cardFault: what succeeded names its card, and a 026 one that is gone.
func cardFault(o *CardOperation) string {
	succeeded, deletes := o.Operation.State == payment.Succeeded, o.Operation.Kind == payment.DeleteCard
	switch {
	case o.CardID == "" && (succeeded || deletes):
		return "it names no card"
	case succeeded && deletes && !o.CardGone:
		return fmt.Sprintf("it succeeded, and card %s is kept", o.CardID)
	}
	return ""
}

func (v *Verifier) stock(ctx context.Context, _ Scope, c *counter) error {
	for after := int64(0); ; {
		list, err := v.reader.UnequalStock(ctx, after, pageSize)
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].Class
		for _, s := range list {
			b := Breach{
				Rule: StockColumns, Subject: "class:" + strconv.FormatInt(s.Class, 10),
				Cause: fmt.Sprintf("dtb_product_stock says %d, dtb_product_class %d", s.InStock, s.InClass),
			}
			if err := c.say([]Breach{b}); err != nil {
				return err
			}
		}
	}
}

// living reports whether money is held or taken by the payment.
func living(p *ledger.Payment) bool {
	return p.Phase == payment.Authorised || p.Phase == payment.Captured
}

func noticeCause(n *Notice) string { return "notice:" + strconv.FormatInt(n.NoticeID, 10) }
