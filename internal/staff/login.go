package staff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"kessai/internal/database"
	"kessai/internal/problem"
)

const (
	maxFailures = 6
	lockFor     = 30 * time.Minute
	// forgetAfter is when failures that did not lock are forgotten, and rows deleted.
	forgetAfter = 24 * time.Hour
)

// loginKey stands for a login id where it may be anything a person typed.
func loginKey(loginID string) string {
	sum := sha256.Sum256([]byte(loginID))
	return hex.EncodeToString(sum[:])
}

// Authenticate verifies a login. Six failures in a row lock the login id for thirty
// minutes, whether it exists or not; a success forgets them. Problems: Invalid
// "staff.bad_login"; NotNow "staff.locked" {Minutes}.
func (s *Members) Authenticate(ctx context.Context, loginID string, p Password, clientAddr string) (Member, error) {
	failures, err := s.charge(ctx, loginKey(loginID))
	if err != nil {
		return Member{}, err
	}
	m, ok, err := s.verify(ctx, loginID, p)
	if err != nil {
		return Member{}, err
	}
	if ok {
		return m, s.succeeded(ctx, m, clientAddr)
	}
	if err := s.failed(ctx, m, loginID, clientAddr); err != nil {
		return Member{}, err
	}
	if failures >= maxFailures {
		return Member{}, locked(lockFor)
	}
	return Member{}, problem.New(problem.Invalid, CodeBadLogin, nil)
}

// charge counts the attempt as failed before it is made: many at once cannot try
// more passwords than one after the other.
func (s *Members) charge(ctx context.Context, key string) (failures int, err error) {
	err = s.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		now := s.o.Now()
		if err := forgetFailures(ctx, tx, now.Add(-forgetAfter)); err != nil {
			return err
		}
		f, found, err := readFailures(ctx, tx, key)
		switch {
		case err != nil:
			return err
		case !found:
			failures = 1
			return insertFailure(ctx, tx, key, now)
		case now.Before(f.lockedUntil):
			return locked(f.lockedUntil.Sub(now))
		case !f.lockedUntil.IsZero(): // the lock has ended: all tries again
			f.failures = 0
		}
		failures = f.failures + 1
		var until time.Time
		if failures >= maxFailures {
			until = now.Add(lockFor)
		}
		return updateFailures(ctx, tx, key, failures, now, until)
	})
	if database.IsDuplicate(err) { // the first two attempts came at once; again, behind the row now
		return s.charge(ctx, key)
	}
	return failures, err
}

func locked(left time.Duration) error {
	minutes := int64((left + time.Minute - 1) / time.Minute)
	return problem.New(problem.NotNow, CodeLocked, problem.Args{"Minutes": minutes})
}

// verify does the same work whether the login id exists or not.
func (s *Members) verify(ctx context.Context, loginID string, p Password) (m Member, ok bool, err error) {
	c, found, err := credentials(ctx, s.o.DB.Read(), loginID)
	if err != nil {
		return Member{}, false, err
	}
	err = s.hashing(ctx, func() error {
		if len(p) > maxPassword {
			p = p[:maxPassword] // no password is that long; the work stays the same
			found = false
		}
		switch {
		case !s.o.Embedded && found:
			ok, err = verifyEccube(c.hash, c.salt, string(s.o.AuthMagic), p)
		case !s.o.Embedded:
			_, err = verifyEccube(loginKey(loginID), "salt", string(s.o.AuthMagic), p)
		case found:
			ok, err = verifyArgon(c.hash, p)
		default:
			_, err = verifyArgon(dummy, p)
		}
		return err
	})
	return c.member, ok && found, err
}

func (s *Members) succeeded(ctx context.Context, m Member, addr string) error {
	return s.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := clearFailures(ctx, tx, loginKey(m.LoginID)); err != nil {
			return err
		}
		if err := touchLogin(ctx, tx, m.ID, s.o.Now()); err != nil {
			return err
		}
		return s.note(ctx, tx, m, m.LoginID, addr, true)
	})
}

func (s *Members) failed(ctx context.Context, m Member, loginID, addr string) error {
	return s.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return s.note(ctx, tx, m, loginID, addr, false)
	})
}

// note writes EC-CUBE's login history. An unknown id is not written out: people type
// passwords there.
func (s *Members) note(ctx context.Context, tx *database.Tx, m Member, loginID, addr string, ok bool) error {
	if has, err := hasHistory(ctx, tx); err != nil || !has {
		return err
	}
	if m.ID == 0 {
		loginID = "(不明なログインID)"
	}
	return insertHistory(ctx, tx, m.ID, loginID, addr, ok, s.o.Now())
}
