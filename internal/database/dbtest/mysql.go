package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/go-sql-driver/mysql"
	"kessai/internal/database"
)

// maxSlots bounds how many databases of one seed tests use at the same time.
const maxSlots = 64

// mysqlURL makes a database for one test. Making tables is slow there, so databases
// ("slots") are kept and put back to the state of a template, never two users at once.
func mysqlURL(t testing.TB, seed Seed) string {
	t.Helper()
	admin := server(t, "KESSAI_TEST_MYSQL")
	pool, err := mysqlAdmin(admin)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	conn, err := pool.Conn(ctx)
	if err != nil {
		t.Fatalf("MariaDB for the test: no connection by KESSAI_TEST_MYSQL: %v", err)
	}
	m := mysqlServer{conn: conn, admin: admin}
	name, release, err := m.take(ctx, seed)
	if err != nil {
		t.Fatalf("MariaDB for the test: %v", errors.Join(err, conn.Close(), pool.Close()))
	}
	t.Cleanup(func() { // closing the connection frees the slot
		if err := errors.Join(release(ctx), conn.Close(), pool.Close()); err != nil {
			t.Errorf("give back %s: %v", name, err)
		}
	})
	url, err := withName(admin, name)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// mysqlServer is one connection to the server, which holds the locks of a test.
type mysqlServer struct {
	conn  *sql.Conn
	admin string
}

func (m mysqlServer) take(ctx context.Context, seed Seed) (name string, release func(context.Context) error, err error) {
	if seed == Blank {
		name = uniqueName()
		return name, func(ctx context.Context) error { return m.exec(ctx, "DROP DATABASE IF EXISTS "+name) }, m.create(ctx, name)
	}
	template, err := m.template(ctx, seed)
	if err != nil {
		return "", nil, err
	}
	name, err = m.slot(ctx, template, seed)
	return name, func(context.Context) error { return nil }, err
}

// template returns the database with a seed's rows and makes it if this is the
// first process to need it.
func (m mysqlServer) template(ctx context.Context, seed Seed) (string, error) {
	mark, err := fingerprint(database.MySQL, seed)
	if err != nil {
		return "", err
	}
	template := "kessai_template_" + mark
	made := func() (bool, error) {
		return m.has(ctx, `SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = ? AND table_name = 'kessai_t_made'`, template)
	}
	if found, err := made(); err != nil || found {
		return template, err
	}
	if locked, err := m.lock(ctx, template, 60); err != nil || !locked {
		return "", errors.Join(err, errors.New("another process is making the template for too long"))
	}
	defer func() { _ = m.unlock(ctx, template) }()
	if found, err := made(); err != nil || found {
		return template, err
	}
	if err := m.dropStale(ctx); err != nil {
		return "", err
	}
	return template, errors.Join(m.make(ctx, template, seed), m.exec(ctx, "CREATE TABLE "+template+".kessai_t_made (id INTEGER)"))
}

// slot finds a database that nobody uses and puts it back to the template's state.
func (m mysqlServer) slot(ctx context.Context, template string, seed Seed) (string, error) {
	for n := range maxSlots {
		name := fmt.Sprintf("%s_%d", template, n)
		locked, err := m.lock(ctx, name, 0)
		if err != nil {
			return "", err
		}
		if !locked {
			continue
		}
		usable, err := m.reset(ctx, template, name)
		if err == nil && !usable {
			err = m.make(ctx, name, seed)
		}
		return name, err
	}
	return "", fmt.Errorf("all %d databases of this schema are in use", maxSlots)
}

// make makes a seeded database from nothing.
func (m mysqlServer) make(ctx context.Context, name string, seed Seed) error {
	url, err := withName(m.admin, name)
	if err != nil {
		return err
	}
	if err := m.exec(ctx, "DROP DATABASE IF EXISTS "+name); err != nil {
		return err
	}
	if err := m.create(ctx, name); err != nil {
		return err
	}
	return prepare(ctx, url, seed)
}

func (m mysqlServer) create(ctx context.Context, name string) error {
	return m.exec(ctx, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
}

func (m mysqlServer) exec(ctx context.Context, statement string) error {
	_, err := m.conn.ExecContext(ctx, statement)
	return err
}

func (m mysqlServer) has(ctx context.Context, query string, args ...any) (bool, error) {
	var n int
	err := m.conn.QueryRowContext(ctx, query, args...).Scan(&n)
	return n > 0, err
}

func (m mysqlServer) lock(ctx context.Context, name string, seconds int) (bool, error) {
	return m.has(ctx, "SELECT COALESCE(GET_LOCK(?, ?), 0)", name, seconds)
}

func (m mysqlServer) unlock(ctx context.Context, name string) error {
	return m.exec(ctx, "DO RELEASE_LOCK('"+name+"')")
}

func mysqlAdmin(url string) (*sql.DB, error) {
	cfg := mysql.NewConfig()
	u, err := parseServer(url)
	if err != nil {
		return nil, err
	}
	cfg.User, cfg.Passwd, cfg.Net, cfg.Addr, cfg.MultiStatements = u.user, u.password, "tcp", u.address, true
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(1)
	return pool, nil
}
