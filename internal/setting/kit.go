package setting

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"kessai/internal/problem"
)

// ConfName is the configuration's name in every kit.
const ConfName = "modenv_properties.conf"

// Kit is the 接続キット: modenv_properties.conf, the client certificate (.pem) and the
// CA file (.crt), as uploaded. It is shared: change nothing in it.
type Kit struct {
	ID    int64  // 0 while it is not saved
	Files []File // by name
}

// File is one file of a kit. It prints as its name: it may hold a private key.
type File struct {
	Name string
	Data []byte
}

func (f File) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(f.Name)) }

// File returns the kit's file of this name.
func (k *Kit) File(name string) (File, bool) {
	if k == nil {
		return File{}, false
	}
	i := slices.IndexFunc(k.Files, func(f File) bool { return f.Name == name })
	if i < 0 {
		return File{}, false
	}
	return k.Files[i], true
}

// with returns a kit with these files put in, by name.
func (k *Kit) with(files []File) *Kit {
	next := &Kit{}
	if k != nil {
		next.Files = slices.Clone(k.Files)
	}
	for _, f := range files {
		next.Files = append(slices.DeleteFunc(next.Files, func(old File) bool { return old.Name == f.Name }), f)
	}
	slices.SortFunc(next.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return next
}

// without returns a kit without one file, nil if it was the last.
func (k *Kit) without(name string) *Kit {
	next := k.with(nil)
	next.Files = slices.DeleteFunc(next.Files, func(f File) bool { return f.Name == name })
	if len(next.Files) == 0 {
		return nil
	}
	return next
}

const maxKitFile = 1 << 20

var kitName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// accept checks names and sizes before anything is read (admin.md §11 A31).
func accept(files []File) error {
	seen := map[string]bool{}
	for _, f := range files {
		switch {
		case !kitName.MatchString(f.Name) || f.Name != ConfName && !isPEM(f.Name) && !isCRT(f.Name):
			return problem.New(problem.Invalid, CodeKitFileName, problem.Args{"File": f.Name}).On("file")
		case len(f.Data) > maxKitFile:
			return problem.New(problem.Invalid, CodeKitTooLarge, problem.Args{"File": f.Name, "Max": maxKitFile >> 10}).On("file")
		case seen[f.Name]:
			return problem.New(problem.Invalid, CodeKitTwice, problem.Args{"File": f.Name}).On("file")
		}
		seen[f.Name] = true
	}
	return nil
}

func isPEM(name string) bool { return strings.EqualFold(path.Ext(name), ".pem") }
func isCRT(name string) bool { return strings.EqualFold(path.Ext(name), ".crt") }

// base is the file name in a path of the configuration, Windows' too.
func base(p string) string { return path.Base(strings.ReplaceAll(p, `\`, "/")) }

type storedFile struct {
	Name string
	Data []byte
}

func (k *Kit) encode() ([]byte, error) {
	files := make([]storedFile, len(k.Files))
	for i, f := range k.Files {
		files[i] = storedFile(f)
	}
	return json.Marshal(files)
}

func decodeKit(id int64, text []byte) (*Kit, error) {
	var files []storedFile
	if err := json.Unmarshal(text, &files); err != nil {
		return nil, unreadable(kitPlace(id), err)
	}
	k := &Kit{ID: id}
	for _, f := range files {
		k.Files = append(k.Files, File(f))
	}
	return k, nil
}
