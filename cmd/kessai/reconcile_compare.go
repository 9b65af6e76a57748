package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"golang.org/x/time/rate"

	"kessai/internal/app"
	"kessai/internal/config"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/reconcile"
)

const compareHelp = `reconcile asks Paygent about payments (094) and about notifications that never came (091), and reports where
its book and ours differ:

  captured_there    taken or paid there, not here
  authorised_there  held there, not here
  canceled_there    cancelled or given back there, alive or waiting here
  corrected_there   gone there, and another payment stands, or may stand, in its place
  expired_there     its term is over there
  failed_there      the try failed there, and waits here
  amount_differs    the amounts are not the same
  status_differs    behind ours there, or a status that such a payment cannot have
  unknown_to_them   Paygent knows no such payment
  unknown_to_us     a payment there, under our numbers, that stands in no book of ours

Without days it compares what can still change: payments that are not ended and within their limit, and the
notifications of the last seven days. With --from and --to (days in Japan, both included) it compares every
payment that began, came alive, was captured or ended on these days, and their notifications.

It only reports, unless --repair names the classes to mend, or all. A repair asks Paygent once more and takes its
answer as a notification of it would be taken (take, receive), or puts the matter before staff (tell: 要対応). It
never sends a telegram that moves money, and never takes an amount that is not the order's. On a terminal each
repair is asked about; --yes answers all of them. An interrupted run is simply run again.

--csv is UTF-8 with a byte order mark and CRLF, which Excel opens as it is; a cell that would be a formula has a ' in
front.

Exit code 0 means that the books agree, or that all that differed was mended or is known to staff; 1 that something
still differs or could not be compared.`

const compareExample = `  kessai reconcile
  kessai reconcile --order 123
  kessai reconcile --from 2026-04-01 --to 2026-04-30 --csv > april.csv
  kessai reconcile --repair captured_there,expired_there
  kessai reconcile --repair all --yes --width 4 --rate 10`

func compareFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Int64("order", 0, "compare this order's payments only, by its id")
	f.String("from", "", "compare what moved from this day on (YYYY-MM-DD, Japan)")
	f.String("to", "", "… up to this day")
	f.StringSlice("repair", nil, "mend these classes of differences, or all")
	f.Bool("yes", false, "mend, or settle, without asking")
	f.Bool("dry-run", false, "only report, which is what it does without --repair")
	f.Bool("json", false, "a line of JSON for each difference, and one for the totals")
	f.Bool("csv", false, "a table for Excel; the totals go to the error output")
	f.Int("width", 1, "questions under way at once")
	f.Float64("rate", 0, "questions a second at most; 0: as fast as they are answered")
}

// compareRun is one run of the comparison.
type compareRun struct {
	order      int64
	from, to   time.Time
	repair     []string
	yes        bool
	json, csv  bool
	width      int
	rate       float64
	in         *bufio.Reader
	terminal   bool
	everything map[ledger.Disagreement]bool // classes answered with "all"
	stopped    bool                         // asked to stop mending
}

// compareBooks compares our book with Paygent's.
func compareBooks(cmd *cobra.Command, e env, c config.Config, d app.Deps) (err error) {
	r := &compareRun{everything: map[ledger.Disagreement]bool{}}
	if err := r.read(cmd, e); err != nil {
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
	return r.run(cmd.Context(), e, a)
}

// read reads and checks the flags.
func (r *compareRun) read(cmd *cobra.Command, e env) (err error) {
	f := cmd.Flags()
	var from, to string
	var dry bool
	for _, get := range []func() error{
		func() (err error) { r.order, err = f.GetInt64("order"); return err },
		func() (err error) { from, err = f.GetString("from"); return err },
		func() (err error) { to, err = f.GetString("to"); return err },
		func() (err error) { r.repair, err = f.GetStringSlice("repair"); return err },
		func() (err error) { r.yes, err = f.GetBool("yes"); return err },
		func() (err error) { dry, err = f.GetBool("dry-run"); return err },
		func() (err error) { r.json, err = f.GetBool("json"); return err },
		func() (err error) { r.csv, err = f.GetBool("csv"); return err },
		func() (err error) { r.width, err = f.GetInt("width"); return err },
		func() (err error) { r.rate, err = f.GetFloat64("rate"); return err },
	} {
		if err := get(); err != nil {
			return err
		}
	}
	if r.from, r.to, err = days(from, to); err != nil {
		return err
	}
	r.terminal = isTerminal(e.Stdin)
	r.in = bufio.NewReader(e.Stdin)
	return r.check(cmd, dry)
}

// isTerminal reports whether somebody can be asked.
func isTerminal(in io.Reader) bool {
	file, ok := in.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

func (r *compareRun) check(cmd *cobra.Command, dry bool) error {
	for _, class := range r.repair {
		if class != "all" && !slices.Contains(ledger.Disagreements(), ledger.Disagreement(class)) {
			return fmt.Errorf("--repair %s: no such class of differences", class)
		}
	}
	switch {
	case r.order < 0 || cmd.Flags().Changed("order") && r.order == 0:
		return errors.New("--order must be an order's id")
	case r.order != 0 && (!r.from.IsZero() || !r.to.IsZero()):
		return errors.New("--order and --from or --to exclude each other")
	case r.json && r.csv:
		return errors.New("--json and --csv exclude each other")
	case dry && len(r.repair) > 0:
		return errors.New("--dry-run and --repair exclude each other")
	case r.width < 1 || r.width > 32:
		return errors.New("--width must be from 1 to 32")
	case r.rate < 0:
		return errors.New("--rate must not be negative")
	case len(r.repair) > 0 && !r.yes && !r.terminal:
		return errors.New("--repair needs --yes where nobody can be asked")
	}
	return nil
}

// days reads two days in Japan, both included; the end is the midnight after.
func days(from, to string) (begin, end time.Time, err error) {
	if from != "" {
		if begin, err = time.ParseInLocation(time.DateOnly, from, order.JST()); err != nil {
			return begin, end, fmt.Errorf("--from %s: not a day like 2026-04-01", from)
		}
	}
	if to != "" {
		if end, err = time.ParseInLocation(time.DateOnly, to, order.JST()); err != nil {
			return begin, end, fmt.Errorf("--to %s: not a day like 2026-04-30", to)
		}
		end = end.AddDate(0, 0, 1)
	}
	if !begin.IsZero() && !end.IsZero() && !begin.Before(end) {
		return begin, end, errors.New("--from lies after --to")
	}
	return begin, end, nil
}

// errBooksDiffer ends a comparison after which not everything is in order.
var errBooksDiffer = errors.New("the books differ, or could not be compared everywhere")

func (r *compareRun) run(ctx context.Context, e env, a *app.App) error {
	out, err := r.output(e)
	if err != nil {
		return err
	}
	left := false
	totals, err := a.CompareBooks(ctx, r.options(e), func(c reconcile.Compared) error {
		left = left || c.Stands() || c.Failed()
		return out.tell(c)
	})
	if err = errors.Join(err, out.flush()); err != nil {
		return err
	}
	if err := out.sum(totals); err != nil {
		return err
	}
	if left {
		return errBooksDiffer
	}
	return nil
}

func (r *compareRun) options(e env) reconcile.CompareOptions {
	o := reconcile.CompareOptions{Order: order.ID(r.order), From: r.from, To: r.to, Width: r.width}
	if r.rate > 0 {
		o.Pace = rate.NewLimiter(rate.Limit(r.rate), 1).Wait
	}
	if len(r.repair) > 0 {
		o.Repair = func(c ledger.Comparison) (bool, error) { return r.wanted(e.Stderr, c) }
	}
	return o
}

// wanted reports whether one difference is to be mended.
func (r *compareRun) wanted(w io.Writer, c ledger.Comparison) (bool, error) {
	named := slices.Contains(r.repair, "all") || slices.Contains(r.repair, string(c.Kind))
	switch {
	case !named || r.stopped:
		return false, nil
	case r.yes || r.everything[c.Kind]:
		return true, nil
	}
	if _, err := fmt.Fprintf(w, "order %s, %s: %s? [y]es, [N]o, [a]ll of %s, [q]uit mending: ", dash(c.No), c.TradingID, remedyText(c), c.Kind); err != nil {
		return false, err
	}
	line, err := r.in.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true, nil
	case "a", "all":
		r.everything[c.Kind] = true
		return true, nil
	case "q", "quit":
		r.stopped = true
	}
	return false, nil
}
