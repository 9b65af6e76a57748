package web

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
)

// Page is one page of a slice with the struct T as its data. Its file defines the
// blocks
//
//	content  required; the dot of every block is T
//	bar      bottom bar with the main button (and, in the shop, the total)
//	side     shop: what stands on the right from 992 px, below on a phone
//
// and uses components such as {{template "field" .Email}}.
type Page[T any] struct {
	set     *Set
	name    string
	face    Face
	tmpl    *template.Template
	hasBar  bool
	hasSide bool
	scripts []string
}

// NewPage parses a page and tries it out with an empty T, a filled T and the
// samples, so that a field which does not exist stops the start. The mistake is
// told by Set.Err.
func NewPage[T any](s *Set, name string, face Face, samples ...T) *Page[T] {
	p := &Page[T]{set: s, name: name, face: face}
	t, err := s.parse(name, face)
	if err != nil {
		s.fail(name, err)
		return p
	}
	if t.Lookup("content") == nil {
		s.fail(name, errors.New(`no block "content"`))
		return p
	}
	p.hasBar, p.hasSide = t.Lookup("bar") != nil, t.Lookup("side") != nil
	if err := addEmpty(t, "bar", "side"); err != nil {
		s.fail(name, err)
		return p
	}
	p.tmpl = t.Lookup("layout")
	for _, data := range append([]T{*new(T), filled[T]()}, samples...) {
		if _, err := p.execute(p.sampleView(data)); err != nil {
			s.fail(name, err)
			break
		}
	}
	return p
}

// Script adds an asset that the page runs besides app.js, such as "checkout/card.js".
func (p *Page[T]) Script(asset string) *Page[T] {
	if _, err := p.set.kernel.assets.url(asset); err != nil {
		p.set.fail(p.name, err)
	}
	p.scripts = append(p.scripts, asset)
	return p
}

// addEmpty defines the blocks that a page leaves out.
func addEmpty(t *template.Template, names ...string) error {
	for _, name := range names {
		if t.Lookup(name) == nil {
			if _, err := t.New(name).Parse(""); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Page[T]) sampleView(data T) view {
	v := filled[view]()
	v.Scripts = []string{"app.js"}
	v.HasBar, v.HasSide, v.Data = p.hasBar, p.hasSide, data
	return v
}

func (p *Page[T]) execute(v view) (*bytes.Buffer, error) {
	var out bytes.Buffer
	if err := p.tmpl.Execute(&out, v); err != nil {
		return nil, fmt.Errorf("render %s: %w", p.name, err)
	}
	return &out, nil
}

// Render answers with the page: status 422 when the frame has errors, else 200.
func (p *Page[T]) Render(w http.ResponseWriter, r *http.Request, f Frame, data T) error {
	status := http.StatusOK
	if f.Errors.Any() {
		status = http.StatusUnprocessableEntity
	}
	return p.RenderStatus(w, r, status, f, data)
}

// RenderStatus answers with the page and a status.
func (p *Page[T]) RenderStatus(w http.ResponseWriter, r *http.Request, status int, f Frame, data T) error {
	if p.tmpl == nil {
		return fmt.Errorf("render %s: the page was not mounted", p.name)
	}
	v, err := p.set.kernel.view(p.face, r, f)
	if err != nil {
		return err
	}
	v.HasBar, v.HasSide, v.Scripts, v.Data = p.hasBar, p.hasSide, p.scripts, data
	out, err := p.execute(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", f.Policy.header(v.Nonce))
	return send(w, status, out)
}

func send(w http.ResponseWriter, status int, body *bytes.Buffer) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // the visitor may be gone; there is nobody to tell
	return nil
}

// Part is a piece of a page that htmx fetches alone: the block name of a file.
type Part[T any] struct {
	file, block string
	tmpl        *template.Template
}

// NewPart parses a piece and tries it out as NewPage does.
func NewPart[T any](s *Set, file, block string, samples ...T) *Part[T] {
	p := &Part[T]{file: file, block: block}
	t, err := s.parse(file, Plain)
	if err != nil {
		s.fail(file, err)
		return p
	}
	if p.tmpl = t.Lookup(block); p.tmpl == nil {
		s.fail(file, fmt.Errorf("no block %q", block))
		return p
	}
	for _, data := range append([]T{*new(T), filled[T]()}, samples...) {
		if err := p.tmpl.Execute(&bytes.Buffer{}, data); err != nil {
			s.fail(file, err)
			break
		}
	}
	return p
}

// Render answers with the piece.
func (p *Part[T]) Render(w http.ResponseWriter, data T) error {
	if p.tmpl == nil {
		return fmt.Errorf("render %s of %s: it was not mounted", p.block, p.file)
	}
	var out bytes.Buffer
	if err := p.tmpl.Execute(&out, data); err != nil {
		return fmt.Errorf("render %s of %s: %w", p.block, p.file, err)
	}
	w.Header().Add("Vary", "HX-Request")
	return send(w, http.StatusOK, &out)
}
