package backoffice_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"kessai/internal/web/webtest"
)

func (r *rig) tryLogin(id, password string) webtest.Page {
	r.t.Helper()
	return r.Post("/admin/login", url.Values{"login_id": {id}, "password": {password}})
}

func TestEveryPageAsksForALogin(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for path, next := range map[string]string{
		"/admin":                                "",
		"/admin/":                               "",
		"/admin/paygent_payment/payment_status": "/admin/paygent_payment/payment_status",
		"/admin/paygent_payment/payment_status?multi=%E5%B1%B1&status=1": "/admin/paygent_payment/payment_status?multi=%E5%B1%B1&status=1",
		"/admin/paygent_payment/payment_status/page/2":                   "/admin/paygent_payment/payment_status/page/2",
		"/admin/order/1/edit": "/admin/order/1/edit",
	} {
		p := r.Get(path)
		if got := p.Find("input[name=next]").AttrOr("value", ""); !strings.HasPrefix(p.Path, "/admin/login") || got != orHome(next) {
			t.Errorf("%s led to %s with next %q", path, p.Path, got)
		}
		if p.Find(".admin-menu, .attention, .person-name").Length() != 0 {
			t.Errorf("%s shows the back office's frame to nobody", path)
		}
	}
}

func orHome(next string) string {
	if next == "" {
		return "/admin/"
	}
	return next
}

func TestLoginLeadsBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid(1)
	p := r.Submit(r.Get(editPath(id)), "main form", url.Values{"login_id": {loginID}, "password": {string(password)}})
	if p.Path != editPath(id) || webtest.Text(p.Document, ".person-name") != "山田 花子" {
		t.Errorf("led to %s as %q", p.Path, webtest.Text(p.Document, ".person-name"))
	}
	if p := r.Get("/admin/login?next=/admin/paygent_payment/payment_status"); p.Path != "/admin/paygent_payment/payment_status" {
		t.Errorf("a second login led to %s", p.Path)
	}
}

func TestLoginNeverLeadsElsewhere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, next := range []string{"https://evil.example/", "//evil.example/", "/\\evil.example", "/cart", "/admin/login", "/admin/logout", "javascript:alert(1)", "/administrator", ""} {
		p := r.Post("/admin/login", url.Values{"login_id": {loginID}, "password": {string(password)}, "next": {next}})
		if p.Path != "/admin/" {
			t.Errorf("next %q led to %s", next, p.Path)
		}
		r.Post("/admin/logout", nil)
	}
}

func TestWrongLogin(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var said []string
	for _, id := range []string{loginID, "nobody"} {
		p := r.tryLogin(id, "wrong-password-here")
		if p.Status != http.StatusUnprocessableEntity {
			t.Errorf("status %d", p.Status)
		}
		said = append(said, webtest.Text(p.Document, ".summary"))
		if got := p.Find("#f-login_id").AttrOr("value", ""); got != id {
			t.Errorf("the login id typed is not kept: %q", got)
		}
		if p.Find("#f-password").AttrOr("value", "") != "" {
			t.Error("the password came back")
		}
	}
	if said[0] != said[1] || !strings.Contains(said[0], "ログインできませんでした。") {
		t.Errorf("a known and an unknown id are told apart: %q", said)
	}
	p := r.tryLogin("", "")
	if a, b := webtest.Text(p.Document, "#f-login_id-error"), webtest.Text(p.Document, "#f-password-error"); a != "入力されていません。" || b != a {
		t.Errorf("empty fields: %q, %q", a, b)
	}
}

func TestLockAfterSixFailures(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for n := range 6 {
		p := r.tryLogin(loginID, "wrong-password-here")
		if locked := strings.Contains(webtest.Text(p.Document, ".summary"), "30分後"); locked != (n == 5) {
			t.Errorf("failure %d: %s", n+1, webtest.Text(p.Document, ".summary"))
		}
	}
	if p := r.tryLogin(loginID, string(password)); !strings.Contains(webtest.Text(p.Document, ".summary"), "一時的にログインできません") {
		t.Errorf("the right password opened a locked login: %s", p.Path)
	}
	r.Advance(30*time.Minute + time.Second)
	r.logIn()
}

func TestSession(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	rec := httptest.NewRecorder()
	q := httptest.NewRequest(http.MethodPost, "/admin/login", strings.NewReader(url.Values{"login_id": {loginID}, "password": {string(password)}}.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.AddCookie(&http.Cookie{Name: "kessai_admin", Value: "known-before"})
	r.handler.ServeHTTP(rec, q)
	cookies := rec.Result().Cookies()
	if len(cookies) != 1 || cookies[0].Value == "known-before" || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteLaxMode || cookies[0].Path != "/admin" {
		t.Fatalf("cookies %+v", cookies)
	}
	r.logIn()
	if p := r.Post("/admin/logout", nil); p.Path != "/admin/login" {
		t.Errorf("logout led to %s", p.Path)
	}
	if p := r.Get("/admin/"); !strings.HasPrefix(p.Path, "/admin/login") {
		t.Errorf("still logged in: %s", p.Path)
	}
	r.logIn()
	r.Advance(61 * time.Minute)
	if p := r.Get("/admin/"); !strings.HasPrefix(p.Path, "/admin/login") {
		t.Errorf("logged in after an hour without a request: %s", p.Path)
	}
	r.logIn()
	r.Exec("UPDATE dtb_member SET work_id = 0 WHERE login_id = ?", loginID)
	if p := r.Get("/admin/"); !strings.HasPrefix(p.Path, "/admin/login") {
		t.Errorf("a member who left still gets in: %s", p.Path)
	}
}

func TestAnExpiredSessionDoesNothing(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	p := r.Get(editPath(id))
	r.Advance(2 * time.Hour)
	p = r.press(p, "capture")
	if !strings.HasPrefix(p.Path, "/admin/login") || !strings.Contains(webtest.Text(p.Document, ".message-warning"), "操作は行われていません") {
		t.Errorf("led to %s: %s", p.Path, webtest.Text(p.Document, ".messages"))
	}
	if n := len(r.centre.sent); n != 1 {
		t.Errorf("%d telegrams; only the authorisation was due", n)
	}
}

func TestLoginFormTakesNoMarkup(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const evil = `"><script>alert(1)</script>`
	for _, p := range []webtest.Page{
		r.tryLogin(evil, evil), r.Get("/admin/login?next=" + url.QueryEscape("/admin/"+evil)), r.Get("/admin/login?next=" + url.QueryEscape(evil)),
	} {
		clean(t, p)
	}
}

// clean finds a script that no page of ours has, or one that came from data.
func clean(t *testing.T, p webtest.Page) {
	t.Helper()
	html, err := p.Html()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(html, "<script>alert") || p.Find("script:not([src])").Length() != 0 || p.Find("[onclick], [onerror], [onload], [style], style").Length() != 0 {
		t.Errorf("%s holds foreign or inline code:\n%s", p.Path, html)
	}
}

func TestWordsOfTheLogin(t *testing.T) {
	t.Parallel()
	p := newRig(t).Get("/admin/login")
	if got := fmt.Sprint(webtest.Texts(p.Document, "label, main button")); got != "[ログインID必須 パスワード必須 ログイン]" {
		t.Error(got)
	}
}
