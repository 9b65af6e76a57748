package database

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
)

// source is a parsed DATABASE_URL.
type source struct {
	engine Engine
	path   string   // SQLite: the file
	url    *url.URL // the others
}

// String is safe for messages: it has no password and no query.
func (s source) String() string {
	if s.engine == SQLite {
		return "sqlite://" + s.path
	}
	u := url.URL{Scheme: string(s.engine), Host: s.url.Host, Path: s.url.Path}
	if name := s.url.User.Username(); name != "" {
		u.User = url.User(name)
	}
	return u.String()
}

// File is the file of an SQLite database, empty for another engine's URL.
func File(url string) (string, error) {
	src, err := parseURL(url)
	return src.path, err
}

// parseURL understands EC-CUBE's spellings of DATABASE_URL (eccube.md §7). Its
// errors never repeat the URL, which holds a password.
func parseURL(text string) (source, error) {
	scheme, rest, found := strings.Cut(strings.TrimSpace(text), "://")
	if !found {
		return source{}, errors.New(`database URL: expected "sqlite://…", "mysql://…" or "postgres://…"`)
	}
	switch strings.ToLower(scheme) {
	case "sqlite", "sqlite3":
		return parseFile(rest)
	case "mysql", "mysql2", "mariadb":
		return parseServer(MySQL, rest)
	case "postgres", "postgresql", "pgsql":
		return parseServer(Postgres, rest)
	}
	return source{}, fmt.Errorf("database URL: unknown kind %q; sqlite, mysql and postgres are supported", scheme)
}

func parseFile(rest string) (source, error) {
	path, _, _ := strings.Cut(rest, "?")
	path, err := url.PathUnescape(path)
	switch {
	case err != nil:
		return source{}, errors.New("database URL: the SQLite path is not percent-encoded correctly")
	case strings.Contains(path, ":memory:"):
		return source{}, errors.New("database URL: an in-memory SQLite database is not supported; name a file")
	case strings.Contains(path, "%kernel.project_dir%"):
		return source{}, errors.New("database URL: write the directory out instead of %kernel.project_dir%")
	case strings.Trim(path, "/") == "":
		return source{}, errors.New("database URL: the SQLite file is missing: sqlite:///path/to/kessai.db")
	}
	return source{engine: SQLite, path: filepath.Clean(path)}, nil
}

func parseServer(engine Engine, rest string) (source, error) {
	u, err := url.Parse("x://" + rest)
	if err != nil {
		return source{}, errors.New("database URL: cannot be read; percent-encode special characters of user and password")
	}
	u.Scheme = string(engine)
	if strings.Trim(u.Path, "/") == "" {
		return source{}, fmt.Errorf("database URL: the name of the database is missing: %s://user:password@host/name", engine)
	}
	dropDoctrineOptions(u)
	return source{engine: engine, url: u}, nil
}

// dropDoctrineOptions removes what only EC-CUBE's PHP side understands.
func dropDoctrineOptions(u *url.URL) {
	q := u.Query()
	for _, name := range []string{"serverVersion", "charset", "driver", "driverOptions"} {
		q.Del(name)
	}
	u.RawQuery = q.Encode()
}

// address is host and port of a server, with the engine's usual port.
func (s source) address(port string) string {
	host := s.url.Hostname()
	if host == "" {
		host = "127.0.0.1"
	}
	if p := s.url.Port(); p != "" {
		port = p
	}
	return net.JoinHostPort(host, port)
}

// name is the name of the database on a server.
func (s source) name() string { return strings.Trim(s.url.Path, "/") }
