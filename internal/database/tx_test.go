package database_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
)

const insertCategory = `INSERT INTO dtb_category (category_name, hierarchy, sort_no, create_date, update_date, discriminator_type)
	VALUES (?, 1, ?, ?, ?, 'category')`

func category(ctx context.Context, tx *database.Tx, name string) (int64, error) {
	return tx.InsertID(ctx, insertCategory, name, 9, database.At(dbtest.Now()), database.At(dbtest.Now()))
}

func TestInsertID(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		var first, second int64
		err := db.Write(context.Background(), func(ctx context.Context, tx *database.Tx) (err error) {
			if first, err = category(ctx, tx, "一つ目"); err != nil {
				return err
			}
			second, err = category(ctx, tx, "二つ目")
			return err
		})
		if err != nil || first < 1 || second <= first {
			t.Errorf("ids %d, %d: %v", first, second, err)
		}
		name, found, err := database.One(context.Background(), db.Read(), database.Scalar[string],
			`SELECT category_name FROM dtb_category WHERE id = ?`, second)
		if err != nil || !found || name != "二つ目" {
			t.Errorf("One: %q, %v, %v", name, found, err)
		}
		if _, found, err := database.One(context.Background(), db.Read(), database.Scalar[string],
			`SELECT category_name FROM dtb_category WHERE id = ?`, 999); err != nil || found {
			t.Errorf("One without a row: %v, %v", found, err)
		}
	})
}

func TestIsDuplicate(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		err := db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO mtb_sex (id, name, sort_no, discriminator_type) VALUES (1, '重複', 1, 'sex')`)
			return err
		})
		if !database.IsDuplicate(err) || database.IsBusy(err) {
			t.Errorf("a key that exists: %v", err)
		}
		err = db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			for range 2 {
				_, err := tx.Exec(ctx, `INSERT INTO dtb_cart (pre_order_id, create_date, update_date, discriminator_type) VALUES ('x', ?, ?, 'cart')`,
					database.At(dbtest.Now()), database.At(dbtest.Now()))
				if err != nil {
					return fmt.Errorf("wrapped: %w", err)
				}
			}
			return nil
		})
		if !database.IsDuplicate(err) {
			t.Errorf("a unique value that exists: %v", err)
		}
		err = db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO dtb_delivery_fee (pref_id, fee, discriminator_type) VALUES (99, 1, 'deliveryfee')`)
			return err
		})
		if err == nil || database.IsDuplicate(err) {
			t.Errorf("a reference to nothing: %v", err)
		}
		if database.IsDuplicate(nil) || database.IsBusy(nil) || database.IsAway(nil) {
			t.Error("no error has a meaning")
		}
	})
}

// The engine undoes what a savepoint covered, and the transaction goes on: on
// PostgreSQL too, where any error would otherwise end it.
func TestSavepoint(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		err := db.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
			if _, err := category(ctx, tx, "前"); err != nil {
				return err
			}
			err := tx.Savepoint(ctx, func(ctx context.Context) error {
				_, err := category(ctx, tx, "消える")
				return errors.Join(err, tx.Savepoint(ctx, func(ctx context.Context) error {
					_, err := tx.Exec(ctx, `INSERT INTO mtb_sex (id, name, sort_no, discriminator_type) VALUES (1, '重複', 1, 'sex')`)
					return err
				}))
			})
			if !database.IsDuplicate(err) {
				t.Errorf("Savepoint: %v", err)
			}
			_, err = category(ctx, tx, "後")
			return errors.Join(err, tx.Savepoint(ctx, func(ctx context.Context) error {
				_, err := category(ctx, tx, "中")
				return err
			}))
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := database.List(context.Background(), db.Read(), database.Scalar[string],
			`SELECT category_name FROM dtb_category WHERE sort_no = 9 ORDER BY id`)
		if diff := cmp.Diff([]string{"前", "後", "中"}, got); diff != "" || err != nil {
			t.Errorf("rows (-want +got):\n%s%v", diff, err)
		}
	})
}

func TestStatementsAreCounted(t *testing.T) {
	t.Parallel()
	for _, engine := range database.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			var seen []string
			db := dbtest.Open(t, engine, database.Options{Observe: func(s string) { seen = append(seen, s) }}, dbtest.Catalogue)
			count := 0
			err := db.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
				err := setStock(3, 1)(ctx, tx)
				err = errors.Join(err, tx.Savepoint(ctx, func(ctx context.Context) error { return setStock(3, 2)(ctx, tx) }))
				count = tx.Statements()
				return err
			})
			if err != nil || count != 2 || len(seen) != 2 {
				t.Errorf("counted %d, seen %q, %v", count, seen, err)
			}
		})
	}
}

func TestValuesOnEachEngine(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		at := time.Date(2026, 11, 23, 9, 43, 52, 0, time.FixedZone("JST", 9*3600))
		var id int64
		err := db.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
			id, err = tx.InsertID(ctx, `INSERT INTO dtb_payment (payment_method, charge, rule_min, fixed, visible, create_date, update_date, discriminator_type)
				VALUES (?, ?, ?, ?, ?, ?, ?, 'payment')`, "𠮷野家の絵文字😀", 330, nil, false, true, database.At(at), database.At(at))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var (
			name           string
			charge         int64
			ruleMin        *int64
			fixed, visible bool
			created        database.Time
			missing        database.NullTime
		)
		row := db.Read().QueryRow(ctx, `SELECT p.id, p.payment_method, p.charge, p.rule_min, p.fixed, p.visible, p.create_date, m.login_date
			FROM dtb_payment p LEFT JOIN dtb_member m ON m.id = p.creator_id WHERE p.create_date = ? AND p.visible = ? AND p.id = ?`,
			database.At(at), true, id)
		if err := row.Scan(&id, &name, database.Whole(&charge, "dtb_payment.charge", &id), database.NullWhole(&ruleMin, "dtb_payment.rule_min", &id),
			&fixed, &visible, &created, &missing); err != nil {
			t.Fatal(err)
		}
		if name != "𠮷野家の絵文字😀" || charge != 330 || ruleMin != nil || fixed || !visible || !created.Equal(at) || !missing.IsZero() {
			t.Error(name, charge, ruleMin, fixed, visible, created, missing)
		}
	})
}

func TestFractionNamesItsRow(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		err := db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE dtb_delivery_fee SET fee = 99.5 WHERE id = 13`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var id, fee int64
		err = db.Read().QueryRow(ctx, `SELECT id, fee FROM dtb_delivery_fee WHERE id = 13`).Scan(&id, database.Whole(&fee, "dtb_delivery_fee.fee", &id))
		if err == nil || !strings.Contains(err.Error(), "dtb_delivery_fee.fee of id 13") {
			t.Errorf("a fee of 99.5 yen: %d, %v", fee, err)
		}
	})
}

func TestLikeAndLists(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		names := []string{"50%引き", "50円引き", "a_b", "axb", `back\slash`, "bang!"}
		err := db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			for _, n := range names {
				if _, err := category(ctx, tx, n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []string{"50%引き", "a_b", `k\s`, "g!"} {
			got, err := database.List(ctx, db.Read(), database.Scalar[string],
				`SELECT category_name FROM dtb_category WHERE category_name LIKE ? ESCAPE '!'`, database.Contains(n))
			if err != nil || len(got) != 1 || !strings.Contains(got[0], n) {
				t.Errorf("LIKE %q found %q, %v", n, got, err)
			}
		}
		got, err := database.List(ctx, db.Read(), database.Scalar[string],
			`SELECT category_name FROM dtb_category WHERE category_name IN (`+database.Marks(2)+`)`, database.Anys(names[2:4])...)
		slices.Sort(got)
		if diff := cmp.Diff([]string{"a_b", "axb"}, got); diff != "" || err != nil {
			t.Errorf("IN: %s%v", diff, err)
		}
	})
}

func TestLocksAndSnapshot(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		err := db.Snapshot(ctx, func(ctx context.Context, q database.Querier) error {
			before := stockOf(t, q, 3)
			if err := db.Write(ctx, setStock(3, before-1)); err != nil {
				return err
			}
			if now := stockOf(t, q, 3); now != before {
				t.Errorf("the view changed from %d to %d", before, now)
			}
			if _, err := q.Exec(ctx, `UPDATE dtb_product_stock SET stock = 0`); err == nil {
				t.Error("a snapshot wrote")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		claim := func(ctx context.Context, tx *database.Tx) ([]int64, error) {
			return database.List(ctx, tx, database.Scalar[int64], `SELECT id FROM dtb_product_stock WHERE id <= 2 ORDER BY id`+tx.SkipLocked())
		}
		err = db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE dtb_product_stock SET stock = 1 WHERE id = 1`); err != nil {
				return err
			}
			if db.Engine() == database.SQLite {
				return nil // one writer: nobody claims meanwhile
			}
			return second(t, db).Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
				got, err := claim(ctx, tx)
				if diff := cmp.Diff([]int64{2}, got); diff != "" {
					t.Errorf("claimed (-want +got):\n%s", diff)
				}
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}, dbtest.Catalogue)
}

func TestReadCannotWriteOnSQLite(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	if _, err := db.Read().Exec(context.Background(), `DELETE FROM dtb_payment_option`); err == nil {
		t.Error("a reader deleted rows")
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		now, ok, err := db.Now(ctx)
		if err != nil || ok != (db.Engine() != database.SQLite) || (ok && time.Since(now).Abs() > time.Minute) {
			t.Errorf("Now: %v, %v, %v", now, ok, err)
		}
		want := map[database.Engine][2]string{
			database.SQLite:   {`SELECT 'x'`, "x"},
			database.MySQL:    {`SELECT CONCAT(@@time_zone, ' ', @@tx_isolation)`, "+00:00 READ-COMMITTED"},
			database.Postgres: {`SELECT current_setting('TimeZone') || ' ' || current_setting('transaction_isolation')`, "UTC read committed"},
		}[db.Engine()]
		var got string
		err = db.Write(ctx, func(ctx context.Context, tx *database.Tx) error { return tx.QueryRow(ctx, want[0]).Scan(&got) })
		if err != nil || got != want[1] {
			t.Errorf("session: %q, %v; want %q", got, err, want[1])
		}
	})
}

// TestMoreStatementsThanAreKept: to let go of one is a telegram too, which the rows of
// another must not meet.
func TestMoreStatementsThanAreKept(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			for i := range int64(300) {
				got, err := database.List(ctx, tx, database.Scalar[int64], fmt.Sprintf("SELECT %d UNION ALL SELECT %d", i, i+1))
				if err != nil || !slices.Equal(got, []int64{i, i + 1}) {
					return fmt.Errorf("statement %d: %v, %w", i+1, got, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
