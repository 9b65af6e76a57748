package paygentsim

import (
	"net/http"
	"strings"
)

// lost answers what no page or telegram is for: the root says what this is, a person who went
// astray gets a page, and a client that used the wrong method is told so by mux.
func (s *Sim) lost(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		switch {
		case pattern != "" || !reads:
			mux.ServeHTTP(w, r)
		case r.URL.Path == "/":
			s.show(w, r, view{page: "index.html"}, nil)
		case strings.HasPrefix(r.URL.Path, "/n/"), strings.HasPrefix(r.URL.Path, "/s/"):
			mux.ServeHTTP(w, r) // 405: a telegram is a POST
		default:
			s.show(w, r, note(http.StatusNotFound, "ページが見つかりません", "このシミュレーターに、お探しのページはありません。"), nil)
		}
	})
}
