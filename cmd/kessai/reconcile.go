package main

import (
	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
)

func reconcileCommand(e env) *cobra.Command {
	var s settleRun
	cmd := &cobra.Command{
		Use:   "reconcile",
		Short: "compare our book with Paygent's and mend what differs, or settle an operation whose outcome stays unknown",
		Long: compareHelp + `

reconcile --settle ORDER yes|no writes by hand what became of an operation whose outcome nobody tells:
yes, it took effect at Paygent; no, it did not. Look it up in ペイジェントオンライン first. What was sent and what
each inquiry answered is shown before anything is written, and without yes or no it is all that is done. On a
terminal the word is asked about; elsewhere it needs --yes, and --operation as the evidence names it. A yes about
a change of the amount that still waits for its payment_id can be taken back by no.`,
		Example: compareExample + `
  kessai reconcile --settle 123
  kessai reconcile --settle 123 yes --reason "ペイジェントオンラインでオーソリOKを確認"
  kessai reconcile --settle 123 no --reason "ペイジェントオンラインに該当なし" --operation 01KW4WFN0YYEYNDY5WERHB01CC --yes`,
		Args: s.arguments,
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
	compareFlags(cmd)
	return cmd
}
