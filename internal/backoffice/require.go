package backoffice

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"kessai/internal/problem"
	"kessai/internal/staff"
	"kessai/internal/web"
)

const (
	sessionMember = "staff.id"
	sessionSearch = "backoffice.search"
)

type memberKey struct{}

// member is who is logged in, behind requireLogin.
func member(ctx context.Context) staff.Member {
	m, _ := ctx.Value(memberKey{}).(staff.Member)
	return m
}

// requireLogin lets members at work pass and sends everybody else to the login.
func (b *BackOffice) requireLogin(next web.HandlerFunc) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		m, found, err := b.sessionMember(r)
		if err != nil {
			return err
		}
		if !found {
			return b.askLogin(w, r)
		}
		return next(w, r.WithContext(context.WithValue(r.Context(), memberKey{}, m)))
	}
}

// sessionMember finds the member of the session, who may have left meanwhile.
func (b *BackOffice) sessionMember(r *http.Request) (staff.Member, bool, error) {
	id := web.SessionOf(r.Context()).Int(sessionMember)
	if id == 0 {
		return staff.Member{}, false, nil
	}
	m, err := b.Staff.ByID(r.Context(), id)
	if problem.Is(err, staff.CodeUnknown) {
		return staff.Member{}, false, nil
	}
	return m, err == nil, err
}

// askLogin leads to the login and back to where the person was. What was posted is
// not done afterwards; the page says so.
func (b *BackOffice) askLogin(w http.ResponseWriter, r *http.Request) error {
	back := r.URL.RequestURI()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		back = cameFrom(r)
		err := web.PutFlash(r, web.Warning, "ログインの有効期限が切れていたため、操作は行われていません。ログインしてから、もう一度操作してください。")
		if err != nil {
			return err
		}
	}
	return web.Redirect(w, r, b.url(pathLogin)+b.nextQuery(back))
}

// nextQuery keeps a page of the back office for after the login; home needs none.
func (b *BackOffice) nextQuery(back string) string {
	if next := b.next(back); next != b.url(pathHome) {
		return "?" + url.Values{"next": {next}}.Encode()
	}
	return ""
}

// next is a page of the back office to go on to, home for anything else.
func (b *BackOffice) next(sent string) string {
	home := b.url(pathHome)
	to := web.LocalPath(sent, home)
	path, _, _ := strings.Cut(to, "?")
	if !strings.HasPrefix(path, home) || path == b.url(pathLogin) || path == b.url(pathLogout) {
		return home
	}
	return to
}

// cameFrom is the path of the page before, if it was one of this site.
func cameFrom(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return ""
	}
	return u.RequestURI()
}
