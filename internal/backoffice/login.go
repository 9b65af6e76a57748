package backoffice

import (
	"net/http"
	"strings"

	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/staff"
	"kessai/internal/web"
)

type loginPage struct {
	Action   string
	Next     string
	LoginID  web.Field
	Password web.Field
}

type loginForm struct {
	LoginID  string         `form:"login_id"`
	Password staff.Password `form:"password" trim:"no"`
	Next     string         `form:"next"`
}

func (b *BackOffice) showLogin(w http.ResponseWriter, r *http.Request) error {
	next := b.next(r.URL.Query().Get("next"))
	_, in, err := b.sessionMember(r)
	if err != nil {
		return err
	}
	if in {
		return web.Redirect(w, r, next)
	}
	return b.renderLogin(w, r, loginForm{Next: next}, nil)
}

func (b *BackOffice) renderLogin(w http.ResponseWriter, r *http.Request, f loginForm, e web.Errors) error {
	e = e.Label(map[string]string{"login_id": "ログインID", "password": "パスワード"})
	return b.login.Render(w, r, web.Frame{Title: "ログイン", Narrow: true, Errors: e}, loginPage{
		Action: b.url(pathLogin), Next: f.Next,
		LoginID:  e.Put(web.Field{Name: "login_id", Label: "ログインID", Value: f.LoginID, Required: true, Autocomplete: "username", MaxLength: 255}),
		Password: e.Put(web.Field{Kind: web.KindPassword, Name: "password", Label: "パスワード", Required: true, Autocomplete: "current-password"}),
	})
}

// doLogin logs a member in. A new session token is drawn, so that one known before
// is worth nothing.
func (b *BackOffice) doLogin(w http.ResponseWriter, r *http.Request) error {
	f, e, err := web.Decode[loginForm](r)
	if err != nil {
		return err
	}
	f.Next = b.next(f.Next)
	if f.LoginID == "" {
		e.Add(problem.New(problem.Invalid, order.CodeFormRequired, nil).On("login_id"))
	}
	if f.Password == "" {
		e.Add(problem.New(problem.Invalid, order.CodeFormRequired, nil).On("password"))
	}
	if e.Any() {
		return b.renderLogin(w, r, f, e)
	}
	m, err := b.Staff.Authenticate(r.Context(), f.LoginID, f.Password, web.Client(r.Context()).String())
	if p, ok := problem.As(err); ok && strings.HasPrefix(p.Code, "staff.") {
		b.Log.WarnContext(r.Context(), "staff login refused", "code", p.Code)
		e.Add(err)
		return b.renderLogin(w, r, f, e)
	}
	if err != nil {
		return err
	}
	s := web.SessionOf(r.Context())
	if err := s.Renew(); err != nil {
		return err
	}
	s.PutInt(sessionMember, m.ID)
	b.Log.InfoContext(r.Context(), "staff logged in", "member", m.ID)
	return web.Redirect(w, r, f.Next)
}

func (b *BackOffice) logout(w http.ResponseWriter, r *http.Request) error {
	if err := web.SessionOf(r.Context()).Destroy(); err != nil {
		return err
	}
	return web.Redirect(w, r, b.url(pathLogin))
}
