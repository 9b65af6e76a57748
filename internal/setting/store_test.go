package setting

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/wording"
)

const staff ledger.Actor = "staff:1"

type bench struct {
	db      *database.DB
	keyFile string
	store   *Store
	open    int64            // open operations
	living  map[string]int64 // payments, by environment and merchant
	threeDS bool             // somebody takes a buyer back from 3-D Secure
	at      time.Time
}

func (b *bench) now() time.Time { return b.at }

func newBench(t *testing.T, db *database.DB) *bench {
	t.Helper()
	b := &bench{db: db, keyFile: filepath.Join(t.TempDir(), "sub", "kessai.key"), at: noon}
	b.store = b.newStore(t)
	return b
}

// newStore is another node's store on the same database and key.
func (b *bench) newStore(t *testing.T) *Store {
	t.Helper()
	key, err := OpenKey(t.Context(), b.db, KeyOptions{File: b.keyFile, Now: b.now, Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{DB: b.db, Key: key, Now: b.now, Embedded: true, ThreeDS: b.threeDS,
		OpenOperations: func(context.Context, database.Querier) (int64, error) { return b.open, nil },
		LivingPayments: func(_ context.Context, _ database.Querier, env payment.Environment, merchant string) (int64, error) {
			return b.living[string(env)+" "+merchant], nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *bench) save(t *testing.T, changes ...set) int64 {
	t.Helper()
	version, err := b.store.Save(t.Context(), setAll(changes...), staff)
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func setAll(changes ...set) func(*Values) error {
	return func(v *Values) error {
		for _, c := range changes {
			for name, value := range c {
				if err := v.Set(name, value); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func (b *bench) load(t *testing.T) Snapshot {
	t.Helper()
	n, err := b.store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestVersions(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		if n := b.load(t); n.Version != 0 || n.Values.RollbackTerm != 10 || n.Kit != nil {
			t.Errorf("a fresh shop has %+v", n)
		}
		if v := b.save(t, complete("module")); v != 1 {
			t.Errorf("version %d", v)
		}
		if v := b.save(t, set{"security_code": "1"}); v != 2 {
			t.Errorf("version %d", v)
		}
		if v := b.save(t, set{"security_code": "1"}); v != 2 {
			t.Errorf("saving nothing made version %d", v)
		}
		b.store = b.newStore(t) // nothing cached
		now := b.load(t)
		if now.Version != 2 || !now.Values.Card.SecurityCode || now.Values.ConnectPassword != "passA1" || now.Actor != staff || !now.SavedAt.Equal(noon) {
			t.Errorf("%+v", now)
		}
		old, err := b.store.LoadVersion(t.Context(), 1)
		if err != nil || old.Values.Card.SecurityCode {
			t.Errorf("version 1: %+v, %v", old, err)
		}
		if _, err := b.store.LoadVersion(t.Context(), 9); !problem.Is(err, CodeVersion) {
			t.Errorf("version 9: %v", err)
		}
		history, err := b.store.History(t.Context(), 10)
		if err != nil || len(history) != 2 || history[0].Version != 2 {
			t.Errorf("%+v, %v", history, err)
		}
	})
}

// TestSavesAtOnce: on two nodes, none is lost and every version is whole.
func TestSavesAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		stores := []*Store{b.store, b.newStore(t)}
		var wg sync.WaitGroup
		names := []string{"connect_id", "merchant_id", "trading_id_mark", "rollback_target_term"}
		for i, name := range names {
			wg.Go(func() {
				_, err := stores[i%2].Save(t.Context(), setAll(set{name: map[bool]string{true: "AB", false: "33"}[i == 2]}), staff)
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n := b.load(t)
		if n.Version != 4 || n.Values.ConnectID != "33" || n.Values.MerchantID != "33" || n.Values.Mark != "AB" || n.Values.RollbackTerm != 33 {
			t.Errorf("%+v", n)
		}
	})
}

func TestSaveRefuses(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	b.save(t, set{"merchant_id": "1"}) // nothing is offered yet: the rest may come later
	if _, err := b.store.Save(t.Context(), setAll(set{"merchant_id": "x"}), staff); !problem.Is(err, CodeDigits) {
		t.Errorf("a wrong form: %v", err)
	}
	_, err := b.store.Save(t.Context(), setAll(set{"paygent_payment_method": "credit"}), staff)
	var all Problems
	if !errors.As(err, &all) || len(all) < 4 {
		t.Errorf("offered without the rest: %v", err)
	}
	boom := errors.New("boom")
	if _, err := b.store.Save(t.Context(), func(*Values) error { return boom }, staff); !errors.Is(err, boom) {
		t.Errorf("%v", err)
	}
	if n := b.load(t); n.Version != 1 {
		t.Errorf("a refused save made version %d", n.Version)
	}
	if err := (&Snapshot{Values: Defaults()}).Ready(); !problem.Is(err, CodeMissing) || problem.CategoryOf(err) != problem.Misset {
		t.Errorf("Ready = %v", err)
	}
}

// TestEnvironments: no change while an operation is open; the former notice key stays
// with its environment and merchant (money.md §10).
func TestEnvironments(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	b.save(t, complete("module"))
	b.open = 1
	for _, change := range []set{{"environment": "production", "token_env": "production"}, {"merchant_id": "999"}} {
		if _, err := b.store.Save(t.Context(), setAll(change), staff); !problem.Is(err, CodeOpenOperations) || problem.CategoryOf(err) != problem.NotNow {
			t.Errorf("%v: %v", change, err)
		}
	}
	b.save(t, set{"security_code": "1"}) // anything else may change
	b.open = 0
	b.save(t, set{"notice_hash_key": "noticekey2"})
	b.save(t, set{"environment": "production", "token_env": "production", "merchant_id": "999", "notice_hash_key": "noticekey3"})
	got := map[string]string{}
	for _, k := range func() []NoticeKey { n := b.load(t); return n.Values.NoticeKeys() }() {
		got[string(k.Key)] = string(k.Environment) + " " + k.MerchantID
	}
	want := map[string]string{"noticekey1": "test 12345", "noticekey2": "test 12345", "noticekey3": "production 999"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestPaymentsAreLeftBehind knowingly only (money.md §10).
func TestPaymentsAreLeftBehind(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	b.save(t, complete("module"))
	b.living = map[string]int64{"test 12345": 2, "production 999": 5}
	away := setAll(set{"environment": "production", "token_env": "production", "merchant_id": "999"})
	_, err := b.store.Save(t.Context(), away, staff)
	if p, _ := problem.As(err); !problem.Is(err, CodeLivingPayments) || p.Args["Count"] != int64(2) {
		t.Fatalf("%v", err)
	}
	b.save(t, set{"security_code": "1"}) // anything else may change
	if _, err := b.store.SaveKeeping(t.Context(), away, staff); err != nil {
		t.Fatal(err)
	}
	b.open = 1
	if _, err := b.store.SaveKeeping(t.Context(), setAll(set{"merchant_id": "12345"}), staff); !problem.Is(err, CodeOpenOperations) {
		t.Errorf("with an open operation: %v", err)
	}
}

func TestEncryption(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		b.save(t, complete("module"))
		b.save(t, set{"security_code": "1"})
		body := func(version int) string {
			var s string
			if err := db.Read().QueryRow(t.Context(), "SELECT body FROM plg_kessai_setting WHERE version = ?", version).Scan(&s); err != nil {
				t.Fatal(err)
			}
			return s
		}
		put := func(s string) {
			err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE plg_kessai_setting SET body = ? WHERE version = 2", s)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		good := body(2)
		if strings.Contains(good, "passA1") || strings.Contains(good, base64.StdEncoding.EncodeToString([]byte("passA1"))) || !strings.HasPrefix(good, "v1:"+b.store.o.Key.ID()+":") {
			t.Errorf("stored as %.60s", good)
		}
		flipped := good[:len(good)-8] + string(good[len(good)-8]^1) + good[len(good)-7:]
		for name, value := range map[string]string{"flipped": flipped, "another version's": body(1), "cut": good[:30], "empty": "", "plain": `{"merchant_id":"1"}`} {
			put(value)
			if _, err := b.newStore(t).Load(t.Context()); !problem.Is(err, CodeUnreadable) {
				t.Errorf("%s: %v", name, err)
			}
		}
		put(strings.Replace(good, b.store.o.Key.ID(), "00000000", 1))
		if _, err := b.newStore(t).Load(t.Context()); !problem.Is(err, CodeKeyOther) {
			t.Errorf("another key's value: %v", err)
		}
		put(good)
		if _, err := b.newStore(t).Load(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		info, err := os.Stat(b.keyFile)
		if err != nil || info.Mode() != 0o600 {
			t.Fatalf("%v, %v", info, err)
		}
		text, err := os.ReadFile(b.keyFile)
		if err != nil {
			t.Fatal(err)
		}
		open := func(file string) (*Key, error) {
			return OpenKey(t.Context(), db, KeyOptions{File: file, Now: b.now, Rand: rand.Reader})
		}
		missing := filepath.Join(t.TempDir(), "k")
		if _, err := open(missing); !problem.Is(err, CodeKeyMissing) {
			t.Errorf("missing: %v", err)
		}
		if _, err := os.Stat(missing); err == nil {
			t.Error("a key was made although the database has one")
		}
		for content, code := range map[string]string{
			keyHead + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)): CodeKeyOther,
			"": CodeKeyBroken, string(text[:20]): CodeKeyBroken, "x" + string(text): CodeKeyBroken,
		} {
			name := filepath.Join(t.TempDir(), "k")
			if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := open(name); !problem.Is(err, code) || problem.CategoryOf(err) != problem.Misset {
				t.Errorf("%.20q: %v, want %s", content, err, code)
			}
		}
		if k, err := open(b.keyFile); err != nil || k.ID() != b.store.o.Key.ID() || strings.Contains(fmt.Sprintf("%v %+v %#v", k, b.store.o, k), b.store.o.Key.fingerprint) {
			t.Errorf("%v, %v", k, err)
		}
	})
}

// TestFirstStarts: nodes with one file agree; a node with a file of its own that was
// too late is told so.
func TestFirstStarts(t *testing.T) {
	t.Parallel()
	db, dir := dbtest.SQLite(t), t.TempDir()
	keys := make([]*Key, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			k, err := OpenKey(t.Context(), db, KeyOptions{File: filepath.Join(dir, "k"), Now: func() time.Time { return noon }, Rand: rand.Reader})
			if err != nil {
				t.Error(err)
			}
			keys[i] = k
		})
	}
	wg.Wait()
	for _, k := range keys {
		if k == nil || k.ID() != keys[0].ID() {
			t.Fatal("nodes have several keys")
		}
	}
	late := filepath.Join(dir, "late")
	if _, err := makeKeyFile(late, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKey(t.Context(), db, KeyOptions{File: late, Now: func() time.Time { return noon }, Rand: rand.Reader}); !problem.Is(err, CodeKeyOther) {
		t.Errorf("a second key: %v", err)
	}
}

func TestPaymentRows(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		rows := func() []string {
			t.Helper()
			list, err := database.List(t.Context(), db.Read(), func(r database.Row) (string, error) {
				var name, class string
				var visible bool
				var sort, options int64
				err := r.Scan(&name, &class, &visible, &sort, &options)
				return fmt.Sprintf("%s %s %v %d %d", name, strings.TrimPrefix(class, classes), visible, sort, options), err
			}, `SELECT p.payment_method, p.method_class, p.visible, p.sort_no, (SELECT COUNT(*) FROM dtb_payment_option o WHERE o.payment_id = p.id)
				FROM dtb_payment p WHERE p.id > 4 ORDER BY p.id`)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		check := func(want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, rows()); diff != "" {
				t.Error(diff)
			}
		}
		b.save(t, complete("module"), set{"paygent_payment_method": "credit,paidy"})
		check(`ペイジェントクレジット Module\Credit true 5 2`, `ペイジェントPaidy Module\Paidy true 6 2`)
		hide := func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE dtb_payment SET visible = ?, payment_method = 'カード' WHERE id = 5", false)
			return err
		}
		if err := db.Write(t.Context(), hide); err != nil {
			t.Fatal(err)
		}
		b.save(t, set{"security_code": "1"})
		check(`カード Module\Credit false 5 2`, `ペイジェントPaidy Module\Paidy true 6 2`)
		b.save(t, set{"settlement_division": "link", "paygent_payment_method": "credit,atm"})
		check(`カード Credit true 5 2`, `ペイジェントPaidy Module\Paidy false 6 2`, `ペイジェントATM決済 Atm true 7 2`)
		b.save(t, set{"paygent_payment_method": ""})
		check(`カード Credit false 5 2`, `ペイジェントPaidy Module\Paidy false 6 2`, `ペイジェントATM決済 Atm false 7 2`)
	})
}

func TestKitVersions(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		files := kitFiles(t)
		if _, err := b.store.ImportKit(t.Context(), files, true, staff); !problem.Is(err, CodeKitHost) {
			t.Errorf("a test kit in the simulator's environment: %v", err)
		}
		b.save(t, complete("module"))
		if _, err := b.store.ImportKit(t.Context(), files[:1], true, staff); !problem.Is(err, CodeKitFile) {
			t.Errorf("an incomplete kit: %v", err)
		}
		for _, f := range files { // one by one, as on the file page
			if _, err := b.store.ImportKit(t.Context(), []File{f}, false, staff); err != nil {
				t.Fatal(err)
			}
		}
		b.save(t, set{"security_code": "1"})
		b.store = b.newStore(t)
		n := b.load(t)
		if n.Version != 5 || n.Kit == nil || n.Kit.ID != 3 || len(n.Kit.Files) != 3 {
			t.Fatalf("%+v", n)
		}
		if err := n.Ready(); err != nil {
			t.Error(err)
		}
		conf, _ := n.Kit.File(ConfName)
		if string(conf.Data) != confText {
			t.Error("the uploaded text changed")
		}
		wrong := File{"client.pem", []byte("x")}
		if _, err := b.store.ImportKit(t.Context(), []File{wrong}, false, staff); !problem.Is(err, CodeKitNoCert) {
			t.Errorf("%v", err)
		}
		if _, err := b.store.Save(t.Context(), setAll(set{"key_passphrase": "else"}), staff); !problem.Is(err, CodeKitPassphrase) {
			t.Errorf("a passphrase that does not open the key: %v", err)
		}
		policy, err := b.store.Policy(t.Context())
		want := ledger.Policy{Version: 5, Environment: payment.Test, MerchantID: "12345", TelegramTimeout: 40 * time.Second, Confirm: ledger.ConfirmRisky,
			PaymentClasses: []string{"10", "61-2", "61-3", "61-6", "61-10", "61-15", "61-20"}, Attempts: ledger.AcceptAttempts, Brands: []payment.Brand{payment.Docomo},
			Terms: policy.Terms} // TestPolicyTerms
		if diff := cmp.Diff(want, policy); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if _, err := b.store.DeleteKitFile(t.Context(), "client.pem", staff); err != nil {
			t.Fatal(err)
		}
		if _, err := b.store.DeleteKitFile(t.Context(), "client.pem", staff); !problem.Is(err, CodeKitFile) || problem.CategoryOf(err) != problem.NotFound {
			t.Errorf("%v", err)
		}
		if n := b.load(t); len(n.Kit.Files) != 2 {
			t.Errorf("%v", n.Kit.Files)
		}
		var text string
		if err := db.Read().QueryRow(t.Context(), "SELECT body FROM plg_kessai_kit WHERE id = 3").Scan(&text); err != nil || strings.Contains(text, "PRIVATE") || !strings.HasPrefix(text, "v1:") {
			t.Errorf("stored as %.40s, %v", text, err)
		}
	})
}

// TestLoadIsCheap: one statement once the version is known.
func TestLoadIsCheap(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var statements []string
	db := dbtest.Open(t, database.SQLite, database.Options{Observe: func(s string) { mu.Lock(); statements = append(statements, s); mu.Unlock() }})
	b := newBench(t, db)
	b.save(t, complete("module"))
	b.load(t)
	mu.Lock()
	statements = nil
	mu.Unlock()
	b.load(t)
	if want := []string{"SELECT MAX(version) FROM plg_kessai_setting"}; !cmp.Equal(want, statements) {
		t.Error(cmp.Diff(want, statements))
	}
}

// TestThreeDSWithoutAPage cannot be chosen, in no version and with no method in use; what
// was chosen before stays until somebody takes it back.
func TestThreeDSWithoutAPage(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	b.save(t, complete("module"))
	for _, version := range []string{"1.0", "2.0"} {
		_, err := b.store.Save(t.Context(), setAll(set{"credit_3d": version, "credit_3d_merchant_name": "SHOP", "credit_3d_hash_key": "k1"}), staff)
		p, _ := problem.As(err)
		if p == nil || p.Code != CodeThreeDPage || p.Field != "credit_3d" || !strings.Contains(wording.Ja(err), "3Dセキュアの認証から戻るページがない") {
			t.Errorf("%s: %v", version, err)
		}
	}
	b.threeDS = true
	b.store = b.newStore(t)
	b.save(t, set{"credit_3d": "2.0", "credit_3d_merchant_name": "SHOP", "credit_3d_hash_key": "k1"})
	b.threeDS = false
	b.store = b.newStore(t)
	b.save(t, set{"security_code": "0"}) // is no new choice
	if _, err := b.store.Save(t.Context(), setAll(set{"credit_3d": "1.0"}), staff); !problem.Is(err, CodeThreeDPage) {
		t.Errorf("the other version: %v", err)
	}
	b.save(t, set{"credit_3d": "0"})
	if _, err := b.store.Save(t.Context(), setAll(set{"credit_3d": "2.0"}), staff); !problem.Is(err, CodeThreeDPage) {
		t.Errorf("chosen again: %v", err)
	}
}
