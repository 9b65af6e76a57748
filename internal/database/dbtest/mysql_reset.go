package dbtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
)

// reset gives a slot the rows of its template again. A slot with other tables than
// the template's cannot be used.
func (m mysqlServer) reset(ctx context.Context, template, name string) (usable bool, err error) {
	want, err := m.counters(ctx, template)
	if err != nil {
		return false, err
	}
	have, err := m.counters(ctx, name)
	if err != nil {
		return false, err
	}
	delete(want, "kessai_t_made")
	if !slices.Equal(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(have))) {
		return false, nil
	}
	if same, err := m.sameIndexes(ctx, template, name); err != nil || !same {
		return false, err
	}
	var b strings.Builder
	b.WriteString("SET foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO';\n")
	for _, table := range slices.Sorted(maps.Keys(want)) {
		if have[table] != want[table] { // starts its ids afresh, but is slow
			fmt.Fprintf(&b, "TRUNCATE TABLE %s.%s;\n", name, table)
		}
	}
	b.WriteString("START TRANSACTION;\n")
	for _, table := range slices.Sorted(maps.Keys(want)) {
		fmt.Fprintf(&b, "DELETE FROM %[2]s.%[3]s; INSERT INTO %[2]s.%[3]s SELECT * FROM %[1]s.%[3]s;\n", template, name, table)
	}
	b.WriteString("COMMIT; SET foreign_key_checks = 1")
	if err := m.exec(ctx, b.String()); err != nil {
		return false, fmt.Errorf("reset %s: %w", name, err)
	}
	return true, nil
}

// counters returns the tables of a database with the next id of each.
func (m mysqlServer) counters(ctx context.Context, name string) (map[string]int64, error) {
	// MySQL 8 answers from a cache without this; MariaDB has no such setting.
	_ = m.exec(ctx, "SET SESSION information_schema_stats_expiry = 0")
	rows, err := m.conn.QueryContext(ctx,
		"SELECT table_name, COALESCE(auto_increment, 0) FROM information_schema.tables WHERE table_schema = ?", name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	tables := map[string]int64{}
	for rows.Next() {
		var table string
		var next int64
		if err := rows.Scan(&table, &next); err != nil {
			return nil, err
		}
		tables[table] = next
	}
	return tables, rows.Err()
}

// sameIndexes reports whether two databases have the same indexes, but for that of the
// template's own table.
func (m mysqlServer) sameIndexes(ctx context.Context, one, other string) (bool, error) {
	var kinds int
	err := m.conn.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM information_schema.statistics
		WHERE table_schema IN (?, ?) AND table_name <> 'kessai_t_made' GROUP BY table_name, index_name, seq_in_index, column_name HAVING COUNT(*) <> 2) odd`,
		one, other).Scan(&kinds)
	return kinds == 0, err
}

// dropStale drops what killed processes left, and databases of former schemas that
// nobody uses.
func (m mysqlServer) dropStale(ctx context.Context) error {
	rows, err := m.conn.QueryContext(ctx, `SELECT s.schema_name, COALESCE(MAX(t.create_time) < NOW() - INTERVAL 6 HOUR, 0)
		FROM information_schema.schemata s LEFT JOIN information_schema.tables t ON t.table_schema = s.schema_name
		WHERE s.schema_name LIKE 'kessai!_t%' ESCAPE '!' GROUP BY s.schema_name`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var drop []string
	for rows.Next() {
		var name string
		var old bool
		if err := rows.Scan(&name, &old); err != nil {
			return err
		}
		if old || isStale(name) {
			drop = append(drop, name)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, name := range drop {
		if err := m.dropUnused(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (m mysqlServer) dropUnused(ctx context.Context, name string) error {
	locked, err := m.lock(ctx, name, 0)
	if err != nil || !locked {
		return err
	}
	return errors.Join(m.exec(ctx, "DROP DATABASE IF EXISTS "+name), m.unlock(ctx, name))
}

type serverURL struct{ user, password, address string }

func parseServer(text string) (serverURL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return serverURL{}, errors.New("KESSAI_TEST_MYSQL cannot be read; like mysql://root@127.0.0.1:3306/test")
	}
	password, _ := u.User.Password()
	port := u.Port()
	if port == "" {
		port = "3306"
	}
	return serverURL{u.User.Username(), password, net.JoinHostPort(u.Hostname(), port)}, nil
}
