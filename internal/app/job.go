package app

import (
	"context"
	"fmt"
	"time"

	"kessai/internal/job"
)

// jobLoops is how many items a node works on at once at most; a job's own width limits
// it over all nodes.
const jobLoops = 32

// openJobs makes the bulk work, which the pages and the commands use as well.
func (a *App) openJobs(context.Context) (err error) {
	a.Jobs, err = job.New(job.Options{
		DB: a.DB, Now: a.deps.Now, Rand: a.deps.Rand, Owner: a.deps.Node, Log: a.deps.Log,
		Kinds: []job.Kind{
			job.Capture(a.Ledger, a.Reader), job.Cancel(a.Ledger, a.Reader), job.Inquiry(a.Ledger, a.Reader),
			job.Rollback(a.Ledger, a.Store, a.Reader, a.rollbackTerm, a.deps.Now),
		},
	})
	return err
}

// rollbackTerm is 決済処理中の注文の取消期間.
func (a *App) rollbackTerm(ctx context.Context) (int, error) {
	s, err := a.Settings.Load(ctx)
	return s.Values.RollbackTerm, err
}

// jobWorkers are the loops of bulk work. Those without a lane look at nothing but this
// node's memory, so they may look often.
func (a *App) jobWorkers() []worker {
	all := []worker{
		{name: "jobs", step: a.Jobs.Foreman().Step, rest: 500 * time.Millisecond},
		{name: "schedules", step: a.Jobs.Scheduler().Step},
	}
	for n := range jobLoops {
		all = append(all, worker{name: fmt.Sprintf("job-%d", n), step: a.Jobs.Worker().Step, rest: 100 * time.Millisecond})
	}
	return all
}
