package paygent

import (
	"errors"
	"strings"
	"unicode/utf8"

	"kessai/internal/cp932"
)

// Fitted is a text as the centre will receive it.
type Fitted struct {
	Text    string // read back from the bytes that are sent
	Bytes   int    // their number
	Changed bool   // Text is not what was given
}

// Fit makes a text fit a field of a telegram, which the typed operations do by themselves;
// called before, it previews what the centre will receive. KindLink stands for the link type.
//
// What a field takes (protocol.md §4.6, §5.3–§5.5, §8.2; storefront.md §4.1):
//
//	names, texts on pages    full width: ｶﾞ → ガ, A1 → Ａ１, a space → a full-width one
//	kana                     half width: ガ → ｶﾞ, がっつ → ｶﾞｯﾂ; 010, 030, 060 lose ﾞ and ﾟ,
//	                         ー becomes - but at 030, where it is ｰ
//	telephone numbers        digits only: ０３-１２３４ → 031234
//
// Nothing is ever cut off. A text that is too long or of the wrong kind is a *FieldError;
// a character that Windows-31J does not have, and no rule replaces, an *EncodingError.
func Fit(kind Kind, field, text string) (Fitted, error) {
	if !utf8.ValidString(text) {
		return Fitted{}, &EncodingError{Kind: kind, Field: field, Rune: utf8.RuneError, Index: badUTF8(text), Charset: charsetOf(kind)}
	}
	rule := ruleOf(kind, field)
	fitted, err := rule.convert(field, compose(text))
	if err != nil {
		return Fitted{}, err
	}
	sent, size, err := asSent(kind, field, fitted)
	if err != nil {
		return Fitted{}, whereIn(text, err)
	}
	if rule.limit > 0 && rule.measure(sent) > rule.limit {
		return Fitted{}, tooLong(field, rule.limit)
	}
	return Fitted{Text: sent, Bytes: size, Changed: sent != text}, nil
}

// form is what kind of text a field takes.
type form string

const (
	asItIs form = ""       // any text of the telegram's charset
	wide   form = "wide"   // full width
	narrow form = "narrow" // half-width kana
	digits form = "digits"
	ascii  form = "ascii" // visible ASCII and the space
)

// rule is what a field takes. limit is in characters, 0 where none is known.
type rule struct {
	form      form
	limit     int
	bases     bool // ﾞ and ﾟ do not count: the limit is one of full-width kana in the shop's form
	dropMarks bool // ﾞ and ﾟ
	hyphen    bool // ｰ becomes -
}

// ruleOf is the one table of the fields' rules.
func ruleOf(kind Kind, field string) rule {
	link, conveni := kind == KindLink, kind == KindConveni
	buyers := link || conveni || kind == KindATM || kind == KindBank
	switch field {
	case "customer_family_name", "customer_name":
		if buyers {
			return rule{form: wide, limit: pick(conveni, 10, 6)}
		}
	case "customer_family_name_kana", "customer_name_kana":
		if buyers {
			return rule{form: narrow, limit: pick(conveni, 14, 12), dropMarks: !link, hyphen: !conveni}
		}
	case "customer_tel":
		return rule{form: digits, limit: 11}
	case "receipt_name":
		return rule{form: wide}
	case "receipt_name_kana":
		return rule{form: narrow, hyphen: true}
	case "payment_detail_kana", "claim_kana":
		return rule{form: narrow, limit: 32, bases: true, hyphen: true}
	case "payment_detail", "claim_kanji":
		return rule{form: wide, limit: 32}
	case "free_memo":
		return rule{form: wide, limit: 128}
	case "copy_right":
		return rule{form: ascii, limit: 128}
	case "merchant_name":
		if kind == KindThreeDSecure {
			return rule{limit: 25}
		}
		return rule{form: wide, limit: 32}
	case "cardholder_name":
		return rule{form: ascii}
	}
	return rule{}
}

func pick(yes bool, a, b int) int {
	if yes {
		return a
	}
	return b
}

// measure counts characters. The limits of names are half of the bytes for full width and
// all of them for half width, so that a mark counts as the byte it is (protocol.md §4.6).
func (r rule) measure(text string) int {
	n := utf8.RuneCountInString(text)
	if r.bases {
		n -= strings.Count(text, "ﾞ") + strings.Count(text, "ﾟ")
	}
	return n
}

func (r rule) convert(field, text string) (string, error) {
	if r.form != asItIs && strings.ContainsFunc(text, isControl) {
		return "", badFormat(field, "must have no line breaks or control characters")
	}
	switch r.form {
	case wide:
		return widen(text), nil
	case narrow:
		text = r.kana(text)
		if strings.ContainsFunc(text, func(c rune) bool { return !isHalfKana(c) && !isVisible(c) }) {
			return "", badFormat(field, "must be katakana")
		}
	case digits:
		text = keepDigits(text)
		if !isDigits(text) {
			return "", badFormat(field, "must be digits")
		}
	case ascii:
		text = halfASCII(text)
		if strings.ContainsFunc(text, func(c rune) bool { return !isVisible(c) }) {
			return "", badFormat(field, "must be half-width letters, digits and signs")
		}
	}
	return text, nil
}

// kana makes half-width kana.
func (r rule) kana(text string) string {
	text = narrowKana(plainKana(halfASCII(text)))
	if r.dropMarks {
		text = marks.Replace(text)
	}
	if r.hyphen {
		text = strings.ReplaceAll(text, "ｰ", "-")
	}
	return text
}

// marks drops them.
var marks = strings.NewReplacer("ﾞ", "", "ﾟ", "")

// asSent is what a receiver reads from the bytes. Names and texts of the link type are sent as
// UTF-8, but the centre works in Windows-31J behind it, so they keep to its characters [C].
func asSent(kind Kind, field, text string) (sent string, size int, err error) {
	if kind == KindThreeDSecure {
		return text, len(text), nil
	}
	b, err := cp932.Encode(text)
	if err != nil {
		return "", 0, encodingError(kind, field, err)
	}
	if sent, err = cp932.Decode(b); err != nil {
		return "", 0, err
	}
	if kind == KindLink {
		return sent, len(sent), nil
	}
	return sent, len(b), nil
}

func charsetOf(kind Kind) string {
	if kind == KindThreeDSecure {
		return "UTF-8"
	}
	return "Windows-31J"
}

// whereIn makes an *EncodingError count in the text as it was given.
func whereIn(text string, err error) error {
	var bad *EncodingError
	if errors.As(err, &bad) {
		if i := strings.IndexRune(text, bad.Rune); i >= 0 {
			bad.Index = i
		}
	}
	return err
}

func encodingError(kind Kind, field string, err error) error {
	var bad *cp932.UnsupportedError
	if errors.As(err, &bad) {
		return &EncodingError{Kind: kind, Field: field, Rune: bad.Rune, Index: bad.Index, Charset: "Windows-31J"}
	}
	return err
}
