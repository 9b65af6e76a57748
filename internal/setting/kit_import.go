package setting

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"kessai/internal/ledger"
	"kessai/internal/problem"
)

// ReadKit reads the files of a kit from a folder: modenv_properties.conf, .pem and
// .crt; others are left alone. No configuration there is problem Invalid
// "setting.kit_no_file".
func ReadKit(dir fs.FS) ([]File, error) {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil, fmt.Errorf("read the connection kit: %w", err)
	}
	var files []File
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || name != ConfName && !isPEM(name) && !isCRT(name) {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return nil, fmt.Errorf("read the connection kit: %w", err)
		}
		if info.Size() > maxKitFile {
			return nil, problem.New(problem.Invalid, CodeKitTooLarge, problem.Args{"File": name, "Max": maxKitFile >> 10}).On("file")
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("read the connection kit: %w", err)
		}
		files = append(files, File{Name: name, Data: data})
	}
	if !slices.ContainsFunc(files, func(f File) bool { return f.Name == ConfName }) {
		return nil, noFile(ConfName)
	}
	return files, nil
}

func noFile(name string) error {
	return problem.New(problem.Invalid, CodeKitFile, problem.Args{"File": name}).On("file")
}

// ImportKit puts files into the kit, those of the same name replaced, checks the
// whole and saves it as a new version. A kit that is wrong is not saved; one that is
// still incomplete is refused only if complete is asked for.
//
// Problems: Problems of CheckKit; Invalid "setting.kit_filename", "setting.kit_too_large",
// "setting.kit_twice".
func (s *Store) ImportKit(ctx context.Context, files []File, complete bool, actor ledger.Actor) (version int64, err error) {
	if err := accept(files); err != nil {
		return 0, err
	}
	return s.save(ctx, actor, func(d *draft) error {
		d.kit = d.kit.with(files)
		return s.checkKit(d.kit, &d.values, complete)
	})
}

// DeleteKitFile takes one file out of the kit.
func (s *Store) DeleteKitFile(ctx context.Context, name string, actor ledger.Actor) (version int64, err error) {
	return s.save(ctx, actor, func(d *draft) error {
		if _, ok := d.kit.File(name); !ok {
			return problem.New(problem.NotFound, CodeKitFile, problem.Args{"File": name}).On("file")
		}
		d.kit = d.kit.without(name)
		return nil
	})
}

func (s *Store) checkKit(k *Kit, v *Values, complete bool) error {
	found := CheckKit(k, v.KeyPassphrase, s.o.Now())
	if !complete {
		found = slices.DeleteFunc(found, func(p *problem.Problem) bool { return p.Code == CodeKitFile })
	}
	return found.err()
}
