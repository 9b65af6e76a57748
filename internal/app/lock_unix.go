//go:build unix

package app

import (
	"errors"
	"os"
	"syscall"
)

// LockNode takes the lock of a data directory. It is given back when the process
// ends, however it ends.
func LockNode(file string) (unlock func() error, err error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close() // nothing was written
		return nil, err
	}
	return func() error {
		// Closing is not enough: a child that is being started may still hold a copy of the file.
		return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close())
	}, nil
}
