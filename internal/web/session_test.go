package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
)

// sessionRoutes put, show and end a value in a face's session.
func sessionRoutes(rt *Routes) {
	rt.Handle("POST /put", func(w http.ResponseWriter, r *http.Request) error {
		SessionOf(r.Context()).Put("who", r.FormValue("who"))
		return ok(w, r)
	})
	rt.Handle("GET /show", func(w http.ResponseWriter, r *http.Request) error {
		_, err := w.Write([]byte(SessionOf(r.Context()).Get("who")))
		return err
	})
	rt.Handle("POST /renew", func(w http.ResponseWriter, r *http.Request) error {
		if err := SessionOf(r.Context()).Renew(); err != nil {
			return err
		}
		return ok(w, r)
	})
	rt.Handle("POST /end", func(w http.ResponseWriter, r *http.Request) error {
		if err := SessionOf(r.Context()).Destroy(); err != nil {
			return err
		}
		return ok(w, r)
	})
}

func cookie(t *testing.T, w *httptest.ResponseRecorder) *http.Cookie {
	t.Helper()
	list := w.Result().Cookies()
	if len(list) != 1 {
		t.Fatalf("%d cookies", len(list))
	}
	return list[0]
}

func TestSessions(t *testing.T) {
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := setup(t, func(o *Options) { o.DB = db })
		sessionRoutes(b.Shop())
		sessionRoutes(b.Admin())
		h := b.Handler()

		if w := get(h, "/show"); len(w.Result().Cookies()) != 0 {
			t.Error("a visitor who put nothing gets a cookie")
		}
		shop := cookie(t, do(h, "POST", "/put", "who=buyer"))
		if shop.Name != "kessai" || shop.Path != "/" || !shop.HttpOnly || !shop.Secure || shop.SameSite != http.SameSiteLaxMode || shop.MaxAge < 13*86400 {
			t.Errorf("shop cookie %+v", shop)
		}
		staff := cookie(t, do(h, "POST", "/admin/put", "who=staff"))
		if staff.Name != "kessai_admin" || staff.Path != "/admin" || !staff.HttpOnly || !staff.Secure || staff.MaxAge != 0 {
			t.Errorf("staff cookie %+v", staff)
		}
		show := func(path string, c *http.Cookie) string {
			return get(h, path, "Cookie", c.Name+"="+c.Value).Body.String()
		}
		if got := show("/show", shop); got != "buyer" {
			t.Errorf("shop session has %q", got)
		}
		if got := show("/admin/show", staff); got != "staff" {
			t.Errorf("staff session has %q", got)
		}
		if got := show("/admin/show", &http.Cookie{Name: "kessai_admin", Value: shop.Value}); got != "" {
			t.Errorf("a buyer's token opens the back office as %q", got)
		}
		if rows := dbtest.Contents(t, db, "plg_kessai_session"); strings.Contains(rows, shop.Value) {
			t.Error("the token itself is stored")
		}

		renewed := cookie(t, do(h, "POST", "/renew", "a=b", "Cookie", "kessai="+shop.Value))
		if show("/show", shop) != "" || show("/show", renewed) != "buyer" {
			t.Error("after Renew the old token must be worth nothing and the new one everything")
		}
		gone := cookie(t, do(h, "POST", "/end", "a=b", "Cookie", "kessai="+renewed.Value))
		if gone.MaxAge >= 0 || show("/show", renewed) != "" {
			t.Error("the session goes on after its end")
		}
	})
}

func TestSessionsRunOut(t *testing.T) {
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := setup(t, func(o *Options) { o.DB = db })
		sessionRoutes(b.Shop())
		sessionRoutes(b.Admin())
		h := b.Handler()
		staff := cookie(t, do(h, "POST", "/admin/put", "who=staff"))
		shop := cookie(t, do(h, "POST", "/put", "who=buyer"))
		alive := func(path string, c *http.Cookie) bool {
			return get(h, path, "Cookie", c.Name+"="+c.Value).Body.Len() > 0
		}
		for i := range 13 { // busy: the idle limit of an hour is pushed on
			b.clock.pass(50 * time.Minute)
			if !alive("/admin/show", staff) {
				t.Fatalf("gone after %d × 50 minutes of work", i+1)
			}
		}
		b.clock.pass(50 * time.Minute)
		b.clock.pass(31 * time.Minute)
		if alive("/admin/show", staff) {
			t.Error("alive after twelve hours")
		}
		idle := cookie(t, do(h, "POST", "/admin/put", "who=staff"))
		b.clock.pass(61 * time.Minute)
		if alive("/admin/show", idle) {
			t.Error("alive after an idle hour")
		}
		if worked, next, err := b.SessionStep(t.Context()); err != nil || !worked || !next.After(b.clock.now()) {
			t.Errorf("step: %v %v %v", worked, next, err)
		}
		if !alive("/show", shop) {
			t.Error("the sweep took a living session")
		}
		if worked, _, err := b.SessionStep(t.Context()); err != nil || worked {
			t.Errorf("second step: %v %v", worked, err)
		}
		b.clock.pass(14 * 24 * time.Hour)
		if alive("/show", shop) {
			t.Error("a shop session lives for ever")
		}
	})
}

// A request that was under way while its owner logged out must not bring the
// session back when it stores what it knows.
func TestEndedSessionStaysEnded(t *testing.T) {
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
		s := &sessionStore{db: db, clock: func() time.Time { return now }, face: Admin, idle: time.Hour}
		ctx := context.Background()
		expiry := time.Now().Add(time.Hour)
		for _, step := range []error{s.CommitCtx(ctx, "t", []byte("data"), expiry), s.DeleteCtx(ctx, "t"), s.CommitCtx(ctx, "t", []byte("data"), expiry)} {
			if step != nil {
				t.Fatal(step)
			}
		}
		if _, found, err := s.FindCtx(ctx, "t"); found || err != nil {
			t.Errorf("found %v, %v", found, err)
		}
		if err := s.DeleteCtx(ctx, "never was"); err != nil {
			t.Error(err)
		}
	})
}

func TestForeignRoutesReadOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sessionRoutes(b.Shop())
	b.Shop().Foreign().Handle("POST /return", func(w http.ResponseWriter, r *http.Request) error {
		s := SessionOf(r.Context())
		who := s.Get("who")
		s.Put("who", "changed")
		_, err := w.Write([]byte(who))
		return err
	})
	h := b.Handler()
	c := cookie(t, do(h, "POST", "/put", "who=buyer"))
	with := do(h, "POST", "/return", "a=b", "Cookie", "kessai="+c.Value, "Sec-Fetch-Site", "cross-site")
	if with.Body.String() != "buyer" || len(with.Result().Cookies()) != 0 {
		t.Errorf("%q, cookies %v", with.Body, with.Result().Cookies())
	}
	without := do(h, "POST", "/return", "a=b", "Sec-Fetch-Site", "cross-site")
	if len(without.Result().Cookies()) != 0 {
		t.Error("a return without a cookie gives the buyer a new session")
	}
	if got := get(h, "/show", "Cookie", "kessai="+c.Value).Body.String(); got != "buyer" {
		t.Errorf("the session now has %q", got)
	}
}

func TestSessionThatCannotBeStored(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	b := setup(t, func(o *Options) { o.DB = db })
	sessionRoutes(b.Shop())
	if err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, "DROP TABLE plg_kessai_session")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w := do(b.Handler(), "POST", "/put", "who=buyer")
	if w.Code != 500 || strings.HasPrefix(w.Body.String(), "ok") || len(w.Result().Cookies()) != 0 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestSessionOfNobody(t *testing.T) {
	t.Parallel()
	s := SessionOf(t.Context())
	s.Put("a", "b")
	s.PutInt("a", 1)
	s.Remove("a")
	if s.Get("a") != "" || s.Int("a") != 0 || s.Pop("a") != "" || s.Renew() != nil || s.Destroy() != nil {
		t.Error("a session that is not there keeps something")
	}
}

func TestFlashes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	set := pageSet(b, map[string]string{"p.html": `{{define "content"}}{{end}}`})
	page := NewPage[int](set, "p.html", Shop)
	b.Shop().Handle("POST /save", func(w http.ResponseWriter, r *http.Request) error {
		if err := PutFlash(r, Success, "保存しました", "<2件>"); err != nil {
			return err
		}
		if err := PutFlash(r, Danger, "1件は失敗しました"); err != nil {
			return err
		}
		return Redirect(w, r, "/x")
	})
	b.Shop().Handle("GET /x", func(w http.ResponseWriter, r *http.Request) error { return page.Render(w, r, Frame{}, 0) })
	w := do(b.Handler(), "POST", "/save", "a=b")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/x" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	c := cookie(t, w)
	doc := document(t, get(b.Handler(), "/x", "Cookie", "kessai="+c.Value).Body.String())
	if got := doc.Find(".message-success p").Length(); got != 2 {
		t.Errorf("%d lines", got)
	}
	if got := doc.Find(".message-danger[role=alert] p").Text(); got != "1件は失敗しました" {
		t.Errorf("danger says %q", got)
	}
	again := document(t, get(b.Handler(), "/x", "Cookie", "kessai="+c.Value).Body.String())
	if again.Find(".message").Length() != 0 {
		t.Error("shown twice")
	}
}
