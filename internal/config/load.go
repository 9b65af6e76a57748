package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

const byDefault = "default"

// Source is where a configuration comes from.
type Source struct {
	File    string   // a TOML file; empty: KESSAI_CONFIG, else none
	Environ []string // as os.Environ; nil: the process's
	WorkDir string   // empty: the process's
}

// layer is one source's values by key.
type layer struct {
	values map[string]any
	origin func(key string) string
	dir    string // what relative paths stand against
}

// Load puts defaults, file and environment together and checks every value. Its
// error joins one sentence per mistake: source, key, what to do.
func Load(s Source) (*Config, error) {
	if s.Environ == nil {
		s.Environ = os.Environ()
	}
	if s.WorkDir == "" {
		dir, err := os.Getwd()
		if err != nil {
			return nil, fmt.Errorf("config: %w", err)
		}
		s.WorkDir = dir
	}
	env, err := readEnv(s)
	if err != nil {
		return nil, err
	}
	if s.File == "" {
		s.File = env.configFile
	}
	layers := []layer{{values: defaults(), origin: func(string) string { return byDefault }, dir: s.WorkDir}}
	home := s.WorkDir
	if s.File != "" {
		s.File = absolute(s.WorkDir, s.File)
		fromFile, err := readFile(s.File)
		if err != nil {
			return nil, err
		}
		home = fromFile.dir
		layers = append(layers, fromFile)
	}
	return build(append(layers, env.layer), home)
}

// readFile reads the TOML file. Keys nobody knows are errors: a misspelt
// public_url must not pass for none.
func readFile(name string) (layer, error) {
	k := koanf.New(".")
	if err := k.Load(file.Provider(name), toml.Parser()); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return layer{}, fmt.Errorf("config: %s: there is no such file; make it, or leave --config and KESSAI_CONFIG away", name)
		}
		return layer{}, fmt.Errorf("config: %s: it is no TOML: %w", name, err)
	}
	values := k.All()
	var errs []error
	for _, key := range k.Keys() {
		if _, known := find(key); !known {
			errs = append(errs, fmt.Errorf("config: %s: unknown key %s%s", name, key, suggestion(key, names())))
		}
	}
	return layer{values: values, origin: func(string) string { return name }, dir: filepath.Dir(name)}, errors.Join(errs...)
}

// build lays the layers over each other and fills a Config.
func build(layers []layer, home string) (*Config, error) {
	c := &Config{origin: map[string]string{}}
	var errs []error
	for _, k := range keys() {
		for _, l := range slices.Backward(layers) {
			v, ok := l.values[k.name]
			if !ok {
				continue
			}
			c.origin[k.name] = l.origin(k.name)
			errs = append(errs, c.wrong(k.name, k.put(c, v, l.dir)))
			break
		}
	}
	c.follow(home)
	return c, errors.Join(append(errs, c.together())...)
}

func (k key) put(c *Config, v any, dir string) error {
	if k.kind == list {
		values, err := stringList(v)
		if err != nil {
			return err
		}
		return k.many(c, values)
	}
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("it must be text in quotes, not %v", v)
	}
	s = strings.TrimSpace(s)
	if k.path && s != "" {
		s = absolute(dir, s)
	}
	return k.set(c, s)
}

// stringList takes a TOML array, or text with commas as the environment gives it.
func stringList(v any) ([]string, error) {
	var out []string
	switch v := v.(type) {
	case string:
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
		return out, nil
	case []any:
		for _, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, fmt.Errorf("it must be a list of texts, and %v is none", item)
			}
			out = append(out, s)
		}
		return out, nil
	}
	return nil, fmt.Errorf("it must be a list of texts, not %v", v)
}

// follow fills in what follows from other keys.
func (c *Config) follow(home string) {
	fill := func(key string, missing bool, put func()) {
		if missing {
			put()
			c.origin[key] = byDefault
		}
	}
	fill("data_dir", c.DataDir == "", func() { c.DataDir = filepath.Join(home, "kessai-data") })
	fill("database_url", c.Database == "", func() { c.Database = URL("sqlite://" + filepath.Join(c.DataDir, "kessai.db")) })
	fill("key_file", c.KeyFile == "", func() { c.KeyFile = filepath.Join(c.DataDir, "kessai.key") })
	fill("mail.dir", c.Mail.Dir == "" && c.Mail.URL == "", func() { c.Mail.Dir = filepath.Join(c.DataDir, "mail") })
}

// wrong names the source and the key of a mistake.
func (c *Config) wrong(key string, err error) error {
	if err == nil {
		return nil
	}
	k, _ := find(key)
	switch origin := c.origin[key]; origin {
	case "", byDefault:
		return fmt.Errorf("config: %s (or %s): %w", key, k.variable(), err)
	default:
		return fmt.Errorf("config: %s: %s: %w", origin, key, err)
	}
}

func find(name string) (key, bool) {
	all := keys()
	i := slices.IndexFunc(all, func(k key) bool { return k.name == name })
	if i < 0 {
		return key{}, false
	}
	return all[i], true
}

func names() []string {
	var out []string
	for _, k := range keys() {
		out = append(out, k.name)
	}
	return out
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
