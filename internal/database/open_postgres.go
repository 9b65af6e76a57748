package database

import (
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

func (db *DB) openPostgres() error {
	cfg, err := pgx.ParseConfig(db.source.url.String())
	if err != nil {
		// pgx's error may repeat parts of the URL.
		return fmt.Errorf("database URL: host, port or an option cannot be read (%s)", db.source)
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = dialTimeout
	}
	cfg.RuntimeParams["timezone"] = "UTC"
	cfg.RuntimeParams["default_transaction_isolation"] = "read committed"
	cfg.RuntimeParams["lock_timeout"] = fmt.Sprint(lockTimeout.Milliseconds())
	cfg.RuntimeParams["standard_conforming_strings"] = "on"
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "kessai"
	}
	db.writer = sizeServerPool(stdlib.OpenDB(*cfg), db.options)
	db.reader = db.writer
	return nil
}
