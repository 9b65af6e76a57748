package paygent

import (
	"context"
	"fmt"
	"strconv"
)

// SuccessCode says what a difference inquiry delivered (protocol.md §7.6).
type SuccessCode string

// Success codes.
const (
	DifferenceDelivered SuccessCode = "0" // one record
	DifferenceNone      SuccessCode = "1" // nothing more, or no such id
	DifferenceLost      SuccessCode = "2" // one record, but earlier ones that were never delivered are purged
)

// DifferenceRequest is telegram 091.
type DifferenceRequest struct {
	// NoticeID asks for this difference again, delivered or not. 0 asks for the oldest one
	// not yet delivered to 091, and marks it delivered.
	NoticeID int64
}

// Difference is the answer to 091.
type Difference struct {
	Code   SuccessCode
	Detail string  // success_detail
	Notice *Notice // nil with DifferenceNone
	Fields Params  // the whole answer
}

// Difference sends 091 (決済情報差分照会). A record that cannot be read is an *UnknownError:
// asked without an id it counts as delivered at the centre, so ask again by id.
func (c *Client) Difference(ctx context.Context, q DifferenceRequest) (*Difference, error) {
	p := Params{{"trading_id", "0"}}
	switch {
	case q.NoticeID < 0:
		err := outOfRange("payment_notice_id", "must not be negative")
		return nil, notSent(Failure{Kind: KindDifference}, CodeParameter, err.Error(), err)
	case q.NoticeID > 0:
		p.Add("payment_notice_id", strconv.FormatInt(q.NoticeID, 10))
	}
	r, err := c.Do(ctx, Request{Kind: KindDifference, Params: p})
	if err != nil {
		return nil, err
	}
	d := &Difference{Code: SuccessCode(r.Get("success_code")), Detail: r.Get("success_detail"), Fields: r.Fields}
	switch d.Code {
	case DifferenceNone:
		return d, nil
	case DifferenceDelivered, DifferenceLost:
	default:
		return nil, untrusted(r, "0", fmt.Sprintf("success_code %q is none that is known", d.Code))
	}
	n := &Notice{Fields: r.Fields, Undecodable: r.Undecodable}
	if err := readNotice(n); err != nil {
		return nil, untrusted(r, "0", err.Error())
	}
	if q.NoticeID > 0 && n.NoticeID != q.NoticeID {
		return nil, untrusted(r, "0", fmt.Sprintf("the answer is about payment_notice_id %d", n.NoticeID))
	}
	d.Notice = n
	return d, nil
}

// TestConnection proves address, certificate, ids and password without touching anything
// (接続試験): 091 with trading_id and payment_notice_id 0.
func (c *Client) TestConnection(ctx context.Context) error {
	_, err := c.Do(ctx, Request{Kind: KindDifference, Params: Params{{"trading_id", "0"}, {"payment_notice_id", "0"}}})
	return err
}
