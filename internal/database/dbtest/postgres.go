package dbtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// postgresURL makes a database for one test: a copy of a template that all
// processes with the same schema share.
func postgresURL(t testing.TB, seed Seed) string {
	t.Helper()
	admin := server(t, "KESSAI_TEST_POSTGRES")
	name := uniqueName()
	url, err := withName(admin, name)
	if err == nil {
		err = onPostgres(admin, func(ctx context.Context, conn *pgx.Conn) error {
			return createPostgres(ctx, conn, admin, name, seed)
		})
	}
	if err != nil {
		t.Fatalf("PostgreSQL for the test: %v", err)
	}
	t.Cleanup(func() {
		err := onPostgres(admin, func(ctx context.Context, conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
			return err
		})
		if err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	return url
}

// onPostgres runs fn on a connection of its own, so that no pool outlives a test.
func onPostgres(admin string, fn func(context.Context, *pgx.Conn) error) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return errors.New("no connection by KESSAI_TEST_POSTGRES")
	}
	return errors.Join(fn(ctx, conn), conn.Close(ctx))
}

func createPostgres(ctx context.Context, conn *pgx.Conn, admin, name string, seed Seed) error {
	template := "template0"
	if seed != Blank {
		var err error
		if template, err = postgresTemplate(ctx, conn, admin, seed); err != nil {
			return err
		}
	}
	_, err := conn.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template)
	return err
}

// postgresTemplate returns the name of the template of a seed and makes it if this
// is the first process to need it. It counts as made once it has its final name.
func postgresTemplate(ctx context.Context, conn *pgx.Conn, admin string, seed Seed) (string, error) {
	mark, err := fingerprint("postgres", seed)
	if err != nil {
		return "", err
	}
	template := "kessai_template_" + mark
	if found, err := hasPostgres(ctx, conn, template); err != nil || found {
		return template, err
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(7130525)"); err != nil { // ends with the connection
		return "", err
	}
	if found, err := hasPostgres(ctx, conn, template); err != nil || found {
		return template, err
	}
	if err := dropStalePostgres(ctx, conn, template); err != nil {
		return "", err
	}
	draft := uniqueName()
	url, err := withName(admin, draft)
	if err != nil {
		return "", err
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+draft+" TEMPLATE template0"); err != nil {
		return "", err
	}
	if err := prepare(ctx, url, seed); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+draft+" RENAME TO "+template)
	return template, err
}

func hasPostgres(ctx context.Context, conn *pgx.Conn, name string) (found bool, err error) {
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&found)
	return found, err
}

// dropStalePostgres drops what killed processes left, and templates of former
// schemas; one that is in use just stays.
func dropStalePostgres(ctx context.Context, conn *pgx.Conn, keep string) error {
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database WHERE datname LIKE 'kessai\_t%'`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		old := strings.HasPrefix(name, "kessai_template_") && name != keep && postgresAge(ctx, conn, name) > stale
		if old || isStale(name) {
			_, _ = conn.Exec(ctx, fmt.Sprintf("DROP DATABASE IF EXISTS %s", name))
		}
	}
	return nil
}
