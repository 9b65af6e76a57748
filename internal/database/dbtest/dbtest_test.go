package dbtest_test

import (
	"context"
	"testing"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
)

// Every test gets a database without the rows and tables that another test made.
func TestDatabasesAreSeparate(t *testing.T) {
	t.Parallel()
	for _, round := range []string{"first", "second"} {
		t.Run(round, func(t *testing.T) {
			dbtest.All(t, func(t *testing.T, db *database.DB) {
				ctx := context.Background()
				err := db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
					id, err := tx.InsertID(ctx, `INSERT INTO dtb_category (category_name, hierarchy, sort_no, create_date, update_date, discriminator_type)
						VALUES (?, 1, 1, ?, ?, 'category')`, round, database.At(dbtest.Now()), database.At(dbtest.Now()))
					if err != nil {
						return err
					}
					if id != 5 { // after the four of the catalogue
						t.Errorf("id of the first new row: %d, want 5", id)
					}
					_, err = tx.Exec(ctx, `DELETE FROM mtb_pref WHERE id = 47`)
					return err
				})
				if err == nil {
					t.Error("a prefecture that fees refer to was deleted")
				}
				err = db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
					_, err := tx.Exec(ctx, `UPDATE dtb_base_info SET shop_name = ?`, round)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}, dbtest.Catalogue)
		})
	}
}

func TestBlankHasNoTables(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		_, recorded, err := database.ReadMeta(context.Background(), db)
		if err != nil || recorded {
			t.Errorf("ReadMeta of a blank database: recorded %v, %v", recorded, err)
		}
	}, dbtest.Blank)
}
