package app_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"
)

// TestMain is also what the child processes of the crash tests run.
//
// Databases lie in memory where the system has a place for files there: what is tested
// is killed processes, which need no disk to have been synced, and thousands of commits
// wait for one otherwise.
func TestMain(m *testing.M) {
	if job := os.Getenv(childVariable); job != "" {
		if err := runChild(job); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if job := os.Getenv(nodeVariable); job != "" {
		if err := runNode(job); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if err := inMemory(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func inMemory() error {
	const place = "/dev/shm"
	info, err := os.Stat(place)
	if os.Getenv("TMPDIR") != "" || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || !info.IsDir() {
		return err
	}
	return os.Setenv("TMPDIR", place)
}
