package paygent

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
)

// Days is a term in days. The zero value leaves it to the centre.
type Days struct {
	n     int
	given bool
}

// InDays is a term of n days; 0 ends it with today.
func InDays(n int) Days { return Days{n, true} }

// builder collects a telegram's parameters and keeps the first error.
type builder struct {
	kind   Kind
	params Params
	err    error
}

func (b *builder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// given adds an item unless it is empty.
func (b *builder) given(name, value string) { b.params.addIf(name, value) }

// need adds an item that must not be empty.
func (b *builder) need(name, value string) {
	if value == "" {
		b.fail(missing(name))
	}
	b.params.Add(name, value)
}

// text makes a text fit its field and adds it unless it is empty.
func (b *builder) text(name, value string) {
	if value == "" {
		return
	}
	fitted, err := Fit(b.kind, name, value)
	if err != nil {
		b.fail(err)
	}
	b.given(name, fitted.Text)
}

func (b *builder) needText(name, value string) {
	if value == "" {
		b.fail(missing(name))
	}
	b.text(name, value)
}

func (b *builder) amount(name string, y Yen) {
	if y < 1 {
		b.fail(outOfRange(name, "must be at least 1 yen"))
	}
	b.params.Add(name, y.String())
}

func (b *builder) flag(name string, on bool) { b.params.addFlag(name, on) }

func (b *builder) count(name string, n int) {
	if n < 0 {
		b.fail(outOfRange(name, "must not be negative"))
	}
	b.params.Add(name, strconv.Itoa(n))
}

func (b *builder) days(name string, d Days, low, high int) {
	if !d.given {
		return
	}
	if d.n < low || d.n > high {
		b.fail(outOfRange(name, fmt.Sprintf("must be %d to %d days", low, high)))
	}
	b.params.Add(name, strconv.Itoa(d.n))
}

// choice adds one of the values, or nothing for an empty one.
func (b *builder) choice(name, value string, allowed ...string) {
	if value == "" {
		return
	}
	for _, a := range allowed {
		if a == value {
			b.params.Add(name, value)
			return
		}
	}
	b.fail(outOfRange(name, "is none of its values"))
}

func (b *builder) needChoice(name, value string, allowed ...string) {
	if value == "" {
		b.fail(missing(name))
	}
	b.choice(name, value, allowed...)
}

// url adds an absolute address, unless it is empty.
func (b *builder) url(name, value string) {
	if value == "" {
		return
	}
	if !isWebAddress(value) {
		b.fail(badFormat(name, "must be an absolute address http(s)://…"))
	}
	b.params.Add(name, value)
}

// isWebAddress reports an absolute address of http or https.
func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

func (b *builder) needURL(name, value string) {
	if value == "" {
		b.fail(missing(name))
	}
	b.url(name, value)
}

func (b *builder) paymentID(id string) {
	if !isPaymentID(id) {
		b.fail(badFormat("payment_id", "must be 1 to 18 digits"))
	}
	b.params.Add("payment_id", id)
}

// payment adds payment_id, trading_id or both.
func (b *builder) payment(paymentID, tradingID string) {
	if paymentID == "" && tradingID == "" {
		b.fail(&FieldError{Field: "payment_id", Problem: FieldMissing, Detail: "payment_id or trading_id must be given"})
	}
	if paymentID != "" {
		b.paymentID(paymentID)
	}
	b.given("trading_id", tradingID)
}

// do sends what was collected, after the caller's own items.
func (b *builder) do(ctx context.Context, c *Client, siteID string, extra Params) (*Response, error) {
	if b.err != nil {
		return nil, notSent(Failure{Kind: b.kind, TradingID: b.params.Get("trading_id")}, codeOf(b.err), b.err.Error(), b.err)
	}
	b.given("site_id", siteID)
	return c.Do(ctx, Request{Kind: b.kind, Params: append(b.params, extra...)})
}
