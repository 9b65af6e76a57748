package paygent

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// compose joins voiced marks that were separated from their kana (as macOS does), and drops
// what has no appearance of its own: variation selectors and zero-width characters. It
// touches nothing else: normalisation would change kanji such as 神 (U+FA19).
func compose(s string) string {
	if isASCII(s) {
		return s
	}
	var out []rune
	for _, r := range s {
		switch {
		case isInvisible(r):
		case (r == '\u3099' || r == '\u309A') && len(out) > 0 && isKana(out[len(out)-1]):
			last := &out[len(out)-1]
			if joined := []rune(norm.NFC.String(string([]rune{*last, r}))); len(joined) == 1 {
				*last = joined[0]
				continue
			}
			out = append(out, spacingMark(r))
		case r == '\u3099' || r == '\u309A':
			out = append(out, spacingMark(r))
		default:
			out = append(out, r)
		}
	}
	return string(out)
}

func spacingMark(r rune) rune {
	if r == '\u3099' {
		return '゛'
	}
	return '゜'
}

func isInvisible(r rune) bool {
	return r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF || r >= 0x200B && r <= 0x200D || r == 0x2060 || r == 0xFEFF
}

// isKana reports hiragana and full-width katakana.
func isKana(r rune) bool { return r >= 'ぁ' && r <= 'ヿ' }

func isHalfKana(r rune) bool { return r >= '｡' && r <= 'ﾟ' }

func isVisible(r rune) bool { return r >= ' ' && r <= '~' }

func isControl(r rune) bool { return r < ' ' || r >= 0x7F && r <= 0x9F }

// widen turns half-width katakana, letters, digits and signs into full-width ones; voiced
// marks join their kana.
func widen(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		if !isHalfKana(r) {
			b.WriteRune(wideRune(r))
			continue
		}
		part := string(r)
		if i+1 < len(runes) && (runes[i+1] == 'ﾞ' || runes[i+1] == 'ﾟ') {
			if joined := norm.NFKC.String(part + string(runes[i+1])); len([]rune(joined)) == 1 {
				b.WriteString(joined)
				i++
				continue
			}
		}
		b.WriteString(wideKana(r))
	}
	return b.String()
}

func wideKana(r rune) string {
	switch r {
	case 'ﾞ':
		return "゛"
	case 'ﾟ':
		return "゜"
	}
	return norm.NFKC.String(string(r))
}

// wideRune: the signs ' " and \ take the form that Japanese texts have; their literal
// full-width forms are not in JIS X 0208.
func wideRune(r rune) rune {
	switch r {
	case ' ', '\u00A0':
		return '　'
	case '"':
		return '”'
	case '\'':
		return '’'
	case '\\', '¥':
		return '￥'
	case '~':
		return '～'
	}
	if r > ' ' && r < '~' {
		return r + '！' - '!'
	}
	return r
}

// halfASCII turns full-width letters, digits, signs and spaces into half-width ones, and every
// kind of hyphen into -.
func halfASCII(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '　', '\u00A0':
			return ' '
		case '”', '“':
			return '"'
		case '’', '‘':
			return '\''
		case '￥', '¥':
			return '\\'
		case '‐', '‑', '‒', '–', '—', '―', '−':
			return '-'
		case '〜':
			return '~'
		}
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, s)
}

// plainKana turns hiragana into katakana, and katakana that have no half width into those
// they are read like.
func plainKana(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' {
			return r + 'ァ' - 'ぁ'
		}
		return r
	}, s)
	return readAlike.Replace(s)
}

// readAlike is built once: it is asked for every name.
var readAlike = strings.NewReplacer("ヮ", "ワ", "ヵ", "カ", "ヶ", "ケ", "ヰ", "イ", "ヱ", "エ",
	"ヷ", "ワ゛", "ヸ", "イ゛", "ヹ", "エ゛", "ヺ", "ヲ゛")

// keepDigits removes what people put between the digits of a telephone number.
func keepDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', ' ', '(', ')', 'ー', 'ｰ':
			return -1
		}
		return r
	}, halfASCII(s))
}
