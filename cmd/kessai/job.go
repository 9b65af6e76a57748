package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/job"
	"kessai/internal/order"
)

func jobCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "job",
		Short: "bulk work (ジョブ): ask for it, look at it, pause, resume, cancel it; set schedules",
		Long: `job asks for bulk work, shows what staff, a schedule or this command asked for, and steers it. The servers
carry it out: a job that is made or resumed here begins as soon as one of them looks.`,
		Example: `  kessai job run capture --status 1 --dry-run
  kessai job list
  kessai job show 01JQRS... --failed
  kessai job pause 01JQRS...
  kessai job schedule set rollback "30 4 * * *"`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usageError{errors.New("job needs one of run, list, show, pause, resume, cancel and schedule")}
		},
	}
	turn := func(use, short string, do func(*job.Jobs, context.Context, string) error) *cobra.Command {
		return &cobra.Command{
			Use: use + " JOB", Short: short, Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return withJobs(cmd, e, func(a *app.App, _ app.Deps) error {
					if err := do(a.Jobs, cmd.Context(), args[0]); err != nil {
						return err
					}
					return tellJob(cmd, e, a, args[0])
				})
			},
		}
	}
	cmd.AddCommand(jobRunCommand(e), jobListCommand(e), jobShowCommand(e),
		turn("pause", "let no more items begin; those under way end", (*job.Jobs).Pause),
		turn("resume", "let a paused job go on", (*job.Jobs).Resume),
		turn("cancel", "end a job: what was not begun will not be", (*job.Jobs).Cancel),
		jobScheduleCommand(e))
	return cmd
}

// withJobs runs a command that passes by the servers.
func withJobs(cmd *cobra.Command, e env, do func(*app.App, app.Deps) error) error {
	return withMigrated(cmd, e, func(c config.Config, d app.Deps, _ *database.DB) (err error) {
		if d.Node, err = passingNode(d); err != nil {
			return err
		}
		a, err := app.NewCore(cmd.Context(), c, d)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Close()) }()
		return do(a, d)
	})
}

// jobLine is a job as a script reads it.
type jobLine struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	State     job.State `json:"state"`
	Rehearsal bool      `json:"rehearsal"`
	Requester string    `json:"requester"`
	Total     int64     `json:"total"`
	Succeeded int64     `json:"succeeded"`
	Failed    int64     `json:"failed"`
	Skipped   int64     `json:"skipped"`
	Unknown   int64     `json:"unknown"`
	Amount    order.Yen `json:"amount"`
	CreatedAt time.Time `json:"created_at"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
}

func jobLineOf(j job.Job) jobLine {
	c := j.Counts
	return jobLine{j.ID, j.Kind, j.State, j.Rehearsal, j.Requester, j.Total, c.Succeeded, c.Failed, c.Skipped, c.Unknown, c.Amount, j.CreatedAt, j.EndedAt}
}

func (l jobLine) write(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(l)
	}
	kind := l.Kind
	if l.Rehearsal {
		kind += " (rehearsal)"
	}
	_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%d of %d\t%d succeeded, %d failed, %d skipped, %d unknown\n",
		l.ID, kind, l.State, l.Succeeded+l.Failed+l.Skipped+l.Unknown, l.Total, l.Succeeded, l.Failed, l.Skipped, l.Unknown)
	return err
}

func jobListCommand(e env) *cobra.Command {
	var asJSON bool
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "list jobs, the newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 {
				return usageError{errors.New("--limit must be positive")}
			}
			return withJobs(cmd, e, func(a *app.App, _ app.Deps) error {
				list, _, err := a.Jobs.List(cmd.Context(), 1, limit)
				for _, j := range list {
					if err := jobLineOf(j).write(e.Stdout, asJSON); err != nil {
						return err
					}
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "a line of JSON for each job")
	cmd.Flags().IntVar(&limit, "limit", 20, "how many")
	return cmd
}

func jobShowCommand(e env) *cobra.Command {
	var asJSON, failed bool
	cmd := &cobra.Command{
		Use: "show JOB", Short: "show a job and what became of each order", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withJobs(cmd, e, func(a *app.App, _ app.Deps) error {
				j, err := a.Jobs.Get(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if err := jobLineOf(j).write(e.Stdout, asJSON); err != nil {
					return err
				}
				return tellItems(cmd.Context(), e.Stdout, a.Jobs, j.ID, asJSON, failed)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "a line of JSON for the job, and one for each order")
	cmd.Flags().BoolVar(&failed, "failed", false, "only the orders that failed")
	return cmd
}

// showPage is how many items are read at a time.
const showPage = 500

func tellItems(ctx context.Context, w io.Writer, jobs *job.Jobs, id string, asJSON, failed bool) error {
	var states []job.ItemState
	if failed {
		states = []job.ItemState{job.Failed}
	}
	for page := 1; ; page++ {
		list, _, err := jobs.Results(ctx, id, states, page, showPage)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, r := range list {
			if err := tellItem(w, r, asJSON); err != nil {
				return err
			}
		}
	}
}

func tellItem(w io.Writer, r job.Result, asJSON bool) error {
	code := r.Outcome.Code
	if r.Outcome.Facts.Paygent != "" {
		code += " " + r.Outcome.Facts.Paygent
	}
	if !asJSON {
		_, err := fmt.Fprintf(w, "%d\t%s\t%s\n", r.Order, r.State, code)
		return err
	}
	return json.NewEncoder(w).Encode(struct {
		Order  int64         `json:"order_id"`
		State  job.ItemState `json:"state"`
		Code   string        `json:"code,omitempty"`
		DoneAt time.Time     `json:"done_at,omitzero"`
	}{int64(r.Order), r.State, code, r.DoneAt})
}

// tellJob says how a job stands after it was turned.
func tellJob(cmd *cobra.Command, e env, a *app.App, id string) error {
	j, err := a.Jobs.Get(cmd.Context(), id)
	if err != nil {
		return err
	}
	return jobLineOf(j).write(e.Stdout, false)
}
