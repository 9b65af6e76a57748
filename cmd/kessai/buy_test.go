package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/rogpeppe/go-internal/testscript"
)

// person is somebody at a browser without scripts.
type person struct {
	ts   *testscript.TestScript
	http http.Client
	base string
}

// page is what they see, and where.
type page struct {
	*goquery.Document
	path string
}

func newPerson(ts *testscript.TestScript) *person {
	jar, err := cookiejar.New(nil)
	ts.Check(err)
	base := ts.Getenv("SHOP")
	if base == "" {
		ts.Fatalf("load the demo's line first")
	}
	return &person{ts, http.Client{Jar: jar, Timeout: patience}, base}
}

func (p *person) read(res *http.Response, err error) page {
	p.ts.Check(err)
	defer func() { _ = res.Body.Close() }() // read to its end
	doc, err := goquery.NewDocumentFromReader(res.Body)
	p.ts.Check(err)
	if res.StatusCode != http.StatusOK {
		p.ts.Fatalf("%s: status %d: %s", res.Request.URL, res.StatusCode, doc.Find("main").Text())
	}
	return page{doc, res.Request.URL.Path}
}

func (p *person) get(path string) page { return p.read(p.http.Get(p.base + path)) }

// submit sends a form of a page, with what it holds and the changes.
func (p *person) submit(from page, form string, changes url.Values) page {
	values := url.Values{}
	from.Find(form + " input[type=hidden][name]").Each(func(_ int, s *goquery.Selection) {
		values.Add(s.AttrOr("name", ""), s.AttrOr("value", ""))
	})
	for name, v := range changes {
		values[name] = v
	}
	action, ok := from.Find(form).Attr("action")
	if !ok {
		p.ts.Fatalf("%s has no form %s: %s", from.path, form, from.Find("main").Text())
	}
	return p.read(p.http.PostForm(p.base+action, values))
}

func (p page) at(ts *testscript.TestScript, path string) page {
	if p.path != path {
		ts.Fatalf("at %s, want %s: %s", p.path, path, strings.Join(strings.Fields(p.Find("main").Text()), " "))
	}
	return p
}

// buy is a guest's purchase by card in the running demo.
func buy(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 0, "buy")
	p := newPerson(ts)
	product := p.get(p.get("/").Find(".tile:not(.is-soldout) a").AttrOr("href", ""))
	cart := p.submit(product, ".goods-form", url.Values{"quantity": {"1"}}).at(ts, "/cart")
	p.get(cart.Find("a[href^='/cart/buystep/']").AttrOr("href", ""))
	procedure := p.submit(p.get("/shopping/nonmember"), "main form", url.Values{
		"name01": {"山田"}, "name02": {"花子"}, "kana01": {"ヤマダ"}, "kana02": {"ハナコ"}, "postal_code": {"5300001"}, "pref": {"27"},
		"addr01": {"大阪市北区"}, "addr02": {"梅田2-4-9"}, "phone_number": {"0612345678"},
		"email": {"hanako@example.com"}, "email_confirm": {"hanako@example.com"},
	}).at(ts, "/shopping")
	method := procedure.Find("#procedure label:contains('クレジット') input").AttrOr("value", "")
	confirm := p.submit(procedure, "#procedure", url.Values{"delivery": {"1"}, "payment": {method}}).at(ts, "/shopping/confirm")
	card := p.submit(confirm, "#confirm", nil).at(ts, "/paygent_payment/payment_credit")
	done := p.submit(card, "#card-form", url.Values{"card_token": {p.token()}, "payment_class": {"10"}}).at(ts, "/shopping/complete")
	ts.Setenv("ORDER", done.Find(".order-no").Text())
}

// token asks the simulator for a card's token, as its script does in the browser.
func (p *person) token() string {
	res, err := p.http.PostForm(p.ts.Getenv("SIMULATOR")+"/n/token/request", url.Values{
		"merchant_id": {p.ts.Getenv("MERCHANT_MERCHANT_ID")}, "token_generate_key": {p.ts.Getenv("MERCHANT_TOKEN_KEY")},
		"card_number": {"4900000000000000"}, "card_expire_year": {"30"}, "card_expire_month": {"12"}, "card_cvc": {"123"}, "card_name": {"HANAKO YAMADA"},
	})
	p.ts.Check(err)
	body, err := io.ReadAll(res.Body)
	p.ts.Check(err)
	p.ts.Check(res.Body.Close())
	// The answer is a call of a function, for a script element.
	text := string(body)
	from, to := strings.Index(text, "{"), strings.LastIndex(text, "}")
	var answer struct {
		Result string `json:"result"`
		Object struct {
			Token string `json:"token"`
		} `json:"tokenizedCardObject"`
	}
	if from < 0 || to < from {
		p.ts.Fatalf("the token endpoint says %s", text)
	}
	p.ts.Check(json.Unmarshal([]byte(text[from:to+1]), &answer))
	if answer.Object.Token == "" {
		p.ts.Fatalf("the token endpoint says %s", text)
	}
	return answer.Object.Token
}

// sees: staff log in with the password the demo printed and find the order.
func sees(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "sees number")
	p := newPerson(ts)
	p.submit(p.get("/admin/"), "main form", url.Values{"login_id": {ts.Getenv("ADMIN_USER")}, "password": {ts.Getenv("ADMIN_PASSWORD")}}).at(ts, "/admin/")
	list := p.get("/admin/paygent_payment/payment_status")
	if list.Find(fmt.Sprintf(".c-no a:contains(%q)", args[0])).Length() != 1 {
		ts.Fatalf("order %s is not in the list: %s", args[0], strings.Join(strings.Fields(list.Find("main").Text()), " "))
	}
}
