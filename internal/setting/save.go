package setting

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/problem"
)

// saveAttempts is how often a save is made again when another one was faster.
const saveAttempts = 5

// Save makes a new version: change edits a copy of the newest one, and may be called
// again. In the same transaction the methods' dtb_payment rows follow. A change that
// changes nothing makes no version.
//
// Problems: Problems of Validate (what is blank is let pass while 利用決済 is empty);
// NotNow "setting.open_operations", "setting.living_payments"; Conflict "setting.changed".
func (s *Store) Save(ctx context.Context, change func(*Values) error, actor ledger.Actor) (version int64, err error) {
	return s.save(ctx, actor, func(d *draft) error { return change(&d.values) })
}

// SaveKeeping is Save by somebody who was told of the payments that live in the
// environment that is left, and keeps them there: nothing can be done with them until
// the settings are back.
func (s *Store) SaveKeeping(ctx context.Context, change func(*Values) error, actor ledger.Actor) (version int64, err error) {
	return s.save(ctx, actor, func(d *draft) error {
		d.keeps = true
		return change(&d.values)
	})
}

// draft is a version being made.
type draft struct {
	old    Snapshot
	values Values
	kit    *Kit // with ID 0: a new one
	keeps  bool // payments of the environment that is left
}

func (s *Store) save(ctx context.Context, actor ledger.Actor, change func(*draft) error) (version int64, err error) {
	for range saveAttempts {
		err = s.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			version, err = s.saveOnce(ctx, tx, actor, change)
			return err
		})
		if !database.IsDuplicate(err) {
			return version, err
		}
	}
	return 0, problem.Wrap(err, problem.Conflict, CodeConflict, nil)
}

func (s *Store) saveOnce(ctx context.Context, tx *database.Tx, actor ledger.Actor, change func(*draft) error) (int64, error) {
	newest, err := newestVersion(ctx, tx)
	if err != nil {
		return 0, err
	}
	old, err := s.load(ctx, tx, newest)
	if err != nil {
		return 0, err
	}
	d := &draft{old: old, values: old.Values.clone(), kit: old.Kit}
	if err := change(d); err != nil {
		return 0, err
	}
	if unchanged(d) {
		return old.Version, nil
	}
	if err := s.check(ctx, tx, d); err != nil {
		return 0, err
	}
	d.keepFormerKey()
	return newest + 1, s.write(ctx, tx, d, newest+1, actor)
}

func unchanged(d *draft) bool {
	before, after := d.old.Values.store(), d.values.store()
	for name, value := range after {
		if before[name] != value {
			return false
		}
	}
	return d.kit == d.old.Kit && d.old.Version > 0
}

func (s *Store) check(ctx context.Context, tx *database.Tx, d *draft) error {
	found := d.values.validateStored()
	if now := d.values.Card.ThreeD; !s.o.ThreeDS && now != NoThreeD && now != d.old.Values.Card.ThreeD {
		found = append(found, refuse(CodeThreeDPage, "credit_3d", "3Dセキュア", nil))
	}
	if err := found.err(); err != nil {
		return err
	}
	if err := d.kit.checkEnvironment(d.values.Environment); err != nil {
		return err
	}
	before := &d.old.Values
	if before.KeyPassphrase != d.values.KeyPassphrase {
		if err := d.checkPassphrase(s.o.Now()); err != nil {
			return err
		}
	}
	if before.Environment == d.values.Environment && before.MerchantID == d.values.MerchantID {
		return nil
	}
	open, err := s.o.OpenOperations(ctx, tx)
	if err != nil {
		return fmt.Errorf("count open operations: %w", err)
	}
	if open > 0 {
		return problem.New(problem.NotNow, CodeOpenOperations, problem.Args{"Count": open})
	}
	if d.keeps {
		return nil
	}
	living, err := s.o.LivingPayments(ctx, tx, before.Environment, before.MerchantID)
	if err != nil {
		return fmt.Errorf("count living payments: %w", err)
	}
	if living > 0 {
		return problem.New(problem.NotNow, CodeLivingPayments, problem.Args{"Count": living})
	}
	return nil
}

// checkPassphrase refuses a passphrase that does not open the kit's key.
func (d *draft) checkPassphrase(now time.Time) error {
	for _, p := range CheckKit(d.kit, d.values.KeyPassphrase, now) {
		if p.Code == CodeKitPassphrase {
			return p.On("key_passphrase")
		}
	}
	return nil
}

// keepFormerKey keeps a notice key that is replaced, or whose environment or merchant
// is: its notices may still come (money.md §10).
func (d *draft) keepFormerKey() {
	before, after := &d.old.Values, &d.values
	was := NoticeKey{before.Environment, before.MerchantID, before.NoticeKey}
	is := NoticeKey{after.Environment, after.MerchantID, after.NoticeKey}
	if was.Key != "" && was != is && !contains(after.FormerKeys, was) {
		after.FormerKeys = append([]NoticeKey{was}, after.FormerKeys...)
	}
	after.FormerKeys = slices.DeleteFunc(after.FormerKeys, func(k NoticeKey) bool { return k == is })
}

func (s *Store) write(ctx context.Context, tx *database.Tx, d *draft, version int64, actor ledger.Actor) error {
	now := s.o.Now()
	text, err := json.Marshal(d.values.store())
	if err != nil {
		return err
	}
	row := stored{version: version, savedAt: now.UnixMilli(), actor: string(actor)}
	if row.body, err = s.o.Key.seal(versionPlace(version), text); err != nil {
		return err
	}
	if row.kit, err = s.writeKit(ctx, tx, d.kit); err != nil {
		return err
	}
	if err := insertVersion(ctx, tx, row); err != nil {
		return fmt.Errorf("plg_kessai_setting %d: %w", version, err)
	}
	return syncPaymentRows(ctx, tx, &d.old.Values, &d.values, s.o.Embedded, now)
}

// writeKit stores a new kit and returns the id of it or of the kept one.
func (s *Store) writeKit(ctx context.Context, tx *database.Tx, kit *Kit) (sql.NullInt64, error) {
	if kit == nil {
		return sql.NullInt64{}, nil
	}
	if kit.ID != 0 {
		return sql.NullInt64{Int64: kit.ID, Valid: true}, nil
	}
	newest, err := newestKit(ctx, tx)
	if err != nil {
		return sql.NullInt64{}, err
	}
	text, err := kit.encode()
	if err != nil {
		return sql.NullInt64{}, err
	}
	id := newest + 1
	body, err := s.o.Key.seal(kitPlace(id), text)
	if err != nil {
		return sql.NullInt64{}, err
	}
	return sql.NullInt64{Int64: id, Valid: true}, insertKit(ctx, tx, id, s.o.Now(), body)
}
