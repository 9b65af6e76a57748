package paygentsim

import (
	"net/http"
	"net/url"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func openTestSim(t *testing.T, dir string) *Sim {
	t.Helper()
	s, err := New(Options{Dir: dir, Seed: 1, Merchants: []Merchant{{MerchantID: "1", ConnectID: "c", ConnectPassword: "p"}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// order sends a 020 and returns the HTTP status.
func orderOf(t *testing.T, s *Sim, tradingID string) int {
	t.Helper()
	client := http.Client{Transport: s.Transport()}
	resp, err := client.PostForm("https://sim.example/n/card/request", url.Values{
		"merchant_id": {"1"}, "connect_id": {"c"}, "connect_password": {"p"}, "telegram_kind": {"020"}, "telegram_version": {"1.0"},
		"trading_id": {tradingID}, "payment_amount": {"1"}, "payment_class": {"10"}, "card_number": {"4900000000000000"},
		"card_valid_term": {"1299"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

func TestLargeJournalIsFolded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openTestSim(t, dir)
	orderOf(t, s, "1")
	s.journal.size = compactAt
	orderOf(t, s, "2")
	if s.journal.size != 0 || s.generation != 2 {
		t.Errorf("journal of %d bytes, generation %d", s.journal.size, s.generation)
	}
	orderOf(t, s, "3")
	if diff := cmp.Diff(s.Payments(), openTestSim(t, dir).Payments()); diff != "" || len(s.Payments()) != 3 {
		t.Errorf("after a restart (-before +after):\n%s", diff)
	}
}

// A kill between the next journal and the next snapshot leaves a journal nobody names.
func TestKillWhileFolding(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openTestSim(t, dir)
	orderOf(t, s, "1")
	stray := journalPath(dir, s.generation+1)
	if err := os.WriteFile(stray, []byte("{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	again := openTestSim(t, dir)
	orderOf(t, again, "2")
	if got := openTestSim(t, dir).Payments(); len(got) != 2 {
		t.Errorf("%d payments", len(got))
	}
}

func TestWhatCannotBeWrittenHasNoEffect(t *testing.T) {
	t.Parallel()
	s := openTestSim(t, t.TempDir())
	orderOf(t, s, "1")
	if err := s.journal.file.Close(); err != nil {
		t.Fatal(err)
	}
	if status := orderOf(t, s, "2"); status != http.StatusServiceUnavailable {
		t.Errorf("answered %d", status)
	}
	requests := s.Requests()
	if last := requests[len(requests)-1]; len(s.Payments()) != 1 || last.Effect || last.Error == "" {
		t.Errorf("%d payments, history %+v", len(s.Payments()), last)
	}
}
