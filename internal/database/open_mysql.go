package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/go-sql-driver/mysql"
)

func (db *DB) openMySQL() error {
	pool, err := mysqlPool(db.source, nil)
	if err != nil {
		return err
	}
	db.writer = sizeServerPool(pool, db.options)
	db.reader = db.writer
	return nil
}

// mysqlPool opens a pool; change may alter the configuration first.
func mysqlPool(src source, change func(*mysql.Config)) (*sql.DB, error) {
	cfg, err := mysqlConfig(src)
	if err != nil {
		return nil, err
	}
	if change != nil {
		change(cfg)
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", src, err)
	}
	return sql.OpenDB(keeping{readCommitted{connector}}), nil
}

func mysqlConfig(src source) (*mysql.Config, error) {
	cfg := mysql.NewConfig()
	cfg.User = src.url.User.Username()
	cfg.Passwd, _ = src.url.User.Password()
	cfg.Net, cfg.Addr, cfg.DBName = "tcp", src.address("3306"), src.name()
	for name, values := range src.url.Query() {
		switch name {
		case "unix_socket", "socket":
			cfg.Net, cfg.Addr = "unix", values[0]
		case "tls":
			cfg.TLSConfig = values[0]
		default:
			return nil, fmt.Errorf("database URL: unknown option %q for mysql", name)
		}
	}
	cfg.Collation = "utf8mb4_bin"
	cfg.ParseTime, cfg.Loc = true, time.UTC
	cfg.InterpolateParams = true // one journey to the server a statement, not three; safe in utf8mb4
	cfg.ClientFoundRows = true   // rows matched, as the other engines count
	cfg.Timeout, cfg.ReadTimeout, cfg.WriteTimeout = dialTimeout, txTimeout, txTimeout
	cfg.Logger = &mysql.NopLogger{} // what it tells comes back as an error too
	cfg.Params = map[string]string{
		"time_zone":                "'+00:00'",
		"sql_mode":                 "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
		"innodb_lock_wait_timeout": fmt.Sprint(int(lockTimeout.Seconds())),
	}
	return cfg, nil
}

// readCommitted sets the isolation level on each new connection. The variable's
// name differs between MySQL and MariaDB, so the statement is used.
type readCommitted struct{ driver.Connector }

func (r readCommitted) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	execer, ok := conn.(driver.ExecerContext)
	if !ok {
		return nil, errors.Join(errors.New("mysql driver cannot execute on a connection"), conn.Close())
	}
	if _, err := execer.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}
