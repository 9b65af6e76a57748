package job

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/robfig/cron/v3"

	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/problem"
)

// Schedule is a task that makes a job at certain times, by the Japanese clock. None is
// there until a shop sets one.
type Schedule struct {
	Task      string
	Kind      string
	Spec      string // cron's five fields: minute, hour, day, month, weekday
	Selection Selection
	Width     int // of the jobs it makes; 0: DefaultWidth
	Rate      int
	ChangedBy string
	Since     time.Time // slots before it are none of the task's

	LastSlot time.Time // zero: none ran yet
	LastJob  string
}

var taskName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// longestLook bounds how far back a missed slot is looked for.
const longestLook = 35 * 24 * time.Hour

// Next is the first slot after t, zero if there is none.
func (s Schedule) Next(t time.Time) (time.Time, error) {
	spec, err := cron.ParseStandard(s.Spec)
	if err != nil {
		return time.Time{}, problem.Wrap(err, problem.Invalid, "job.spec", nil).On("spec")
	}
	return spec.Next(t.In(order.JST())), nil
}

// due is the newest slot that has come and did not run, zero if none: of several that
// were missed only one runs. next is the slot after it.
func (s Schedule) due(now time.Time) (slot, next time.Time, err error) {
	from := s.Since
	if s.LastSlot.After(from) {
		from = s.LastSlot
	}
	if oldest := now.Add(-longestLook); from.Before(oldest) {
		from = oldest
	}
	if next, err = s.Next(from); err != nil {
		return time.Time{}, time.Time{}, err
	}
	for !next.IsZero() && !next.After(now) {
		slot = next
		if next, err = s.Next(next); err != nil {
			return time.Time{}, time.Time{}, err
		}
	}
	return slot.UTC(), next, nil
}

// SetSchedule sets or replaces a task's schedule; it begins with the next slot.
func (j *Jobs) SetSchedule(ctx context.Context, s Schedule) error {
	if !taskName.MatchString(s.Task) {
		return problem.New(problem.Invalid, "job.task", nil).On("task")
	}
	if _, known := j.kinds[s.Kind]; !known {
		return problem.New(problem.Invalid, "job.kind_unknown", nil).On("kind")
	}
	if err := checkPace(s.Width, s.Rate); err != nil {
		return err
	}
	if next, err := s.Next(j.now()); err != nil {
		return err
	} else if next.IsZero() {
		return problem.New(problem.Invalid, "job.spec", nil).On("spec")
	}
	s.Since = j.now()
	return j.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error { return putSchedule(ctx, tx, s) })
}

// DropSchedule takes a task's schedule away.
func (j *Jobs) DropSchedule(ctx context.Context, task string) error {
	found := false
	err := j.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) (err error) {
		found, err = dropSchedule(ctx, tx, task)
		return err
	})
	if err == nil && !found {
		err = problem.New(problem.NotFound, "job.task_unknown", nil)
	}
	return err
}

// Schedules lists them, by task.
func (j *Jobs) Schedules(ctx context.Context) ([]Schedule, error) {
	return schedules(ctx, j.o.DB.Read())
}

// Scheduler makes the jobs whose time has come.
type Scheduler struct{ j *Jobs }

// Scheduler makes one; one a node.
func (j *Jobs) Scheduler() *Scheduler { return &Scheduler{j: j} }

// Step takes the slots that are due. The job and its slot are one transaction: the
// slot's row is unique, so the second node makes neither.
func (s *Scheduler) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	all, err := s.j.Schedules(ctx)
	if err != nil {
		return false, time.Time{}, err
	}
	now := s.j.now()
	for _, one := range all {
		slot, after, err := one.due(now)
		if err != nil {
			s.j.o.Log.ErrorContext(ctx, "a schedule cannot be read", "task", one.Task, "error", err)
			continue
		}
		if !after.IsZero() && (next.IsZero() || after.Before(next)) {
			next = after
		}
		if slot.IsZero() {
			continue
		}
		ran, err := s.run(ctx, one, slot)
		if err != nil {
			return worked, next, err
		}
		worked = worked || ran
	}
	return worked, next, nil
}

func (s *Scheduler) run(ctx context.Context, one Schedule, slot time.Time) (bool, error) {
	key := fmt.Sprintf("schedule:%s:%d", one.Task, slot.UnixMilli())
	made, err := s.j.made(Wanted{Kind: one.Kind, Selection: one.Selection, Requester: "schedule:" + one.Task, Key: key, Width: one.Width, Rate: one.Rate})
	if err != nil {
		s.j.o.Log.ErrorContext(ctx, "a schedule's job cannot be made", "task", one.Task, "error", err)
		return false, nil
	}
	err = s.j.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		if err := takeSlot(ctx, tx, one.Task, slot, made.ID, s.j.now()); err != nil {
			return err
		}
		return insertJob(ctx, tx, made, key)
	})
	switch {
	case database.IsDuplicate(err):
		return false, nil // another node has it
	case err != nil:
		return false, fmt.Errorf("job: slot of %s: %w", one.Task, err)
	}
	s.j.o.Log.InfoContext(ctx, "a schedule's slot ran", "task", one.Task, "slot", slot, "job", made.ID)
	return true, nil
}
