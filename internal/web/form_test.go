package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kessai/internal/problem"
)

type sampleForm struct {
	Name     string            `form:"name"`
	Count    int               `form:"count"`
	Methods  []int             `form:"methods"`
	Note     string            `form:"form[note]"`
	Password string            `form:"password" trim:"no"`
	Words    []string          `form:"words"`
	Quantity map[string]string `form:"quantity"`
	Hidden   string
}

func TestDecode(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/?name=ignored", strings.NewReader(url.Values{
		"name": {"　山田 "}, "count": {"3"}, "methods": {"1", "2"}, "password": {" p "}, "words": {" a", "b "},
		"Hidden": {"x"}, "unknown": {"y"}, "form[note]": {"n"}, "quantity[12]": {" 3"}, "quantity[": {"9"}, "words[5]": {"z"}, "[": {""},
	}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, wrong, err := Decode[sampleForm](r)
	if err != nil || wrong.Any() {
		t.Fatal(err, wrong)
	}
	want := sampleForm{Name: "山田", Count: 3, Methods: []int{1, 2}, Password: " p ", Words: []string{"a", "b"}, Note: "n", Quantity: map[string]string{"12": "3"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeNamesTheFieldThatDoesNotFit(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/?name=a&count=three&methods=1&methods=x", nil)
	got, wrong, err := Decode[sampleForm](r)
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "a" || got.Count != 0 {
		t.Errorf("decoded %+v", got)
	}
	if wrong.On("count") != "数字で入力してください。" || wrong.On("methods") == "" || len(wrong) != 2 {
		t.Errorf("errors %+v", wrong)
	}
}

// TestDecodeRefusesWhatItWouldNotFill: the library passes over embedded structs without a word.
func TestDecodeRefusesWhatItWouldNotFill(t *testing.T) {
	t.Parallel()
	type inner struct {
		Name string `form:"name"`
	}
	type outer struct {
		inner
		Count int `form:"count"`
	}
	got, _, err := Decode[outer](httptest.NewRequest(http.MethodGet, "/?name=a&count=3", nil))
	if err == nil || problem.CategoryOf(err) != problem.Internal {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestDecodeRefusesWhatNoDatabaseStores(t *testing.T) {
	t.Parallel()
	got, wrong, err := Decode[sampleForm](httptest.NewRequest(http.MethodGet, "/?name=a%00b&words=%ff&form[note]=fine", nil))
	if err != nil || got.Name != "" || got.Words != nil || got.Note != "fine" {
		t.Errorf("%+v, %v", got, err)
	}
	if wrong.On("name") != "使用できない文字が含まれています。" || wrong.On("words") == "" || len(wrong) != 2 {
		t.Errorf("errors %+v", wrong)
	}
}

func TestDecodeRefusesWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"a=%zz", "a=1;b=2"} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if _, _, err := Decode[sampleForm](r); !problem.Is(err, "form.unreadable") {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("name=a&count=1&methods=2")
	f.Add("methods[0]=1&methods[99999999]=2")
	f.Add("[")
	f.Add("quantity[a]=1&quantity[a][b]=2&quantity]=")
	f.Add("words[-1]=x&form[note]=y&count=")
	f.Fuzz(func(t *testing.T, query string) {
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{RawQuery: query}}
		if _, _, err := Decode[sampleForm](r); err != nil && problem.CategoryOf(err) != problem.Invalid {
			t.Errorf("%q: %v", query, err)
		}
	})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	invalid := problem.New(problem.Invalid, "form.required", nil).On("name01")
	other := errors.New("no database")
	var e Errors
	left := e.Take(errors.Join(invalid, invalid, other, problem.New(problem.Invalid, "order.no_lines", nil)))
	if !errors.Is(left, other) {
		t.Errorf("left %v", left)
	}
	if len(e) != 2 || e.On("name01") != "入力されていません。" || cmp.Diff([]string{"カートに商品がありません。"}, e.General()) != "" {
		t.Errorf("errors %+v", e)
	}
	if e.Take(nil) != nil || e.Take(invalid) != nil {
		t.Error("the input's faults are left over")
	}
	f := e.Put(Field{Name: "name01", Hint: "h"})
	if f.DescribedBy() != "f-name01-error f-name01-hint" {
		t.Errorf("described by %q", f.DescribedBy())
	}
	if got := fieldID("credit_payment[card no]"); got != "f-credit_payment-card-no" {
		t.Errorf("id %q", got)
	}
}

func TestWhatIsTypedIsEscaped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	set := pageSet(b, map[string]string{"p.html": `{{define "content"}}{{template "field" .}}{{end}}`})
	page := NewPage[Field](set, "p.html", Shop)
	if set.Err() != nil {
		t.Fatal(set.Err())
	}
	const nasty = `"><script>alert(1)</script>`
	b.Shop().Handle("GET /x", func(w http.ResponseWriter, r *http.Request) error {
		return page.Render(w, r, Frame{Title: nasty}, Field{Name: "a", Label: nasty, Value: nasty, Hint: nasty, Error: nasty, Placeholder: nasty})
	})
	doc := document(t, get(b.Handler(), "/x").Body.String())
	if doc.Find("main script").Length() != 0 || doc.Find("#f-a").AttrOr("value", "") != nasty {
		t.Error("the value is not what was typed")
	}
}

func TestPager(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/admin/order?multi=a%26b&page_no=3&page_count=10&status=1&status=4", nil)
	p := NewPager(r, 95, 50, 10, 50)
	if p.Page != 3 || p.Size != 10 || p.Offset() != 20 || p.Last() != 10 || p.From() != 21 || p.To() != 30 {
		t.Errorf("%+v", p)
	}
	if got := p.Next(); got != "/admin/order?multi=a%26b&page_count=10&page_no=4&status=1&status=4" {
		t.Errorf("next %s", got)
	}
	chip := NewChip(r, "対応状況", "新規受付", "status", "1")
	if chip.Remove != "/admin/order?multi=a%26b&page_count=10&status=4" {
		t.Errorf("chip leads to %s", chip.Remove)
	}
	if got := p.SizeLinks()[1].URL; got != "/admin/order?multi=a%26b&page_count=50&status=1&status=4" {
		t.Errorf("size leads to %s", got)
	}
	odd := NewPager(httptest.NewRequest(http.MethodGet, "/?page_no=-7&page_count=1000000", nil), 3, 50, 10, 50)
	if odd.Page != 1 || odd.Size != 50 || odd.Previous() != "" || odd.Next() != "" {
		t.Errorf("%+v", odd)
	}
}

func TestPagerHoldsForAnyNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total, size := rapid.IntRange(0, 5000).Draw(t, "total"), rapid.IntRange(1, 100).Draw(t, "size")
		r := httptest.NewRequest(http.MethodGet, "/?page_no="+rapid.StringMatching(`-?[0-9]{1,6}`).Draw(t, "page"), nil)
		p := NewPager(r, total, size)
		if p.Page < 1 || p.Page > p.Last() || p.To()-p.From() >= size || p.To() > total || (total > 0 && p.From() < 1) {
			t.Fatalf("%+v from %d to %d", p, p.From(), p.To())
		}
		current := 0
		for i, link := range p.Pages() {
			if link.Current {
				current++
			}
			if link.Number == 0 && (i == 0 || i == len(p.Pages())-1) {
				t.Fatal("a gap at the end")
			}
		}
		if current != 1 {
			t.Fatalf("%d current pages", current)
		}
	})
}
