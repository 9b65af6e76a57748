package main

import (
	"errors"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
)

// settleRun is reconcile --settle.
type settleRun struct {
	order  int64
	reason string
}

func (s *settleRun) flags(cmd *cobra.Command) {
	cmd.Flags().Int64Var(&s.order, "settle", 0, "the order (its id) whose unknown operation is settled by hand")
	cmd.Flags().StringVar(&s.reason, "reason", "", "with --settle: how you know; it is kept in the order's timeline")
}

// wanted reports whether the command settles rather than compares.
func (s *settleRun) wanted(cmd *cobra.Command) bool { return cmd.Flags().Changed("settle") }

func (s *settleRun) arguments(cmd *cobra.Command, args []string) error {
	switch {
	case !s.wanted(cmd):
		return cobra.NoArgs(cmd, args)
	case len(args) > 1 || len(args) == 1 && args[0] != "yes" && args[0] != "no":
		return errors.New("--settle ORDER is followed by yes or no")
	}
	return nil
}

func (s *settleRun) run(*cobra.Command, env, config.Config, app.Deps, []string) error {
	return usageError{errors.New("--settle is not there yet")}
}
