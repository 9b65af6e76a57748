package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed static
var staticFiles embed.FS

const assetPrefix = "/assets/"

// assets are embedded files under an address that has their hash in it, so that
// they can be kept for ever. Everything is added before the first request.
type assets struct {
	files map[string]asset // by address
	urls  map[string]string
}

type asset struct {
	body []byte
	kind string
}

func newAssets() (*assets, error) {
	a := &assets{files: map[string]asset{}, urls: map[string]string{}}
	return a, a.add(staticFiles, "static", "")
}

// AddAssets serves the files of a slice's folder; {{asset "checkout/card.js"}} is
// the file card.js added with the name "checkout".
func (k *Kernel) AddAssets(name string, files fs.FS, folder string) error {
	return k.assets.add(files, folder, name+"/")
}

func (a *assets) add(files fs.FS, folder, prefix string) error {
	return fs.WalkDir(files, folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kind := contentType(file)
		if kind == "" {
			return nil // licences and notes are not served
		}
		body, err := fs.ReadFile(files, file)
		if err != nil {
			return fmt.Errorf("web: asset %s: %w", file, err)
		}
		name := prefix + strings.TrimPrefix(file, folder+"/")
		if _, twice := a.urls[name]; twice {
			return fmt.Errorf("web: asset %q is added twice", name)
		}
		sum := sha256.Sum256(body)
		url := assetPrefix + hex.EncodeToString(sum[:6]) + "/" + name
		a.urls[name], a.files[url] = url, asset{body, kind}
		return nil
	})
}

func contentType(file string) string {
	switch ext := path.Ext(file); ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png", ".jpg", ".webp", ".ico", ".gif":
		return mime.TypeByExtension(ext)
	}
	return ""
}

func (a *assets) url(name string) (string, error) {
	if u, ok := a.urls[name]; ok {
		return u, nil
	}
	return "", fmt.Errorf("web: no asset %q", name)
}

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestOf(r.Context()).pattern = assetPrefix
	file, ok := a.files[r.URL.Path]
	if !ok || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Security-Policy", "default-src 'none'")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file.body))
}
