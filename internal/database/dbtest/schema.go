package dbtest

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kessai/internal/database"
)

// Schema describes the tables whose name begins with one of the prefixes, from the
// engine's own catalogue: a line for each table, column, index and foreign key,
// sorted. Two schemas are the same if their lines are.
func Schema(t testing.TB, db *database.DB, prefixes ...string) []string {
	t.Helper()
	read := map[database.Engine]func(context.Context, database.Querier) ([]string, error){
		database.SQLite: sqliteSchema, database.MySQL: mysqlSchema, database.Postgres: postgresSchema,
	}[db.Engine()]
	lines, err := read(context.Background(), db.Read())
	if err != nil {
		t.Fatal(err)
	}
	lines = slices.DeleteFunc(lines, func(line string) bool {
		return !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(line, p) })
	})
	slices.Sort(lines)
	return lines
}

// Contents describes every row of the tables whose name begins with one of the
// prefixes, to prove that something left them as they were.
func Contents(t testing.TB, db *database.DB, prefixes ...string) string {
	t.Helper()
	var tables []string
	for _, line := range Schema(t, db, prefixes...) {
		tables = append(tables, line[:strings.IndexByte(line, ' ')])
	}
	var b strings.Builder
	for _, table := range slices.Compact(tables) {
		if err := writeRows(context.Background(), &b, db.Read(), table); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func sqliteSchema(ctx context.Context, q database.Querier) ([]string, error) {
	type object struct{ kind, table, name, sql string }
	objects, err := database.List(ctx, q, func(row database.Row) (o object, err error) {
		return o, row.Scan(&o.kind, &o.table, &o.name, &o.sql)
	}, `SELECT type, tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'`)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, o := range objects {
		if o.kind == "index" {
			lines = append(lines, fmt.Sprintf("%s index %s", o.table, oneLine(o.sql)))
			continue
		}
		columns, err := sqliteColumns(ctx, q, o.table, o.sql)
		if err != nil {
			return nil, err
		}
		lines = append(append(lines, columns...), sqliteConstraints(o.table, o.sql)...)
	}
	return lines, nil
}

func sqliteColumns(ctx context.Context, q database.Querier, table, sql string) ([]string, error) {
	return database.List(ctx, q, func(row database.Row) (string, error) {
		var name, kind string
		var notNull, key int
		var preset *string
		if err := row.Scan(&name, &kind, &notNull, &preset, &key); err != nil {
			return "", err
		}
		line := fmt.Sprintf("%s column %s %s notnull=%d key=%d default=%s", table, name, kind, notNull, key, orNone(preset))
		if key > 0 && strings.Contains(sql, "AUTOINCREMENT") {
			line += " autoincrement"
		}
		return line + doctrineComment(sql, name), nil
	}, `SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)`, table)
}

// doctrineComment finds a column's comment in SQLite's text as Doctrine does.
func doctrineComment(sql, column string) string {
	pattern := regexp.MustCompile(`[\s(,]\W?` + regexp.QuoteMeta(column) + `\W(?:\([^)]*?\)|[^,(])*?,?[ \t]*--([^\n]*)`)
	m := pattern.FindStringSubmatch(sql)
	if m == nil {
		return ""
	}
	return " comment=" + m[1]
}

func sqliteConstraints(table, sql string) []string {
	var lines []string
	pattern := regexp.MustCompile(`CONSTRAINT \w+ FOREIGN KEY \(\w+\) REFERENCES \w+ \(\w+\)[^,)]*`)
	for _, c := range pattern.FindAllString(sql, -1) {
		lines = append(lines, fmt.Sprintf("%s %s", table, oneLine(c)))
	}
	return lines
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func orNone(text *string) string {
	if text == nil || *text == "NULL" {
		return "none"
	}
	return *text
}
