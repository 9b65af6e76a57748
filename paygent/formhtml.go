package paygent

import (
	"errors"
	"fmt"
	"strings"
)

// Form is a form that a page of the centre would post by itself: make the same form in a
// page of your own and let the buyer's browser send it.
type Form struct {
	Action  string // absolute, http or https
	Method  string // POST or GET
	Charset string // accept-charset; empty: that of the page
	Fields  Params // in the page's order
}

// ErrNoForm: the page does not hold exactly one form that can be sent without asking the buyer.
var ErrNoForm = errors.New("paygent: the page is no form that can be sent on")

// maxFields bounds a form; a card company's has fewer than ten.
const maxFields = 200

// ExtractForm finds the one form of a page, or of a piece of one, and reads its address and
// hidden fields. It is strict: a page that holds no form or several, an address that is not
// absolute, or something for the buyer to fill in is an ErrNoForm. Scripts are not run.
func ExtractForm(html string) (Form, error) {
	x := formReader{scanner: tagScanner{text: html}}
	for {
		tag, err := x.scanner.next()
		if err != nil {
			return Form{}, fmt.Errorf("%w: %w", ErrNoForm, err)
		}
		if tag.name == "" {
			break
		}
		if err := x.take(tag); err != nil {
			return Form{}, fmt.Errorf("%w: %w", ErrNoForm, err)
		}
	}
	if !x.seen {
		return Form{}, ErrNoForm
	}
	return x.form, nil
}

// formOf is ExtractForm for a page of that charset.
func formOf(html, charset string) (Form, error) {
	f, err := ExtractForm(html)
	if err == nil && f.Charset == "" {
		f.Charset = charset
	}
	return f, err
}

type formReader struct {
	scanner tagScanner
	form    Form
	seen    bool
	inside  bool
}

func (x *formReader) take(t tag) error {
	switch {
	case t.name == "/form":
		x.inside = false
	case t.name == "form":
		return x.open(t)
	case t.name == "base":
		return errors.New("the page sets a base address")
	case !x.inside:
		if _, elsewhere := t.attrs.Lookup("form"); elsewhere && t.name == "input" {
			return errors.New("a field stands outside of its form")
		}
	case t.name == "input":
		return x.input(t.attrs)
	case t.name == "select" || t.name == "textarea":
		return errors.New("the form asks the buyer for something")
	}
	return nil
}

func (x *formReader) open(t tag) error {
	if x.seen {
		return errors.New("there are several forms")
	}
	x.seen, x.inside = true, true
	x.form.Action = strings.TrimSpace(t.attrs.Get("action"))
	if !isWebAddress(x.form.Action) {
		return errors.New("the form's address is not an absolute one of http or https")
	}
	x.form.Charset = t.attrs.Get("accept-charset")
	switch strings.ToLower(strings.TrimSpace(t.attrs.Get("method"))) {
	case "post":
		x.form.Method = "POST"
	case "get", "":
		x.form.Method = "GET"
	default:
		return errors.New("the form's method is neither POST nor GET")
	}
	return nil
}

// input takes fields that a browser sends when a script submits the form.
func (x *formReader) input(attrs Params) error {
	name := attrs.Get("name")
	switch kind := strings.ToLower(attrs.Get("type")); kind {
	case "submit", "button", "reset", "image":
		return nil
	case "hidden":
	default:
		return fmt.Errorf("the form asks the buyer for something (input of type %q)", kind)
	}
	if _, disabled := attrs.Lookup("disabled"); disabled || name == "" {
		return nil
	}
	if len(x.form.Fields) == maxFields {
		return fmt.Errorf("the form has more than %d fields", maxFields)
	}
	x.form.Fields.Add(name, attrs.Get("value"))
	return nil
}
