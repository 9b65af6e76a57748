package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
)

// settleRun is reconcile --settle.
type settleRun struct {
	order     int64
	operation string
	reason    string
}

func (s *settleRun) flags(cmd *cobra.Command) {
	cmd.Flags().Int64Var(&s.order, "settle", 0, "the order (its id) whose unknown operation is settled by hand")
	cmd.Flags().StringVar(&s.operation, "operation", "", "with --settle: which one, where several are unknown")
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

func (s *settleRun) run(cmd *cobra.Command, e env, c config.Config, d app.Deps, args []string) (err error) {
	if len(args) == 1 && s.reason == "" {
		return usageError{errors.New("--reason says how you know")}
	}
	if d.Node, err = passingNode(d); err != nil {
		return err
	}
	a, err := app.NewCore(cmd.Context(), c, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	l, err := a.Ledger.View(cmd.Context(), order.ID(s.order))
	if err != nil {
		return err
	}
	op, err := s.choose(l)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		events, err := a.Reader.Timeline(cmd.Context(), l.Order.ID)
		if err != nil {
			return err
		}
		return tellEvidence(e.Stdout, l, op, events)
	}
	got, err := a.Ledger.SettleUnknown(cmd.Context(), ledger.SettleUnknown{
		Order: l.Order.ID, Operation: op.ID, Happened: args[0] == "yes", Reason: s.reason, Actor: operator,
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Stdout, "%s\t%s (%s)\n", op.ID, got.Operation.State, got.Operation.Cause)
	return err
}

// choose finds the operation that is meant: the unknown one, or the named one.
func (s *settleRun) choose(l *ledger.Ledger) (*ledger.Operation, error) {
	var found *ledger.Operation
	for _, op := range l.Operations {
		switch {
		case op.ID == s.operation:
			return op, nil
		case s.operation != "" || op.State != payment.UnknownState:
		case found != nil:
			return nil, usageError{fmt.Errorf("several operations are unknown; name one by --operation %s or %s", found.ID, op.ID)}
		default:
			found = op
		}
	}
	if found == nil {
		return nil, problem.New(problem.NotFound, "operation.none", nil)
	}
	return found, nil
}

// tellEvidence shows what was sent and what each inquiry answered.
func tellEvidence(w io.Writer, l *ledger.Ledger, op *ledger.Operation, events []ledger.Event) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name string, value any) { _, _ = fmt.Fprintf(tw, "%s\t%v\n", name, value) } // Flush tells
	at := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.In(order.JST()).Format(time.DateTime)
	}
	row("operation", op.ID)
	row("telegram", op.Kind.Telegram()+" "+string(op.Kind))
	row("amount", op.Amount)
	for _, p := range l.Payments {
		if p.ID == op.PaymentID {
			row("trading_id", p.TradingID)
			row("payment_id", p.PaymentID)
		}
	}
	row("sent", at(op.SentAt))
	row("unknown since", at(op.UnknownAt))
	row("answer", op.Code+" "+op.Detail)
	row("inquiries", op.Asked)
	for i := len(events) - 1; i >= 0; i-- {
		if e := events[i]; e.Kind == ledger.EventInquired && e.OperationID == op.ID {
			row(at(e.At), fmt.Sprintf("%s %s %s %s", e.Data.Text, e.Data.Status, e.Data.Code, e.Data.Detail))
		}
	}
	return tw.Flush()
}
