package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/problem"
)

func migrateCommand(e env) *cobra.Command {
	var catalogue bool
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "make the database ready, or bring it up to date",
		Long: `migrate creates EC-CUBE's tables in an empty database (embedded), or adds kessai's own
tables beside an existing EC-CUBE (attached). It may be run at every start and by several nodes at once.`,
		Example: `  DATABASE_URL=postgres://kessai@127.0.0.1/shop kessai migrate
  kessai migrate --demo-catalogue`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withDatabase(cmd, e, func(c config.Config, d app.Deps, db *database.DB) error {
				done, err := app.Migrate(cmd.Context(), c, d, db)
				if err != nil {
					return err
				}
				if catalogue && done.Baseline {
					if err := database.SeedCatalogue(cmd.Context(), db, d.Now()); err != nil {
						return err
					}
				}
				for _, name := range done.Applied {
					_, _ = fmt.Fprintf(e.Stdout, "applied %s\n", filepath.Base(name))
				}
				_, err = fmt.Fprintln(e.Stdout, "the database is up to date")
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&catalogue, "demo-catalogue", false, "put six invented products into a new embedded shop")
	return cmd
}

// withMigrated runs a maintenance command on a database that is up to date.
func withMigrated(cmd *cobra.Command, e env, do func(config.Config, app.Deps, *database.DB) error) error {
	return withDatabase(cmd, e, func(c config.Config, d app.Deps, db *database.DB) error {
		pending, err := database.Pending(cmd.Context(), db)
		if err != nil {
			return err
		}
		if len(pending) > 0 {
			return problem.New(problem.Misset, "database.pending", problem.Args{"Count": len(pending)})
		}
		return do(c, d, db)
	})
}

// withDatabase runs a maintenance command with the database open.
func withDatabase(cmd *cobra.Command, e env, do func(config.Config, app.Deps, *database.DB) error) error {
	c, err := loadConfig(cmd, e)
	if err != nil {
		return err
	}
	d := deps(logger(e.Stderr, c.LogLevel), "maintenance")
	db, err := app.OpenDatabase(cmd.Context(), c, d)
	if err != nil {
		return err
	}
	return errors.Join(do(c, d, db), db.Close())
}
