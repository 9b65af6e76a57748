package paygent

import (
	"errors"
	"fmt"
	"strings"
)

// Codes of the connection module; the centre never sends them (protocol.md §4.1).
const (
	CodeConfMissing = "E01001" // modenv_properties.conf was not found
	CodeConfInvalid = "E01002" // a required key is missing, or a value is unusable
	CodeEncoding    = "E01006" // a character cannot be sent
	CodeCSV         = "E01004" // the result file of an inquiry could not be written
	CodeOther       = "E01901" // an answer that contradicts itself
	CodeModule      = "E02001" // a time-out below 0, or a number of rows not above 0
	CodeParameter   = "E02002" // a parameter of the telegram is wrong or too long
	CodeFixedValue  = "E02003" // telegram_kind missing or without an address
	CodeCertificate = "E02004" // certificate, key or CA file
	CodeConnection  = "E02005" // the connection to the centre
	CodeAnswerKind  = "E02007" // a table is expected of a telegram that is not configured as one
)

// Failure is what every failed telegram tells.
type Failure struct {
	Kind      Kind
	TradingID string // as sent
	PaymentID string // as answered; a refused authorisation has one too (protocol.md §3.4)
	Code      string // response_code, or a code of the connection module
	Detail    string // response_detail, or a sentence
}

func (f Failure) text(verb string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "paygent: telegram %s %s", f.Kind, verb)
	if f.Code != "" {
		b.WriteString(": " + f.Code)
	}
	if f.Detail != "" {
		b.WriteString(": " + f.Detail)
	}
	return b.String()
}

// DeclinedError: the centre or the card company said no. Its code is any that is not
// P or E, an empty one included (protocol.md §4.2).
type DeclinedError struct {
	Failure
	Response *Response
}

func (e *DeclinedError) Error() string { return e.text("declined") }

// RejectedError: nothing happened, because the request or the configuration is wrong
// (P…, E…), or because not one byte of the telegram was handed to the connection.
type RejectedError struct {
	Failure
	NotSent  bool      // no byte of the telegram was sent
	Response *Response // the answer, nil when NotSent
	Err      error     // why it was not sent
}

func (e *RejectedError) Error() string {
	if e.NotSent {
		return e.text("not sent")
	}
	return e.text("rejected")
}

func (e *RejectedError) Unwrap() error { return e.Err }

// UnknownError: the telegram was sent, and no trustworthy answer came: a time-out, a
// broken connection, a body that cannot be read, an HTTP status other than 2xx, or the
// answer "result unknown" (2). It may have taken effect.
type UnknownError struct {
	Failure
	HTTPStatus int       // 0 if no answer came
	Response   *Response // what could be read of the answer, or nil
	Err        error     // the cause, or nil
}

func (e *UnknownError) Error() string { return e.text("outcome unknown") }
func (e *UnknownError) Unwrap() error { return e.Err }

// ConfigError is something to mend in the configuration or the files it names. Detail is
// one sentence that says what to do; it never holds a secret.
type ConfigError struct {
	Code   string // E01001, E01002, E02003, E02004 or E02005
	File   string // the file to look at
	Line   int    // in File, if it is known
	Key    string // key of modenv_properties.conf without its prefix
	Detail string
	Err    error
}

func (e *ConfigError) Error() string {
	var b strings.Builder
	b.WriteString("paygent: " + e.Code + ": ")
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d", e.Line)
		}
		b.WriteString(": ")
	}
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Detail)
	return b.String()
}

func (e *ConfigError) Unwrap() error { return e.Err }

// ConfigErrors lists every *ConfigError that err joins, in order: a configuration is
// reported as a whole, not one line at a time.
func ConfigErrors(err error) []*ConfigError {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*ConfigError
		for _, e := range joined.Unwrap() {
			all = append(all, ConfigErrors(e)...)
		}
		return all
	}
	var c *ConfigError
	if errors.As(err, &c) {
		return []*ConfigError{c}
	}
	return nil
}

// EncodingError names the character that a telegram's charset does not have.
type EncodingError struct {
	Kind    Kind
	Field   string
	Rune    rune // U+FFFD for bytes that are not UTF-8
	Index   int  // byte offset in the value
	Charset string
}

// Label is the field's Japanese name, empty if it has none that people know.
func (e *EncodingError) Label() string { return FieldLabel(e.Field) }

func (e *EncodingError) Error() string {
	return fmt.Sprintf("field %s: the character %q (%U) cannot be sent in %s", labelled(e.Field), e.Rune, e.Rune, e.Charset)
}

// OutcomeKind is what became of a telegram.
type OutcomeKind string

// The four outcomes.
const (
	OutcomeSucceeded OutcomeKind = "succeeded"
	OutcomeDeclined  OutcomeKind = "declined"
	OutcomeRejected  OutcomeKind = "rejected"
	OutcomeUnknown   OutcomeKind = "unknown"
)

// Outcome sorts the error of a telegram. An error that is not this package's is unknown:
// nobody may believe that nothing happened.
func Outcome(err error) OutcomeKind {
	if err == nil {
		return OutcomeSucceeded
	}
	var unknown *UnknownError
	var declined *DeclinedError
	var rejected *RejectedError
	switch {
	case errors.As(err, &unknown):
		return OutcomeUnknown
	case errors.As(err, &declined):
		return OutcomeDeclined
	case errors.As(err, &rejected):
		return OutcomeRejected
	}
	return OutcomeUnknown
}

// notSent makes the error of a telegram that was stopped on this side.
func notSent(f Failure, code, detail string, cause error) *RejectedError {
	f.Code, f.Detail = code, detail
	return &RejectedError{Failure: f, NotSent: true, Err: cause}
}
