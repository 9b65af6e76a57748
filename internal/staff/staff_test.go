package staff

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/bcrypt"
	"pgregory.net/rapid"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/problem"
)

const (
	addr = "192.0.2.1"
	good = Password("correct horse battery")
)

type bench struct {
	*Members
	db *database.DB
	mu sync.Mutex
	at time.Time
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = b.at.Add(d)
}

func newBench(t *testing.T, db *database.DB, embedded bool, magic Password) *bench {
	t.Helper()
	b := &bench{db: db, at: time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC)}
	var err error
	if b.Members, err = New(Options{DB: db, Now: b.now, Rand: rand.Reader, Embedded: embedded, AuthMagic: magic}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) login(t *testing.T, id string, p Password) error {
	t.Helper()
	_, err := b.Authenticate(t.Context(), id, p, addr)
	return err
}

func (b *bench) add(t *testing.T, id string) Member {
	t.Helper()
	m, err := b.Add(t.Context(), NewMember{LoginID: id, Name: "店長", Password: good})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestLogin(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db, true, "")
		added := b.add(t, "boss")
		m, err := b.Authenticate(t.Context(), "boss", good, addr)
		if err != nil || m.ID != added.ID || m.Name != "店長" || !m.LoginAt.IsZero() {
			t.Fatalf("%+v, %v", m, err)
		}
		if m, err = b.ByID(t.Context(), m.ID); err != nil || !m.LoginAt.Equal(b.at) {
			t.Errorf("%+v, %v", m, err)
		}
		for _, tc := range []struct {
			id string
			p  Password
		}{{"boss", "wrong"}, {"BOSS", good}, {"nobody", good}, {"", ""}, {"boss ", good}} {
			if err := b.login(t, tc.id, tc.p); !problem.Is(err, CodeBadLogin) {
				t.Errorf("%q %d: %v", tc.id, len(tc.p), err)
			}
		}
		history, err := database.List(t.Context(), db.Read(), func(r database.Row) (string, error) {
			var status, member int64
			var name, ip string
			err := r.Scan(&status, &member, &name, &ip)
			return fmt.Sprintf("%d %v %s %s", status, member == added.ID, name, ip), err
		}, `SELECT login_history_status_id, COALESCE(member_id, 0), user_name, client_ip FROM dtb_login_history ORDER BY id LIMIT 1`)
		if err != nil || !cmp.Equal(history, []string{"1 true boss 192.0.2.1"}) {
			t.Errorf("%v, %v", history, err)
		}
		var unknown int
		if err := db.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM dtb_login_history WHERE login_history_status_id = 0 AND member_id IS NULL AND user_name = '(不明なログインID)'`).Scan(&unknown); err != nil || unknown != 4 {
			t.Errorf("unknown ids noted %d times, %v", unknown, err)
		}
	})
}

// TestLock: six failures lock for thirty minutes, a success forgets them, unknown ids
// behave the same.
func TestLock(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db, true, "")
		b.add(t, "boss")
		for _, id := range []string{"boss", "nobody"} {
			for i := range 5 {
				if err := b.login(t, id, "wrong"); !problem.Is(err, CodeBadLogin) {
					t.Fatalf("%s failure %d: %v", id, i+1, err)
				}
			}
			for range 2 {
				if err := b.login(t, id, "wrong"); !problem.Is(err, CodeLocked) || minutes(err) != 30 || problem.CategoryOf(err) != problem.NotNow {
					t.Fatalf("%s failure 6: %v", id, err)
				}
			}
		}
		b.pass(10*time.Minute + time.Second)
		if err := b.login(t, "boss", good); !problem.Is(err, CodeLocked) || minutes(err) != 20 {
			t.Errorf("locked, right password: %v", err)
		}
		b.pass(20 * time.Minute)
		for range 5 {
			if err := b.login(t, "boss", "wrong"); !problem.Is(err, CodeBadLogin) {
				t.Errorf("after the lock: %v", err)
			}
		}
		if err := b.login(t, "boss", good); err != nil {
			t.Errorf("after the lock: %v", err)
		}
		for range 5 {
			if err := b.login(t, "boss", "wrong"); !problem.Is(err, CodeBadLogin) {
				t.Errorf("after a success: %v", err)
			}
		}
		b.pass(25 * time.Hour)
		if err := b.login(t, "boss", "wrong"); !problem.Is(err, CodeBadLogin) {
			t.Errorf("a day later: %v", err)
		}
		var rows int
		if err := db.Read().QueryRow(t.Context(), "SELECT COUNT(*) FROM plg_kessai_login_failure").Scan(&rows); err != nil || rows != 1 {
			t.Errorf("%d rows are kept, %v", rows, err)
		}
	})
}

func minutes(err error) any {
	p, _ := problem.As(err)
	if v, ok := p.Args["Minutes"].(int64); ok {
		return int(v)
	}
	return nil
}

// TestLockAtOnce: many at once try no more passwords than six.
func TestLockAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db, true, "")
		var mu sync.Mutex
		count := map[string]int{}
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				_, err := b.Authenticate(t.Context(), "nobody", "wrong", addr)
				p, ok := problem.As(err)
				if !ok {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				count[p.Code]++
			})
		}
		wg.Wait()
		if count[CodeBadLogin] != 5 || count[CodeLocked] != 11 {
			t.Errorf("%v", count)
		}
	})
}

func TestAdd(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db, true, "")
		b.add(t, "boss")
		tests := []struct {
			n           NewMember
			code, field string
		}{
			{NewMember{"boss", "x", good}, CodeLoginIDTaken, "login_id"},
			{NewMember{"", "x", good}, CodeLoginID, "login_id"},
			{NewMember{"a b", "x", good}, CodeLoginID, "login_id"},
			{NewMember{strings.Repeat("a", 51), "x", good}, CodeLoginID, "login_id"},
			{NewMember{"a", " ", good}, CodeName, "name"},
			{NewMember{"a", "x", "elevenchars"}, CodePasswordShort, "password"},
			{NewMember{"a", "x", Password(strings.Repeat("a", 1025))}, CodePasswordLong, "password"},
			{NewMember{"Twelve-chars", "x", "twelve-CHARS"}, CodePasswordSame, "password"},
		}
		for _, tc := range tests {
			_, err := b.Add(t.Context(), tc.n)
			if p, ok := problem.As(err); !ok || p.Code != tc.code || p.Field != tc.field {
				t.Errorf("%s: %v, want %s", tc.n.LoginID, err, tc.code)
			}
		}
		if err := b.SetPassword(t.Context(), "boss", "another password"); err != nil {
			t.Fatal(err)
		}
		if err := b.login(t, "boss", good); !problem.Is(err, CodeBadLogin) {
			t.Errorf("the old password: %v", err)
		}
		if err := b.login(t, "boss", "another password"); err != nil {
			t.Error(err)
		}
		if err := b.SetPassword(t.Context(), "nobody", "another password"); !problem.Is(err, CodeUnknown) {
			t.Errorf("%v", err)
		}
		if list, err := b.List(t.Context()); err != nil || len(list) != 1 || list[0].LoginID != "boss" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// TestLeft: who no longer works here neither logs in nor keeps a session.
func TestLeft(t *testing.T) {
	t.Parallel()
	db := dbtest.SQLite(t)
	b := newBench(t, db, true, "")
	m := b.add(t, "boss")
	err := db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE dtb_member SET work_id = 0 WHERE id = ?", m.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.login(t, "boss", good); !problem.Is(err, CodeBadLogin) {
		t.Errorf("%v", err)
	}
	if _, err := b.ByID(t.Context(), m.ID); !problem.Is(err, CodeUnknown) {
		t.Errorf("%v", err)
	}
	if _, err := b.Add(t.Context(), NewMember{"boss", "x", good}); !problem.Is(err, CodeLoginIDTaken) {
		t.Errorf("%v", err)
	}
}

// TestEccube has hashes that EC-CUBE 4.2.3 itself made (eccube.md §5).
func TestEccube(t *testing.T) {
	t.Parallel()
	const magic = "testmagic0123456789abcdefghijkl"
	const hash, salt = "1257f1cafb75474cad6dd981b92cbfcbb0acf2f1ae4f647b3cd63dbe1df80717", "w1MZF3i71XnLpxvVm8i9JZuAwBtKA3gA"
	blowfish, err := bcrypt.GenerateFromPassword([]byte("password"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	php := "$2y$" + strings.TrimPrefix(string(blowfish), "$2a$")
	tests := []struct {
		name, hash, salt string
		p                Password
		want             bool
	}{
		{"4.2", hash, salt, "password", true},
		{"4.2 wrong", hash, salt, "Password", false},
		{"another salt", hash, "x", "password", false},
		{"4.3", php, "", "password", true},
		{"4.3 wrong", php, "", "passwor", false},
		{"4.3 too long for bcrypt", php, "", Password(strings.Repeat("a", 100)), false},
		// sha1("password:testmagic0123456789abcdefghijkl"), from sha1sum
		{"without salt", "f141471ee2e3abd83c5e4faf92e8dbd71c34299a", "", "password", true},
		{"empty hash", "", salt, "", false},
	}
	for _, tc := range tests {
		if got, err := verifyEccube(tc.hash, tc.salt, magic, tc.p); err != nil || got != tc.want {
			t.Errorf("%s: %v, %v", tc.name, got, err)
		}
	}
}

// TestAttached: EC-CUBE's members log in and stay as they are.
func TestAttached(t *testing.T) {
	t.Parallel()
	const magic = "testmagic0123456789abcdefghijkl"
	for _, version := range []string{"4.0", "4.1", "4.2"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			dbtest.All(t, func(t *testing.T, db *database.DB) {
				dbtest.LoadDump(t, db, version)
				now := func() time.Time { return time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC) }
				if _, err := database.Migrate(t.Context(), db, database.MigrateOptions{Host: database.Attached, Now: now}); err != nil {
					t.Fatal(err)
				}
				b := newBench(t, db, false, magic)
				password := func() (s string) {
					if err := db.Read().QueryRow(t.Context(), "SELECT password FROM dtb_member WHERE login_id = 'admin'").Scan(&s); err != nil {
						t.Fatal(err)
					}
					return s
				}
				before := password()
				if err := b.login(t, "admin", "password"); err != nil {
					t.Error(err)
				}
				if err := b.login(t, "admin", "Password"); !problem.Is(err, CodeBadLogin) {
					t.Error(err)
				}
				if err := b.login(t, "nobody", "password"); !problem.Is(err, CodeBadLogin) {
					t.Error(err)
				}
				if password() != before {
					t.Error("the password was changed")
				}
				if _, err := b.Add(t.Context(), NewMember{"x", "x", good}); !problem.Is(err, CodeAttached) {
					t.Error(err)
				}
				if err := newBench(t, db, false, "").login(t, "admin", "password"); !problem.Is(err, CodeMagicMissing) {
					t.Error(err)
				}
			}, dbtest.Blank)
		})
	}
}

func TestArgon(t *testing.T) {
	t.Parallel()
	hash, err := hashArgon(good, bytes.NewReader(make([]byte, 64)))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$") || len(hash) > 255 {
		t.Error(hash)
	}
	if head := hash[:strings.LastIndex(hash[:strings.LastIndex(hash, "$")], "$")]; !strings.HasPrefix(dummy, head+"$") || len(dummy) != len(hash) {
		t.Errorf("an unknown id takes another time than a known one: %s, not as %s", dummy, head)
	}
	if ok, err := verifyArgon(dummy, good); err != nil || ok {
		t.Errorf("an unknown id: %v, %v", ok, err)
	}
	// From the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, tc := range []struct {
		hash string
		p    Password
		ok   bool
	}{{hash, good, true}, {hash, good + "x", false}, {reference, "password", true}} {
		if ok, err := verifyArgon(tc.hash, tc.p); err != nil || ok != tc.ok {
			t.Errorf("%s: %v, %v", tc.hash, ok, err)
		}
	}
	for _, broken := range []string{"$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$AA", "$argon2id$v=18$m=19456,t=2,p=1$AA$AA", "$argon2id$v=19$m=99999999,t=2,p=1$AA$AA",
		strings.Replace(hash, "AAAA", "A*AA", 1), hash[:len(hash)-30], hash + "*"} {
		if ok, err := verifyArgon(broken, good); err == nil || ok {
			t.Errorf("%s is read", broken)
		}
	}
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, err := Generate(bytes.NewReader(rapid.SliceOfN(rapid.Byte(), 400, 400).Draw(t, "chance")))
		if err != nil {
			t.Skip("too many unusable bytes")
		}
		groups := strings.Split(string(p), "-")
		if len(groups) != 5 || checkPassword("x", p) != nil {
			t.Fatalf("%d groups", len(groups))
		}
		for _, g := range groups {
			if len(g) != 4 || strings.Trim(g, readable) != "" {
				t.Fatalf("group of %d", len(g))
			}
		}
	})
	if _, err := Generate(bytes.NewReader([]byte{1, 2})); err == nil {
		t.Error("a password without chance")
	}
	a, _ := Generate(rand.Reader)
	b, _ := Generate(rand.Reader)
	if a == b {
		t.Error("twice the same")
	}
	if got := fmt.Sprintf("%v %s %q", a, a, a); got != "*** *** ***" {
		t.Error(got)
	}
}
