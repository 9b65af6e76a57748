package database

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kessai/internal/wording"
)

func TestParseURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, want, problem string }{
		{url: "sqlite:///var/lib/kessai.db", want: "sqlite:///var/lib/kessai.db"},
		{url: "sqlite:////var/lib/kessai.db", want: "sqlite:///var/lib/kessai.db"},
		{url: "sqlite://var/kessai.db", want: "sqlite://var/kessai.db"},
		{url: " sqlite://a%20b.db?x=1 ", want: "sqlite://a b.db"},
		{url: "mysql://shop:p%40ss@db:3307/eccube?serverVersion=10.6&charset=utf8", want: "mysql://shop@db:3307/eccube"},
		{url: "mysql2://shop@db/eccube", want: "mysql://shop@db/eccube"},
		{url: "postgres://u:p@[::1]:5432/x", want: "postgres://u@[::1]:5432/x"},
		{url: "PostgreSQL://u:p@h/x", want: "postgres://u@h/x"},
		{url: "pgsql://u@h/x", want: "postgres://u@h/x"},
		{url: "", problem: "expected"},
		{url: "/var/kessai.db", problem: "expected"},
		{url: "oracle://u:secret@h/x", problem: `unknown kind "oracle"`},
		{url: "sqlite://:memory:", problem: "in-memory"},
		{url: "sqlite:///:memory:", problem: "in-memory"},
		{url: "sqlite://", problem: "missing"},
		{url: "sqlite:///", problem: "missing"},
		{url: "sqlite:///%zz", problem: "percent-encoded"},
		{url: "sqlite:///%kernel.project_dir%/var/eccube.db", problem: "percent-encoded"},
		{url: "mysql://u:secret@h", problem: "name of the database is missing"},
		{url: "mysql://u:sec%zzret@h/x", problem: "cannot be read"},
		{url: "mysql://u:secret@h:port/x", problem: "cannot be read"},
	} {
		got, err := parseURL(c.url)
		switch {
		case c.problem == "" && (err != nil || got.String() != c.want):
			t.Errorf("%s: got %s, %v; want %s", c.url, got, err, c.want)
		case c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem)):
			t.Errorf("%s: got %v, want an error with %q", c.url, err, c.problem)
		case err != nil && strings.Contains(err.Error(), "sec"):
			t.Errorf("%s: the error repeats the password: %v", c.url, err)
		}
	}
}

func TestMySQLConfig(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, network, address string }{
		{"mysql://u:p@db/x", "tcp", "db:3306"},
		{"mysql://u:p@[::1]:3307/x", "tcp", "[::1]:3307"},
		{"mysql://u@/x?unix_socket=/run/mysqld.sock", "unix", "/run/mysqld.sock"},
	} {
		src, err := parseURL(c.url)
		if err != nil {
			t.Fatal(err)
		}
		cfg, err := mysqlConfig(src)
		if err != nil || cfg.Net != c.network || cfg.Addr != c.address || cfg.DBName != "x" {
			t.Errorf("%s: %+v, %v", c.url, cfg, err)
		}
	}
	src, err := parseURL("mysql://u:p@db/x?multiStatements=true")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mysqlConfig(src); err == nil {
		t.Error("an unknown option was taken")
	}
}

// Errors of connecting name the database, never the password.
func TestOpenHidesThePassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"mysql://u:geheim@127.0.0.1:1/x",
		"postgres://u:geheim@127.0.0.1:1/x",
		"postgres://u:geheim@127.0.0.1:1/x?sslmode=nonsense",
		"sqlite:///nonexistent-folder/geheimnis.db",
	} {
		db, err := Open(t.Context(), url, Options{})
		switch {
		case err == nil:
			t.Errorf("%s: opened: %v", url, db.Close())
		case strings.Contains(err.Error(), "geheim@") || strings.Contains(err.Error(), ":geheim"):
			t.Errorf("the error repeats the password: %v", err)
		case strings.Contains(url, ":1/x") && !strings.Contains(url, "nonsense") && !IsAway(err):
			t.Errorf("a server that is not there: %v", err)
		}
	}
}

func TestSQLiteFileIsPrivate(t *testing.T) {
	t.Parallel()
	db := openPlain(t)
	unlock, err := db.lockMigration(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".migrate"} {
		info, err := os.Stat(db.Path() + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", suffix, info, err)
		}
	}
}

// TestUnreachable: one line that names the database and the cause, never the password.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"mysql://shop:secret@" + gone.Addr().String() + "/x":           "mysql://shop@" + gone.Addr().String() + "/x cannot be opened: connection refused.",
		"postgres://shop:secret@" + gone.Addr().String() + "/x":        "postgres://shop@" + gone.Addr().String() + "/x cannot be opened: connection refused.",
		"sqlite://" + filepath.Join(t.TempDir(), "missing", "shop.db"): "shop.db cannot be opened: no such file or directory. Its folder must exist",
	} {
		_, err := Open(t.Context(), url, Options{})
		if err == nil {
			t.Errorf("%s is opened", url)
			continue
		}
		if got := wording.En(err); !strings.Contains(got, want) || strings.Contains(got, "secret") || strings.Contains(got, "\n") {
			t.Errorf("En = %q, want %q", got, want)
		}
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{"sqlite:////srv/shop.db": "/srv/shop.db", "mysql://u@h/x": ""} {
		if got, err := File(url); got != want || err != nil {
			t.Errorf("%s: %q, %v", url, got, err)
		}
	}
}
