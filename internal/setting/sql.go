package setting

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"kessai/internal/database"
	"kessai/internal/problem"
)

func readFingerprint(ctx context.Context, q database.Querier) (fingerprint string, found bool, err error) {
	fingerprint, found, err = database.One(ctx, q, database.Scalar[string], `SELECT fingerprint FROM plg_kessai_setting_key WHERE id = 1`)
	if err != nil {
		return "", false, fmt.Errorf("plg_kessai_setting_key: %w", err)
	}
	if found && len(fingerprint) < idSize {
		return "", false, fmt.Errorf("plg_kessai_setting_key: %q is no fingerprint", fingerprint)
	}
	return fingerprint, found, nil
}

// recordFingerprint records the key unless another node was faster, and returns
// what is recorded.
func recordFingerprint(ctx context.Context, db *database.DB, k *Key, now time.Time) (string, error) {
	err := db.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO plg_kessai_setting_key (id, key_id, fingerprint, created_at) VALUES (1, ?, ?, ?)`,
			k.ID(), k.fingerprint, now.UnixMilli())
		return err
	})
	if err != nil && !database.IsDuplicate(err) {
		return "", fmt.Errorf("record the key: %w", err)
	}
	recorded, found, err := readFingerprint(ctx, db.Read())
	if err == nil && !found {
		err = errors.New("plg_kessai_setting_key: the key is not recorded")
	}
	return recorded, err
}

func newestVersion(ctx context.Context, q database.Querier) (int64, error) {
	var v sql.NullInt64
	if err := q.QueryRow(ctx, `SELECT MAX(version) FROM plg_kessai_setting`).Scan(&v); err != nil {
		return 0, fmt.Errorf("plg_kessai_setting: %w", err)
	}
	return v.Int64, nil
}

// stored is one row of plg_kessai_setting.
type stored struct {
	version int64
	kit     sql.NullInt64
	savedAt int64
	actor   string
	body    string
}

func readVersion(ctx context.Context, q database.Querier, version int64) (stored, error) {
	s := stored{version: version}
	err := q.QueryRow(ctx, `SELECT kit_id, saved_at, actor, body FROM plg_kessai_setting WHERE version = ?`, version).
		Scan(&s.kit, &s.savedAt, &s.actor, &s.body)
	if errors.Is(err, sql.ErrNoRows) {
		return stored{}, problem.Wrap(err, problem.NotFound, CodeVersion, problem.Args{"Version": version})
	}
	if err != nil {
		return stored{}, fmt.Errorf("plg_kessai_setting %d: %w", version, err)
	}
	return s, nil
}

func insertVersion(ctx context.Context, tx *database.Tx, s stored) error {
	_, err := tx.Exec(ctx, `INSERT INTO plg_kessai_setting (version, kit_id, saved_at, actor, body) VALUES (?, ?, ?, ?, ?)`,
		s.version, s.kit, s.savedAt, s.actor, s.body)
	return err
}

func listVersions(ctx context.Context, q database.Querier, limit int) ([]stored, error) {
	return database.List(ctx, q, func(r database.Row) (s stored, err error) {
		return s, r.Scan(&s.version, &s.kit, &s.savedAt, &s.actor)
	}, `SELECT version, kit_id, saved_at, actor FROM plg_kessai_setting ORDER BY version DESC LIMIT ?`, limit)
}

func readKit(ctx context.Context, q database.Querier, id int64) (string, error) {
	body, found, err := database.One(ctx, q, database.Scalar[string], `SELECT body FROM plg_kessai_kit WHERE id = ?`, id)
	if err == nil && !found {
		err = sql.ErrNoRows
	}
	if err != nil {
		return "", fmt.Errorf("plg_kessai_kit %d: %w", id, err)
	}
	return body, nil
}

func newestKit(ctx context.Context, q database.Querier) (int64, error) {
	var id sql.NullInt64
	if err := q.QueryRow(ctx, `SELECT MAX(id) FROM plg_kessai_kit`).Scan(&id); err != nil {
		return 0, fmt.Errorf("plg_kessai_kit: %w", err)
	}
	return id.Int64, nil
}

func insertKit(ctx context.Context, tx *database.Tx, id int64, at time.Time, body string) error {
	_, err := tx.Exec(ctx, `INSERT INTO plg_kessai_kit (id, saved_at, body) VALUES (?, ?, ?)`, id, at.UnixMilli(), body)
	return err
}

// paymentRow is what is looked at of dtb_payment.
type paymentRow struct {
	id      int64
	class   string
	visible bool
}

func paymentRows(ctx context.Context, q database.Querier, classes []string) ([]paymentRow, error) {
	return database.List(ctx, q, func(r database.Row) (p paymentRow, err error) {
		return p, r.Scan(&p.id, &p.class, &p.visible)
	}, `SELECT id, method_class, visible FROM dtb_payment WHERE method_class IN (`+database.Marks(len(classes))+`) ORDER BY id`, database.Anys(classes)...)
}

func updatePaymentRow(ctx context.Context, tx *database.Tx, p paymentRow, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE dtb_payment SET method_class = ?, visible = ?, update_date = ? WHERE id = ?`,
		p.class, p.visible, database.At(now), p.id)
	return err
}

func insertPaymentRow(ctx context.Context, tx *database.Tx, name, class string, now time.Time) (int64, error) {
	var last sql.NullInt64
	if err := tx.QueryRow(ctx, `SELECT MAX(sort_no) FROM dtb_payment`).Scan(&last); err != nil {
		return 0, err
	}
	at := database.At(now)
	return tx.InsertID(ctx, `INSERT INTO dtb_payment (payment_method, charge, rule_max, sort_no, fixed, payment_image, rule_min, method_class,
		visible, create_date, update_date, discriminator_type) VALUES (?, 0, NULL, ?, ?, NULL, NULL, ?, ?, ?, ?, 'payment')`,
		name, last.Int64+1, true, class, true, at, at)
}

// offerEverywhere ticks a payment at every delivery.
func offerEverywhere(ctx context.Context, tx *database.Tx, payment int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO dtb_payment_option (delivery_id, payment_id, discriminator_type)
		SELECT d.id, p.id, 'paymentoption' FROM dtb_delivery d, dtb_payment p WHERE p.id = ?`, payment)
	return err
}
