package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"kessai/internal/database"
)

// touchEvery bounds how often an idle limit is pushed on: once a minute is enough.
const touchEvery = time.Minute

// sessionStore keeps sessions in plg_kessai_session. A row is found by the hash of
// its token, so who reads the table cannot take a session over. The hash includes
// the face: a buyer's cookie opens nothing in the back office.
//
// An ended session stays as a tombstone until it would have run out: a request that
// was under way while its owner logged out must not bring it back.
type sessionStore struct {
	db    *database.DB
	clock func() time.Time
	face  Face
	idle  time.Duration // 0: only the absolute end counts
}

func (s *sessionStore) key(token string) string {
	sum := sha256.Sum256([]byte(string(s.face) + ":" + token))
	return hex.EncodeToString(sum[:])
}

type sessionRow struct {
	data            []byte
	expires, endsAt int64
}

func scanSession(row database.Row) (r sessionRow, err error) {
	err = row.Scan(&r.data, &r.expires, &r.endsAt)
	return r, err
}

// FindCtx returns a living session's data.
func (s *sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	now := s.clock().UnixMilli()
	row, found, err := database.One(ctx, s.db.Read(), scanSession,
		`SELECT data, expires_at, ends_at FROM plg_kessai_session WHERE token_hash = ? AND ended = 0 AND expires_at > ?`,
		s.key(token), now)
	if err != nil || !found {
		return nil, false, err
	}
	if s.idle > 0 && row.expires < min(now+(s.idle-touchEvery).Milliseconds(), row.endsAt) {
		if err := s.touch(ctx, token, min(now+s.idle.Milliseconds(), row.endsAt)); err != nil {
			return nil, false, err
		}
	}
	return row.data, true, nil
}

func (s *sessionStore) touch(ctx context.Context, token string, expires int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE plg_kessai_session SET expires_at = ? WHERE token_hash = ? AND ended = 0`,
			expires, s.key(token))
		return err
	})
}

// CommitCtx stores a session, unless it has been ended meanwhile.
func (s *sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	// scs reckons with the machine's clock; what is left counts from ours.
	now := s.clock()
	ends := now.Add(time.Until(expiry)).UnixMilli()
	expires := ends
	if s.idle > 0 {
		expires = min(now.Add(s.idle).UnixMilli(), ends)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, found, err := database.One(ctx, tx, database.Scalar[int64],
			`SELECT ended FROM plg_kessai_session WHERE token_hash = ?`+tx.ForUpdate(), s.key(token))
		if err != nil {
			return err
		}
		if found {
			_, err = tx.Exec(ctx, `UPDATE plg_kessai_session SET data = ?, expires_at = ?, ends_at = ? WHERE token_hash = ? AND ended = 0`,
				data, expires, ends, s.key(token))
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO plg_kessai_session (token_hash, data, ended, expires_at, ends_at) VALUES (?, ?, 0, ?, ?)`,
			s.key(token), data, expires, ends)
		return err
	})
}

// DeleteCtx ends a session.
func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE plg_kessai_session SET ended = 1, data = ?, expires_at = ends_at WHERE token_hash = ?`,
			[]byte{}, s.key(token))
		return err
	})
}

var errNoContext = errors.New("web: sessions need a context")

// Find, Commit and Delete complete scs.Store; scs calls the ones with a context.
func (s *sessionStore) Find(string) ([]byte, bool, error)      { return nil, false, errNoContext }
func (s *sessionStore) Commit(string, []byte, time.Time) error { return errNoContext }
func (s *sessionStore) Delete(string) error                    { return errNoContext }

// sweepSessions deletes up to a thousand sessions that have run out by then, and
// tells whether there were any.
func sweepSessions(ctx context.Context, db *database.DB, then time.Time) (worked bool, err error) {
	err = db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		keys, err := database.List(ctx, tx, database.Scalar[string],
			`SELECT token_hash FROM plg_kessai_session WHERE expires_at <= ? ORDER BY expires_at LIMIT 1000`, then.UnixMilli())
		worked = err == nil && len(keys) > 0
		if !worked {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM plg_kessai_session WHERE expires_at <= ? AND token_hash IN (`+database.Marks(len(keys))+`)`,
			append([]any{then.UnixMilli()}, database.Anys(keys)...)...)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("delete old sessions: %w", err)
	}
	return worked, nil
}
