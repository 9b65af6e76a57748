package app_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
)

// TestNodes runs three nodes on one database, people, bulk work and a schedule at work on
// all of them, and kills one for good in the middle. The two that stay take over what it left; everything
// finishes once, by the centre's books.
//
//	KESSAI_NODES_SEED  who does what; default: chance
func TestNodes(t *testing.T) {
	if raced {
		t.Skip("processes are not watched by the race detector")
	}
	for _, engine := range []database.Engine{database.Postgres, database.MySQL} {
		t.Run(string(engine), func(t *testing.T) {
			url := dbtest.URL(t, engine)
			f := newFleet(t, url, nodesSeed(t))
			three(f, []string{url, url, url})
			stop := f.load(12)
			defer stop()
			f.busy(150)
			f.bulk()
			f.nodes[1].kill()
			f.busy(100)
			stop()
			f.settle()
			f.checkAll("after a node's end")
			f.checkShared()
			f.checkJobs()
		})
	}
}

// TestGalera is TestNodes on a cluster of three database nodes, one kessai node on each:
// a kessai node and another one's database node are killed in the middle. What a node
// cannot write it does not acknowledge; once its database node is back it works on.
func TestGalera(t *testing.T) {
	if raced {
		t.Skip("processes are not watched by the race detector")
	}
	g := dbtest.StartGalera(t)
	f := newFleet(t, g.URL(0), nodesSeed(t))
	f.strict = false // a node whose database is away says so
	three(f, []string{g.URL(0), g.URL(1), g.URL(2)})
	stop := f.load(12)
	defer stop()
	f.busy(100)
	f.bulk()
	f.nodes[1].kill()
	f.busy(50)
	g.Kill(2)
	adrift := f.nodes[2]
	f.busy(100) // the survivors stall for some seconds, then go on
	stop()
	f.settleBut(adrift)
	f.checkAll("after the ends of a node and a database node")
	f.checkShared()
	f.checkJobs()

	g.Start(2)
	f.settle()
	for range 20 { // its pool forgets the connections to the dead server one by one
		if out, err := adrift.ask("/test/advance", request{Offset: time.Duration(f.ahead.Load())}); err == nil && out.Code == "" {
			break
		}
	}
	f.nodes[0].kill()
	f.buy()
	f.settle()
	f.checkAll("with the database node back")
}

func nodesSeed(t *testing.T) uint64 {
	t.Helper()
	if n := os.Getenv("KESSAI_NODES_SEED"); n != "" {
		return uint64(parse(t, "KESSAI_NODES_SEED", n))
	}
	return rand.Uint64() % 1_000_000
}

// three starts three nodes.
func three(f *fleet, urls []string) {
	f.t.Helper()
	began := time.Now()
	f.t.Cleanup(func() {
		f.t.Logf("seed %d, %v; %s", f.seed, time.Since(began).Round(time.Millisecond), f.told())
		if f.t.Failed() {
			for _, p := range f.nodes {
				f.t.Logf("%s said last:\n%s", p.job.Name, p.tail())
			}
		}
	})
	for i, url := range urls {
		f.node(fmt.Sprintf("node-%d", i+1), url).start()
	}
}

// busy waits until so many more things were done.
func (f *fleet) busy(more int) {
	f.t.Helper()
	done := func() (n int) {
		f.mu.Lock()
		defer f.mu.Unlock()
		for what, times := range f.tally {
			if what != "/test/begin: no answer" && what != "/test/press: no answer" {
				n += times
			}
		}
		return n
	}
	until := done() + more
	for end := time.Now().Add(2 * time.Minute); done() < until; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			f.t.Fatalf("nothing moves any more: %s", f.told())
		}
	}
}

// settleBut settles without a node whose database is away.
func (f *fleet) settleBut(p *process) {
	f.t.Helper()
	p.mu.Lock()
	address := p.address
	p.address = ""
	p.mu.Unlock()
	f.settle()
	p.mu.Lock()
	p.address = address
	p.mu.Unlock()
}

// checkShared: every node had a part in the work.
func (f *fleet) checkShared() {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.nodes {
		if f.served[p.job.Name] == 0 {
			f.t.Errorf("%s did nothing", p.job.Name)
		}
	}
}

// bulk is staff pressing 一括売上 once, and the form arriving at every node.
func (f *fleet) bulk() {
	f.t.Helper()
	for _, p := range f.nodes {
		if out, err := p.ask("/test/bulk", request{Key: "bulk"}); err != nil || out.Code != "" {
			f.t.Fatalf("%s: %v %s", p.job.Name, err, out.Code)
		}
	}
}

// checkJobs: one job came of the form and one of each slot, and all of them ended, though
// who worked on them was killed.
func (f *fleet) checkJobs() {
	f.t.Helper()
	for what, wanted := range map[string]bool{
		"SELECT COUNT(*) FROM plg_kessai_job WHERE kind = 'capture'":                                                               true,
		"SELECT COUNT(*) FROM plg_kessai_job_item WHERE state = 'succeeded'":                                                       true,
		"SELECT COUNT(*) FROM plg_kessai_schedule_slot":                                                                            true,
		"SELECT COUNT(*) FROM plg_kessai_job WHERE state <> 'done'":                                                                false,
		"SELECT COUNT(*) FROM plg_kessai_job_item WHERE state IN ('waiting', 'claimed', 'unknown')":                                false,
		"SELECT COUNT(*) FROM plg_kessai_job_item WHERE open_key IS NOT NULL":                                                      false,
		"SELECT COUNT(*) FROM plg_kessai_schedule_slot s WHERE (SELECT COUNT(*) FROM plg_kessai_job j WHERE j.id = s.job_id) <> 1": false,
	} {
		if n := f.Number(what); (n > 0) != wanted {
			f.t.Errorf("%s: %d", what, n)
		}
	}
	if jobs, slots := f.Number("SELECT COUNT(*) FROM plg_kessai_job"), f.Number("SELECT COUNT(*) FROM plg_kessai_schedule_slot"); jobs != slots+1 {
		f.t.Errorf("%d jobs of one form and %d slots", jobs, slots)
	}
}
