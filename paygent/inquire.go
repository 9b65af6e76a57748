package paygent

import (
	"context"
	"fmt"
	"time"
)

// InquireRequest is telegram 094 (protocol.md §5.6.1). Give PaymentID, TradingID or both;
// a TradingID alone is refused by the centre when several payments share it.
type InquireRequest struct {
	PaymentID string
	TradingID string
	SiteID    string
}

// Inquiry is the answer to 094. Times are JST, the zero time where the centre told none.
type Inquiry struct {
	PaymentID      string
	TradingID      string
	Type           PaymentType
	Status         PaymentStatus
	Amount         Yen
	InitDate       time.Time // payment_init_date, 申込日時
	PaymentDate    time.Time // payment_date, 支払日時
	CancelDate     time.Time // cancel_date
	BasePaymentID  string
	CareerType     string // protocol.md §5.7.1
	PaidyPaymentID string
	SiteID         string
	ReceiptNumber  string       // convenience store
	Store          ConveniStore // convenience store
	LimitDate      time.Time    // of a number or page; a day or a moment, as the centre told it
	Fields         Params       // the whole answer
}

// Inquire sends 094 (決済情報照会): the truth about one payment. No such payment, or several,
// is a *DeclinedError whose code the public record does not give.
func (c *Client) Inquire(ctx context.Context, q InquireRequest) (*Inquiry, error) {
	b := builder{kind: KindInquire}
	b.payment(q.PaymentID, q.TradingID)
	r, err := b.do(ctx, c, q.SiteID, nil)
	if err != nil {
		return nil, err
	}
	if err := sameSettlement(r, q.TradingID, q.PaymentID, true); err != nil {
		return nil, err
	}
	inquiry, err := readInquiry(r.Fields)
	if err != nil {
		return nil, untrusted(r, q.TradingID, err.Error())
	}
	return inquiry, nil
}

func readInquiry(fields Params) (*Inquiry, error) {
	f := fieldReader{fields: fields}
	q := &Inquiry{
		PaymentID: fields.Get("payment_id"), TradingID: fields.Get("trading_id"),
		Type: PaymentType(f.code("payment_type")), Status: PaymentStatus(f.code("payment_status")),
		Amount:   f.yen("payment_amount"),
		InitDate: f.time("payment_init_date"), PaymentDate: f.time("payment_date"), CancelDate: f.time("cancel_date"),
		BasePaymentID: fields.Get("base_payment_id"), CareerType: fields.Get("career_type"),
		PaidyPaymentID: fields.Get("paidy_payment_id"), SiteID: fields.Get("site_id"),
		ReceiptNumber: fields.Get("receipt_number"), Store: ConveniStore(fields.Get("cvs_company_id")), Fields: fields,
	}
	// What a number's limit looks like in 094 is not public (parseMoment): it must not spoil the rest.
	if limit, err := parseMoment(fields.Get("payment_limit_date")); err == nil {
		q.LimitDate = limit
	}
	return q, f.err
}

// fieldReader reads typed values and keeps the first error.
type fieldReader struct {
	fields Params
	err    error
}

func (f *fieldReader) fail(name string, format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf("%s: "+format, append([]any{name}, args...)...)
	}
}

// code reads a required code of two digits: a payment's type or status.
func (f *fieldReader) code(name string) string {
	v := f.fields.Get(name)
	if len(v) != 2 || !isDigits(v) {
		f.fail(name, "%q is not a code of two digits", v)
	}
	return v
}

func (f *fieldReader) yen(name string) Yen {
	y, err := parseYen(f.fields.Get(name))
	if err != nil {
		f.fail(name, "%w", err)
	}
	return y
}

func (f *fieldReader) time(name string) time.Time {
	t, err := ParseTime(f.fields.Get(name))
	if err != nil {
		f.fail(name, "%w", err)
	}
	return t
}

// day reads YYYYMMDD; empty is the zero time.
func (f *fieldReader) day(name string) time.Time {
	v := f.fields.Get(name)
	if v == "" {
		return time.Time{}
	}
	t, err := parseDay(v)
	if err != nil {
		f.fail(name, "%w", err)
	}
	return t
}

func (f *fieldReader) required(name string) string {
	v := f.fields.Get(name)
	if v == "" {
		f.fail(name, "the answer lacks it")
	}
	return v
}

// address reads an absolute http(s) address: a browser will be sent there.
func (f *fieldReader) address(name string) string {
	v := f.fields.Get(name)
	if !isWebAddress(v) {
		f.fail(name, "is no address of a page")
	}
	return v
}

func (f *fieldReader) paymentID(name string) string {
	v := f.fields.Get(name)
	if !isPaymentID(v) {
		f.fail(name, "%q is not 1 to 18 digits", v)
	}
	return v
}
