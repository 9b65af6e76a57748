package database

import (
	"context"
	"embed"
	"fmt"

	"kessai/internal/problem"
)

//go:embed baseline
var baselines embed.FS

// baselineVersion is the EC-CUBE whose tables the baseline makes.
const baselineVersion = "4.2"

func baselineSQL(e Engine) string { return embedded("baseline/" + string(e) + ".sql") }

func embedded(name string) string {
	text, err := baselines.ReadFile(name)
	if err != nil {
		panic(err) // a file of the program itself
	}
	return string(text)
}

// baseline makes EC-CUBE's tables if that was begun and not done yet. Where tables
// cannot be made in a transaction (MySQL) an attempt that was cut short leaves some
// behind; they are not touched.
func (m *migration) baseline(ctx context.Context, found tableSet, meta *Meta) error {
	if meta.baseline != "begun" {
		return nil
	}
	if found.hasEccube() {
		return problem.New(problem.Misset, "database.half_made", problem.Args{"database": m.db.String()})
	}
	apply := m.db.applyInTransaction
	if m.db.Engine() == MySQL {
		apply = m.db.applyMySQL
	}
	if err := apply(ctx); err != nil {
		return fmt.Errorf("make EC-CUBE's tables: %w", err)
	}
	meta.baseline, m.done.Baseline = "done", true
	return nil
}

const baselineDone = `UPDATE plg_kessai_meta SET baseline = 'done' WHERE id = 1`

func (db *DB) applyInTransaction(ctx context.Context) error {
	script := []string{baselineSQL(db.Engine()), embedded("baseline/master.sql"), baselineDone}
	if db.Engine() == Postgres {
		script = append(script, advanceSequences)
	}
	return db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		for _, part := range script {
			// Not through tx: a script is no statement with placeholders.
			if _, err := tx.sql.ExecContext(ctx, part); err != nil {
				return err
			}
		}
		return nil
	})
}

// advanceSequences lets PostgreSQL's keys go on after the fixtures, which name theirs.
const advanceSequences = `DO $$
DECLARE t text; n bigint;
BEGIN
  FOR t IN SELECT table_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name LIKE 'dtb\_%' AND column_name = 'id' AND column_default LIKE 'nextval%'
  LOOP
    EXECUTE format('SELECT MAX(id) FROM %I', t) INTO n;
    IF n > 0 THEN PERFORM setval(pg_get_serial_sequence(t, 'id'), n); END IF;
  END LOOP;
END $$`

// applyMySQL makes tables, which MySQL commits one by one, then fills them at once.
func (db *DB) applyMySQL(ctx context.Context) error {
	return db.Script(ctx, "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES,NO_AUTO_VALUE_ON_ZERO');\n"+
		baselineSQL(MySQL)+"\nSTART TRANSACTION;\n"+embedded("baseline/master.sql")+baselineDone+";\nCOMMIT;")
}
