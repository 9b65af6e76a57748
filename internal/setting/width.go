package setting

import "strings"

// fullWidth turns half-width letters, signs and kana into full-width ones, as
// mb_convert_kana 'AKV' does (admin.md §1.1). The half-width space stays: the rules
// refuse it.
func fullWidth(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		mark := rune(0)
		if i+1 < len(runes) {
			mark = runes[i+1]
		}
		switch wide, ok := voiced(r, mark); {
		case ok:
			b.WriteRune(wide)
			i++
		case r >= 0x21 && r <= 0x7e && !strings.ContainsRune(`"'\~`, r):
			b.WriteRune(r - 0x21 + '！')
		case r >= '｡' && r <= 'ﾟ':
			b.WriteRune([]rune(wideKana)[r-'｡'])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

const wideKana = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜"

// voiced joins a half-width kana and the mark after it.
func voiced(r, mark rune) (rune, bool) {
	if r < '｡' || r > 'ﾟ' {
		return 0, false
	}
	full := []rune(wideKana)[r-'｡']
	switch {
	case mark == 'ﾞ' && r == 'ｳ':
		return 'ヴ', true
	case mark == 'ﾞ' && (r >= 'ｶ' && r <= 'ﾄ' || r >= 'ﾊ' && r <= 'ﾎ'):
		return full + 1, true
	case mark == 'ﾟ' && r >= 'ﾊ' && r <= 'ﾎ':
		return full + 2, true
	}
	return 0, false
}
