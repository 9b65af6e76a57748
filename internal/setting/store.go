package setting

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// Options are what a Store is made of.
type Options struct {
	DB       *database.DB
	Key      *Key
	Now      func() time.Time
	Embedded bool // a new method is offered with every delivery

	// ThreeDS tells that somebody takes a buyer back from 3-D Secure: else it cannot be
	// chosen.
	ThreeDS bool

	// OpenOperations counts the operations that are not settled, inside the save's
	// transaction: while there are any, environment and merchant stay (money.md §10).
	OpenOperations func(ctx context.Context, q database.Querier) (int64, error)

	// LivingPayments counts the payments of an environment and merchant that have not
	// ended, inside the save's transaction: who changes either is told of them first.
	LivingPayments func(ctx context.Context, q database.Querier, env payment.Environment, merchant string) (int64, error)
}

// Store keeps the versions. It is safe for concurrent use.
type Store struct {
	o Options

	newest *latest

	mu       sync.Mutex
	known    map[int64]Snapshot // by version; versions never change
	policies map[int64]ledger.Policy
	kits     map[int64]*Kit
}

// New makes a Store.
func New(o Options) (*Store, error) {
	if o.DB == nil || o.Key == nil || o.Now == nil || o.OpenOperations == nil || o.LivingPayments == nil {
		return nil, errors.New("setting: New needs DB, Key, Now, OpenOperations and LivingPayments")
	}
	return &Store{o: o, newest: newLatest(), known: map[int64]Snapshot{}, policies: map[int64]ledger.Policy{}, kits: map[int64]*Kit{}}, nil
}

// Snapshot is one version. It is shared: change nothing in it.
type Snapshot struct {
	Version int64 // 0: nothing was saved yet, Values are the defaults
	SavedAt time.Time
	Actor   ledger.Actor
	Values  Values
	Kit     *Kit // nil while none is imported
}

// Load returns the version in force; one small query if it is known already.
func (s *Store) Load(ctx context.Context) (Snapshot, error) {
	version, err := s.newest.read(ctx, func(ctx context.Context) (int64, error) { return newestVersion(ctx, s.o.DB.Read()) })
	if err != nil {
		return Snapshot{}, err
	}
	return s.loadCommitted(ctx, version)
}

// LoadVersion returns the version an operation pinned. An unknown one is problem
// NotFound "setting.version".
func (s *Store) LoadVersion(ctx context.Context, version int64) (Snapshot, error) {
	return s.loadCommitted(ctx, version)
}

func (s *Store) load(ctx context.Context, q database.Querier, version int64) (Snapshot, error) {
	if version == 0 {
		return Snapshot{Values: Defaults()}, nil
	}
	if known, ok := s.recall(version); ok {
		return known, nil
	}
	row, err := readVersion(ctx, q, version)
	if err != nil {
		return Snapshot{}, err
	}
	return s.decode(ctx, q, row)
}

// loadCommitted is load outside of a transaction. Only what is read there may be
// remembered: a version seen inside of one may never come to be.
func (s *Store) loadCommitted(ctx context.Context, version int64) (Snapshot, error) {
	snapshot, err := s.load(ctx, s.o.DB.Read(), version)
	if err == nil && version > 0 {
		s.remember(snapshot)
	}
	return snapshot, err
}

func (s *Store) decode(ctx context.Context, q database.Querier, row stored) (Snapshot, error) {
	text, err := s.o.Key.open(versionPlace(row.version), row.body)
	if err != nil {
		return Snapshot{}, err
	}
	body := map[string]string{}
	if err := json.Unmarshal(text, &body); err != nil {
		return Snapshot{}, unreadable(versionPlace(row.version), err)
	}
	values, err := restore(body)
	if err != nil {
		return Snapshot{}, unreadable(versionPlace(row.version), err)
	}
	kit, err := s.loadKit(ctx, q, row.kit)
	if err != nil {
		return Snapshot{}, err
	}
	return Snapshot{Version: row.version, SavedAt: time.UnixMilli(row.savedAt).UTC(), Actor: ledger.Actor(row.actor), Values: values, Kit: kit}, nil
}

func (s *Store) loadKit(ctx context.Context, q database.Querier, id sql.NullInt64) (*Kit, error) {
	if !id.Valid {
		return nil, nil
	}
	s.mu.Lock()
	kit, ok := s.kits[id.Int64]
	s.mu.Unlock()
	if ok {
		return kit, nil
	}
	body, err := readKit(ctx, q, id.Int64)
	if err != nil {
		return nil, err
	}
	text, err := s.o.Key.open(kitPlace(id.Int64), body)
	if err != nil {
		return nil, err
	}
	return decodeKit(id.Int64, text)
}

func versionPlace(version int64) string { return fmt.Sprintf("setting/%d", version) }
func kitPlace(id int64) string          { return fmt.Sprintf("kit/%d", id) }

// maxKnown bounds the memory of a process that has seen many versions.
const maxKnown = 64

func (s *Store) recall(version int64) (Snapshot, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, ok := s.known[version]
	return known, ok
}

func (s *Store) remember(n Snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.known[n.Version]; ok {
		return
	}
	if len(s.known) >= maxKnown {
		clear(s.known)
		clear(s.policies)
		clear(s.kits)
	}
	s.known[n.Version] = n
	if n.Kit != nil {
		s.kits[n.Kit.ID] = n.Kit
	}
}

// Info is one version as listed.
type Info struct {
	Version int64
	SavedAt time.Time
	Actor   ledger.Actor
	Kit     int64 // 0: none
}

// History lists the newest versions, newest first.
func (s *Store) History(ctx context.Context, limit int) ([]Info, error) {
	rows, err := listVersions(ctx, s.o.DB.Read(), limit)
	if err != nil {
		return nil, err
	}
	out := make([]Info, len(rows))
	for i, r := range rows {
		out[i] = Info{Version: r.version, SavedAt: time.UnixMilli(r.savedAt).UTC(), Actor: ledger.Actor(r.actor), Kit: r.kit.Int64}
	}
	return out, nil
}

// Ready reports what is missing before telegrams can be sent: problem Misconfigured
// "setting.missing".
func (n *Snapshot) Ready() error {
	var missing []string
	for _, p := range n.Values.Validate() {
		label, _ := p.Args["Label"].(string)
		missing = append(missing, label)
	}
	if n.Kit == nil {
		missing = append(missing, "接続キット")
	}
	if len(missing) == 0 {
		return nil
	}
	return problem.New(problem.Misset, CodeMissing, problem.Args{"Missing": missing})
}
