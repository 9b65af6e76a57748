package web

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
)

//go:embed templates
var templateFiles embed.FS

func kernelTemplates() fs.FS { return templateFiles }

// base is what every page is built on: the components and the two layouts.
type base struct {
	components *template.Template
	layouts    map[Face]string
	failed     map[Face]*Page[errorView]
	confirm    map[Face]*Page[Confirm]
}

func newBase(k *Kernel) (*base, error) {
	b := &base{layouts: map[Face]string{}}
	root := template.New("kernel").Funcs(functions(k)).Option("missingkey=error")
	var err error
	if b.components, err = root.ParseFS(templateFiles, "templates/component_*.html"); err != nil {
		return nil, fmt.Errorf("web: components: %w", err)
	}
	for _, face := range []Face{Shop, Admin} {
		text, err := templateFiles.ReadFile("templates/layout_" + string(face) + ".html")
		if err != nil {
			return nil, fmt.Errorf("web: layout: %w", err)
		}
		b.layouts[face] = string(text)
	}
	return b, nil
}

// Set is a slice's folder of templates. Pages are made from it when the slice is
// mounted; the first mistake is kept for Err, so that it need be asked once only.
type Set struct {
	kernel *Kernel
	files  fs.FS
	folder string
	shared []string
	err    error
}

// Templates opens a slice's folder. Shared names files that every page of the
// slice may use, besides the kernel's components.
func (k *Kernel) Templates(files fs.FS, folder string, shared ...string) *Set {
	return &Set{kernel: k, files: files, folder: folder, shared: shared}
}

// Err is the first mistake found in the pages made from the set.
func (s *Set) Err() error { return s.err }

func (s *Set) fail(name string, err error) {
	if s.err == nil {
		s.err = fmt.Errorf("web: template %s: %w", name, err)
	}
}

// parse reads a page's file on top of components, shared files and, if it has a
// face, that layout.
func (s *Set) parse(name string, face Face) (*template.Template, error) {
	t, err := s.kernel.base.components.Clone()
	if err != nil {
		return nil, err
	}
	if layout, ok := s.kernel.base.layouts[face]; ok {
		if t, err = t.New("layout").Parse(layout); err != nil {
			return nil, err
		}
	}
	for _, file := range append(append([]string(nil), s.shared...), name) {
		text, err := fs.ReadFile(s.files, path.Join(s.folder, file))
		if err != nil {
			return nil, err
		}
		if _, err := t.New(file).Parse(string(text)); err != nil {
			return nil, err
		}
	}
	return t, nil
}
