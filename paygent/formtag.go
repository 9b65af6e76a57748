package paygent

import (
	"errors"
	"html"
	"strings"
)

// tag is one tag of a page; an end tag's name begins with a slash.
type tag struct {
	name  string
	attrs Params // names in lower case, values without character references
}

// tagScanner walks over a page's tags as the HTML standard's tokenizer does, without texts.
type tagScanner struct{ text string }

var errTag = errors.New("a tag does not end")

// next returns the next tag; an empty name ends the page.
func (s *tagScanner) next() (tag, error) {
	for {
		i := strings.IndexByte(s.text, '<')
		if i < 0 || i+1 == len(s.text) {
			return tag{}, nil
		}
		s.text = s.text[i+1:]
		switch c := s.text[0]; {
		case strings.HasPrefix(s.text, "!--"):
			if !s.skipTo("-->") {
				return tag{}, errTag
			}
		case c == '!' || c == '?':
			if !s.skipTo(">") {
				return tag{}, errTag
			}
		case isLetter(c) || c == '/' && len(s.text) > 1 && isLetter(s.text[1]):
			return s.tag()
		}
	}
}

func (s *tagScanner) skipTo(end string) bool {
	i := strings.Index(s.text, end)
	if i < 0 {
		return false
	}
	s.text = s.text[i+len(end):]
	return true
}

func (s *tagScanner) tag() (tag, error) {
	i := 1
	for i < len(s.text) && !isSpace(s.text[i]) && s.text[i] != '>' && s.text[i] != '/' {
		i++
	}
	t := tag{name: strings.ToLower(s.text[:i])}
	s.text = s.text[i:]
	for {
		s.text = strings.TrimLeft(s.text, " \t\r\n\f/")
		if s.text == "" {
			return tag{}, errTag
		}
		if s.text[0] == '>' {
			s.text = s.text[1:]
			return t, s.skipRaw(t.name)
		}
		if err := s.attribute(&t); err != nil {
			return tag{}, err
		}
	}
}

// attribute reads one; of several with the same name the first counts.
func (s *tagScanner) attribute(t *tag) error {
	i := 1 // an equals sign at the start belongs to the name
	for i < len(s.text) && !isSpace(s.text[i]) && !strings.ContainsRune("=>/", rune(s.text[i])) {
		i++
	}
	name := strings.ToLower(s.text[:i])
	rest := strings.TrimLeft(s.text[i:], " \t\r\n\f")
	value := ""
	if strings.HasPrefix(rest, "=") {
		var ok bool
		if value, rest, ok = attributeValue(strings.TrimLeft(rest[1:], " \t\r\n\f")); !ok {
			return errTag
		}
	}
	s.text = rest
	if _, twice := t.attrs.Lookup(name); !twice {
		t.attrs.Add(name, html.UnescapeString(value))
	}
	return nil
}

func attributeValue(s string) (value, rest string, ok bool) {
	if s == "" {
		return "", "", false
	}
	if s[0] == '"' || s[0] == '\'' {
		return strings.Cut(s[1:], s[:1])
	}
	i := strings.IndexAny(s, " \t\r\n\f>")
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i:], true
}

// skipRaw passes over what an element holds that is text to a browser that runs scripts,
// however it looks.
func (s *tagScanner) skipRaw(name string) error {
	switch name {
	case "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript":
	case "template", "plaintext":
		return errors.New("the page has an element " + name)
	default:
		return nil
	}
	for s.skipTo("</") {
		if len(s.text) <= len(name) || !strings.EqualFold(s.text[:len(name)], name) {
			continue
		}
		if c := s.text[len(name)]; isSpace(c) || c == '>' || c == '/' {
			return nil // what is left begins with the end tag's name, and is passed over as text
		}
	}
	return errTag
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
