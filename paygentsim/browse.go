package paygentsim

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"
)

//go:embed pages
var pageFiles embed.FS

// pages are parsed at start; a mistake in them stops every test.
var pages = template.Must(template.New("pages").Funcs(template.FuncMap{
	"yen":      formatYen,
	"until":    func(t time.Time) string { return t.Add(-time.Second).In(japan()).Format("2006年01月02日 15:04") },
	"term":     func(mmyy string) string { return mmyy[:min(2, len(mmyy))] + "/" + mmyy[min(2, len(mmyy)):] },
	"mask":     maskCard,
	"typename": PaymentType.Name,
	"carrier":  carrierName,
}).ParseFS(pageFiles, "pages/*.html"))

func maskCard(masked string) string { return "**** **** **** " + masked[max(0, len(masked)-4):] }

// Where the pages stand.
const (
	linkPath      = "/v/u/pay"
	requestPath   = "/v/u/request"
	oldRequest    = "/v/request"
	receiptPath   = "/receipt"
	stylePath     = "/sim.css"
	paidyScript   = "/paidy/paidy.js"
	paidyPayments = "/paidy/payments"
)

func pagePath(k visitKind) string {
	switch k {
	case visitBank:
		return "/asp/pay"
	case visitThreeDS, visitThreeDS1:
		return "/acs/auth"
	case visitCarrierAuth:
		return "/carrier/auth"
	case visitCarrier:
		return "/carrier/pay"
	case visitPaidy:
		return paidyScript
	}
	return linkPath
}

// path is the page's address at the simulator.
func (v *visit) path() string { return pagePath(v.Kind) + "?p=" + v.ID }

// view is what a page answers: an address to go to, a form to post there, or a page.
type view struct {
	redirect string
	post     []line // to redirect, in charset
	charset  string
	status   int
	page     string
	data     any
}

// notePage says one thing and offers one way on.
type notePage struct {
	Title, Text, Back, BackLabel string
}

func note(status int, title, text string) view {
	return view{status: status, page: "note.html", data: notePage{Title: title, Text: text}}
}

// browse serves a page: it finds the visit and lets act decide, within one step.
func (s *Sim) browse(act func(c *change, v *visit, p params) (view, error), kinds ...visitKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<18)
		p, ok := readParams(w, r)
		if !ok {
			return
		}
		if bad := p.decode("450"); bad != "" {
			http.Error(w, "parameter "+bad+" is not UTF-8", http.StatusBadRequest)
			return
		}
		out, err := s.step(func(c *change) (view, error) {
			v := c.visit(p["p"])
			switch {
			case v == nil || !slices.Contains(kinds, v.Kind):
				return note(http.StatusNotFound, "お取引が見つかりません", "お手数ですが、ショップへお戻りください。"), nil
			case !v.done() && !v.open(c.now):
				return note(http.StatusGone, "有効期限が切れています", "お手続きの有効期限が切れました。お手数ですが、ショップへお戻りください。"), nil
			}
			return act(c, v, p)
		})
		s.show(w, r, out, err)
	}
}

// step runs one change under the lock and writes it.
func (s *Sim) step(do func(*change) (view, error)) (view, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return view{}, errClosed
	}
	c := s.begin(s.now())
	out, err := do(c)
	if err != nil {
		return out, err
	}
	return out, s.commit(c)
}

// show writes a view. Forms of these pages lead to shops, so form-action stays open.
func (s *Sim) show(w http.ResponseWriter, r *http.Request, out view, err error) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	var b bytes.Buffer
	switch {
	case err != nil:
	case out.post != nil:
		err = s.showPosting(&b, h, &out)
	case out.redirect != "":
		http.Redirect(w, r, out.redirect, http.StatusSeeOther)
		return
	default:
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'")
		err = pages.ExecuteTemplate(&b, out.page, out.data)
	}
	if err != nil {
		s.opt.Log.ErrorContext(r.Context(), "a page could not be served", "path", r.URL.Path, "error", err)
		http.Error(w, "the simulator failed", http.StatusServiceUnavailable)
		return
	}
	if out.status != 0 {
		w.WriteHeader(out.status)
	}
	_, _ = b.WriteTo(w)
}

// showPosting is a page that posts itself, in the charset its receiver expects.
func (s *Sim) showPosting(b *bytes.Buffer, h http.Header, out *view) error {
	text := []byte(selfPosting(out.redirect, out.post, out.charset))
	if out.charset != "UTF-8" {
		var err error
		if text, err = encodeWindows31J(string(text)); err != nil {
			return err
		}
	}
	h.Set("Content-Type", "text/html; charset="+out.charset)
	_, _ = b.Write(text)
	return nil
}

// withQuery adds items to an address, keeping the query it has.
func withQuery(address string, items []line, utf8 bool) (string, error) {
	query, err := encodeFormAs(items, utf8)
	if err != nil {
		return "", err
	}
	address, _, _ = strings.Cut(address, "#")
	switch {
	case query == "":
		return address, nil
	case strings.HasSuffix(address, "?"), strings.HasSuffix(address, "&"):
		return address + query, nil
	case strings.Contains(address, "?"):
		return address + "&" + query, nil
	}
	return address + "?" + query, nil
}

// serveStyle is the look of all pages.
func serveStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=3600")
	http.ServeFileFS(w, r, pageFiles, "pages/sim.css")
}
