package web

import (
	"fmt"
	"strings"
)

// Kinds of input that the component "field" draws; "" is a text.
const (
	KindText     = "text"
	KindEmail    = "email"
	KindTel      = "tel"
	KindNumber   = "number"
	KindPassword = "password"
	KindDate     = "date"
	KindFile     = "file"
	KindTextArea = "textarea"
	KindSelect   = "select"
	KindRadio    = "radio"
	KindCheck    = "check"  // one box; Value "1" is ticked
	KindChecks   = "checks" // several boxes; Options say which are ticked
)

// Field is one labelled input with its hint and its error: {{template "field" .Email}}.
type Field struct {
	Kind, Name, Label, Value string
	Required                 bool
	ReadOnly, Disabled       bool
	Hint                     string // a line below, in grey
	Error                    string
	Placeholder              string
	Autocomplete, InputMode  string
	Before, Unit             string // texts in front of and behind the input: 〒, 円
	Size                     string // width: "xs", "s", "m"; full if empty
	MaxLength, Rows          int
	Options                  []Option
	Blank                    string // select: the text of the empty choice
	Accept                   string // file: which ones
}

// Option is one choice of a select, of radios or of boxes.
type Option struct {
	Value, Label, Hint string
	Selected, Disabled bool
}

// ID is the input's id.
func (f Field) ID() string { return fieldID(f.Name) }

// OptionID is the id of the nth choice. The first has the field's own, so that the
// summary of errors leads to it.
func (f Field) OptionID(n int) string {
	if n == 0 {
		return f.ID()
	}
	return fmt.Sprintf("%s-%d", f.ID(), n)
}

// HintID and ErrorID are the ids of the texts that describe the input.
func (f Field) HintID() string  { return f.ID() + "-hint" }
func (f Field) ErrorID() string { return f.ID() + "-error" }

// DescribedBy lists the ids of those texts.
func (f Field) DescribedBy() string {
	var ids []string
	if f.Error != "" {
		ids = append(ids, f.ErrorID())
	}
	if f.Hint != "" {
		ids = append(ids, f.HintID())
	}
	return strings.Join(ids, " ")
}

// Type is the input's type attribute.
func (f Field) Type() string {
	if f.Kind == "" || f.Kind == KindNumber {
		return KindText // numbers by inputmode: a wheel must not change an amount
	}
	return f.Kind
}

// Keyboard is the inputmode, numeric for numbers.
func (f Field) Keyboard() string {
	if f.InputMode == "" && f.Kind == KindNumber {
		return "numeric"
	}
	return f.InputMode
}

// Chosen reports whether a choice is the present one.
func (f Field) Chosen(o Option) bool { return o.Selected || (f.Value != "" && o.Value == f.Value) }

// Ticked reports whether a single box is.
func (f Field) Ticked() bool { return f.Value == "1" || f.Value == "true" || f.Value == "on" }

// Row is several inputs under one label, such as 姓 and 名: {{template "row" .Name}}.
type Row struct {
	Label    string
	Required bool
	Fields   []Field
}

// Put gives a field its error.
func (e Errors) Put(f Field) Field {
	f.Error = e.On(f.Name)
	return f
}

// PutAll gives several fields their errors.
func (e Errors) PutAll(fields ...Field) []Field {
	for i := range fields {
		fields[i] = e.Put(fields[i])
	}
	return fields
}
