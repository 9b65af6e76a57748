package database

import (
	"slices"

	"github.com/huandu/go-sqlbuilder"
)

// Engine names a database engine.
type Engine string

const (
	SQLite   Engine = "sqlite"
	MySQL    Engine = "mysql" // MySQL 8 and MariaDB 10.6 or newer
	Postgres Engine = "postgres"
)

// Engines lists every engine.
func Engines() []Engine { return []Engine{SQLite, MySQL, Postgres} }

// Valid reports whether e is one of Engines.
func (e Engine) Valid() bool { return slices.Contains(Engines(), e) }

// Flavor is the engine's name in go-sqlbuilder. Its "?" and "$1" are both
// understood by a Querier, so a builder may also be left at its default flavor.
func (e Engine) Flavor() sqlbuilder.Flavor {
	switch e {
	case Postgres:
		return sqlbuilder.PostgreSQL
	case MySQL:
		return sqlbuilder.MySQL
	default:
		return sqlbuilder.SQLite
	}
}

// ForUpdate is appended to a SELECT whose rows are about to change. SQLite has one
// writer, so there it is empty.
func (e Engine) ForUpdate() string {
	if e == SQLite {
		return ""
	}
	return " FOR UPDATE"
}

// SkipLocked is ForUpdate for queues: rows that another transaction holds are
// passed over. On a Galera cluster it sees the locks of its own node only.
func (e Engine) SkipLocked() string {
	if e == SQLite {
		return ""
	}
	return " FOR UPDATE SKIP LOCKED"
}
