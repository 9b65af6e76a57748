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
}

// dummy is checked for ids that nobody has: it takes as long as a member's hash, and was
// drawn at random, so that no password fits.
const dummy = "$argon2id$v=19$m=19456,t=2,p=1$0zcso4dC169jBP7FzkOxJg$iIbuRLRq18kyFCrkeBfd0DXeDQSmOSA9kaKy7euL+YU"

// New makes Members.
func New(o Options) (*Members, error) {
	if o.DB == nil || o.Now == nil || o.Rand == nil {
		return nil, errors.New("staff: New needs DB, Now and Rand")
	}
	if o.Hashes <= 0 {
		o.Hashes = 2
	}
	return &Members{o: o, slots: make(chan struct{}, o.Hashes)}, nil
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
