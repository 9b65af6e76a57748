package database

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// What an error of COMMIT means (money.md §2).
func TestCommitFailure(t *testing.T) {
	t.Parallel()
	my := func(n uint16) error { return fmt.Errorf("wrapped: %w", &mysql.MySQLError{Number: n}) }
	pg := func(code string) error { return fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: code}) }
	for _, c := range []struct {
		err           error
		busy, unknown bool
	}{
		{nil, false, false},
		{my(1213), true, false}, // deadlock, and a failed certification on Galera
		{my(1205), true, false},
		{my(1047), false, true},
		{my(1053), false, true},
		{pg("40001"), true, false},
		{pg("40P01"), true, false},
		{pg("55P03"), true, false},
		{pg("57P01"), false, true},
		{pgx.ErrTxCommitRollback, false, false},
		{mysql.ErrInvalidConn, false, true},
		{io.ErrUnexpectedEOF, false, true},
		{context.DeadlineExceeded, false, true},
	} {
		got := commitFailure(c.err)
		var unknown *CommitUnknownError
		if IsBusy(got) != c.busy || errors.As(got, &unknown) != c.unknown || (got == nil) != (c.err == nil) {
			t.Errorf("%v: %v, want busy %v, unknown %v", c.err, got, c.busy, c.unknown)
		}
		if c.unknown && !errors.Is(got, c.err) {
			t.Errorf("%v: the cause is lost: %v", c.err, got)
		}
	}
}

func TestIsAway(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		&mysql.MySQLError{Number: 1047}:  true, // a Galera node that is not synced
		&mysql.MySQLError{Number: 1062}:  false,
		&pgconn.PgError{Code: "57P01"}:   true,
		&pgconn.PgError{Code: "23505"}:   false,
		io.ErrUnexpectedEOF:              true,
		context.DeadlineExceeded:         false,
		context.Canceled:                 false,
		errors.New("something else"):     false,
		&CommitUnknownError{Err: io.EOF}: true,
	} {
		if got := IsAway(fmt.Errorf("wrapped: %w", err)); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}

func TestPlainCause(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"db.example: no such host":   fmt.Errorf("open:\n\tdb.example: %w", &net.DNSError{Name: "db.example", Err: "no such host"}),
		"Access denied":              fmt.Errorf("open: %w", &mysql.MySQLError{Number: 1045, Message: "Access denied"}),
		"no such database":           fmt.Errorf("open: %w", &pgconn.PgError{Message: "no such database"}),
		"first":                      errors.New("first\nsecond"),
		os.ErrPermission.Error():     &os.PathError{Op: "open", Path: "/x", Err: os.ErrPermission},
		syscall.ECONNREFUSED.Error(): &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
	} {
		if got := plainCause(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
