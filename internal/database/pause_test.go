package database

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestJitter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chance := bytes.NewReader([]byte{0, 0, 0xff, 0xff, 0x80, 0, 0, 0})
		pause := Jitter(chance)
		for attempt, want := range []time.Duration{5 * time.Millisecond, 20 * time.Millisecond, 30 * time.Millisecond} {
			from := time.Now()
			if err := pause(t.Context(), attempt+1); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(from).Round(time.Millisecond); took != want {
				t.Errorf("attempt %d: %v, want %v", attempt+1, took, want)
			}
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := pause(ended, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("with an ended context: %v", err)
		}
		if err := pause(t.Context(), 1); err == nil {
			t.Error("no chance left, and no error")
		}
	})
}
