package backoffice_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"kessai/internal/payment"
	"kessai/internal/web/webtest"
)

// TestDialog clicks 売上 in a browser: the dialog names order and amount, its safe
// choice has the focus, Esc leaves everything as it is, and a double click runs the
// operation once.
func TestDialog(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.paid(2)
	ctx := webtest.NewBrowser(t).Page(t, 1280, 800)
	complaints := webtest.Complaints(t, ctx)
	webtest.Do(t, ctx, chromedp.Navigate(r.Base+editPath(id)),
		chromedp.SendKeys("#f-login_id", loginID), chromedp.SendKeys("#f-password", string(password)+"\r"), chromedp.WaitVisible("#payment"))
	open := `#payment [data-confirm^="ask-capture"]`
	webtest.Do(t, ctx, chromedp.Click(open), chromedp.WaitVisible("dialog[open]"))
	if got := webtest.Eval[string](t, ctx, `document.activeElement.textContent`); got != "閉じる" {
		t.Errorf("the focus is on %q", got)
	}
	text := webtest.Eval[string](t, ctx, `document.querySelector("dialog[open]").innerText`)
	for _, want := range []string{"売上処理を実行しますか？", id.String(), "¥2,200", "売上処理を実行する"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
	if folder := os.Getenv("KESSAI_TEST_GALLERY"); folder != "" {
		webtest.ShootWindow(t, ctx, filepath.Join(folder, "dialog-1280.png"))
	}
	webtest.Do(t, ctx, chromedp.KeyEvent("\u001b"), chromedp.WaitNotVisible("dialog"))
	if r.centre.count(payment.Capture) != 0 {
		t.Fatal("Esc captured")
	}
	webtest.Do(t, ctx, chromedp.Click(open), chromedp.WaitVisible("dialog[open]"), chromedp.DoubleClick("dialog[open] .btn-main"), chromedp.WaitVisible(".message-success"))
	if n := r.centre.count(payment.Capture); n != 1 {
		t.Errorf("022 was sent %d times", n)
	}
	if got := webtest.Eval[string](t, ctx, `location.pathname`); got != editPath(id) {
		t.Error(got)
	}
	if all := complaints(); !slices.Equal(all, nil) {
		t.Error(all)
	}
}
