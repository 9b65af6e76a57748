package mail

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Dir writes mails as .eml files instead of sending them. A repeated mail replaces
// its own file.
type Dir string

// Send implements Sender.
func (d Dir) Send(_ context.Context, m Message) (err error) {
	msg, err := compose(m)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return fmt.Errorf("mail directory: %w", err)
	}
	f, err := os.CreateTemp(string(d), ".mail-*") // mode 0600: orders are personal data
	if err != nil {
		return fmt.Errorf("mail directory: %w", err)
	}
	_, err = msg.WriteTo(f)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(string(d), fileName(m.ID)))
	}
	if err != nil {
		return fmt.Errorf("mail directory: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// fileName is the local part of the Message-ID, which is ours.
func fileName(id string) string {
	local, _, _ := strings.Cut(id, "@")
	return filepath.Base(local) + ".eml"
}
