package job

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/problem"
)

// Options are what Jobs are made of.
type Options struct {
	DB    *database.DB
	Now   func() time.Time
	Rand  io.Reader // safe for concurrent use
	Owner string    // the node
	Log   *slog.Logger
	Kinds []Kind
	Lease time.Duration // how long a lane is held without a word; 0: two minutes
}

// Jobs are the bulk work of a shop, as one node sees it.
type Jobs struct {
	o     Options
	kinds map[string]Kind

	taking sync.Mutex // of lanes: by one worker at a time

	mu  sync.Mutex
	hot map[string]time.Time // jobs that may have work for a lane, and from when on it is looked for
}

// defaultLease is longer than an item takes: a telegram, and an inquiry after it.
const defaultLease = 2 * time.Minute

// Bounds of a job.
const (
	DefaultWidth = 8
	MaxWidth     = 64
	MaxRate      = 60000
	MaxChosen    = 1000 // orders that can be named one by one
)

// New makes Jobs.
func New(o Options) (*Jobs, error) {
	if o.DB == nil || o.Now == nil || o.Rand == nil || o.Owner == "" || o.Log == nil {
		return nil, errors.New("job: New needs DB, Now, Rand, Owner and Log")
	}
	if o.Lease == 0 {
		o.Lease = defaultLease
	}
	j := &Jobs{o: o, kinds: map[string]Kind{}}
	for _, k := range o.Kinds {
		if k.Name == "" || k.Select == nil || k.Run == nil || k.Rehearse == nil || k.Look == nil {
			return nil, errors.New("job: a kind needs a name, Select, Run, Rehearse and Look")
		}
		j.kinds[k.Name] = k
	}
	return j, nil
}

// Wanted is a job to be made.
type Wanted struct {
	Kind      string
	Selection Selection
	Requester string
	Key       string // one per form shown: the same key is the same job
	Rehearsal bool
	Width     int // 0: DefaultWidth
	Rate      int
}

// Create makes a job, or finds the one made with the same key before.
func (j *Jobs) Create(ctx context.Context, w Wanted) (Job, error) {
	made, err := j.made(w)
	if err != nil {
		return Job{}, err
	}
	err = j.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error { return insertJob(ctx, tx, made, w.Key) })
	switch {
	case database.IsDuplicate(err):
		return j.byKey(ctx, w)
	case err != nil:
		return Job{}, err
	}
	j.o.Log.InfoContext(ctx, "job made", "job", made.ID, "kind", made.Kind, "requester", made.Requester, "rehearsal", made.Rehearsal)
	return made, nil
}

// byKey finds the job that was made with the key. One that was to do something else
// is none: its form was altered.
func (j *Jobs) byKey(ctx context.Context, w Wanted) (Job, error) {
	have, found, err := jobByKey(ctx, j.o.DB.Read(), w.Key)
	if err == nil && (!found || have.Kind != w.Kind || have.Rehearsal != w.Rehearsal || have.Requester != w.Requester) {
		err = problem.New(problem.Conflict, "job.key_used", nil)
	}
	return have, err
}

// made is the job as it begins.
func (j *Jobs) made(w Wanted) (Job, error) {
	if err := checkPace(w.Width, w.Rate); err != nil {
		return Job{}, err
	}
	if w.Width == 0 {
		w.Width = DefaultWidth
	}
	switch _, known := j.kinds[w.Kind]; {
	case !known:
		return Job{}, problem.New(problem.Invalid, "job.kind_unknown", nil)
	case w.Key == "" || w.Requester == "":
		return Job{}, problem.New(problem.Internal, "job.incomplete", nil)
	case len(w.Selection.Orders) > MaxChosen:
		return Job{}, problem.New(problem.Invalid, "job.too_many", problem.Args{"Max": MaxChosen})
	}
	s := w.Selection
	s.Orders = slices.Clone(s.Orders)
	slices.SortFunc(s.Orders, func(a, b Chosen) int { return int(a.Order - b.Order) })
	s.Orders = slices.CompactFunc(s.Orders, func(a, b Chosen) bool { return a.Order == b.Order })
	now := j.now()
	return Job{
		ID: j.id(now), Kind: w.Kind, State: Preparing, Requester: w.Requester, Selection: s, Rehearsal: w.Rehearsal,
		Width: w.Width, Rate: w.Rate, CreatedAt: now,
	}, nil
}

// checkPace refuses a width or rate that no job has.
func checkPace(width, rate int) error {
	switch {
	case width < 0 || width > MaxWidth:
		return problem.New(problem.Invalid, "job.width", problem.Args{"Max": MaxWidth}).On("width")
	case rate < 0 || rate > MaxRate:
		return problem.New(problem.Invalid, "job.rate", problem.Args{"Max": MaxRate}).On("rate")
	}
	return nil
}

func (j *Jobs) now() time.Time { return j.o.Now().UTC().Truncate(time.Millisecond) }

func (j *Jobs) id(at time.Time) string {
	return ulid.MustNew(ulid.Timestamp(at), j.o.Rand).String()
}

// Get reads one job with its counts.
func (j *Jobs) Get(ctx context.Context, id string) (Job, error) {
	job, found, err := jobByID(ctx, j.o.DB.Read(), id)
	if err == nil && !found {
		err = problem.New(problem.NotFound, "job.unknown", nil)
	}
	return job, err
}

// List reads jobs, the newest first, and how many there are.
func (j *Jobs) List(ctx context.Context, page, size int) ([]Job, int64, error) {
	return listJobs(ctx, j.o.DB.Read(), page, size)
}

// Result is an item as a page shows it.
type Result struct {
	Order   order.ID
	State   ItemState
	Outcome Outcome
	DoneAt  time.Time
}

// Results reads a job's items by order, only those of the given states if there are
// any, and how many there are.
func (j *Jobs) Results(ctx context.Context, id string, states []ItemState, page, size int) ([]Result, int64, error) {
	return listResults(ctx, j.o.DB.Read(), id, states, page, size)
}

// Pause lets no more items begin. Those under way end.
func (j *Jobs) Pause(ctx context.Context, id string) error {
	return j.turn(ctx, id, func(at Job) (State, bool) { return Paused, at.State == Running || at.State == Preparing })
}

// Resume lets a paused job go on.
func (j *Jobs) Resume(ctx context.Context, id string) error {
	return j.turn(ctx, id, func(at Job) (State, bool) {
		if at.Prepared {
			return Running, at.State == Paused
		}
		return Preparing, at.State == Paused
	})
}

// Cancel ends a job: what was not begun will not be.
func (j *Jobs) Cancel(ctx context.Context, id string) error {
	return j.turn(ctx, id, func(at Job) (State, bool) { return Canceled, !at.State.Ended() })
}

// turn moves a job to another state, from where that is allowed. Asking for what is so
// already is no mistake.
func (j *Jobs) turn(ctx context.Context, id string, to func(Job) (State, bool)) error {
	for range 3 {
		at, err := j.Get(ctx, id)
		if err != nil {
			return err
		}
		next, allowed := to(at)
		if at.State == next {
			return nil
		}
		if !allowed {
			return problem.New(problem.NotNow, "job.state", problem.Args{"State": string(at.State)})
		}
		moved := false
		err = j.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			moved, err = moveJob(ctx, tx, id, at.State, next, j.now())
			return err
		})
		if err != nil || moved {
			return err
		}
	}
	return problem.New(problem.Conflict, "job.moved", nil)
}

// EndLeases frees the lanes of a node's former self.
func (j *Jobs) EndLeases(ctx context.Context) error {
	return j.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return endLeases(ctx, tx, j.o.Owner, j.now())
	})
}

// hotJobs are the jobs a lane may be taken of now, the oldest first.
func (j *Jobs) hotJobs(now time.Time) (ids []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for id, from := range j.hot {
		if !from.After(now) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (j *Jobs) setHot(ids []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	was := j.hot
	j.hot = make(map[string]time.Time, len(ids))
	for _, id := range ids {
		j.hot[id] = was[id]
	}
}

// cool takes a job out that has nothing to do any more; the foreman looks again.
func (j *Jobs) cool(id string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.hot, id)
}

// full says that a job has no lane to give for a while.
func (j *Jobs) full(id string, until time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, hot := j.hot[id]; hot {
		j.hot[id] = until
	}
}
