package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"kessai/paygent"
)

// WireLog writes connectmodule.log as the original's connection module does, one line
// per telegram, of what may be logged (manual 1.10.1).
type WireLog struct {
	mu   sync.Mutex
	file *os.File
}

// OpenWireLog opens the log in the log directory.
func OpenWireLog(dir string) (*WireLog, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("log directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "connectmodule.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("connection log: %w", err)
	}
	return &WireLog{file: f}, nil
}

// Log writes one telegram.
func (w *WireLog) Log(_ context.Context, r paygent.WireRecord) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s %s", r.At.In(paygent.JST()).Format("2006/01/02 15:04:05"), r.Kind, r.Outcome, r.Duration.Round(time.Millisecond))
	if r.Code != "" {
		fmt.Fprintf(&b, " code=%s", r.Code)
	}
	for _, p := range r.Request {
		fmt.Fprintf(&b, " %s=%q", p.Name, p.Value)
	}
	b.WriteString(" →")
	for _, p := range r.Response {
		fmt.Fprintf(&b, " %s=%q", p.Name, p.Value)
	}
	b.WriteByte('\n')
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = w.file.WriteString(b.String()) // a full disk must not stop a payment
}

// Close closes the file.
func (w *WireLog) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.file.Close()
}
