package staff

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"kessai/internal/database"
)

// Only members at work (mtb_work 1) log in.
const working = ` FROM dtb_member WHERE work_id = 1 AND `

const memberColumns = `SELECT id, login_id, name, authority_id, login_date`

func scanMember(r database.Row) (Member, error) {
	var m Member
	var name sql.NullString
	var authority sql.NullInt64
	var login database.NullTime
	err := r.Scan(&m.ID, &m.LoginID, &name, &authority, &login)
	m.Name, m.Authority, m.LoginAt = name.String, authority.Int64, login.Time
	return m, err
}

func memberByID(ctx context.Context, q database.Querier, id int64) (Member, bool, error) {
	return database.One(ctx, q, scanMember, memberColumns+working+`id = ?`, id)
}

func listMembers(ctx context.Context, q database.Querier) ([]Member, error) {
	return database.List(ctx, q, scanMember, memberColumns+working+`id > 0 ORDER BY sort_no DESC, id`)
}

// memberByLogin finds a member whether at work or not: a login id is never used twice.
func memberByLogin(ctx context.Context, q database.Querier, loginID string) (Member, bool, error) {
	return database.One(ctx, q, scanMember, memberColumns+` FROM dtb_member WHERE login_id = ? ORDER BY id LIMIT 1`, loginID)
}

type credential struct {
	member     Member
	hash, salt string
}

// credentials compares the login id again in Go: on MySQL EC-CUBE's column may fold case.
func credentials(ctx context.Context, q database.Querier, loginID string) (credential, bool, error) {
	all, err := database.List(ctx, q, func(r database.Row) (c credential, err error) {
		var name, salt sql.NullString
		var authority sql.NullInt64
		var login database.NullTime
		err = r.Scan(&c.member.ID, &c.member.LoginID, &name, &authority, &login, &c.hash, &salt)
		c.member.Name, c.member.Authority, c.member.LoginAt, c.salt = name.String, authority.Int64, login.Time, salt.String
		return c, err
	}, memberColumns+`, password, salt`+working+`login_id = ? ORDER BY id`, loginID)
	if err != nil {
		return credential{}, false, fmt.Errorf("dtb_member: %w", err)
	}
	for _, c := range all {
		if c.member.LoginID == loginID {
			return c, true, nil
		}
	}
	return credential{}, false, nil
}

// lockMembers lets one at a time add members.
func lockMembers(ctx context.Context, tx *database.Tx) error {
	_, _, err := database.One(ctx, tx, database.Scalar[int64], `SELECT id FROM plg_kessai_meta WHERE id = 1`+tx.ForUpdate())
	return err
}

func insertMember(ctx context.Context, tx *database.Tx, n NewMember, hash string, now time.Time) (int64, error) {
	var last sql.NullInt64
	if err := tx.QueryRow(ctx, `SELECT MAX(sort_no) FROM dtb_member`).Scan(&last); err != nil {
		return 0, err
	}
	at := database.At(now)
	return tx.InsertID(ctx, `INSERT INTO dtb_member (work_id, authority_id, creator_id, name, department, login_id, password, salt, sort_no,
		create_date, update_date, login_date, discriminator_type) VALUES (1, 0, NULL, ?, NULL, ?, ?, NULL, ?, ?, ?, NULL, 'member')`,
		n.Name, n.LoginID, hash, last.Int64+1, at, at)
}

func updatePassword(ctx context.Context, tx *database.Tx, loginID, hash string, now time.Time) (bool, error) {
	res, err := tx.Exec(ctx, `UPDATE dtb_member SET password = ?, salt = NULL, update_date = ? WHERE login_id = ?`, hash, database.At(now), loginID)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func touchLogin(ctx context.Context, tx *database.Tx, id int64, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE dtb_member SET login_date = ? WHERE id = ?`, database.At(now), id)
	return err
}

// hasHistory: EC-CUBE keeps a login history from 4.1 on (eccube.md §2).
func hasHistory(ctx context.Context, q database.Querier) (bool, error) {
	version, _, err := database.One(ctx, q, database.Scalar[string], `SELECT eccube_version FROM plg_kessai_meta WHERE id = 1`)
	return version != "4.0", err
}

// insertHistory writes mtb_login_history_status 1 成功 or 0 失敗.
func insertHistory(ctx context.Context, tx *database.Tx, member int64, name, addr string, ok bool, now time.Time) error {
	status := 0
	if ok {
		status = 1
	}
	at := database.At(now)
	_, err := tx.Exec(ctx, `INSERT INTO dtb_login_history (login_history_status_id, member_id, user_name, client_ip, create_date, update_date, discriminator_type)
		VALUES (?, ?, ?, ?, ?, ?, 'loginhistory')`, status, sql.NullInt64{Int64: member, Valid: member != 0}, name, addr, at, at)
	return err
}

type failureRow struct {
	failures    int
	lockedUntil time.Time
}

func readFailures(ctx context.Context, tx *database.Tx, key string) (failureRow, bool, error) {
	return database.One(ctx, tx, func(r database.Row) (f failureRow, err error) {
		var until sql.NullInt64
		err = r.Scan(&f.failures, &until)
		if until.Valid {
			f.lockedUntil = time.UnixMilli(until.Int64)
		}
		return f, err
	}, `SELECT failures, locked_until FROM plg_kessai_login_failure WHERE login_key = ?`+tx.ForUpdate(), key)
}

func insertFailure(ctx context.Context, tx *database.Tx, key string, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO plg_kessai_login_failure (login_key, failures, last_at, locked_until) VALUES (?, 1, ?, NULL)`, key, now.UnixMilli())
	return err
}

func updateFailures(ctx context.Context, tx *database.Tx, key string, failures int, now, until time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE plg_kessai_login_failure SET failures = ?, last_at = ?, locked_until = ? WHERE login_key = ?`,
		failures, now.UnixMilli(), sql.NullInt64{Int64: until.UnixMilli(), Valid: !until.IsZero()}, key)
	return err
}

func clearFailures(ctx context.Context, tx *database.Tx, key string) error {
	_, err := tx.Exec(ctx, `DELETE FROM plg_kessai_login_failure WHERE login_key = ?`, key)
	return err
}

// forgetFailures bounds the table: anybody may type any login id.
func forgetFailures(ctx context.Context, tx *database.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM plg_kessai_login_failure WHERE last_at < ?`, before.UnixMilli())
	return err
}
