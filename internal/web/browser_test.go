package web_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"kessai/internal/web/webtest"
)

// TestWhatScriptsAdd walks through the parts that need a browser.
func TestWhatScriptsAdd(t *testing.T) {
	t.Parallel()
	pages, slow := gallery(t), atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			slow.Add(1)
		}
		pages.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	browser := webtest.NewBrowser(t)

	t.Run("a question before what cannot be undone", func(t *testing.T) {
		ctx := browser.Page(t, 1280, 800)
		complaints := webtest.Complaints(t, ctx)
		webtest.Do(t, ctx, chromedp.Navigate(server.URL+"/admin/order/10023"),
			chromedp.Click(`[data-confirm="ask-cancel"]`), chromedp.WaitVisible("#ask-cancel"))
		if got := webtest.Eval[string](t, ctx, "document.activeElement.textContent"); got != "キャンセル" {
			t.Errorf("%q has the focus, want the safe choice", got)
		}
		picture(t, func(path string) { webtest.ShootWindow(t, ctx, path) }, "dialog-1280.png")
		for _, finding := range webtest.Axe(t, ctx) {
			t.Error(finding)
		}
		webtest.Do(t, ctx, chromedp.KeyEvent(kb.Escape), chromedp.WaitNotVisible("#ask-cancel"))
		webtest.Do(t, ctx, chromedp.Click(`[data-confirm="ask-cancel"]`), chromedp.WaitVisible("#ask-cancel"),
			chromedp.Click("#ask-cancel .btn-stop"), chromedp.WaitVisible(".message-success"))
		if got := webtest.Eval[string](t, ctx, "document.querySelector('.message-success').textContent"); !strings.Contains(got, "10024：取消しました") {
			t.Errorf("message %q", got)
		}
		picture(t, func(path string) { webtest.ShootWindow(t, ctx, path) }, "flash-1280.png")
		for _, text := range complaints() {
			t.Error(text)
		}
	})

	t.Run("a piece is renewed, and its error told", func(t *testing.T) {
		ctx := browser.Page(t, 1280, 800)
		complaints := webtest.Complaints(t, ctx)
		webtest.Do(t, ctx, chromedp.Navigate(server.URL+"/admin/job"))
		webtest.Until(t, ctx, `document.getElementById("progress").textContent.includes("2件中2件")`)
		webtest.Do(t, ctx, chromedp.Click("#break"))
		webtest.Until(t, ctx, `document.querySelector("#messages .message-danger")`)
		if got := webtest.Eval[string](t, ctx, `document.querySelector("#messages .message-danger").textContent`); !strings.Contains(got, "システムエラーが発生しました。") || !strings.Contains(got, "お問い合わせ番号") {
			t.Errorf("message %q", got)
		}
		if got := webtest.Eval[string](t, ctx, `document.getElementById("progress").textContent`); !strings.Contains(got, "2件中2件") {
			t.Errorf("the error took the piece's place: %q", got)
		}
		for _, text := range complaints() {
			t.Error(text)
		}
	})

	t.Run("a form is sent once", func(t *testing.T) {
		ctx := browser.Page(t, 390, 800)
		webtest.Do(t, ctx, chromedp.Navigate(server.URL+"/confirm"), chromedp.WaitReady(".shop-bar .btn-main"))
		webtest.Eval[bool](t, ctx, `(function () {
			var b = document.querySelector(".shop-bar .btn-main");
			b.click(); b.click(); b.click();
			setTimeout(function () { sessionStorage.label = b.textContent; }, 20);
			return true;
		})()`)
		webtest.Until(t, ctx, `location.pathname === "/done" && document.querySelector(".done-number")`)
		if got := webtest.Eval[string](t, ctx, "sessionStorage.label"); got != "処理中…" {
			t.Errorf("while it works the button says %q", got)
		}
		if n := slow.Load(); n != 1 {
			t.Errorf("the form was sent %d times", n)
		}
	})

	t.Run("the menu is a drawer on a phone", func(t *testing.T) {
		ctx := browser.Page(t, 390, 800)
		const visibility = `getComputedStyle(document.getElementById("menu")).visibility`
		webtest.Do(t, ctx, chromedp.Navigate(server.URL+"/admin/paygent_order"))
		webtest.Until(t, ctx, visibility+` === "hidden"`)
		webtest.Do(t, ctx, chromedp.Click(".burger"))
		webtest.Until(t, ctx, visibility+` === "visible" && document.getElementById("menu").getBoundingClientRect().left === 0`)
		picture(t, func(path string) { webtest.ShootWindow(t, ctx, path) }, "drawer-390.png")
		webtest.Do(t, ctx, chromedp.KeyEvent(kb.Escape))
		webtest.Until(t, ctx, visibility+` === "hidden"`)
	})

	t.Run("what is ticked is summed up", func(t *testing.T) {
		ctx := browser.Page(t, 1280, 800)
		webtest.Do(t, ctx, chromedp.Navigate(server.URL+"/admin/paygent_order"),
			chromedp.Click(`input[value="10023"]`), chromedp.Click(`input[value="10022"]`))
		if got := webtest.Eval[string](t, ctx, "document.querySelector('[data-sum]').textContent"); got != "¥19,394" {
			t.Errorf("sum %q", got)
		}
		picture(t, func(path string) { webtest.ShootWindow(t, ctx, path) }, "ticked-1280.png")
	})

	t.Run("the summary of errors has the focus", func(t *testing.T) {
		ctx := browser.Page(t, 1280, 800)
		webtest.Do(t, ctx, chromedp.Navigate(server.URL+"/form"), chromedp.WaitVisible("#error-summary"))
		if got := webtest.Eval[string](t, ctx, "document.activeElement.id"); got != "error-summary" {
			t.Errorf("%q has the focus", got)
		}
		webtest.Do(t, ctx, chromedp.Click(`#error-summary a[href="#f-email"]`))
		if got := webtest.Eval[string](t, ctx, "document.activeElement.id"); got != "f-email" {
			t.Errorf("the link leads to %q", got)
		}
		picture(t, func(path string) { webtest.Shoot(t, ctx, 1280, path) }, "form-focus-1280.png")
	})
}

func picture(t *testing.T, shoot func(path string), name string) {
	t.Helper()
	if folder := os.Getenv("KESSAI_TEST_GALLERY"); folder != "" {
		shoot(filepath.Join(folder, name))
	}
}

func TestConfirmWithoutScripts(t *testing.T) {
	t.Parallel()
	c := webtest.NewClient(t, gallery(t))
	page := c.Get("/admin/order/10023")
	asked := c.Submit(page, `form.confirm-form[action="/admin/cancel"]`, nil)
	if asked.Status != 200 || webtest.Text(asked.Document, "h1") != "オーソリを取消しますか？" {
		t.Fatalf("status %d, heading %q", asked.Status, webtest.Text(asked.Document, "h1"))
	}
	if back := asked.Find("a[autofocus]").AttrOr("href", ""); back != "/" {
		t.Errorf("the safe choice leads to %q", back)
	}
	done := c.Submit(asked, "main form", nil)
	if done.Path != "/admin/paygent_order" || !strings.Contains(webtest.Text(done.Document, ".message-success"), "10023：取消しました") {
		t.Errorf("at %s: %q", done.Path, webtest.Text(done.Document, ".messages"))
	}
	if again := c.Get("/admin/paygent_order"); again.Find(".message").Length() != 0 {
		t.Error("the message is shown twice")
	}
}
