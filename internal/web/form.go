package web

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-playground/form/v4"

	"kessai/internal/problem"
)

// Decode reads a request's query and form into a T by its `form:"name"` tags, text
// trimmed. Several values of a name fill a slice, name[key] fills a map. A value that does not fit its field ("abc" for a number) is a fault of
// that field in Errors, and the field stays empty; only a request that cannot be
// read at all is an error. Use text fields where what was typed must be kept.
func Decode[T any](r *http.Request) (T, Errors, error) {
	var v T
	if err := parseForm(r); err != nil {
		return v, nil, err
	}
	if f := unseen(reflect.TypeFor[T]()); f != "" {
		return v, nil, fmt.Errorf("web: Decode: %s.%s is of an embedded struct, which the library passes over", reflect.TypeFor[T](), f)
	}
	values, broken := readable(known(reflect.TypeFor[T](), r.Form))
	err := decoder().Decode(&v, values)
	var wrong form.DecodeErrors
	if err != nil && !errors.As(err, &wrong) {
		return v, nil, problem.Wrap(err, problem.Invalid, codeUnreadable, nil)
	}
	trim(reflect.ValueOf(&v).Elem())
	return v, append(broken, misfits(reflect.TypeFor[T](), wrong)...), nil
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

// known leaves only the values that T has a place for. The library takes names apart
// at their brackets: it panics at a missing one, and an index decides how long a
// slice gets.
func known(t reflect.Type, sent url.Values) url.Values {
	if t.Kind() != reflect.Struct {
		return nil
	}
	kept := url.Values{}
	for _, f := range reflect.VisibleFields(t) {
		tag, ok := f.Tag.Lookup("form")
		if !ok {
			continue
		}
		if values, ok := sent[tag]; ok {
			kept[tag] = values
		}
		if f.Type.Kind() == reflect.Map {
			keepEntries(kept, sent, tag)
		}
	}
	return kept
}

// unseen is a field that the library would leave empty without a word: one of an embedded
// struct. Empty: there is none.
func unseen(t reflect.Type) string {
	if t.Kind() != reflect.Struct {
		return ""
	}
	for _, f := range reflect.VisibleFields(t) {
		if _, ok := f.Tag.Lookup("form"); ok && len(f.Index) > 1 {
			return f.Name
		}
	}
	return ""
}

// readable takes out what no database stores: broken UTF-8 and zero bytes.
func readable(values url.Values) (url.Values, Errors) {
	var e Errors
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, text := range values[name] {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				e.Add(problem.New(problem.Invalid, "form.characters", nil).On(name))
				delete(values, name)
				break
			}
		}
	}
	return values, e
}

func keepEntries(kept, sent url.Values, tag string) {
	for name, values := range sent {
		key, opened := strings.CutPrefix(name, tag+"[")
		key, closed := strings.CutSuffix(key, "]")
		if opened && closed && key != "" && !strings.ContainsAny(key, "[].") {
			kept[name] = values
		}
	}
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
	case reflect.Map:
		if v.Type().Elem().Kind() == reflect.String {
			for _, key := range v.MapKeys() {
				v.SetMapIndex(key, reflect.ValueOf(strings.TrimSpace(v.MapIndex(key).String())).Convert(v.Type().Elem()))
			}
		}
	case reflect.Struct:
		for f, field := range v.Fields() {
			if f.IsExported() && f.Tag.Get("trim") != "no" {
				trim(field)
			}
		}
	}
}
