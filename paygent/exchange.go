package paygent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxResponse is above the longest table (2000 records) and any page.
const maxResponse = 4 << 20

// exchange is one telegram on its way.
type exchange struct {
	client     *Client
	request    Request
	failure    Failure
	host       string
	httpStatus int

	encode func() (address string, data []byte, err error)
	decode func(text []byte, contentType string) (*Response, error)
}

// do runs the exchange and logs it.
func (x *exchange) do(ctx context.Context) (*Response, error) {
	started := x.client.clock()
	response, err := x.run(ctx)
	if x.client.log != nil {
		x.client.log.Log(ctx, x.record(started, x.client.clock().Sub(started), response, err))
	}
	return response, err
}

func (x *exchange) run(ctx context.Context) (*Response, error) {
	address, data, err := x.encode()
	if u, parseErr := url.Parse(address); parseErr == nil {
		x.host = u.Host
	}
	if err != nil {
		return nil, notSent(x.failure, codeOf(err), err.Error(), err)
	}
	if cert := x.client.cert; cert != nil {
		if err := checkDates(cert.Leaf, x.client.clock()); err != nil {
			conf := &ConfigError{Code: CodeCertificate, File: x.client.config.ClientFilePath, Key: KeyClientFilePath, Detail: err.Error(), Err: err}
			return nil, notSent(x.failure, conf.Code, conf.Error(), conf)
		}
	}
	if x.client.config.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, x.client.config.Timeout)
		defer cancel()
	}
	if err := ctx.Err(); err != nil {
		return nil, notSent(x.failure, CodeConnection, "the time was over before anything was sent", err)
	}
	return x.send(ctx, address, data)
}

// send makes the round trip. Nothing here repeats a telegram: GetBody is nil, so
// net/http cannot either, and a RoundTripper follows no redirect.
func (x *exchange) send(ctx context.Context, address string, data []byte) (*Response, error) {
	content := newBody(ctx, data)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, content)
	if err != nil {
		return nil, notSent(x.failure, CodeFixedValue, "the address is unusable", err)
	}
	request.ContentLength = int64(len(data))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("User-Agent", "kessai")
	answer, err := x.client.transport.RoundTrip(request)
	started, guardErr := content.seal()
	if answer != nil && answer.Body != nil {
		defer answer.Body.Close()
	}
	switch {
	case guardErr != nil:
		return nil, notSent(x.failure, "", "stopped before it was sent: "+guardErr.Error(), guardErr)
	case err != nil && !started:
		code, sentence := x.client.explain(ctx, x.host, err)
		return nil, notSent(x.failure, code, sentence, err)
	case err != nil:
		code, sentence := x.client.explain(ctx, x.host, err)
		return nil, x.unknown(code, sentence, nil, err)
	case !started && !accepted(answer.StatusCode):
		return nil, notSent(x.failure, CodeConnection, refusalText(answer.StatusCode)+" before anything was sent", nil)
	}
	return x.receive(ctx, answer)
}

// accepted are the HTTP statuses the connection module accepts (protocol.md §1.1).
func accepted(status int) bool { return status >= 200 && status <= 206 }

func refusalText(status int) string { return fmt.Sprintf("the centre answered HTTP status %d", status) }

func (x *exchange) receive(ctx context.Context, answer *http.Response) (*Response, error) {
	x.httpStatus = answer.StatusCode
	if !accepted(answer.StatusCode) {
		return nil, x.unknown(CodeConnection, refusalText(answer.StatusCode), nil, nil)
	}
	text, err := readAll(answer)
	if err != nil {
		code, sentence := x.client.explain(ctx, x.host, err)
		return nil, x.unknown(code, sentence, nil, err)
	}
	if len(text) > maxResponse {
		return nil, x.unknown(CodeConnection, fmt.Sprintf("the answer is longer than %d bytes", maxResponse), nil, nil)
	}
	response, err := x.decode(text, answer.Header.Get("Content-Type"))
	response.HTTPStatus = answer.StatusCode
	if err != nil {
		return nil, x.unknown(codeOfAnswer(err), err.Error(), response, err)
	}
	return x.judge(response)
}

// readAll reads at most one byte more than maxResponse.
func readAll(answer *http.Response) ([]byte, error) {
	var buf bytes.Buffer
	if n := answer.ContentLength; n > 0 && n <= maxResponse {
		buf.Grow(int(n) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(io.LimitReader(answer.Body, maxResponse+1))
	return buf.Bytes(), err
}

// parse returns a response with what could be read, also beside an error.
func (x *exchange) parse(text []byte, contentType string) (*Response, error) {
	kind := x.request.Kind
	isUTF8 := answerIsUTF8(contentType, x.client.config.UTF8(kind))
	switch {
	case kind == KindFileResult:
		return parseFileResult(text, isUTF8)
	case x.client.config.Reference(kind):
		return parseReference(kind, text, isUTF8)
	}
	return parsePayment(kind, text, isUTF8)
}

// judge sorts an answer by its shape alone, never by a list of codes (protocol.md §4.2).
func (x *exchange) judge(r *Response) (*Response, error) {
	failure := x.failure
	failure.Code, failure.Detail, failure.PaymentID = r.Code, r.Detail, r.Get("payment_id")
	switch {
	case r.Result == ResultOK || r.Result == ResultThreeDSecure:
		return r, nil
	case r.Result == ResultUnknown:
		return nil, &UnknownError{Failure: failure, HTTPStatus: x.httpStatus, Response: r}
	case strings.HasPrefix(r.Code, "P") || strings.HasPrefix(r.Code, "E"):
		return nil, &RejectedError{Failure: failure, Response: r}
	}
	return nil, &DeclinedError{Failure: failure, Response: r}
}

func (x *exchange) unknown(code, detail string, r *Response, cause error) *UnknownError {
	failure := x.failure
	failure.Code, failure.Detail = code, detail
	if r != nil {
		failure.PaymentID = r.Get("payment_id")
	}
	return &UnknownError{Failure: failure, HTTPStatus: x.httpStatus, Response: r, Err: cause}
}

// codeOfAnswer: an answer without result is a connection error (protocol.md §4.1).
func codeOfAnswer(err error) string {
	if strings.HasPrefix(err.Error(), CodeOther) {
		return CodeOther
	}
	return CodeConnection
}

func (x *exchange) record(at time.Time, took time.Duration, r *Response, err error) WireRecord {
	record := WireRecord{At: at, Duration: took, Kind: x.request.Kind, Host: x.host, Outcome: Outcome(err),
		HTTPStatus: x.httpStatus, Request: loggableParams(x.request.Params)}
	record.Code, record.Detail = failureText(err)
	var rejected *RejectedError
	if errors.As(err, &rejected) {
		record.NotSent = rejected.NotSent
	}
	var encoding *EncodingError
	if errors.As(err, &encoding) { // the character is part of a name, perhaps
		record.Detail = "field " + encoding.Field + ": a character cannot be sent in " + encoding.Charset
	}
	if r == nil {
		r = answerOf(err)
	}
	if r != nil {
		record.Result, record.Response = r.Result, loggableParams(r.Fields)
	}
	return record
}
