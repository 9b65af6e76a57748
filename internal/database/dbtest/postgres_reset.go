package dbtest

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// errOtherSchema says that a test changed tables, so rows alone cannot be put back.
var errOtherSchema = errors.New("the tables are not those of the template")

// signature describes the tables of a database, and their indexes.
const signature = `SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
	SELECT table_name || '.' || column_name || ' ' || data_type AS part FROM information_schema.columns WHERE table_schema = 'public'
	UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public') parts`

// keepPristine copies every row, where each sequence stands, and the signature
// into a schema of their own, which comes along with every copy of the template.
func keepPristine(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `
		CREATE SCHEMA pristine;
		CREATE TABLE pristine.kessai_t_signature AS `+signature+`;
		CREATE TABLE pristine.kessai_t_sequences AS SELECT sequencename::text AS name, last_value FROM pg_sequences WHERE schemaname = 'public';
		DO $$ DECLARE t text; BEGIN
			FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
				EXECUTE format('CREATE TABLE pristine.%1$I AS TABLE public.%1$I', t);
			END LOOP;
		END $$`)
	return err
}

func restorePristine(ctx context.Context, conn *pgx.Conn) error {
	var same bool
	err := conn.QueryRow(ctx, `SELECT (`+signature+`) = (SELECT md5 FROM pristine.kessai_t_signature)`).Scan(&same)
	if err != nil || !same {
		return errors.Join(err, errOtherSchema)
	}
	// As a replica, foreign keys are not looked at.
	_, err = conn.Exec(ctx, `DO $$ DECLARE t text; s record; BEGIN
		PERFORM set_config('session_replication_role', 'replica', true);
		FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
			EXECUTE format('DELETE FROM public.%I', t);
		END LOOP;
		FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'pristine' AND tablename NOT LIKE 'kessai\_t\_%' LOOP
			EXECUTE format('INSERT INTO public.%1$I SELECT * FROM pristine.%1$I', t);
		END LOOP;
		FOR s IN SELECT name, last_value FROM pristine.kessai_t_sequences LOOP
			PERFORM setval(format('public.%I', s.name), COALESCE(s.last_value, 1), s.last_value IS NOT NULL);
		END LOOP;
	END $$`)
	return err
}
