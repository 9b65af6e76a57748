//go:build unix

package app_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"kessai/internal/app"
)

// TestUnlockedWhileAChildStarts: a process that is being started has a copy of every open file
// until it runs its own program; the lock must not last as long.
func TestUnlockedWhileAChildStarts(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "node.lock")
	before := descriptors(t, file)
	unlock, err := app.LockNode(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.LockNode(file); err == nil {
		t.Fatal("locked twice")
	}
	held := descriptors(t, file)
	if len(before) != 0 || len(held) != 1 {
		t.Fatalf("descriptors %v, then %v", before, held)
	}
	copied, err := syscall.Dup(held[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(copied) }()
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := app.LockNode(file)
	if err != nil {
		t.Fatalf("the copy keeps it locked: %v", err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}

// descriptors are this process's own of a file.
func descriptors(t *testing.T, file string) (all []int) {
	t.Helper()
	var of syscall.Stat_t
	if err := syscall.Stat(file, &of); os.IsNotExist(err) {
		return nil
	} else if err != nil {
		t.Fatal(err)
	}
	for fd := range 1024 {
		var s syscall.Stat_t
		if syscall.Fstat(fd, &s) == nil && s.Dev == of.Dev && s.Ino == of.Ino {
			all = append(all, fd)
		}
	}
	return all
}
