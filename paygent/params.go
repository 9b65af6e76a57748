package paygent

import (
	"fmt"
	"maps"
	"slices"
)

// Param is one item of a telegram.
type Param struct{ Name, Value string }

// Params are a telegram's items in their order. Printed, it shows only the values
// that may be logged.
type Params []Param

// ParamsOf turns a map into Params, ordered by name.
func ParamsOf(m map[string]string) Params {
	p := make(Params, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		p = append(p, Param{name, m[name]})
	}
	return p
}

// Get returns the first value of that name, empty if there is none.
func (p Params) Get(name string) string {
	v, _ := p.Lookup(name)
	return v
}

// Lookup tells an empty value from none.
func (p Params) Lookup(name string) (string, bool) {
	for i := range p {
		if p[i].Name == name {
			return p[i].Value, true
		}
	}
	return "", false
}

// Set replaces the value of that name, or appends it.
func (p *Params) Set(name, value string) {
	for i := range *p {
		if (*p)[i].Name == name {
			(*p)[i].Value = value
			return
		}
	}
	p.Add(name, value)
}

// Add appends an item.
func (p *Params) Add(name, value string) { *p = append(*p, Param{name, value}) }

// addIf appends an item unless it is empty: empty and absent mean the same (protocol.md §1.1).
func (p *Params) addIf(name, value string) {
	if value != "" {
		p.Add(name, value)
	}
}

// Format prints names and the values that may be logged.
func (p Params) Format(f fmt.State, _ rune) {
	_, _ = f.Write([]byte{'['})
	for i, item := range p {
		if i > 0 {
			_, _ = f.Write([]byte{' '})
		}
		item.Format(f, 's')
	}
	_, _ = f.Write([]byte{']'})
}

// Format prints the name, and the value if it may be logged.
func (p Param) Format(f fmt.State, _ rune) {
	value := masked
	if p.Value == "" || loggable(p.Name) {
		value = p.Value
	}
	_, _ = fmt.Fprintf(f, "%s=%s", p.Name, value)
}
