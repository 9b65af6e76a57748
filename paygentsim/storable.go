package paygentsim

import "strings"

// storable makes a text from a UTF-8 page one that Windows-31J can carry in notices and
// answers: 〓 stands for what it has no character for, a space for a control character.
func storable(s string) string {
	if _, err := encodeWindows31J(s); err == nil && isText(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		_, err := encodeWindows31J(string(r))
		switch {
		case r < ' ' || r == 0x7f:
			r = ' '
		case err != nil:
			r = '〓'
		}
		b.WriteRune(r)
	}
	return b.String()
}
