package dbtest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"testing"

	"github.com/jackc/pgx/v5"
)

// postgresURL makes a database for one test. Copying a template takes long enough
// to keep the copies ("slots") and put them back to its state for the next test.
func postgresURL(t testing.TB, seed Seed) string {
	t.Helper()
	admin := server(t, "KESSAI_TEST_POSTGRES")
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		t.Fatal("PostgreSQL for the test: no connection by KESSAI_TEST_POSTGRES")
	}
	p := postgresServer{conn: conn, admin: admin}
	name, release, err := p.take(ctx, seed)
	if err != nil {
		t.Fatalf("PostgreSQL for the test: %v", errors.Join(err, conn.Close(ctx)))
	}
	t.Cleanup(func() { // closing the connection frees the slot
		if err := errors.Join(release(ctx), conn.Close(ctx)); err != nil {
			t.Errorf("give back %s: %v", name, err)
		}
	})
	url, err := withName(admin, name)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// postgresServer is one connection to the server, which holds the locks of a test.
type postgresServer struct {
	conn  *pgx.Conn
	admin string
}

func (p postgresServer) take(ctx context.Context, seed Seed) (name string, release func(context.Context) error, err error) {
	if seed == Blank {
		name = uniqueName()
		release = func(ctx context.Context) error { return p.exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") }
		return name, release, p.exec(ctx, "CREATE DATABASE "+name+" TEMPLATE template0")
	}
	template, err := p.template(ctx, seed)
	if err != nil {
		return "", nil, err
	}
	name, err = p.slot(ctx, template)
	return name, func(context.Context) error { return nil }, err
}

// template returns the name of the database that slots are copied from, and makes
// it if this is the first process to need it. It has its name once it is complete.
func (p postgresServer) template(ctx context.Context, seed Seed) (string, error) {
	mark, err := fingerprint("postgres", seed)
	if err != nil {
		return "", err
	}
	template := "kessai_template_" + mark
	if found, err := p.has(ctx, template); err != nil || found {
		return template, err
	}
	if err := p.exec(ctx, "SELECT pg_advisory_lock($1)", lockKey(template)); err != nil {
		return "", err
	}
	defer func() { _ = p.exec(ctx, "SELECT pg_advisory_unlock($1)", lockKey(template)) }()
	if found, err := p.has(ctx, template); err != nil || found {
		return template, err
	}
	p.dropStale(ctx)
	draft := uniqueName()
	if err := p.exec(ctx, "CREATE DATABASE "+draft+" TEMPLATE template0"); err != nil {
		return "", err
	}
	url, err := withName(p.admin, draft)
	if err != nil {
		return "", err
	}
	if err := errors.Join(prepare(ctx, url, seed), onPostgres(ctx, url, keepPristine)); err != nil {
		return "", err
	}
	return template, p.exec(ctx, "ALTER DATABASE "+draft+" RENAME TO "+template)
}

// slot finds a database that nobody uses and puts it into the template's state.
func (p postgresServer) slot(ctx context.Context, template string) (string, error) {
	for n := range maxSlots {
		name := fmt.Sprintf("%s_%d", template, n)
		var locked bool
		if err := p.conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", lockKey(name)).Scan(&locked); err != nil {
			return "", err
		}
		if locked {
			return name, p.refresh(ctx, template, name)
		}
	}
	return "", fmt.Errorf("all %d databases of this schema are in use", maxSlots)
}

func (p postgresServer) refresh(ctx context.Context, template, name string) error {
	found, err := p.has(ctx, name)
	if err != nil {
		return err
	}
	if found {
		url, err := withName(p.admin, name)
		if err != nil {
			return err
		}
		if err := onPostgres(ctx, url, restorePristine); !errors.Is(err, errOtherSchema) {
			return err
		}
		if err := p.exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			return err
		}
	}
	return p.exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template)
}

// dropStale drops what killed processes left, and databases of former schemas; one
// that is in use just stays.
func (p postgresServer) dropStale(ctx context.Context) {
	rows, err := p.conn.Query(ctx, `SELECT datname FROM pg_database WHERE datname LIKE 'kessai\_t%'
		AND (pg_stat_file('base/' || oid || '/PG_VERSION')).modification < now() - interval '6 hours'`)
	if err != nil {
		return // the account may not look at files: nothing is tidied up
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return
	}
	for _, name := range names {
		_ = p.exec(ctx, "DROP DATABASE IF EXISTS "+name)
	}
}

func (p postgresServer) has(ctx context.Context, name string) (found bool, err error) {
	err = p.conn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&found)
	return found, err
}

func (p postgresServer) exec(ctx context.Context, statement string, args ...any) error {
	_, err := p.conn.Exec(ctx, statement, args...)
	return err
}

func lockKey(name string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return int64(h.Sum64() >> 1)
}

// onPostgres runs fn on a connection of its own.
func onPostgres(ctx context.Context, url string, fn func(context.Context, *pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return errors.New("no connection to PostgreSQL")
	}
	return errors.Join(fn(ctx, conn), conn.Close(ctx))
}
