package webtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// pageTimeout ends a test whose page never does what it waits for.
const pageTimeout = 3 * time.Minute

// Browser is one Chromium with a profile of its own; it ends with the test.
type Browser struct{ ctx context.Context }

// NewBrowser starts a browser.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browserPath(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("lang", "ja"), chromedp.Flag("hide-scrollbars", true))
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocated, chromedp.WithErrorf(t.Logf))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return &Browser{ctx: ctx}
}

// Page opens a tab, for a phone up to 600 px of width. Run chromedp's actions with
// the context; it ends after a while (pageTimeout), so
// that a page that hangs does not hold up the rest; a busy machine is no such page.
func (b *Browser) Page(t testing.TB, width, height int) context.Context {
	t.Helper()
	tab, closeTab := chromedp.NewContext(b.ctx)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(tab, pageTimeout)
	t.Cleanup(cancel)
	Do(t, ctx, viewport(width, height))
	return ctx
}

func viewport(width, height int) chromedp.Action[chromedp.Void] {
	if width <= 600 {
		return chromedp.EmulateViewport(int64(width), int64(height),
			chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2), chromedp.EmulatePortrait)
	}
	return chromedp.EmulateViewport(int64(width), int64(height))
}

// Do runs actions; a failure ends the test.
func Do(t testing.TB, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("browser: %v", err)
	}
}

// Eval runs JavaScript in the page and returns what it gives.
func Eval[T any](t testing.TB, ctx context.Context, script string) T {
	t.Helper()
	v, err := again(ctx, func() (T, error) { return chromedp.Run(ctx, chromedp.Evaluate[T](script)) })
	if err != nil {
		t.Fatalf("browser: %v", err)
	}
	return v
}

// Until waits for a JavaScript expression to become true.
func Until(t testing.TB, ctx context.Context, expression string) {
	t.Helper()
	for {
		// A page that is just being left answers with an error; the next one will not.
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")")); err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("browser: %s never came true: %v", expression, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func browserPath(t testing.TB) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}
	if path := os.Getenv("KESSAI_TEST_BROWSER"); path != "" {
		names = []string{path}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const why = "no Chromium found; install one or set KESSAI_TEST_BROWSER to its path"
	if os.Getenv("KESSAI_TEST_REQUIRE") == "all" {
		t.Fatal(why)
	}
	t.Skip("SKIPPED: " + why)
	return ""
}

// Screenshot opens url in a window of this width and writes the whole page as PNG.
func (b *Browser) Screenshot(t testing.TB, url string, width int, path string) {
	t.Helper()
	ctx := b.Page(t, width, 800)
	Do(t, ctx, chromedp.Navigate(url))
	Shoot(t, ctx, width, path)
}

// Shoot writes the page that ctx shows, in its whole height, as PNG.
func Shoot(t testing.TB, ctx context.Context, width int, path string) {
	t.Helper()
	height := Eval[int](t, ctx, `Math.max(document.documentElement.scrollHeight, 800)`)
	Do(t, ctx, viewport(width, min(height, 8000)))
	ShootWindow(t, ctx, path)
}

// ShootWindow writes what the window shows now as PNG.
func ShootWindow(t testing.TB, ctx context.Context, path string) {
	t.Helper()
	png, err := again(ctx, func() ([]byte, error) { return capture(ctx) })
	if err != nil {
		t.Fatalf("screenshot: %v", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// again asks up to six times: a page that refreshes itself answers with an error, or
// not at all, while it is being left; the one after it answers.
func again[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	v, err := ask()
	for n := 0; n < 5 && err != nil && ctx.Err() == nil; n++ {
		time.Sleep(200 * time.Millisecond)
		v, err = ask()
	}
	return v, err
}

// captureTimeout is far above what the picture of a page that stands still takes.
const captureTimeout = 30 * time.Second

func capture(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, captureTimeout)
	defer cancel()
	return chromedp.Run(ctx, chromedp.CaptureScreenshot())
}

// Screenshot starts a browser for one picture.
func Screenshot(t testing.TB, url string, width int, path string) {
	t.Helper()
	NewBrowser(t).Screenshot(t, url, width, path)
}

// Resize changes the window of a page.
func Resize(t testing.TB, ctx context.Context, width, height int) {
	t.Helper()
	Do(t, ctx, viewport(width, height))
}
