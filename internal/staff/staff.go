package staff

import (
	"context"
	"errors"
	"io"
	"time"

	"kessai/internal/database"
)

// Options are what Members are made of.
type Options struct {
	DB        *database.DB
	Now       func() time.Time
	Rand      io.Reader // crypto/rand.Reader
	Embedded  bool      // kessai's own shop; else members are EC-CUBE's
	AuthMagic Password  // ECCUBE_AUTH_MAGIC of an attached EC-CUBE
	Hashes    int       // at once; 0 means 2. Each takes 19 MiB
}

// Members are the people of the back office. It is safe for concurrent use.
type Members struct {
	o     Options
	slots chan struct{} // bounds concurrent hashes
	dummy string        // a hash nobody's password fits, for unknown ids
}

// New makes Members.
func New(o Options) (*Members, error) {
	if o.DB == nil || o.Now == nil || o.Rand == nil {
		return nil, errors.New("staff: New needs DB, Now and Rand")
	}
	if o.Hashes <= 0 {
		o.Hashes = 2
	}
	nobody, err := Generate(o.Rand)
	if err != nil {
		return nil, err
	}
	dummy, err := hashArgon(nobody, o.Rand)
	if err != nil {
		return nil, err
	}
	return &Members{o: o, slots: make(chan struct{}, o.Hashes), dummy: dummy}, nil
}

// hashing runs fn, which hashes, with a bound on how many do so at once.
func (s *Members) hashing(ctx context.Context, fn func() error) error {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.slots }()
	return fn()
}
