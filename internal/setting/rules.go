package setting

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"kessai/internal/payment"
	"kessai/internal/problem"
)

// Validate checks everything the settings page checks, under the same conditions
// (admin.md §1.1), and returns all that is wrong, in the page's order.
func (v *Values) Validate() Problems {
	c := &checker{v: v}
	c.common()
	c.safety()
	switch v.System {
	case payment.Link:
		c.link()
	case payment.Module:
		c.card()
		c.others()
		c.paidy()
	}
	return c.found
}

// validateStored is Validate for a save that does not offer anything yet: what is
// blank may come with a later save.
func (v *Values) validateStored() Problems {
	all := v.Validate()
	if len(v.Methods) > 0 {
		return all
	}
	var left Problems
	for _, p := range all {
		if p.Code != CodeRequired && p.Code != CodeBlank {
			left = append(left, p)
		}
	}
	return left
}

type checker struct {
	v     *Values
	found Problems
}

func (c *checker) refuse(code, name, label string, args problem.Args) {
	c.found = append(c.found, refuse(code, name, label, args))
}

// required reports whether there is a value to check further.
func (c *checker) required(name, label, value string) bool {
	if value == "" {
		c.refuse(CodeRequired, name, label, nil)
		return false
	}
	return true
}

var (
	digits          = regexp.MustCompile(`^[0-9]+$`)
	alnum           = regexp.MustCompile(`^[A-Za-z0-9]+$`)
	alnumUnderscore = regexp.MustCompile(`^[A-Za-z0-9_]+$`)
	graphic         = regexp.MustCompile(`^[\x21-\x7e]+$`)
	katakana        = regexp.MustCompile(`^[ァ-ヶｦ-ﾟー]+$`)
	letters         = regexp.MustCompile(`^[A-Za-z]{1,4}$`)
	// copyright takes the signs that the plugin refused without need, too (admin.md §11 A39).
	copyright = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ()._,&'/-]*$`)
)

// match checks form and length of a value that is not blank.
func (c *checker) match(name, label, value string, form *regexp.Regexp, code string, limit int) {
	if value == "" {
		return
	}
	if !form.MatchString(value) {
		c.refuse(code, name, label, nil)
	}
	c.length(name, label, value, limit)
}

func (c *checker) length(name, label, value string, limit int) {
	if utf8.RuneCountInString(value) > limit {
		c.refuse(CodeTooLong, name, label, problem.Args{"Max": limit})
	}
}

// key is a required secret of letters and digits.
func (c *checker) key(name, label string, value Secret, limit int) {
	if c.required(name, label, string(value)) {
		c.match(name, label, string(value), alnum, CodeAlnum, limit)
	}
}

func (c *checker) within(name string, value, low, high int) {
	if value < low || value > high {
		c.refuse(CodeRange, name, "支払期限日", problem.Args{"Min": low, "Max": high})
	}
}

func (c *checker) url(name, label, value string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.User != nil || strings.ContainsAny(value, " \t\r\n") {
		c.refuse(CodeURL, name, label, nil)
	}
	c.length(name, label, value, 1024)
}

// full is a full-width text.
func (c *checker) full(name, label, value string, limit int) {
	if strings.ContainsAny(value, " \t\r\n") {
		c.refuse(CodeSpaces, name, label, nil)
	}
	c.length(name, label, value, limit)
}

func (c *checker) kana(name, value string) {
	const label = "店舗名(カナ)"
	if !c.required(name, label, value) {
		return
	}
	if strings.ContainsAny(value, " \t\r\n") {
		c.refuse(CodeSpaces, name, label, nil)
	}
	c.match(name, label, value, katakana, CodeKatakana, 32)
}
