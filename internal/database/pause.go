package database

import (
	"context"
	"encoding/binary"
	"io"
	"time"
)

// Jitter makes an Options.Pause from a source of chance: up to 10 ms before the
// second try, doubled for each further one, never less than half of that.
func Jitter(chance io.Reader) func(ctx context.Context, attempt int) error {
	return func(ctx context.Context, attempt int) error {
		var b [2]byte
		if _, err := io.ReadFull(chance, b[:]); err != nil {
			return err
		}
		most := 10 * time.Millisecond << min(attempt-1, 6)
		share := time.Duration(binary.BigEndian.Uint16(b[:]))
		timer := time.NewTimer(most/2 + most/2*share/(1<<16))
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
