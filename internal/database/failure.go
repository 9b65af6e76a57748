package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// CommitUnknownError says that COMMIT failed in a way that leaves open whether the
// transaction took effect (money.md §2). After transaction A or "sent": do not go
// on. After B: do B again.
type CommitUnknownError struct{ Err error }

func (e *CommitUnknownError) Error() string {
	return "database: unknown whether the commit took effect: " + e.Err.Error()
}

func (e *CommitUnknownError) Unwrap() error { return e.Err }

// errGroupLost is what the members of a group get whose transaction was lost with
// another member's failure: nothing of it took effect.
var errGroupLost = errors.New("database: the shared transaction was rolled back")

// IsDuplicate reports whether err is the breach of a UNIQUE or PRIMARY KEY.
func IsDuplicate(err error) bool {
	switch my, pg, lite := causes(err); {
	case my != nil:
		return my.Number == 1062 || my.Number == 1586
	case pg != nil:
		return pg.Code == "23505"
	case lite != nil:
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY ||
			lite.Code() == sqlite3.SQLITE_CONSTRAINT_ROWID
	}
	return false
}

// IsBusy reports whether err is a deadlock, a lock-wait time-out, a failed
// certification or a serialization failure: nothing took effect, again may work.
func IsBusy(err error) bool {
	switch my, pg, lite := causes(err); {
	case errors.Is(err, errGroupLost):
		return true
	case my != nil:
		return my.Number == 1213 || my.Number == 1205 || string(my.SQLState[:]) == "40001"
	case pg != nil:
		return slices.Contains([]string{"40001", "40P01", "55P03"}, pg.Code)
	case lite != nil:
		primary := lite.Code() & 0xff
		return primary == sqlite3.SQLITE_BUSY || primary == sqlite3.SQLITE_LOCKED
	}
	return false
}

// endsTransaction reports whether an engine may have rolled back the whole
// transaction by itself along with this error.
func endsTransaction(err error) bool {
	if IsBusy(err) {
		return true
	}
	_, _, lite := causes(err)
	if lite == nil {
		return false
	}
	return slices.Contains([]int{sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT},
		lite.Code()&0xff)
}

// commitFailure says what an error of COMMIT means: again, certainly not written,
// or unknown.
func commitFailure(err error) error {
	switch {
	case err == nil:
		return nil
	case IsBusy(err):
		return err
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return errors.New("database: a statement had failed, the transaction was rolled back at COMMIT")
	}
	return &CommitUnknownError{Err: err}
}

func causes(err error) (my *mysql.MySQLError, pg *pgconn.PgError, lite *sqlite.Error) {
	if err == nil {
		return nil, nil, nil
	}
	errors.As(err, &my)
	errors.As(err, &pg)
	errors.As(err, &lite)
	return my, pg, lite
}

// IsAway reports whether err means that the database cannot be reached or does not
// take work at the moment, a Galera node that is not synced among them.
func IsAway(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	my, pg, _ := causes(err)
	var network net.Error
	switch {
	case my != nil:
		return slices.Contains([]uint16{1040, 1047, 1053, 1927}, my.Number) // 1047: not synced
	case pg != nil:
		return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "57P") || pg.Code == "53300"
	}
	return errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// plainCause is why a connection failed, in the server's or the system's own words
// and on one line: a driver repeats its attempts and the addresses.
func plainCause(err error) string {
	var op *net.OpError
	var name *net.DNSError
	var path *os.PathError
	switch my, pg, _ := causes(err); {
	case my != nil:
		return my.Message
	case pg != nil:
		return pg.Message
	case errors.As(err, &op) && op.Err != nil:
		var sys *os.SyscallError
		if errors.As(op.Err, &sys) {
			return sys.Err.Error()
		}
		return op.Err.Error()
	}
	switch {
	case errors.As(err, &name):
		return name.Name + ": " + name.Err
	case errors.As(err, &path):
		return path.Err.Error()
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
