package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"kessai/internal/app"
	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/store"
)

const jobRunHelp = `job run asks for bulk work as the back office does. The servers carry it out; job show tells how far it is.

  capture    一括売上: every order of the selection that has the button 売上
  cancel     一括取消: every one that has the button 取消
  inquiry    決済情報照会: asks Paygent about each, and takes over what differs
  rollback   決済処理中の注文の取消: by its days alone

Orders are named by --order, or searched for as in ペイジェント決済管理 by --keyword, --status and --attention; --all
is the search without a condition. Orders that come later are none of it. Without --dry-run all but inquiry asks
first on a terminal; elsewhere --yes is required.`

// runKinds are the kinds that job run makes.
func runKinds() []string {
	return []string{job.CaptureKind, job.CancelKind, job.InquiryKind, job.RollbackKind}
}

// jobRun is one job run.
type jobRun struct {
	kind      string
	orders    []int64
	keyword   string
	statuses  []int
	attention bool
	all       bool
	days      int
	width     int
	rate      int
	rehearse  bool
	yes       bool
	json      bool

	flags    func(string) bool // was it given?
	in       io.Reader
	terminal bool
}

func jobRunCommand(e env) *cobra.Command {
	var r jobRun
	cmd := &cobra.Command{
		Use: "run KIND", Short: "ask for bulk work: capture, cancel, inquiry or rollback", Long: jobRunHelp,
		Example: `  kessai job run capture --order 123,124 --yes
  kessai job run cancel --status 1 --dry-run
  kessai job run inquiry --all --width 4 --rate 120
  kessai job run rollback --days 14 --yes`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.kind, r.flags, r.in = args[0], cmd.Flags().Changed, e.Stdin
			file, ok := e.Stdin.(*os.File)
			r.terminal = ok && term.IsTerminal(int(file.Fd()))
			if err := r.check(); err != nil {
				return usageError{err}
			}
			return withJobs(cmd, e, func(a *app.App, d app.Deps) error { return r.run(cmd, e, a, d) })
		},
	}
	f := cmd.Flags()
	f.Int64SliceVar(&r.orders, "order", nil, "these orders, by their ids")
	f.StringVar(&r.keyword, "keyword", "", "search: 注文番号・お名前・会社名・メールアドレス・電話番号")
	f.IntSliceVar(&r.statuses, "status", nil, "search: orders in these 対応状況, by their ids")
	f.BoolVar(&r.attention, "attention", false, "search: 要対応の注文のみ")
	f.BoolVar(&r.all, "all", false, "search without a condition: all but 購入処理中 and 決済処理中")
	f.IntVar(&r.days, "days", 0, "of rollback: taken instead of the setting 決済処理中の注文の取消期間")
	f.IntVar(&r.width, "width", job.DefaultWidth, fmt.Sprintf("orders at work at once over all servers, 1 to %d", job.MaxWidth))
	f.IntVar(&r.rate, "rate", 0, "orders a minute at most; 0: as fast as it goes")
	f.BoolVar(&r.rehearse, "dry-run", false, "only find out what would become of each order")
	f.BoolVar(&r.yes, "yes", false, "do not ask")
	f.BoolVar(&r.json, "json", false, "the job as a line of JSON")
	return cmd
}

// check refuses what contradicts itself.
func (r *jobRun) check() error {
	searched := r.flags("keyword") || r.flags("status") || r.flags("attention")
	named := r.flags("order")
	chosen := 0
	for _, is := range []bool{searched, named, r.all} {
		if is {
			chosen++
		}
	}
	rollback := r.kind == job.RollbackKind
	switch {
	case !slices.Contains(runKinds(), r.kind):
		return errors.New("job run is followed by one of " + strings.Join(runKinds(), ", "))
	case rollback && chosen > 0:
		return errors.New("rollback takes the orders left in 決済処理中: only --days says which")
	case !rollback && r.flags("days"):
		return errors.New("--days is of rollback only")
	case r.days < 0:
		return errors.New("--days must not be negative")
	case !rollback && chosen != 1:
		return errors.New("say which orders: --order, or a search (--keyword, --status, --attention), or --all")
	case r.width < 1 || r.width > job.MaxWidth:
		return fmt.Errorf("--width must be from 1 to %d", job.MaxWidth)
	case r.rate < 0 || r.rate > job.MaxRate:
		return fmt.Errorf("--rate must be from 0 to %d", job.MaxRate)
	case r.asks() && !r.yes && !r.terminal:
		return errors.New(r.kind + " needs --yes where nobody can be asked")
	}
	for _, id := range r.orders {
		if id < 1 {
			return fmt.Errorf("--order %d is no order's id", id)
		}
	}
	for _, n := range r.statuses {
		if statusOf(n) == 0 {
			return fmt.Errorf("--status %d is no 対応状況", n)
		}
	}
	return nil
}

// statusOf is the order's status with an id, 0 if there is none.
func statusOf(id int) order.Status {
	for _, s := range order.Statuses() {
		if int(s) == id {
			return s
		}
	}
	return 0
}

// asks reports what moves money or ends orders.
func (r *jobRun) asks() bool { return !r.rehearse && r.kind != job.InquiryKind }

func (r *jobRun) run(cmd *cobra.Command, e env, a *app.App, d app.Deps) error {
	ctx := cmd.Context()
	s := r.selection(d.Now())
	found, err := a.Jobs.Preview(ctx, r.kind, s)
	if err != nil {
		return err
	}
	if found.Count == 0 {
		_, err := fmt.Fprintf(e.Stderr, "no order is there for %s; no job was made\n", r.kind)
		return err
	}
	if s.Filter != nil {
		s.UpTo = found.Last
	}
	if r.asks() && !r.yes {
		if yes, err := r.ask(e.Stderr, found); err != nil || !yes {
			return err
		}
	}
	key, err := passingNode(d)
	if err != nil {
		return err
	}
	made, err := a.Jobs.Create(ctx, job.Wanted{
		Kind: r.kind, Selection: s, Requester: string(operator), Key: key, Rehearsal: r.rehearse, Width: r.width, Rate: r.rate,
	})
	if err != nil {
		return err
	}
	return jobLineOf(made).write(e.Stdout, r.json)
}

// selection is which orders are meant. A rollback without days goes by the setting.
func (r *jobRun) selection(now time.Time) job.Selection {
	switch {
	case r.kind == job.RollbackKind && r.flags("days"):
		return job.Selection{Before: ledger.PendingBefore(now, r.days)}
	case r.kind == job.RollbackKind:
		return job.Selection{}
	case len(r.orders) > 0:
		var s job.Selection
		for _, id := range r.orders {
			s.Orders = append(s.Orders, job.Chosen{Order: order.ID(id)})
		}
		return s
	}
	f := store.Filter{Keyword: r.keyword, Attention: r.attention}
	for _, n := range r.statuses {
		f.Statuses = append(f.Statuses, statusOf(n))
	}
	if f.Attention && len(f.Statuses) == 0 {
		f.Statuses = order.Statuses() // as the page does: an order in 7 may need a person too
	}
	return job.Selection{Filter: &f}
}

// ask asks on the terminal.
func (r *jobRun) ask(w io.Writer, found job.Preview) (bool, error) {
	what := fmt.Sprintf("%s %d orders", r.kind, found.Count)
	if found.Amount > 0 {
		what += fmt.Sprintf(" of %d yen in all", found.Amount)
	}
	if _, err := fmt.Fprintf(w, "%s? [y]es, [N]o: ", what); err != nil {
		return false, err
	}
	line, err := bufio.NewReader(r.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	said := strings.ToLower(strings.TrimSpace(line))
	return said == "y" || said == "yes", nil
}
