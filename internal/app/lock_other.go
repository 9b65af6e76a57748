//go:build !unix

package app

import "os"

// LockNode takes the lock of a data directory: a file that cannot be opened twice
// for writing alone. One left by a crash is removed first, which fails while its
// owner lives.
func LockNode(file string) (unlock func() error, err error) {
	if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return func() error {
		if err := f.Close(); err != nil {
			return err
		}
		return os.Remove(file)
	}, nil
}
