package setting

import (
	"slices"
	"strings"

	"kessai/internal/problem"
)

// Entry is one setting as shown: secrets are masked, empty ones are empty.
type Entry struct {
	Name    string // the plugin's column, for example merchant_id
	Label   string // the page's words
	Value   string
	Secret  bool
	Allowed []string // of a choice, else nil
}

const masked = "********"

func (f field) entry(v *Values) Entry {
	e := Entry{Name: f.name, Label: f.label, Value: f.get(v), Secret: f.secret, Allowed: f.allowed}
	if f.secret && e.Value != "" {
		e.Value = masked
	}
	return e
}

// Entries lists every setting, secrets masked.
func (v *Values) Entries() []Entry {
	var out []Entry
	for _, f := range fields() {
		if !f.hidden {
			out = append(out, f.entry(v))
		}
	}
	return out
}

// Get returns one setting by its name, masked if it is secret. An unknown name is
// problem Invalid "setting.unknown".
func (v *Values) Get(name string) (Entry, error) {
	f, err := find(name)
	if err != nil {
		return Entry{}, err
	}
	return f.entry(v), nil
}

// Set puts a typed value under a setting's name: numbers as digits, yes or no as
// 1 or 0 (also 要, 不要), choices as one of their words, several of them with
// commas. The mask of a secret leaves it as it is.
func (v *Values) Set(name, value string) error {
	f, err := find(name)
	if err != nil {
		return err
	}
	if f.secret && value == masked {
		return nil
	}
	return f.set(v, strings.ToValidUTF8(value, ""))
}

// Names lists the names of all settings.
func Names() []string {
	var out []string
	for _, f := range fields() {
		if !f.hidden {
			out = append(out, f.name)
		}
	}
	return out
}

func find(name string) (field, error) {
	for _, f := range fields() {
		if f.name == name && !f.hidden {
			return f, nil
		}
	}
	return field{}, problem.New(problem.Invalid, CodeUnknown, problem.Args{"Name": name, "Known": strings.Join(Names(), ", ")}).On(name)
}

// store is what is encrypted: every setting in clear, by name.
func (v *Values) store() map[string]string {
	out := map[string]string{}
	for _, f := range fields() {
		out[f.name] = f.get(v)
	}
	return out
}

// restore reads what store wrote; a name that is no more is left out, one that is
// new keeps its default.
func restore(stored map[string]string) (Values, error) {
	v := Defaults()
	for _, f := range fields() {
		s, ok := stored[f.name]
		if !ok {
			continue
		}
		if err := f.set(&v, s); err != nil {
			return Values{}, err
		}
	}
	return v, nil
}

// clone is a copy that shares nothing.
func (v *Values) clone() Values {
	c := *v
	c.FormerKeys = slices.Clone(v.FormerKeys)
	c.Methods = slices.Clone(v.Methods)
	c.Card.Divisions = slices.Clone(v.Card.Divisions)
	c.Carrier.Kinds = slices.Clone(v.Carrier.Kinds)
	return c
}
