package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"kessai/internal/database"
	"kessai/internal/problem"
	"kessai/internal/wording"
)

// Codes of the problems this package raises; their sentences stand in wording.
const (
	codeNotFound    = "web.not_found"
	codeMethod      = "web.method"
	codeCrossOrigin = "web.cross_origin"
	codeUnreadable  = "form.unreadable"
	codeTooBig      = "form.too_big"
)

// answer is how a category of problems is answered.
type answer struct {
	status int
	title  string
	level  slog.Level
	ours   bool // our side is at fault: the visitor gets a number to quote
}

func answerTo(err error) answer {
	p, ok := problem.As(err)
	if ok && p.Code == codeMethod {
		return answer{http.StatusMethodNotAllowed, "アクセスできません", slog.LevelInfo, false}
	}
	if ok && p.Code == codeTooBig {
		return answer{http.StatusRequestEntityTooLarge, "送信できませんでした", slog.LevelInfo, false}
	}
	switch problem.CategoryOf(err) {
	case problem.Invalid:
		return answer{http.StatusBadRequest, "入力内容をご確認ください", slog.LevelInfo, false}
	case problem.NotFound:
		return answer{http.StatusNotFound, "ページがみつかりません", slog.LevelInfo, false}
	case problem.Denied:
		return answer{http.StatusForbidden, "アクセスできません", slog.LevelWarn, false}
	case problem.NotNow, problem.Conflict:
		return answer{http.StatusConflict, "この操作は行えませんでした", slog.LevelInfo, false}
	case problem.Declined:
		return answer{http.StatusUnprocessableEntity, "決済を承認できませんでした", slog.LevelInfo, false}
	case problem.Unavailable:
		return answer{http.StatusServiceUnavailable, "ただいま接続しにくくなっております", slog.LevelWarn, true}
	case problem.Misset:
		return answer{http.StatusInternalServerError, "処理できませんでした", slog.LevelError, true}
	default:
		return answer{http.StatusInternalServerError, "ご迷惑をおかけしております", slog.LevelError, true}
	}
}

// fail is the one place that turns an error into an answer.
func (k *Kernel) fail(face Face, w http.ResponseWriter, r *http.Request, err error) {
	err = understood(err)
	ctx := context.WithoutCancel(r.Context())
	a := answerTo(err)
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		k.options.Log.LogAttrs(ctx, slog.LevelDebug, "visitor left", slog.String("route", requestOf(ctx).pattern))
		return
	}
	k.report(ctx, a, err)
	if sent(w) {
		return
	}
	if a.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "30")
	}
	said := sentenceFor(face, err)
	reference := ""
	if a.ours || !wording.Known(err) {
		reference = RequestID(ctx)
	}
	if face == Plain {
		plainError(w, a.status, said, reference)
		return
	}
	if rendered := k.errorPage(face, w, r, a, said, reference); rendered != nil {
		k.report(ctx, a, fmt.Errorf("error page: %w", rendered))
		plainError(w, a.status, said, reference)
	}
}

// sentenceFor is what the visitor reads. A buyer can do nothing about our settings
// and faults and is not told of them.
func sentenceFor(face Face, err error) string {
	c := problem.CategoryOf(err)
	if face != Admin && (c == problem.Misset || c == problem.Internal) {
		return wording.Ja(problem.New(c, "", nil))
	}
	return wording.Ja(err)
}

// understood gives the library errors that mean something to a visitor a code.
func understood(err error) error {
	var big *http.MaxBytesError
	if _, ok := problem.As(err); !ok && errors.As(err, &big) {
		return problem.Wrap(err, problem.Invalid, codeTooBig, nil)
	}
	if _, ok := problem.As(err); !ok && (errors.Is(err, context.DeadlineExceeded) || database.IsAway(err)) {
		return problem.Wrap(err, problem.Unavailable, "", nil)
	}
	return err
}

func (k *Kernel) report(ctx context.Context, a answer, err error) {
	q := requestOf(ctx)
	attrs := []slog.Attr{
		slog.Any("error", err), slog.String("route", q.pattern), slog.Int("status", a.status),
	}
	if p, ok := problem.As(err); ok {
		attrs = append(attrs, slog.String("code", p.Code))
	}
	var crash *panicError
	if errors.As(err, &crash) {
		attrs = append(attrs, slog.String("stack", string(crash.stack)))
	}
	k.options.Log.LogAttrs(ctx, a.level, "request failed", attrs...)
}

func plainError(w http.ResponseWriter, status int, said, reference string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	if reference != "" {
		said += "（お問い合わせ番号: " + reference + "）"
	}
	_, _ = fmt.Fprintln(w, said) // the visitor may be gone; there is nobody to tell
}

type errorView struct {
	Title, Sentence, Reference string
	Links                      []Link
}

func (k *Kernel) mountErrorPages() error {
	set := k.Templates(kernelTemplates(), "templates")
	k.base.failed = map[Face]*Page[errorView]{
		Shop:  NewPage[errorView](set, "error.html", Shop),
		Admin: NewPage[errorView](set, "error.html", Admin),
	}
	k.base.confirm = map[Face]*Page[Confirm]{
		Shop:  NewPage[Confirm](set, "confirm.html", Shop),
		Admin: NewPage[Confirm](set, "confirm.html", Admin),
	}
	return set.Err()
}

func (k *Kernel) errorPage(face Face, w http.ResponseWriter, r *http.Request, a answer, said, reference string) error {
	links := []Link{{"トップページへ", "/"}, {"カートを見る", "/cart"}}
	if face == Admin {
		links = []Link{{"ホームへ", k.AdminURL("/")}}
	}
	view := errorView{Title: a.title, Sentence: said, Reference: reference, Links: links}
	if r.Header.Get("HX-Request") == "true" {
		// What was to be replaced stays; app.js shows the text in the page's alerts.
		w.Header().Set("HX-Reswap", "none")
		plainError(w, a.status, said, reference)
		return nil
	}
	return k.base.failed[face].RenderStatus(w, r, a.status, Frame{Title: a.title, Narrow: true, failed: true}, view)
}
