package paygent

import (
	"bytes"
	"errors"
	"mime"
	"strings"
	"unicode/utf8"

	"kessai/internal/cp932"
)

// Results of a telegram (protocol.md §3.4).
const (
	ResultOK           = "0"
	ResultError        = "1"
	ResultUnknown      = "2"
	ResultThreeDSecure = "7" // 020 only: show the buyer out_acs_html first
)

// Response is an answer in the payment format (protocol.md §3.1), or for reference kinds
// a Table.
type Response struct {
	Kind   Kind
	Result string
	Code   string // response_code; empty on success
	Detail string // response_detail
	Fields Params // every item in the order of the answer, the three above included
	Table  *Table // of a reference telegram (027, 090)
	File   []byte // the result file of 201, as it came

	HTTPStatus int

	// Undecodable names items with bytes that are not of the answer's charset. Their
	// values hold U+FFFD there.
	Undecodable []string
}

// Get returns an item of the answer, empty if there is none.
func (r *Response) Get(name string) string { return r.Fields.Get(name) }

var (
	errNoResult      = errors.New("the answer has no result")
	errTwoResults    = errors.New("the answer has two results that differ")
	errStrangeResult = errors.New("the answer's result is none that is known")
)

// parsePayment reads the payment format. Structure is found in the bytes (CR, LF and = never
// are the second byte of a Windows-31J character), then each value is decoded by itself, so
// that one bad byte in an issuer's name does not make a payment's outcome unknown.
func parsePayment(kind Kind, body []byte, isUTF8 bool) (*Response, error) {
	r := &Response{Kind: kind, Fields: make(Params, 0, bytes.Count(body, []byte("\n"))+1)}
	text := string(body) // what is ASCII shares it
	d := decoder{utf8: isUTF8}
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\r"), "=")
		if !ok || name == "" {
			text = rest
			continue
		}
		name, _ = d.text(name)
		if strings.HasSuffix(name, "_html") { // always the last, everything to the end is its
			_, value, _ = strings.Cut(text, "=")
			value, rest = strings.TrimSpace(value), ""
		}
		r.add(name, value, &d)
		text = rest
	}
	return r, r.fill()
}

func (r *Response) add(name, value string, d *decoder) {
	text, good := d.text(value)
	if !good {
		r.Undecodable = append(r.Undecodable, name)
	}
	r.Fields = append(r.Fields, Param{name, text})
}

// decoder turns bytes of the wire's charset into UTF-8, with U+FFFD for bad ones. The texts
// of one answer share its memory.
type decoder struct {
	utf8 bool
	out  strings.Builder
}

// sharedSize is enough for the names in most answers.
const sharedSize = 512

func (d *decoder) text(s string) (text string, good bool) {
	switch {
	case isASCII(s) || d.utf8 && utf8.ValidString(s):
		return s, true
	case d.utf8:
		return strings.ToValidUTF8(s, "\uFFFD"), false
	case d.out.Cap() == 0:
		d.out.Grow(max(sharedSize, 2*len(s)))
	}
	start := d.out.Len()
	good = cp932.WriteLossy(&d.out, s)
	return d.out.String()[start:], good
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// fill takes the reserved items out of Fields and checks that the answer means something.
func (r *Response) fill() error {
	seen := false
	for _, item := range r.Fields {
		switch item.Name {
		case "result":
			if seen && item.Value != r.Result {
				return errTwoResults
			}
			r.Result, seen = item.Value, true
		case "response_code":
			r.Code = item.Value
		case "response_detail":
			r.Detail = item.Value
		}
	}
	return r.checkResult()
}

func (r *Response) checkResult() error {
	switch {
	case r.Result == "":
		return errNoResult
	case r.Result == ResultOK, r.Result == ResultError, r.Result == ResultUnknown:
		return nil
	case r.Result == ResultThreeDSecure && r.Kind == KindAuthorize:
		return nil
	}
	return errStrangeResult
}

// answerIsUTF8 decides an answer's charset: by its Content-Type where that names one we
// know, else by the kind (protocol.md §1.1, §19).
func answerIsUTF8(contentType string, byKind bool) bool {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return byKind
	}
	switch strings.ToLower(params["charset"]) {
	case "utf-8", "utf8":
		return true
	case "windows-31j", "shift_jis", "sjis", "ms932", "cp932", "x-sjis":
		return false
	}
	return byKind
}
