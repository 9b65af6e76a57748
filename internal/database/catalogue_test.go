package database_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
)

// Doctrine cannot read a row whose discriminator is not its entity's (eccube.md §0).
func TestDiscriminators(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		for _, table := range database.BaselineTables(db.Engine()) {
			want := strings.ReplaceAll(table[len("dtb_"):], "_", "")
			wrong, err := database.List(context.Background(), db.Read(), database.Scalar[string],
				`SELECT DISTINCT discriminator_type FROM `+table+` WHERE discriminator_type <> ?`, want)
			if err != nil || len(wrong) > 0 {
				t.Errorf("%s: %q, %v; want %q", table, wrong, err, want)
			}
		}
	}, dbtest.Catalogue)
}

// Names and numbers of the master data are those of a real EC-CUBE 4.2.
func TestMasterDataIsReal(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		dbtest.LoadDump(t, db, "4.2")
		ours := dbtest.On(t, db.Engine())
		for _, table := range database.BaselineTables(db.Engine()) {
			fixture := strings.HasPrefix(table, "dtb_delivery") || strings.HasPrefix(table, "dtb_payment") || table == "dtb_tax_rule"
			if !strings.HasPrefix(table, "mtb_") && !fixture {
				continue
			}
			if diff := cmp.Diff(dbtest.Contents(t, db, table+" "), dbtest.Contents(t, ours, table+" ")); diff != "" {
				t.Errorf("%s (-EC-CUBE +baseline):\n%s", table, diff)
			}
		}
	}, dbtest.Blank)
}

func TestSeedCatalogue(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		for what, c := range map[string]struct {
			query string
			want  int64
		}{
			"products": {`SELECT COUNT(*) FROM dtb_product WHERE product_status_id = 1`, 6},
			"classes that differ in their two stock columns": {`SELECT COUNT(*) FROM dtb_product_class c JOIN dtb_product_stock s ON s.product_class_id = c.id
				WHERE COALESCE(c.stock, -1) <> COALESCE(s.stock, -1)`, 0},
			"classes without a stock row": {`SELECT COUNT(*) FROM dtb_product_class c LEFT JOIN dtb_product_stock s ON s.product_class_id = c.id WHERE s.id IS NULL`, 0},
			"choices of the apron": {`SELECT COUNT(*) FROM dtb_product_class WHERE class_category_id1 IS NOT NULL AND class_category_id2 IS NOT NULL
				AND visible = TRUE`, 4},
			"hidden classes":         {`SELECT COUNT(*) FROM dtb_product_class WHERE visible = FALSE`, 1},
			"sold out":               {`SELECT COUNT(*) FROM dtb_product_class WHERE visible = TRUE AND stock = 0 AND stock_unlimited = FALSE AND class_category_id1 IS NULL`, 1},
			"unlimited":              {`SELECT COUNT(*) FROM dtb_product_class WHERE stock_unlimited = TRUE AND stock IS NULL`, 1},
			"with a limit":           {`SELECT COUNT(*) FROM dtb_product_class WHERE sale_limit = 2`, 1},
			"at the reduced rate":    {`SELECT COUNT(*) FROM dtb_tax_rule r JOIN dtb_product_class c ON c.id = r.product_class_id WHERE r.tax_rate = 8 AND c.product_id = r.product_id`, 1},
			"products by category":   {`SELECT COUNT(*) FROM dtb_product_category`, 6},
			"product tax rules used": {`SELECT COUNT(*) FROM dtb_base_info WHERE option_product_tax_rule = TRUE`, 1},
		} {
			got, _, err := database.One(context.Background(), db.Read(), database.Scalar[int64], c.query)
			if err != nil || got != c.want {
				t.Errorf("%s: %d, %v; want %d", what, got, err, c.want)
			}
		}
	}, dbtest.Catalogue)
}
