package app_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
)

// TestCrashUnderLoad kills a serving node with SIGKILL at random moments, while buyers
// submit, staff press, stores and the centre send notices and workers run; it comes back
// under its own name each time. No acknowledged notice is lost, by the sender's own
// record; nothing is charged, captured or cancelled twice, by the centre's own log; both
// books, stock and mails agree once everything has come to its end.
//
//	KESSAI_CRASH_ROUNDS  how many kills over all engines; default 9
//	KESSAI_CRASH_SEED    when they come, and who does what; default: chance
func TestCrashUnderLoad(t *testing.T) {
	if raced {
		t.Skip("processes are not watched by the race detector")
	}
	rounds := 9
	if n := os.Getenv("KESSAI_CRASH_ROUNDS"); n != "" {
		rounds = parse(t, "KESSAI_CRASH_ROUNDS", n)
	}
	seed := rand.Uint64() % 1_000_000
	if n := os.Getenv("KESSAI_CRASH_SEED"); n != "" {
		seed = uint64(parse(t, "KESSAI_CRASH_SEED", n))
	}
	engines := database.Engines()
	for i, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			share := (rounds + len(engines) - 1 - i) / len(engines)
			crashUnderLoad(t, engine, seed+uint64(i), share)
		})
	}
}

// between is how many kills come before everything has to come to rest.
const between = 5

func crashUnderLoad(t *testing.T, engine database.Engine, seed uint64, rounds int) {
	began := time.Now()
	url := dbtest.URL(t, engine)
	f := newFleet(t, url, seed)
	defer func() {
		t.Logf("%s: seed %d, %d kills, %v; %s", engine, seed, rounds, time.Since(began).Round(time.Millisecond), f.told())
		if t.Failed() {
			t.Logf("run it again with KESSAI_CRASH_SEED=%d (the moments of the kills are the machine's); the node's last words:\n%s", seed, f.nodes[0].tail())
		}
	}()
	node := f.node("node-1", url)
	node.start()
	var recovered []time.Duration
	for round := 1; round <= rounds && !t.Failed(); round++ {
		where := fmt.Sprintf("%s, kill %d", engine, round)
		stop := f.load(12)
		time.Sleep(time.Duration(100+f.roll(400)) * time.Millisecond) // how long it lived: no check depends on it
		for wait := time.Now(); round == rounds && f.Number("SELECT COUNT(*) FROM plg_kessai_ledger") == 0 && time.Since(wait) < time.Minute; {
			time.Sleep(10 * time.Millisecond) // but that something was there to be lost
		}
		node.kill()
		stop()
		recovered = append(recovered, f.recover(node))
		f.checkAcknowledged(where)
		if round%between == 0 || round == rounds {
			f.settle()
			f.checkAll(where)
		}
	}
	slices.Sort(recovered)
	t.Logf("%s: recovery, restart to ready with the former self's work taken up: p50 %v, max %v", engine,
		recovered[len(recovered)/2].Round(time.Millisecond), recovered[len(recovered)-1].Round(time.Millisecond))
}

// recover starts the node again and measures until nothing of its former self is left
// planned or sent.
func (f *fleet) recover(node *process) time.Duration {
	f.t.Helper()
	died := f.now()
	began := time.Now()
	node.start()
	for f.Number("SELECT COUNT(*) FROM plg_kessai_operation WHERE state IN ('planned', 'sent') AND planned_at <= ? AND kind <> 'change_amount'", died.UnixMilli()) > 0 {
		if time.Since(began) > time.Minute {
			f.t.Fatalf("the former self's work is not taken up\n%s", node.tail())
		}
		time.Sleep(2 * time.Millisecond)
	}
	return time.Since(began)
}
