package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/reconcile"
	"kessai/internal/wording"
)

func rollbackCommand(e env) *cobra.Command {
	var r rollbackRun
	cmd := &cobra.Command{
		Use:     "rollback",
		Aliases: []string{"eccube:paygentOrder:rollback"},
		Short:   "cancel orders left in 決済処理中 (決済処理中の注文の取消)",
		Long: `rollback ends orders whose payment was broken off and that have stayed in 決済処理中 for longer than
決済処理中の注文の取消期間. Each is asked about at Paygent first: one that is authorised or paid after all is
taken in, one that can still be paid is skipped, the others become 注文取消し and their stock and points return.

Exit code 1 means that some orders could not be looked at; running it again takes them up.`,
		Example: `  kessai rollback --dry-run
  kessai rollback --days 14 --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withMigrated(cmd, e, func(c config.Config, d app.Deps, _ *database.DB) error {
				return r.run(cmd, e, c, d)
			})
		},
	}
	cmd.Flags().IntVar(&r.days, "days", 0, "taken instead of the setting 決済処理中の注文の取消期間")
	cmd.Flags().IntVar(&r.width, "width", reconcile.RollbackWidth, "orders looked at at once")
	cmd.Flags().BoolVar(&r.rehearse, "dry-run", false, "say what would happen, and change nothing")
	cmd.Flags().BoolVar(&r.json, "json", false, "a line of JSON for each order, and one for the totals")
	return cmd
}

type rollbackRun struct {
	days     int
	width    int
	rehearse bool
	json     bool
}

// errSomeFailed ends a run in which some orders could not be looked at.
var errSomeFailed = errors.New("some orders could not be looked at; run it again")

func (r rollbackRun) run(cmd *cobra.Command, e env, c config.Config, d app.Deps) (err error) {
	if cmd.Flags().Changed("days") && r.days < 0 {
		return usageError{errors.New("--days must not be negative")}
	}
	if r.width < 1 || r.width > reconcile.RollbackWidth {
		return usageError{fmt.Errorf("--width must be from 1 to %d", reconcile.RollbackWidth)}
	}
	if d.Node, err = passingNode(d); err != nil {
		return err
	}
	a, err := app.NewCore(cmd.Context(), c, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if !cmd.Flags().Changed("days") {
		s, err := a.Settings.Load(cmd.Context())
		if err != nil {
			return err
		}
		r.days = s.Values.RollbackTerm
	}
	o := reconcile.RollbackOptions{Days: r.days, Width: r.width, Rehearse: r.rehearse}
	totals, err := reconcile.Rollback(cmd.Context(), a.Ledger, a.Store, d.Now(), o, func(out ledger.Rollback, moved ledger.Effect, failed error) error {
		return r.tell(e.Stdout, out, moved, failed)
	})
	if err != nil {
		return err
	}
	if err := r.sum(e.Stdout, totals); err != nil {
		return err
	}
	if totals.Failed > 0 {
		return errSomeFailed
	}
	return nil
}

// passingNode names a command that runs beside servers and other commands: operations it
// leaves behind are taken up when their lease ends.
func passingNode(d app.Deps) (string, error) {
	var b [6]byte
	if _, err := io.ReadFull(d.Rand, b[:]); err != nil {
		return "", err
	}
	return "command-" + hex.EncodeToString(b[:]), nil
}

func (r rollbackRun) tell(w io.Writer, out ledger.Rollback, moved ledger.Effect, failed error) error {
	line := struct {
		Order   int64  `json:"order_id"`
		No      string `json:"order_no"`
		Verdict string `json:"verdict"`
		Reason  string `json:"reason,omitempty"`
		Amount  int64  `json:"amount,omitempty"` // cancelled at Paygent, in yen
		Goods   int64  `json:"goods,omitempty"`  // pieces back in stock
		Points  int64  `json:"points,omitempty"` // given back
	}{Order: int64(out.Order), No: out.No, Verdict: string(out.Verdict), Reason: out.Reason}
	if out.Verdict == ledger.RolledBack {
		line.Amount, line.Goods, line.Points = int64(moved.Amount), moved.Goods, moved.Points
	}
	if failed != nil {
		line.Verdict, line.Reason = "failed", wording.En(failed)
	}
	if r.json {
		return json.NewEncoder(w).Encode(line)
	}
	if line.Reason != "" {
		line.Verdict += " (" + line.Reason + ")"
	}
	if line.Amount > 0 {
		line.Verdict += fmt.Sprintf(", %d yen cancelled at Paygent", line.Amount)
	}
	_, err := fmt.Fprintf(w, "%s\t%s\n", line.No, line.Verdict)
	return err
}

func (r rollbackRun) sum(w io.Writer, t reconcile.RollbackTotals) error {
	if r.json {
		return json.NewEncoder(w).Encode(t)
	}
	would := ""
	if r.rehearse {
		would = "would be "
	}
	_, err := fmt.Fprintf(w, "%s%d cancelled, %d taken in, %d skipped, %d failed\n", would, t.Canceled, t.Stands, t.Skipped, t.Failed)
	return err
}
