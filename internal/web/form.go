package web

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/go-playground/form/v4"

	"kessai/internal/problem"
)

// Decode reads a request's query and form into a T by its `form:"name"` tags, text
// trimmed. A value that does not fit its field ("abc" for a number) is a fault of
// that field in Errors, and the field stays empty; only a request that cannot be
// read at all is an error. Use text fields where what was typed must be kept.
func Decode[T any](r *http.Request) (T, Errors, error) {
	var v T
	if err := parseForm(r); err != nil {
		return v, nil, err
	}
	err := decoder().Decode(&v, r.Form)
	var wrong form.DecodeErrors
	if err != nil && !errors.As(err, &wrong) {
		return v, nil, problem.Wrap(err, problem.Invalid, codeUnreadable, nil)
	}
	trim(reflect.ValueOf(&v).Elem())
	return v, misfits(reflect.TypeFor[T](), wrong), nil
}

// decoder is one for all, because it keeps what it has learnt about the structs.
var decoder = sync.OnceValue(func() *form.Decoder {
	d := form.NewDecoder()
	d.SetTagName("form")
	d.SetMode(form.ModeExplicit)
	return d
})

const formMemory = 1 << 20 // of an upload kept in memory; the rest goes to a file

func parseForm(r *http.Request) error {
	err := r.ParseForm()
	if err == nil && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(formMemory)
	}
	if err == nil {
		return nil
	}
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return problem.Wrap(err, problem.Invalid, codeTooBig, nil)
	}
	return problem.Wrap(fmt.Errorf("read form: %w", err), problem.Invalid, codeUnreadable, nil)
}

// misfits tells which fields got a value that they cannot hold, in the struct's order.
func misfits(t reflect.Type, wrong form.DecodeErrors) Errors {
	var e Errors
	if len(wrong) == 0 || t.Kind() != reflect.Struct {
		return e
	}
	for _, f := range reflect.VisibleFields(t) {
		name := f.Tag.Get("form")
		for namespace := range wrong {
			if namespace == name || namespace == f.Name || strings.HasPrefix(namespace, name+"[") {
				e.Add(problem.New(problem.Invalid, misfit(f.Type), nil).On(name))
			}
		}
	}
	return e
}

func misfit(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8,
		reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return "form.number"
	}
	return "form.choice"
}

// trim cuts the spaces people paste around texts, full-width ones too. A field
// tagged trim:"no" (a password) stays as it was typed.
func trim(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.TrimSpace(v.String()))
	case reflect.Slice:
		for i := range v.Len() {
			trim(v.Index(i))
		}
	case reflect.Struct:
		for f, field := range v.Fields() {
			if f.IsExported() && f.Tag.Get("trim") != "no" {
				trim(field)
			}
		}
	}
}
