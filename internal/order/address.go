package order

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"kessai/internal/problem"
)

// Address is a buyer (dtb_order, dtb_customer) or a destination (dtb_shipping).
type Address struct {
	Name01, Name02 string
	Kana01, Kana02 string
	CompanyName    string
	PostalCode     string // seven digits
	PrefID         int64
	Addr01, Addr02 string
	Phone          string // digits only
	Email          string // not of destinations
}

// maxColumn is the length of EC-CUBE's varchar columns, in characters.
const maxColumn = 255

var (
	kanaOnly   = regexp.MustCompile(`^[ァ-ヶｦ-ﾟー]+$`)
	postalCode = regexp.MustCompile(`^[0-9]{7}$`)
	digitsOnly = regexp.MustCompile(`^[0-9]+$`)
	// EC-CUBE's pattern is looser still; this one also keeps out what a mail
	// header would not take. Dots may stand anywhere, as carriers gave them out.
	mailAddress = regexp.MustCompile("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@" +
		`[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$`)
)

// Normalized is the address as EC-CUBE's forms store it: no spaces around, kana
// in katakana, digits half-width and without hyphens.
func (a Address) Normalized() Address {
	for _, s := range []*string{&a.Name01, &a.Name02, &a.CompanyName, &a.Addr01, &a.Addr02, &a.Email} {
		*s = strings.TrimSpace(*s)
	}
	a.Kana01, a.Kana02 = katakana(a.Kana01), katakana(a.Kana02)
	a.PostalCode, a.Phone = number(a.PostalCode), number(a.Phone)
	return a
}

func katakana(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' {
			return r + ('ァ' - 'ぁ')
		}
		return r
	}, strings.TrimSpace(s))
}

// number narrows full-width digits and drops the hyphens people type.
func number(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case strings.ContainsRune("-‐‑–—―−－ー", r):
			return -1
		}
		return r
	}, strings.TrimSpace(s))
}

// Check returns the problems of a buyer's address, one per field at most.
func (a Address) Check() []*problem.Problem {
	out := a.CheckDestination()
	if p := checkText("email", a.Email, true); p != nil {
		return append(out, p)
	}
	if !mailAddress.MatchString(a.Email) {
		out = append(out, field("email", CodeFormEmail, nil))
	}
	return out
}

// CheckDestination is Check for a destination, which has no e-mail address.
func (a Address) CheckDestination() []*problem.Problem {
	var out []*problem.Problem
	add := func(p *problem.Problem) {
		if p != nil {
			out = append(out, p)
		}
	}
	add(checkText("name01", a.Name01, true))
	add(checkText("name02", a.Name02, true))
	add(checkKana("kana01", a.Kana01))
	add(checkKana("kana02", a.Kana02))
	add(checkText("company_name", a.CompanyName, false))
	add(checkPostalCode(a.PostalCode))
	if PrefName(a.PrefID) == "" {
		add(field("pref", CodeFormNotChosen, nil))
	}
	add(checkText("addr01", a.Addr01, true))
	add(checkText("addr02", a.Addr02, true))
	add(checkPhone(a.Phone))
	return out
}

func checkText(name, s string, required bool) *problem.Problem {
	switch {
	case required && strings.TrimSpace(s) == "":
		return field(name, CodeFormRequired, nil)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return field(name, CodeFormCharacters, nil)
	case utf8.RuneCountInString(s) > maxColumn:
		return field(name, CodeFormTooLong, problem.Args{"max": maxColumn})
	}
	return nil
}

func checkKana(name, s string) *problem.Problem {
	if p := checkText(name, s, true); p != nil {
		return p
	}
	if !kanaOnly.MatchString(s) {
		return field(name, CodeFormKana, nil)
	}
	return nil
}

func checkPostalCode(s string) *problem.Problem {
	if p := checkText("postal_code", s, true); p != nil {
		return p
	}
	if !postalCode.MatchString(s) {
		return field("postal_code", CodeFormPostalCode, nil)
	}
	return nil
}

func checkPhone(s string) *problem.Problem {
	if p := checkText("phone_number", s, true); p != nil {
		return p
	}
	switch n := len(s); {
	case !digitsOnly.MatchString(s):
		return field("phone_number", CodeFormDigits, nil)
	case n < 10:
		return field("phone_number", CodeFormTooShort, problem.Args{"min": 10})
	case n > 14:
		return field("phone_number", CodeFormTooLong, problem.Args{"max": 14})
	}
	return nil
}

func field(name, code string, args problem.Args) *problem.Problem {
	return problem.New(problem.Invalid, code, args).On(name)
}
