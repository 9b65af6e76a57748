package order_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/order"
	"kessai/internal/problem"
)

func buyer() order.Address {
	return order.Address{
		Name01: "山田", Name02: "太郎", Kana01: "ヤマダ", Kana02: "タロウ", PostalCode: "5300001", PrefID: 27,
		Addr01: "大阪市北区", Addr02: "梅田2-4-9", Phone: "0612345678", Email: "taro@example.com",
	}
}

func TestAddressCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("あ", 256)
	for name, c := range map[string]struct {
		change func(*order.Address)
		want   string // field code
	}{
		"as it should be":        {func(*order.Address) {}, ""},
		"a company":              {func(a *order.Address) { a.CompanyName = "株式会社決済" }, ""},
		"no family name":         {func(a *order.Address) { a.Name01 = "" }, "name01 form.required"},
		"spaces are no name":     {func(a *order.Address) { a.Name02 = " 　" }, "name02 form.required"},
		"the longest name":       {func(a *order.Address) { a.Name01 = long[:len(long)-3] }, ""},
		"too long a name":        {func(a *order.Address) { a.Name01 = long }, "name01 form.too_long"},
		"a line break":           {func(a *order.Address) { a.Name01 = "山\n田" }, "name01 form.characters"},
		"broken text":            {func(a *order.Address) { a.Addr01 = "\xff" }, "addr01 form.characters"},
		"no kana":                {func(a *order.Address) { a.Kana01 = "" }, "kana01 form.required"},
		"hiragana":               {func(a *order.Address) { a.Kana02 = "たろう" }, "kana02 form.kana"},
		"half-width kana":        {func(a *order.Address) { a.Kana02 = "ﾀﾛｰﾟ" }, ""},
		"kana and a space":       {func(a *order.Address) { a.Kana01 = "ヤマ ダ" }, "kana01 form.kana"},
		"too long a company":     {func(a *order.Address) { a.CompanyName = long }, "company_name form.too_long"},
		"no postal code":         {func(a *order.Address) { a.PostalCode = "" }, "postal_code form.required"},
		"six digits":             {func(a *order.Address) { a.PostalCode = "530000" }, "postal_code form.postal_code"},
		"with its hyphen":        {func(a *order.Address) { a.PostalCode = "530-0001" }, "postal_code form.postal_code"},
		"no prefecture":          {func(a *order.Address) { a.PrefID = 0 }, "pref form.not_chosen"},
		"a 48th prefecture":      {func(a *order.Address) { a.PrefID = 48 }, "pref form.not_chosen"},
		"no town":                {func(a *order.Address) { a.Addr01 = "" }, "addr01 form.required"},
		"no street":              {func(a *order.Address) { a.Addr02 = "" }, "addr02 form.required"},
		"no phone":               {func(a *order.Address) { a.Phone = "" }, "phone_number form.required"},
		"nine digits":            {func(a *order.Address) { a.Phone = "061234567" }, "phone_number form.too_short"},
		"fourteen digits":        {func(a *order.Address) { a.Phone = "06123456780000" }, ""},
		"fifteen digits":         {func(a *order.Address) { a.Phone = "061234567800000" }, "phone_number form.too_long"},
		"a phone with letters":   {func(a *order.Address) { a.Phone = "06-1234-567x" }, "phone_number form.digits"},
		"no address":             {func(a *order.Address) { a.Email = "" }, "email form.required"},
		"no at sign":             {func(a *order.Address) { a.Email = "taro.example.com" }, "email form.email"},
		"no dot":                 {func(a *order.Address) { a.Email = "taro@example" }, "email form.email"},
		"two dots, as carriers":  {func(a *order.Address) { a.Email = "ta..ro.@docomo.example" }, ""},
		"two addresses":          {func(a *order.Address) { a.Email = "a@example.com,b@example.com" }, "email form.email"},
		"a name around it":       {func(a *order.Address) { a.Email = "x <a@example.com>" }, "email form.email"},
		"another header":         {func(a *order.Address) { a.Email = "a@example.com\r\nBcc: b@example.com" }, "email form.characters"},
		"a domain with a hyphen": {func(a *order.Address) { a.Email = "a@-x.example.com" }, "email form.email"},
		"full-width":             {func(a *order.Address) { a.Email = "ａ@example.com" }, "email form.email"},
	} {
		a := buyer()
		c.change(&a)
		var got []string
		for _, p := range a.Check() {
			if p.Category != problem.Invalid {
				t.Errorf("%s: %v", name, p)
			}
			got = append(got, p.Field+" "+p.Code)
		}
		if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEmptyAddress(t *testing.T) {
	t.Parallel()
	var fields []string
	for _, p := range (order.Address{}).Check() {
		fields = append(fields, p.Field)
	}
	want := "name01 name02 kana01 kana02 postal_code pref addr01 addr02 phone_number email"
	if got := strings.Join(fields, " "); got != want {
		t.Errorf("%s", got)
	}
	a := buyer()
	a.Email = ""
	if got := a.CheckDestination(); got != nil {
		t.Errorf("a destination needs no e-mail address: %v", got)
	}
}

func TestTooLongSaysHowLong(t *testing.T) {
	t.Parallel()
	a := buyer()
	a.Phone = strings.Repeat("1", 15)
	if got := a.Check()[0].Args["max"]; got != 14 {
		t.Errorf("%v", got)
	}
}

func TestNormalized(t *testing.T) {
	t.Parallel()
	a := order.Address{
		Name01: " 山田　", Kana01: "やまだゔぇぁゖ", Kana02: "タロウ ", PostalCode: "５３０−０００１", Phone: "06ー1234-５６７９",
		Addr02: " 梅田2-4-9", Email: " taro@example.com\n",
	}
	want := order.Address{
		Name01: "山田", Kana01: "ヤマダヴェァヶ", Kana02: "タロウ", PostalCode: "5300001", Phone: "0612345679",
		Addr02: "梅田2-4-9", Email: "taro@example.com",
	}
	if diff := cmp.Diff(want, a.Normalized()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("山田", "ヤマダ", "5300001", "0612345678", "taro@example.com")
	f.Add("\xff", "ー", "０００００００", "０９０ー１２３４ー５６７８", "a@b.c\n")
	f.Fuzz(func(t *testing.T, name, kana, postal, phone, email string) {
		a := buyer()
		a.Name01, a.Kana01, a.PostalCode, a.Phone, a.Email = name, kana, postal, phone, email
		a = a.Normalized()
		if a.Normalized() != a {
			t.Fatalf("normalizing twice changes %+v", a)
		}
		if a.Check() == nil && strings.ContainsAny(a.Email+a.Phone+a.PostalCode+a.Kana01+a.Name01, "\r\n\x00") {
			t.Fatalf("control characters pass: %+v", a)
		}
	})
}

func TestPrefectures(t *testing.T) {
	t.Parallel()
	all := order.Prefs()
	if len(all) != 47 {
		t.Fatalf("%d prefectures", len(all))
	}
	for _, p := range all {
		if order.PrefName(p.ID) != p.Name || p.Name == "" {
			t.Errorf("%d is %q and %q", p.ID, p.Name, order.PrefName(p.ID))
		}
	}
	for id, want := range map[int64]string{-1: "", 0: "", 1: "北海道", 13: "東京都", 26: "京都府", 27: "大阪府", 47: "沖縄県", 48: ""} {
		if got := order.PrefName(id); got != want {
			t.Errorf("%d is %q, want %q", id, got, want)
		}
	}
}
