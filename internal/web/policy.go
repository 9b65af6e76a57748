package web

import "strings"

// Policy lists what one page may reach beyond this site: origins such as
// https://token.paygent.co.jp, for Form also "https:" where the next host is not
// known beforehand (3-D Secure). A form's target is checked along its redirects too.
type Policy struct {
	Script, Style, Connect, Frame, Image, Form []string
}

// header is the Content-Security-Policy of a page. Scripts and styles run only
// from our files, or with the nonce that this answer alone has.
func (p Policy) header(nonce string) string {
	own := "'self' 'nonce-" + nonce + "'"
	parts := []string{
		"default-src 'none'",
		directive("script-src", own, p.Script),
		directive("style-src", own, p.Style),
		directive("img-src", "'self' data:", p.Image),
		directive("connect-src", "'self'", p.Connect),
		directive("form-action", "'self'", p.Form),
		"font-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'",
	}
	if len(p.Frame) > 0 {
		parts = append(parts, directive("frame-src", "'self'", p.Frame))
	}
	return strings.Join(parts, "; ")
}

func directive(name, own string, more []string) string {
	for _, source := range more {
		// One that would end the directive is left out rather than believed.
		if source != "" && !strings.ContainsAny(source, "; ,\r\n") {
			own += " " + source
		}
	}
	return name + " " + own
}
