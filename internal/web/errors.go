package web

import (
	"errors"
	"strings"

	"kessai/internal/problem"
	"kessai/internal/wording"
)

// FieldError is one sentence about a field, or about the whole form (Field empty).
type FieldError struct{ Field, Label, Message string }

// ID is the id of the field's input, which the summary links to.
func (e FieldError) ID() string { return fieldID(e.Field) }

// Errors are what is wrong with a form, in the order they are read.
type Errors []FieldError

// Add takes a problem's sentence to the field that the problem names.
func (e *Errors) Add(err error) {
	if err == nil {
		return
	}
	field := ""
	if p, ok := problem.As(err); ok {
		field = p.Field
	}
	e.Say(field, wording.Ja(err))
}

// AddAll adds problems as the domain returns them.
func (e *Errors) AddAll(problems []*problem.Problem) {
	for _, p := range problems {
		e.Add(p)
	}
}

// Say adds a sentence to a field. A field keeps its first sentence only.
func (e *Errors) Say(field, sentence string) {
	if field != "" && e.On(field) != "" {
		return
	}
	*e = append(*e, FieldError{Field: field, Message: sentence})
}

// Any reports whether there is one.
func (e Errors) Any() bool { return len(e) > 0 }

// On is the sentence about a field, empty if there is none.
func (e Errors) On(field string) string {
	for _, one := range e {
		if one.Field == field {
			return one.Message
		}
	}
	return ""
}

// General are the sentences about no field in particular.
func (e Errors) General() []string {
	var said []string
	for _, one := range e {
		if one.Field == "" {
			said = append(said, one.Message)
		}
	}
	return said
}

// Label names the fields for the summary: "email" → "メールアドレス".
func (e Errors) Label(labels map[string]string) Errors {
	for i := range e {
		if label, ok := labels[e[i].Field]; ok {
			e[i].Label = label
		}
	}
	return e
}

// Take picks the input's faults (problem.Invalid) out of err, also out of several
// joined ones. What is left is for the caller to return: it is no matter of the form.
func (e *Errors) Take(err error) error {
	if err == nil {
		return nil
	}
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		var left []error
		for _, one := range many.Unwrap() {
			left = append(left, e.Take(one))
		}
		return errors.Join(left...)
	}
	if problem.CategoryOf(err) == problem.Invalid {
		e.Add(err)
		return nil
	}
	return err
}

// fieldID makes an id from a name such as "credit_payment[card_no]".
func fieldID(name string) string {
	return "f-" + strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		}
		return '-'
	}, name), "-")
}
