package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/reconcile"
	"kessai/internal/wording"
)

// settingPayments lists what would be left behind.
func settingPayments(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "payments",
		Short: "list the payments of the environment and merchant in force that have not ended",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withCore(cmd, e, func(a *app.App) error {
				s, err := a.Settings.Load(cmd.Context())
				if err != nil {
					return err
				}
				return reconcile.Living(cmd.Context(), a.Store, s.Values.Environment, s.Values.MerchantID, func(p ledger.DuePayment) error {
					return tellPayment(cmd, e, a, p)
				})
			})
		},
	}
}

func tellPayment(cmd *cobra.Command, e env, a *app.App, due ledger.DuePayment) error {
	l, err := a.Ledger.View(cmd.Context(), due.OrderID)
	if err != nil {
		return err
	}
	for _, p := range l.Payments {
		if p.ID == due.PaymentID {
			_, err = fmt.Fprintf(e.Stdout, "%d\t%s\t%s\t%s\t%s\n", int64(due.OrderID), p.TradingID, p.Method, p.Phase, p.Amount)
		}
	}
	return err
}

// settingCloseTest ends what a trial left.
func settingCloseTest(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "close-test-payments",
		Short: "end the payments of the simulator or the test environment in force, and cancel their orders",
		Long: `close-test-payments ends every payment of the environment in force that has not ended, without a telegram, so
that the environment can be changed: their orders become 注文取消し, and stock and points return. It is refused in
the production environment.

Exit code 1 means that some orders could not be closed; running it again takes them up.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withCore(cmd, e, func(a *app.App) error {
				s, err := a.Settings.Load(cmd.Context())
				if err != nil {
					return err
				}
				failed := false
				closed, err := reconcile.CloseTest(cmd.Context(), a.Ledger, a.Store, s.Values.Environment, s.Values.MerchantID, operator, func(id order.ID, err error) error {
					failed = failed || err != nil
					return tellClosed(e, id, err)
				})
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintf(e.Stdout, "%d payments ended\n", closed); err != nil {
					return err
				}
				if failed {
					return errSomeFailed
				}
				return nil
			})
		},
	}
}

func tellClosed(e env, id order.ID, failed error) error {
	said := "ended"
	if failed != nil {
		said = "failed (" + wording.En(failed) + ")"
	}
	_, err := fmt.Fprintf(e.Stdout, "%d\t%s\n", int64(id), said)
	return err
}

// withCore runs a command on a node of its own that passes by.
func withCore(cmd *cobra.Command, e env, do func(*app.App) error) error {
	return withMigrated(cmd, e, func(c config.Config, d app.Deps, _ *database.DB) (err error) {
		if d.Node, err = passingNode(d); err != nil {
			return err
		}
		a, err := app.NewCore(cmd.Context(), c, d)
		if err != nil {
			return err
		}
		return errors.Join(do(a), a.Close())
	})
}
