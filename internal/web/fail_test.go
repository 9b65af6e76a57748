package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"kessai/internal/problem"
)

func TestCategoriesHaveTheirAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		err       error
		status    int
		says      string // in the shop
		reference bool
		level     slog.Level
	}{
		{"invalid", problem.New(problem.Invalid, "form.required", nil), 400, "入力されていません。", false, slog.LevelInfo},
		{"not found", problem.New(problem.NotFound, "order.unknown", nil), 404, "ご注文が見つかりません。", false, slog.LevelInfo},
		{"denied", problem.New(problem.Denied, "staff.not_allowed", nil), 403, "この操作を行う権限がありません。", false, slog.LevelWarn},
		{"not now", problem.New(problem.NotNow, "stock.short", problem.Args{"Name": "茶"}), 409, "「茶」の在庫が足りません。", false, slog.LevelInfo},
		{"conflict", fmt.Errorf("save: %w", problem.New(problem.Conflict, "no.code", nil)), 409, "ほかの操作で内容が変わりました。", true, slog.LevelInfo},
		{"declined", problem.New(problem.Declined, "general.declined", nil), 422, "決済を承認できませんでした。", false, slog.LevelInfo},
		{"unavailable", problem.New(problem.Unavailable, "database.busy", nil), 503, "ただいま大変混み合っております。", true, slog.LevelWarn},
		{"time is up", fmt.Errorf("query: %w", context.DeadlineExceeded), 503, "ただいま接続しにくくなっております。", true, slog.LevelWarn},
		{"the database is away", fmt.Errorf("query: %w", io.ErrUnexpectedEOF), 503, "ただいま接続しにくくなっております。", true, slog.LevelWarn},
		{"a setting is none of the buyer's business", problem.New(problem.Misset, "tax_rule.missing", nil), 500, "設定に問題があるため処理できませんでした。", true, slog.LevelError},
		{"an ordinary error", errors.New("secret of 10.0.0.1"), 500, "システムエラーが発生しました。", true, slog.LevelError},
		{"too large", &http.MaxBytesError{Limit: 1}, 413, "送信されたデータが大きすぎます。", false, slog.LevelInfo},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.Shop().Handle("GET /x", func(http.ResponseWriter, *http.Request) error { return tc.err })
			b.Plain().Handle("GET /plain", func(http.ResponseWriter, *http.Request) error { return tc.err })
			w := get(b.Handler(), "/x")
			if w.Code != tc.status {
				t.Errorf("status %d, want %d", w.Code, tc.status)
			}
			doc := document(t, w.Body.String())
			if got := doc.Find("main").Text(); !strings.Contains(got, tc.says) || strings.Contains(got, "secret") {
				t.Errorf("page says %q, want %q", got, tc.says)
			}
			reference := doc.Find(".reference strong").Text()
			if (reference != "") != tc.reference {
				t.Errorf("reference %q, want one: %v", reference, tc.reference)
			}
			logged := b.logs.String()
			if !strings.Contains(logged, `"level":"`+tc.level.String()+`","msg":"request failed"`) || !strings.Contains(logged, reference) {
				t.Errorf("log %s", logged)
			}
			plain := get(b.Handler(), "/plain")
			if got := plain.Header().Get("Content-Type"); plain.Code != tc.status || got != "text/plain; charset=utf-8" || !strings.HasPrefix(plain.Body.String(), tc.says) {
				t.Errorf("plain: %d %s %q", plain.Code, got, plain.Body)
			}
		})
	}
}

func TestStaffReadWhatIsMisconfigured(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Admin().Handle("GET /x", func(http.ResponseWriter, *http.Request) error {
		return problem.New(problem.Misset, "tax_rule.missing", nil)
	})
	doc := document(t, get(b.Handler(), "/admin/x").Body.String())
	if got := doc.Find("main").Text(); !strings.Contains(got, "適用できる税率が設定されていません。") {
		t.Errorf("page says %q", got)
	}
}

func TestPanicIsAnErrorPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Shop().Handle("GET /x", func(http.ResponseWriter, *http.Request) error { panic("boom") })
	w := get(b.Handler(), "/x")
	if w.Code != 500 || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if log := b.logs.String(); !strings.Contains(log, "panic: boom") || !strings.Contains(log, "fail_test.go") {
		t.Errorf("the log tells neither panic nor stack: %s", log)
	}
}

func TestErrorAfterTheAnswerBeganIsOnlyLogged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Shop().Handle("GET /x", func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, errors.New("too late"))
	})
	w := get(b.Handler(), "/x")
	if w.Code != 200 || w.Body.String() != "half" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	if !strings.Contains(b.logs.String(), "too late") {
		t.Error("the error is lost")
	}
}

func TestSurroundingsMayFail(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *Options) {
		o.Around = func(Face, *http.Request) (Around, error) { return Around{}, errors.New("no database") }
	})
	b.Shop().Handle("GET /x", func(http.ResponseWriter, *http.Request) error { return errors.New("no database") })
	if w := get(b.Handler(), "/x"); w.Code != 500 || !strings.Contains(w.Body.String(), "お問い合わせ番号") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestErrorsForHTMXLeaveThePageAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Admin().Handle("GET /x", func(http.ResponseWriter, *http.Request) error { return problem.New(problem.NotNow, "", nil) })
	w := get(b.Handler(), "/admin/x", "HX-Request", "true")
	if w.Code != 409 || w.Header().Get("HX-Reswap") != "none" || strings.Contains(w.Body.String(), "<") {
		t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
	}
}

func TestUnmatched(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *Options) {
		o.Around = func(_ Face, r *http.Request) (Around, error) {
			return Around{Person: SessionOf(r.Context()).Get("who")}, nil
		}
	})
	b.Shop().Handle("POST /only-post", func(http.ResponseWriter, *http.Request) error { return nil })
	b.Admin().Handle("GET /{$}", func(w http.ResponseWriter, _ *http.Request) error { _, err := io.WriteString(w, "home"); return err })
	tests := []struct {
		method, path string
		status       int
		selector     string
	}{
		{"GET", "/nowhere", 404, "body.shop"},
		{"GET", "/admin/nowhere", 404, "body.admin"},
		{"GET", "/administrator", 404, "body.shop"},
		{"GET", "/only-post", 405, "body.shop"},
		{"DELETE", "/nowhere", 404, "body.shop"},
		{"GET", "/assets/000000000000/app.js", 404, ""},
	}
	for _, tc := range tests {
		w := do(b.Handler(), tc.method, tc.path, "")
		if w.Code != tc.status {
			t.Errorf("%s %s: %d, want %d", tc.method, tc.path, w.Code, tc.status)
		}
		if tc.selector != "" && document(t, w.Body.String()).Find(tc.selector).Length() == 0 {
			t.Errorf("%s %s is no page of %s", tc.method, tc.path, tc.selector)
		}
	}
	if w := get(b.Handler(), "/only-post"); w.Header().Get("Allow") != "POST" {
		t.Errorf("Allow %q", w.Header().Get("Allow"))
	}
	if w := get(b.Handler(), "/admin"); w.Code/100 != 3 || w.Header().Get("Location") != "/admin/" {
		t.Errorf("/admin: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := get(b.Handler(), "/admin/"); w.Body.String() != "home" {
		t.Errorf("/admin/: %q", w.Body)
	}
	sessionRoutes(b.Admin())
	staff := cookie(t, do(b.Handler(), "POST", "/admin/put", "who=山田"))
	lost := document(t, get(b.Handler(), "/admin/nowhere", "Cookie", staff.Name+"="+staff.Value).Body.String())
	if got := lost.Find(".person-name").Text(); got != "山田" {
		t.Errorf("the page of a wrong address shows %q as logged in", got)
	}
	if w := get(b.ShopHandler(), "/admin/"); w.Code != 404 {
		t.Errorf("the shop's own address serves the back office: %d", w.Code)
	}
	if w := get(b.AdminHandler(), "/only-post"); w.Code != 404 {
		t.Errorf("the back office's own address serves the shop: %d", w.Code)
	}
}
