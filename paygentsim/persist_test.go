package paygentsim_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

// book is all that must survive.
type book struct {
	Seed      uint64
	Merchants []paygentsim.Merchant
	Payments  []paygentsim.Payment
	Notices   []paygentsim.Notice
}

func (b *bundle) book() book {
	return book{b.sim.Seed(), b.sim.Merchants(), b.sim.Payments(), b.sim.Notices()}
}

// fill makes a history with something of everything.
func (b *bundle) fill() (token string) {
	id := b.authorize("1", good, nil)["payment_id"]
	b.send("022", fields{"payment_id": id})
	b.authorize("2", "4900000000008101", nil)
	b.drain()
	b.shop.says("result=1", 0)
	b.authorize("3", "4900000000009022", nil)
	b.drain()
	b.send("091", nil)
	return b.token(good)
}

func TestRestartGoesOn(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*bundle){
		"closed": func(b *bundle) {
			if err := b.sim.Close(); err != nil {
				b.t.Fatal(err)
			}
		},
		"killed": func(*bundle) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			b := setup(t, paygentsim.Options{Dir: dir})
			token := b.fill()
			before := b.book()
			stop(b)
			b.open(paygentsim.Options{Dir: dir})
			if diff := cmp.Diff(before, b.book()); diff != "" {
				t.Fatalf("after the restart (-before +after):\n%s", diff)
			}
			got := b.authorize("4", "", fields{"card_token": token})
			if got["payment_id"] != "900000004" {
				t.Errorf("the token and the sequence go on: %v", got)
			}
			if got := b.send("091", nil); got["payment_notice_id"] != "2" {
				t.Errorf("the cursor of 091 goes on: %v", got)
			}
			if _, err := b.try("022", fields{"trading_id": "3"}); err == nil {
				t.Error("the card forgot its magic")
			}
			b.shop.says("result=0", 0)
			b.clock.advance(day)
			b.drain()
			for _, n := range b.sim.Notices() {
				if n.Delivery != paygentsim.DeliveryAccepted {
					t.Errorf("notice %d is %s", n.NoticeID, n.Delivery)
				}
			}
		})
	}
}

// TestTornJournal cuts the journal at every byte of its last line: what was answered
// before stays, the rest was not answered.
func TestTornJournal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := setup(t, paygentsim.Options{Dir: dir})
	b.authorize("1", good, nil)
	before := b.book()
	whole := len(journalText(t, dir))
	b.authorize("2", "", fields{"card_number": good, "card_valid_term": "1230"})
	text, snapshot := journalText(t, dir), readFile(t, filepath.Join(dir, "snapshot.json"))
	if text[len(text)-1] != '\n' || whole >= len(text) {
		t.Fatalf("journal of %d bytes after one of %d", len(text), whole)
	}
	for n := whole; n < len(text); n += 7 {
		torn := t.TempDir()
		writeFile(t, filepath.Join(torn, "snapshot.json"), snapshot)
		writeFile(t, filepath.Join(torn, filepath.Base(journalFile(t, dir))), text[:n])
		again := setup(t, paygentsim.Options{Dir: torn})
		if diff := cmp.Diff(before, again.book()); diff != "" {
			t.Fatalf("torn at %d (-before +after):\n%s", n, diff)
		}
		if got := again.authorize("2", good, nil); got["payment_id"] != "900000002" {
			t.Fatalf("torn at %d: %v", n, got)
		}
	}
}

func journalFile(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "journal-*.jsonl"))
	if err != nil || len(files) != 1 {
		t.Fatalf("journals %v, %v", files, err)
	}
	return files[0]
}

func journalText(t *testing.T, dir string) []byte {
	t.Helper()
	return readFile(t, journalFile(t, dir))
}

func writeFile(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDamageIsNotPassedOver(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(*testing.T, string){
		"journal": func(t *testing.T, dir string) {
			path := journalFile(t, dir)
			text := readFile(t, path)
			writeFile(t, path, bytes.Replace(text, []byte(`{"ordinal"`), []byte(`{"ordinal`), 1))
		},
		"snapshot": func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "snapshot.json"), []byte("{"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			b := setup(t, paygentsim.Options{Dir: dir})
			b.fill()
			damage(t, dir)
			if _, err := paygentsim.New(paygentsim.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), dir) {
				t.Errorf("error %v does not name the file", err)
			}
		})
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "ca.pem"), []byte("x"))
	if _, err := setup(t, paygentsim.Options{Dir: dir}).sim.TLSConfig(); err == nil {
		t.Error("a damaged authority was passed over")
	}
}

func TestClosedAnswersNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := setup(t, paygentsim.Options{Dir: dir})
	order := b.order("1", good, nil)
	if err := b.sim.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := b.try("020", order)
	if err != nil || got["result"] != "" {
		t.Errorf("a closed simulator answered %v, %v", got, err)
	}
	if n := len(b.sim.Payments()); n != 0 {
		t.Errorf("%d payments", n)
	}
}

func TestGeneratedIdentityIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := paygentsim.New(paygentsim.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := paygentsim.New(paygentsim.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.Merchants(), second.Merchants()); diff != "" || first.Seed() != second.Seed() || first.Seed() == 0 {
		t.Errorf("seed %d then %d, merchants (-first +second):\n%s", first.Seed(), second.Seed(), diff)
	}
	m := first.Merchants()[0]
	if len(m.NoticeKey) != 16 || len(m.ConnectID) > 32 || !strings.HasPrefix(m.TokenKey.Reveal(), "test_") {
		t.Errorf("shapes of %q %q", m.ConnectID, m.TokenKey.Reveal())
	}
	given, err := paygentsim.New(paygentsim.Options{Dir: dir, Seed: 5, Merchants: []paygentsim.Merchant{merchant()}})
	if err != nil {
		t.Fatal(err)
	}
	if given.Seed() != 5 || given.Merchants()[0].MerchantID != "12345" {
		t.Error("what is handed in must win")
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	m := merchant()
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if text := fmt.Sprintf(format, m); strings.Contains(text, "pass01") || strings.Contains(text, "NOTICEKEY") {
			t.Errorf("%s prints %s", format, text)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("a merchant", "password", m.ConnectPassword, "all", m)
	if text := log.String(); strings.Contains(text, "pass01") || !strings.Contains(text, `"password":"***"`) {
		t.Errorf("a log tells %s", text)
	}
	if m.ConnectPassword.String() != "***" || m.ConnectPassword.Reveal() != "pass01" {
		t.Error("String must hide and Reveal must not")
	}
}

func TestBadMerchants(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*paygentsim.Merchant){
		"no id":         func(m *paygentsim.Merchant) { m.MerchantID = "" },
		"letters":       func(m *paygentsim.Merchant) { m.MerchantID = "abc" },
		"no connect id": func(m *paygentsim.Merchant) { m.ConnectID = "" },
		"no password":   func(m *paygentsim.Merchant) { m.ConnectPassword = "" },
		"long key":      func(m *paygentsim.Merchant) { m.NoticeKey = "12345678901234567" },
		"address":       func(m *paygentsim.Merchant) { m.Addresses = []string{"here"} },
	} {
		m := merchant()
		change(&m)
		if _, err := paygentsim.New(paygentsim.Options{Merchants: []paygentsim.Merchant{m}}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := paygentsim.New(paygentsim.Options{Merchants: []paygentsim.Merchant{merchant(), merchant()}}); err == nil {
		t.Error("one merchant twice: taken")
	}
}
