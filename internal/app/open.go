package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/setting"
	"kessai/internal/staff"
	"kessai/internal/store"
)

// OpenDatabase opens the configured database; SQLite's folder is made.
func OpenDatabase(ctx context.Context, c config.Config, d Deps) (*database.DB, error) {
	if dir := sqliteDir(c); dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("database directory: %w", err)
		}
	}
	return database.Open(ctx, string(c.Database), database.Options{Pause: database.Jitter(d.Rand), Observe: d.Observe})
}

// sqliteDir is the folder of an SQLite file inside the data directory, which is ours to make.
func sqliteDir(c config.Config) string {
	const scheme = "sqlite://"
	if path := string(c.Database); len(path) > len(scheme) && path[:len(scheme)] == scheme {
		if dir := filepath.Dir(path[len(scheme):]); dir == c.DataDir {
			return dir
		}
	}
	return ""
}

// Migrate makes the database ready: the embedded shop's tables in an empty one, and
// kessai's own everywhere.
func Migrate(ctx context.Context, c config.Config, d Deps, db *database.DB) (database.Migrated, error) {
	return database.Migrate(ctx, db, database.MigrateOptions{Host: database.Host(c.Host), Now: d.Now})
}

// checkMigrated refuses to serve a database that waits for migrations or is another host's.
func checkMigrated(ctx context.Context, db *database.DB, c config.Config) error {
	pending, err := database.Pending(ctx, db)
	if err != nil {
		return err
	}
	if len(pending) > 0 {
		return problem.New(problem.Misset, "database.pending", problem.Args{"Count": len(pending)})
	}
	meta, recorded, err := database.ReadMeta(ctx, db)
	if err != nil {
		return err
	}
	if recorded && string(meta.Host) != string(c.Host) {
		return problem.New(problem.Misset, "database.host_mismatch", problem.Args{"Recorded": meta.Host, "Configured": c.Host})
	}
	return nil
}

// OpenSettings opens the settings with the node's key.
func OpenSettings(ctx context.Context, c config.Config, d Deps, db *database.DB) (*setting.Key, *setting.Store, error) {
	key, err := setting.OpenKey(ctx, db, setting.KeyOptions{File: c.KeyFile, Now: d.Now, Rand: d.Rand})
	if err != nil {
		return nil, nil, err
	}
	s, err := setting.New(setting.Options{
		DB: db, Key: key, Now: d.Now, Embedded: c.Host == config.Embedded, OpenOperations: store.OpenOperations, LivingPayments: store.LivingPayments,
		ThreeDS: d.takesBack(),
	})
	return key, s, err
}

// OpenStaff opens the members.
func OpenStaff(c config.Config, d Deps, db *database.DB) (*staff.Members, error) {
	return staff.New(staff.Options{
		DB: db, Now: d.Now, Rand: d.Rand, Embedded: c.Host == config.Embedded, AuthMagic: staff.Password(string(c.AuthMagic)),
	})
}

// orderNo numbers orders as EC-CUBE does by default: by their id.
func orderNo(id order.ID) (string, error) { return fmt.Sprint(int64(id)), nil }
