package app_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"kessai/internal/app"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/setting"
	"kessai/internal/wording"
)

// TestLeavesNothingBehind runs a node with real connections and a clock that stands
// still, and counts goroutines after Close. It is not parallel: others' would count.
func TestLeavesNothingBehind(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("node", func(t *testing.T) {
		r := newRig(t, rigOptions{baseURL: "https://" + freeAddress(t), transact: overTLS})
		r.serveCentre()
		if result, err := r.pay(r.oneOrder(10, 1), goodCard, "k1"); err != nil || result.Step.Kind != ledger.StepComplete {
			t.Fatalf("%+v, %v", result, err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); r.app.Run(ctx) }()
		for r.Number("SELECT COUNT(*) FROM plg_kessai_outbox WHERE sent_at IS NULL") > 0 {
			time.Sleep(5 * time.Millisecond)
		}
		stop()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatal("Run does not end")
		}
		r.close()
	})
	// The session library starts a goroutine for a store of its own, which is replaced at
	// once; it cannot be stopped without a race, and holds nothing.
	theirs := goleak.IgnoreTopFunction("github.com/alexedwards/scs/v2/memstore.(*MemStore).startCleanup")
	if err := goleak.Find(before, theirs); err != nil {
		t.Error(err)
	}
}

// TestStartAgain: a node that starts on existing files finds everything as it was,
// and works on.
func TestStartAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{baseURL: "https://" + freeAddress(t), transact: overTLS})
	r.serveCentre()
	class := r.Class("器", 10)
	id := r.oneOrder(10, 1)
	if _, err := r.pay(id, goodCard, "k1"); err != nil {
		t.Fatal(err)
	}
	before, settings := r.view(id), mustLoad(t, r.app.Settings)
	for range 3 {
		r.close()
		r.open()
	}
	after := r.view(id)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("started again:\n%s", diff)
	}
	if now := mustLoad(t, r.app.Settings); now.Version != settings.Version || now.Kit.ID != settings.Kit.ID {
		t.Errorf("settings %d, kit %d: before %d, %d", now.Version, now.Kit.ID, settings.Version, settings.Kit.ID)
	}
	if replay, err := r.pay(id, goodCard, "k1"); err != nil || !replay.Replayed {
		t.Errorf("the submit of before: %+v, %v", replay, err)
	}
	if _, err := r.change(id, true, "c1"); err != nil {
		t.Error(err)
	}
	r.idle(true)
	if l := r.view(id); l.Order.Status != order.Paid {
		t.Errorf("the order is %s", l.Order.Status.Name())
	}
	if inStock, _ := r.Stock(class); inStock != 10 {
		t.Errorf("%d in stock", inStock)
	}
	r.closeFolder()
}

func mustLoad(t *testing.T, s *setting.Store) setting.Snapshot {
	t.Helper()
	n, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// closeFolder: what the node keeps is for its own user alone.
func (r *rig) closeFolder() {
	r.t.Helper()
	err := filepath.WalkDir(r.config.DataDir, func(path string, d os.DirEntry, err error) error {
		if err != nil || path == r.config.DataDir {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			r.t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		r.t.Error(err)
	}
}

// TestRefusesToStart: a database that waits for migrations, or was made for another
// kind of shop, stops the start with a sentence that says what to do; nothing stays open.
func TestRefusesToStart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		seed dbtest.Seed
		env  []string
		code string
		said []string
	}{
		{"not migrated", dbtest.Blank, nil, "database.pending", []string{"migrations are pending", "kessai migrate"}},
		{"made for the embedded shop", dbtest.Migrated, []string{"KESSAI_HOST=attached"}, "database.host_mismatch", []string{"embedded", "attached", "Correct host"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := loadConfig(t, t.TempDir(), dbtest.SQLiteURL(t, tt.seed), tt.env...)
			d := app.Deps{Now: dbtest.Now, Rand: newChance(1), Log: slog.New(newLines(slog.LevelInfo)), Node: "node-1"}
			a, err := app.New(t.Context(), c, d)
			if a != nil || !problem.Is(err, tt.code) || problem.CategoryOf(err) != problem.Misset {
				t.Fatalf("New: %v, %v", a, err)
			}
			sentence := wording.En(err)
			if !containsAll(sentence, tt.said...) || strings.Contains(sentence, "\n") {
				t.Errorf("the operator reads: %s", sentence)
			}
			// Refused, it holds nothing back: migrated, the same file serves.
			db, err := app.OpenDatabase(t.Context(), c, d)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestNodeLock: one data directory, one node. A node in another process is tried in
// TestCrash; the lock of a killed one is free there.
func TestNodeLock(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "node.lock")
	unlock, err := app.LockNode(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.LockNode(file); err == nil {
		t.Error("a second node got the lock")
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := app.LockNode(file)
	if err != nil {
		t.Fatalf("the lock given back: %v", err)
	}
	if err := again(); err != nil {
		t.Error(err)
	}
	if _, err := app.LockNode(filepath.Join(t.TempDir(), "none", "node.lock")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a directory that is not there: %v", err)
	}
}

// TestLeases: a living node's operation is nobody else's until its lease ends; a node
// that comes back under its own name takes up at once what its former self left.
func TestLeases(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		node  string
		later time.Duration
		takes bool
	}{
		{"another node, lease living", "node-2", 50 * time.Second, false},
		{"another node, lease over", "node-2", 90 * time.Second, true},
		{"the same name", "node-1", 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, rigOptions{})
			id := r.oneOrder(10, 1)
			r.dieAt(ledger.AfterSent, func() error { _, err := r.pay(id, goodCard, "k1"); return err })
			r.node = tt.node
			r.Advance(tt.later)
			r.open()
			r.idle(false)
			if state := r.view(id).Operations[0].State; (state != payment.Sent) != tt.takes {
				t.Errorf("the operation is %s", state)
			}
		})
	}
}

// dieAt has the node end at a boundary of an operation.
func (r *rig) dieAt(b ledger.Boundary, operation func() error) {
	r.t.Helper()
	r.reached = func(at ledger.Boundary, _ order.ID) {
		if at == b {
			panic(crash{string(b)})
		}
	}
	defer func() {
		r.reached = nil
		if p, died := recover().(crash); !died {
			r.t.Fatalf("it did not die at %s: %v", b, p)
		}
		r.close()
	}()
	r.t.Fatalf("it came to its end: %v", operation())
}

// TestThreeDSWithoutAPage: settings that ask for 3-D Secure come to a node that has no page
// for it. It says so when it starts, and sends no card.
func TestThreeDSWithoutAPage(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{
		returns:  func(order.ID, *ledger.Payment) ledger.Returns { return ledger.Returns{} },
		settings: map[string]string{"credit_3d": "2.0", "credit_3d_merchant_name": "SHOP", "credit_3d_hash_key": "k1"},
	})
	if text := r.log.take(); strings.Contains(text, "cards are refused") {
		t.Error(text)
	}
	r.close()
	r.returns = nil
	r.open()
	if text := r.log.take(); !strings.Contains(text, "level=ERROR") || !strings.Contains(text, "cards are refused") || !strings.Contains(text, "credit_3d=2.0") {
		t.Errorf("the log says %s", text)
	}
	id := r.oneOrder(10, 1)
	if _, err := r.pay(id, goodCard, "k1"); !problem.Is(err, "card.no_three_ds") {
		t.Error(err)
	}
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_operation"); n != 0 || len(r.sim.Payments()) != 0 {
		t.Errorf("%d operations", n)
	}
	_, err := r.app.Settings.Save(t.Context(), func(v *setting.Values) error { return v.Set("credit_3d", "1.0") }, "staff:1")
	if !problem.Is(err, setting.CodeThreeDPage) {
		t.Error(err)
	}
	if _, err := r.app.Settings.Save(t.Context(), func(v *setting.Values) error { return v.Set("credit_3d", "0") }, "staff:1"); err != nil {
		t.Fatal(err)
	}
	if result, err := r.pay(id, goodCard, "k2"); err != nil || result.Step.Kind != ledger.StepComplete {
		t.Errorf("%+v, %v", result, err)
	}
}
