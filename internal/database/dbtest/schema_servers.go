package dbtest

import (
	"context"
	"fmt"
	"regexp"

	"kessai/internal/database"
)

func mysqlSchema(ctx context.Context, q database.Querier) ([]string, error) {
	return several(ctx, q,
		`SELECT CONCAT(table_name, ' table ', engine, ' ', table_collation) FROM information_schema.tables
			WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'`,
		`SELECT CONCAT_WS(' ', table_name, 'column', column_name, column_type, CONCAT('null=', is_nullable),
			CONCAT('default=', COALESCE(NULLIF(column_default, 'NULL'), 'none')), extra, CONCAT('comment=', column_comment), COALESCE(collation_name, ''))
			FROM information_schema.columns WHERE table_schema = DATABASE()`,
		`SELECT CONCAT(table_name, ' index ', index_name, ' unique=', 1 - MAX(non_unique), ' ', GROUP_CONCAT(column_name ORDER BY seq_in_index))
			FROM information_schema.statistics WHERE table_schema = DATABASE() GROUP BY table_name, index_name`,
		`SELECT CONCAT(k.table_name, ' foreign key ', k.constraint_name, ' ', k.column_name, ' -> ', k.referenced_table_name, '.', k.referenced_column_name,
			' on delete ', r.delete_rule, ' on update ', r.update_rule)
			FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
			ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
			WHERE k.table_schema = DATABASE()`)
}

func postgresSchema(ctx context.Context, q database.Querier) ([]string, error) {
	return several(ctx, q,
		`SELECT c.relname || ' column ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' notnull=' || a.attnotnull
			|| ' default=' || COALESCE(pg_get_expr(d.adbin, d.adrelid), 'none') || COALESCE(' comment=' || col_description(c.oid, a.attnum), '')
			FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
			WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`,
		`SELECT tablename || ' index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'`,
		`SELECT c.relname || ' constraint ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
			FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = 'public'::regnamespace`,
		`SELECT t.relname || ' sequence ' || s.relname || ' ' || format_type(q.seqtypid, NULL) || ' ' || q.seqstart || ' ' || q.seqincrement || ' owned by ' || a.attname
			FROM pg_sequence q JOIN pg_class s ON s.oid = q.seqrelid JOIN pg_depend p ON p.objid = s.oid AND p.deptype = 'a'
			JOIN pg_class t ON t.oid = p.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = p.refobjsubid
			WHERE t.relnamespace = 'public'::regnamespace`)
}

// several runs queries that answer lines. MySQL 8 no longer tells an integer's
// display width, so it is left out everywhere.
func several(ctx context.Context, q database.Querier, queries ...string) ([]string, error) {
	width := regexp.MustCompile(` (smallint|int|bigint)\(\d+\)`)
	var lines []string
	for _, query := range queries {
		part, err := database.List(ctx, q, database.Scalar[string], query)
		if err != nil {
			return nil, fmt.Errorf("read the schema: %w", err)
		}
		for _, line := range part {
			lines = append(lines, width.ReplaceAllString(line, " $1"))
		}
	}
	return lines, nil
}
