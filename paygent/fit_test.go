package paygent

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"kessai/internal/cp932"

	"pgregory.net/rapid"
)

// What the original does with names (storefront.md §4.1), and what it leaves to the buyer.
func TestFit(t *testing.T) {
	t.Parallel()
	const family, kana, tel = "customer_family_name", "customer_family_name_kana", "customer_tel"
	for _, c := range []struct {
		kind        Kind
		field, text string
		want        string
	}{
		{KindConveni, kana, "ガッツー", "ｶｯﾂｰ"},
		{KindATM, kana, "ガッツー", "ｶｯﾂ-"},
		{KindBank, kana, "ガッツー", "ｶｯﾂ-"},
		{KindLink, kana, "ガッツー", "ｶﾞｯﾂ-"},
		{KindLink, kana, "パパ", "ﾊﾟﾊﾟ"},
		{KindATM, kana, "ハ\u309Aハ\u3099", "ﾊﾊ"}, // separated, as macOS types it
		{KindLink, kana, "ハ\u309Aハ\u3099", "ﾊﾟﾊﾞ"},
		{KindLink, kana, "ﾊﾟﾊﾞ", "ﾊﾟﾊﾞ"},
		{KindLink, kana, "やまだ", "ﾔﾏﾀﾞ"},
		{KindLink, kana, "ヴァヮヵヶヰヱヸ", "ｳﾞｧﾜｶｹｲｴｲﾞ"},
		{KindLink, kana, "Ａｂ　１", "Ab 1"},
		{KindConveni, kana, "‐–—―−－", "------"},
		{KindConveni, kana, "ァィゥェォッャュョ", "ｧｨｩｪｫｯｬｭｮ"},
		{KindConveni, family, "ｶﾞｯﾂ", "ガッツ"},
		{KindConveni, family, "ｱﾞﾟ", "ア゛゜"},
		{KindConveni, family, "O'Neil-\\", "Ｏ’Ｎｅｉｌ－￥"},
		{KindConveni, family, "A \"~", "Ａ　”～"},
		{KindConveni, family, "葛\U000E0100城", "葛城"}, // a variation selector
		{KindConveni, family, "神\u200B﨑", "神﨑"},     // compatibility kanji stay
		{KindConveni, family, "か\u3099", "が"},       // joined
		{KindConveni, family, "〜−‖—¢£¬", "～－∥―￠￡￢"}, // as Windows writes them
		{KindConveni, family, "髙﨑①㈱ⅰ", "髙﨑①㈱ⅰ"},     // IBM and NEC characters
		{KindATM, family, "勅使河原家", "勅使河原家"},
		{KindConveni, tel, "０９０ー１２３４−５６７８", "09012345678"},
		{KindConveni, tel, "(03) 1234 5678", "0312345678"},
		{KindATM, "payment_detail_kana", "おかいあげ", "ｵｶｲｱｹﾞ"},
		{KindATM, "payment_detail_kana", strings.Repeat("ガ", 32), strings.Repeat("ｶﾞ", 32)},
		{KindBank, "free_memo", "TEL:03-1234", "ＴＥＬ：０３－１２３４"},
		{KindBank, "copy_right", "(c)　２０２５", "(c) 2025"},
		{KindThreeDSecure, "merchant_name", "𠮷野家〜", "𠮷野家〜"},
		{KindStoreCard, "cardholder_name", "ＴＡＲＯ　YAMADA", "TARO YAMADA"},
		{KindATM, "something", "ｱ1\nb", "ｱ1\nb"},
	} {
		got, err := Fit(c.kind, c.field, c.text)
		if err != nil || got.Text != c.want || got.Changed != (c.text != c.want) {
			t.Errorf("%s %s %q: %q %v, want %q", c.kind, c.field, c.text, got.Text, err, c.want)
		}
		b, err := cp932.Encode(got.Text)
		if size := len(b); c.kind != KindLink && err == nil && got.Bytes != size && c.kind != KindThreeDSecure {
			t.Errorf("%s %s %q: %d bytes, want %d", c.kind, c.field, c.text, got.Bytes, size)
		}
	}
}

func TestFitRefuses(t *testing.T) {
	t.Parallel()
	const family, kana = "customer_family_name", "customer_name_kana"
	for _, c := range []struct {
		kind        Kind
		field, text string
		problem     FieldProblem
		limit       int
	}{
		{KindATM, family, "七文字の名前だ", FieldTooLong, 6},
		{KindBank, family, "abcdefg", FieldTooLong, 6},
		{KindLink, family, "七文字の名前だ", FieldTooLong, 6},
		{KindConveni, family, "十文字を超える名前だよ", FieldTooLong, 10},
		{KindATM, kana, "アイウエオカキクケコサシス", FieldTooLong, 12},
		{KindLink, kana, "ガギグゲゴザジ", FieldTooLong, 12}, // 14 bytes with the marks
		{KindConveni, kana, "アイウエオカキクケコサシスセソ", FieldTooLong, 14},
		{KindConveni, "customer_tel", "012345678901", FieldTooLong, 11},
		{KindATM, "payment_detail", strings.Repeat("ア", 33), FieldTooLong, 32},
		{KindATM, "payment_detail_kana", strings.Repeat("ガ", 33), FieldTooLong, 32},
		{KindBank, "free_memo", strings.Repeat("あ", 129), FieldTooLong, 128},
		{KindBank, "copy_right", strings.Repeat("c", 129), FieldTooLong, 128},
		{KindLink, "merchant_name", strings.Repeat("店", 33), FieldTooLong, 32},
		{KindThreeDSecure, "merchant_name", strings.Repeat("M", 26), FieldTooLong, 25},
		{KindConveni, kana, "漢字", FieldFormat, 0},
		{KindConveni, kana, "カ゜\x7f", FieldFormat, 0},
		{KindConveni, family, "山\n田", FieldFormat, 0},
		{KindConveni, "customer_tel", "090-abcd", FieldFormat, 0},
		{KindConveni, "customer_tel", "---", FieldFormat, 0},
		{KindBank, "copy_right", "©2025", FieldFormat, 0},
	} {
		_, err := Fit(c.kind, c.field, c.text)
		var bad *FieldError
		if !errors.As(err, &bad) || bad.Field != c.field || bad.Problem != c.problem || bad.Limit != c.limit || bad.Label() == "" ||
			!strings.Contains(err.Error(), bad.Label()) || strings.Contains(err.Error(), c.text) {
			t.Errorf("%s %s %q: %v", c.kind, c.field, c.text, err)
		}
	}
	for _, c := range []struct {
		kind Kind
		text string
		bad  rune
	}{{KindConveni, "𠮷田", '𠮷'}, {KindLink, "山田🍣", '🍣'}, {KindATM, "é", 'é'}, {KindATM, "\xff", utf8.RuneError}, {KindATM, "\uE000", '\uE000'}} {
		_, err := Fit(c.kind, family, c.text)
		var bad *EncodingError
		if !errors.As(err, &bad) || bad.Rune != c.bad || bad.Label() != "ご注文者お名前(姓)" {
			t.Errorf("%q: %v", c.text, err)
		}
	}
	if _, err := Fit(KindThreeDSecure, "merchant_name", "\xff"); Outcome(err) != OutcomeUnknown || err == nil {
		t.Errorf("bad UTF-8: %v", err)
	}
}

// Fitting twice is fitting once: a preview that staff copy back changes no more.
func TestFitIsIdempotent(t *testing.T) {
	t.Parallel()
	letters := rapid.SampledFrom([]rune("アガパヴヮヰーｱｶﾞﾊﾟｰやがぱAa1 　-−〜ー・。髙﨑神'\"\\~\u3099\u309A\u200B゛゜"))
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(letters, 0, 6).Draw(t, "text"))
		kind := rapid.SampledFrom([]Kind{KindATM, KindConveni, KindBank, KindLink}).Draw(t, "kind")
		field := rapid.SampledFrom([]string{"customer_name", "customer_name_kana", "payment_detail", "payment_detail_kana", "customer_tel"}).Draw(t, "field")
		once, err := Fit(kind, field, text)
		if err != nil {
			return
		}
		twice, err := Fit(kind, field, once.Text)
		if err != nil || twice.Text != once.Text || twice.Changed || twice.Bytes != once.Bytes {
			t.Fatalf("%q became %q, then %q, %v", text, once.Text, twice.Text, err)
		}
	})
}

func FuzzFit(f *testing.F) {
	kinds := []Kind{KindATM, KindConveni, KindBank, KindLink, KindThreeDSecure}
	for i := range kinds {
		f.Add("customer_family_name", "ｶﾞO'Neil 〜", uint8(i))
		f.Add("customer_name_kana", "ハ\u309Aー", uint8(i))
		f.Add("customer_tel", "０３-1234", uint8(i))
	}
	f.Fuzz(func(t *testing.T, field, text string, which uint8) {
		if len(text) > fuzzSize {
			return
		}
		kind := kinds[int(which)%len(kinds)]
		got, err := Fit(kind, field, text)
		var bad *FieldError
		var encoding *EncodingError
		switch {
		case err == nil && !utf8.ValidString(got.Text):
			t.Fatalf("%q is not UTF-8", got.Text)
		case err != nil && !errors.As(err, &bad) && !errors.As(err, &encoding):
			t.Fatalf("%v", err)
		}
		if err != nil {
			return
		}
		if rule := ruleOf(kind, field); rule.limit > 0 && rule.measure(got.Text) > rule.limit {
			t.Fatalf("%q is longer than %d", got.Text, rule.limit)
		}
		if again, err := Fit(kind, field, got.Text); err != nil || again.Text != got.Text || again.Changed || again.Bytes != got.Bytes {
			t.Fatalf("%q became %q, then %q, %v", text, got.Text, again.Text, err)
		}
		if kind == KindThreeDSecure || kind == KindLink {
			return
		}
		e := &encoder{kind: kind}
		if err := e.write("x", got.Text); err != nil || e.size != got.Bytes { // as the telegram has it
			t.Fatalf("%q: %d bytes, %d are sent, %v", got.Text, got.Bytes, e.size, err)
		}
	})
}
