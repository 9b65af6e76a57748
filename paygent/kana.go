package paygent

import (
	"strings"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// isKanaField names the parameters whose katakana are sent half-width (protocol.md §1.6).
func isKanaField(name string) bool {
	for _, field := range [...]string{
		"customer_family_name_kana", "customer_name_kana", "payment_detail_kana", "claim_kana", "receipt_name_kana",
	} {
		if strings.EqualFold(name, field) {
			return true
		}
	}
	return false
}

// narrowKana turns full-width katakana and their punctuation into half-width ones, voiced
// marks split off as ﾞ and ﾟ. Everything else stays: ヮ, ヵ, ヶ, which have no half width,
// other letters, and kanji, which decomposition would change.
func narrowKana(s string) string {
	if !strings.ContainsFunc(s, isWideKana) {
		return s
	}
	var b strings.Builder
	b.Grow(2 * len(s)) // a voiced kana becomes two
	for _, r := range s {
		switch {
		case r == '\u3099' || r == '゛': // a combining mark, as macOS separates it
			b.WriteRune('ﾞ')
		case r == '\u309A' || r == '゜':
			b.WriteRune('ﾟ')
		case isWideKana(r):
			for _, part := range norm.NFD.String(string(r)) {
				b.WriteRune(narrowPart(part))
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isWideKana reports full-width katakana, their marks and their punctuation.
func isWideKana(r rune) bool {
	return r >= 'ァ' && r <= 'ー' || strings.ContainsRune("。「」、・゛゜\u3099\u309A", r)
}

func narrowPart(r rune) rune {
	switch r {
	case '\u3099':
		return 'ﾞ'
	case '\u309A':
		return 'ﾟ'
	}
	if narrow := width.LookupRune(r).Narrow(); narrow != 0 {
		return narrow
	}
	return r
}
