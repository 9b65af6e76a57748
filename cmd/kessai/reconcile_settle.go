package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
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
	yes       bool // without asking
	in        *bufio.Reader
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
	if err := s.check(cmd, e, args); err != nil {
		return usageError{err}
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
	events, err := a.Reader.Timeline(cmd.Context(), l.Order.ID)
	if err != nil {
		return err
	}
	return s.decide(e, l, op, events, args, func(in ledger.SettleUnknown) (ledger.Result, error) { return a.Ledger.SettleUnknown(cmd.Context(), in) })
}

// decide shows the evidence, and then writes a person's word, if there is one and it is meant.
func (s *settleRun) decide(e env, l *ledger.Ledger, op *ledger.Operation, events []ledger.Event, args []string, write func(ledger.SettleUnknown) (ledger.Result, error)) error {
	if err := tellEvidence(e.Stdout, l, op, events); err != nil || len(args) == 0 {
		return err
	}
	in := ledger.SettleUnknown{Order: l.Order.ID, Operation: op.ID, Happened: args[0] == "yes", Reason: s.reason, Actor: operator}
	if agreed, err := s.agreed(e.Stderr, in); err != nil || !agreed {
		return err
	}
	got, err := write(in)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Stdout, "%s\t%s (%s)\n", in.Operation, got.Operation.State, got.Operation.Cause)
	return err
}

// check reads what a person's word needs.
func (s *settleRun) check(cmd *cobra.Command, e env, args []string) (err error) {
	if s.yes, err = cmd.Flags().GetBool("yes"); err != nil {
		return err
	}
	s.in = bufio.NewReader(e.Stdin)
	switch {
	case len(args) == 0:
		return nil
	case strings.TrimSpace(s.reason) == "":
		return errors.New("--reason says how you know")
	case !s.yes && !isTerminal(e.Stdin):
		return errors.New("--settle needs --yes where nobody can be asked; look at the evidence first, by --settle without yes or no")
	case s.yes && s.operation == "": // said again, the word would be about whatever is unknown by then
		return errors.New("--settle with --yes needs --operation, as the evidence names it: the word is about that one and no other")
	}
	return nil
}

// agreed asks whether the word is meant, with the evidence above it.
func (s *settleRun) agreed(w io.Writer, in ledger.SettleUnknown) (bool, error) {
	if s.yes {
		return true, nil
	}
	as := map[bool]string{true: "it took effect", false: "it did not take effect"}[in.Happened]
	if _, err := fmt.Fprintf(w, "settle it as: %s at Paygent, because %q? [y]es, [N]o: ", as, in.Reason); err != nil {
		return false, err
	}
	line, err := s.in.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	if answer := strings.ToLower(strings.TrimSpace(line)); answer == "y" || answer == "yes" {
		return true, nil
	}
	_, err = fmt.Fprintln(w, "nothing was written")
	return false, err
}

// choose finds the operation that is meant: the unknown one, or the named one. One that was
// settled by a word that can be taken back is looked for where none is unknown.
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
	if found == nil && s.operation == "" {
		for _, op := range l.Operations {
			if ledger.TakesBack(l, op.ID) {
				found = op
			}
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
	row("answer", cmp.Or(strings.TrimSpace(op.Code+" "+op.Detail), "-"))
	row("state", strings.TrimSpace(string(op.State)+" "+op.Cause))
	row("inquiries", op.Asked)
	for i := len(events) - 1; i >= 0; i-- {
		if e := events[i]; e.Kind == ledger.EventInquired && e.OperationID == op.ID {
			row(at(e.At), fmt.Sprintf("%s %s %s %s", e.Data.Text, e.Data.Status, e.Data.Code, e.Data.Detail))
		}
	}
	return tw.Flush()
}
