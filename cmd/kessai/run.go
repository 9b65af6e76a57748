package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/problem"
	"kessai/internal/wording"
)

// env is what a command gets of the world.
type env struct {
	Environ []string
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
}

// Exit codes, documented in the root command's help.
const (
	exitOK      = 0
	exitFailed  = 1 // the command failed
	exitUsage   = 2 // wrong arguments
	exitMisset  = 3 // configuration is wrong
	exitRefused = 4 // refused in the present state
)

// run runs one command and returns its exit code.
func run(ctx context.Context, args []string, e env) int {
	root := rootCommand(e)
	root.SetArgs(args)
	root.SetIn(e.Stdin)
	root.SetOut(e.Stdout)
	root.SetErr(e.Stderr)
	began := false
	noteBegin(root, &began)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if !began {
		err = usageError{err} // cobra found something wrong with the arguments
	}
	_, _ = fmt.Fprintf(e.Stderr, "kessai: %s\n", sentence(err))
	return exitCode(err)
}

// noteBegin notes when a command begins: an error before is one of the arguments.
func noteBegin(c *cobra.Command, began *bool) {
	if do := c.RunE; do != nil {
		c.RunE = func(cmd *cobra.Command, args []string) error {
			*began = true
			return do(cmd, args)
		}
	}
	for _, sub := range c.Commands() {
		noteBegin(sub, began)
	}
}

// sentence is an error in the words of a command.
func sentence(err error) string {
	if _, ok := problem.As(err); ok {
		return wording.En(err)
	}
	return err.Error()
}

// usageError is a mistake in the arguments.
type usageError struct{ error }

// missetError is a mistake in the configuration, or in what surrounds the command.
type missetError struct{ error }

func exitCode(err error) int {
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	var misset missetError
	if errors.As(err, &misset) {
		return exitMisset
	}
	if _, ok := problem.As(err); !ok {
		return exitFailed
	}
	switch problem.CategoryOf(err) {
	case problem.Misset, problem.Invalid:
		return exitMisset
	case problem.NotNow, problem.Conflict, problem.Denied:
		return exitRefused
	}
	return exitFailed
}

func rootCommand(e env) *cobra.Command {
	root := &cobra.Command{
		Use:   "kessai",
		Short: "Paygent payments for EC-CUBE: shop, back office, simulator",
		Long: `kessai takes orders by card through Paygent (ペイジェント), keeps them in step with
Paygent's notifications, and brings a simulator of Paygent to try it all without a contract.

Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 wrong configuration or input, 4 refused in the present state.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.PersistentFlags().String("config", "", "configuration file (TOML); also KESSAI_CONFIG")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(demoCommand(e), serveCommand(e), simulatorCommand(e), migrateCommand(e), staffCommand(e), settingCommand(e), rollbackCommand(e), jobCommand(e), reconcileCommand(e), verifyCommand(e), versionCommand())
	return root
}

// loadConfig loads the node's configuration for a command.
func loadConfig(cmd *cobra.Command, e env) (config.Config, error) {
	file, err := cmd.Flags().GetString("config")
	if err != nil {
		return config.Config{}, err
	}
	c, err := config.Load(config.Source{File: file, Environ: e.Environ})
	if err != nil {
		return config.Config{}, missetError{err}
	}
	return *c, nil
}

// deps are the real clock, randomness and log.
func deps(log *slog.Logger, node string) app.Deps {
	return app.Deps{Now: time.Now, Rand: rand.Reader, Log: log, Node: node, CheckClock: true}
}

// logger writes to w from a level on.
func logger(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: l}))
}

// ownDir makes a directory only this user can read, and takes the node's lock in it.
func ownDir(dir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, missetError{fmt.Errorf("data directory: %w", err)}
	}
	return lock("data directory "+dir, filepath.Join(dir, "node.lock"))
}

// ownFile takes the lock beside an SQLite shop's file, which has one node whatever
// the data directory. The databases of servers have as many as one likes.
func ownFile(c config.Config) (unlock func() error, err error) {
	file, err := database.File(string(c.Database))
	if err != nil || file == "" {
		return func() error { return nil }, err
	}
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	return lock("database "+file, file+".lock")
}

func lock(what, file string) (unlock func() error, err error) {
	unlock, err = app.LockNode(file)
	var path *os.PathError
	switch {
	case errors.As(err, &path):
		return nil, missetError{fmt.Errorf("%s: %w", what, err)}
	case err != nil:
		return nil, missetError{fmt.Errorf("%s: another kessai is using it", what)}
	}
	return unlock, nil
}
