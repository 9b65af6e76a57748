package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/store"
	"kessai/internal/verify"
)

func verifyCommand(e env) *cobra.Command {
	var r verifyRun
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "check that the books are sound",
		Long: `verify checks the invariants of kessai's books: that no order has more or less money alive than its total
without something under way or somebody told, that nothing succeeded twice, that stock and points were given
back as often as they were taken, that no notice, alert, mail or event is lost, and more. It only reads, locks
nothing, and may run beside the servers.

Each breach is a line: the rule, the order's number, its payment's trading_id, and what is wrong. The rules are
described in docs/books.md. What the centre holds is not asked for; that is what reconcile does.

Exit code 1 means that a rule is broken.`,
		Example: `  kessai verify
  kessai verify --order 123 --order 124
  kessai verify --json > verify.jsonl`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withMigrated(cmd, e, func(_ config.Config, _ app.Deps, db *database.DB) error {
				return r.run(cmd, e, db)
			})
		},
	}
	cmd.Flags().Int64SliceVar(&r.orders, "order", nil, "check this order only, by its id; may be given several times")
	cmd.Flags().BoolVar(&r.json, "json", false, "a line of JSON for each breach, and one for the totals")
	return cmd
}

type verifyRun struct {
	orders []int64
	json   bool
}

// errUnsound ends a check that found a breach.
var errUnsound = errors.New("the books are not sound")

func (r verifyRun) run(cmd *cobra.Command, e env, db *database.DB) error {
	bar := newProgress(e.Stderr, "orders")
	v := verify.New(store.NewReader(db))
	v.Progress = bar.show
	report := func(b verify.Breach) error {
		bar.clear()
		return r.tell(e.Stdout, b)
	}
	count, err := r.check(cmd, v, report)
	bar.clear()
	if err != nil {
		return err
	}
	if err := r.sum(e.Stdout, count); err != nil {
		return err
	}
	if count.Breaches > 0 {
		return errUnsound
	}
	return nil
}

func (r verifyRun) check(cmd *cobra.Command, v *verify.Verifier, report func(verify.Breach) error) (verify.Count, error) {
	if len(r.orders) == 0 {
		return v.All(cmd.Context(), report)
	}
	ids := make([]order.ID, len(r.orders))
	for i, id := range r.orders {
		ids[i] = order.ID(id)
	}
	return v.Orders(cmd.Context(), ids, report)
}

func (r verifyRun) tell(w io.Writer, b verify.Breach) error {
	if r.json {
		return json.NewEncoder(w).Encode(b)
	}
	about := b.Subject
	if b.Order != 0 {
		about = "order " + strconv.FormatInt(int64(b.Order), 10)
	}
	_, err := fmt.Fprintf(w, "%-18s  %-14s  %-12s  %s\n", b.Rule, about, dash(b.TradingID), b.Cause)
	return err
}

// dash stands for what there is not, so that columns keep their places.
func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (r verifyRun) sum(w io.Writer, c verify.Count) error {
	if r.json {
		return json.NewEncoder(w).Encode(c)
	}
	_, err := fmt.Fprintf(w, "%d orders, %d notices of no order and %d operations about cards checked, %d breaches\n",
		c.Orders, c.StrayNotices, c.CardOperations, c.Breaches)
	return err
}
