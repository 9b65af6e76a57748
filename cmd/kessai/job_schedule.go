package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kessai/internal/app"
	"kessai/internal/job"
	"kessai/internal/order"
	"kessai/internal/store"
)

// scheduled are what a schedule can start, each a task of its own name: what may be left
// to run by itself over everything it finds.
func scheduled() []string { return []string{job.RollbackKind, job.InquiryKind} }

func jobScheduleCommand(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schedule",
		Short: "show, set and drop what runs by the clock",
		Long: `Schedules start jobs at certain times, by the Japanese clock, once whatever the number of servers; of times
that were missed while none was there one is made up for. None is set until a shop sets one.

  rollback   決済処理中の注文の取消, by the setting 決済処理中の注文の取消期間
  inquiry    asks Paygent about orders, 新規受付, 対応中 and 入金済み unless --status says others`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withJobs(cmd, e, func(a *app.App, _ app.Deps) error { return tellSchedules(cmd, e, a) })
		},
	}
	cmd.AddCommand(jobScheduleSetCommand(e),
		&cobra.Command{
			Use: "drop TASK", Short: "let a task run by itself no more", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return withJobs(cmd, e, func(a *app.App, _ app.Deps) error { return a.Jobs.DropSchedule(cmd.Context(), args[0]) })
			},
		})
	return cmd
}

// jobScheduleSetCommand sets a schedule, with how its jobs go.
func jobScheduleSetCommand(e env) *cobra.Command {
	var statuses []int
	s := job.Schedule{ChangedBy: string(operator)}
	cmd := &cobra.Command{
		Use: "set TASK SPEC", Short: `set a task's times: minute, hour, day, month, weekday, as in "30 4 * * *"`, Args: cobra.ExactArgs(2),
		Example: `  kessai job schedule set rollback "30 4 * * *" --width 4
  kessai job schedule set inquiry "0 3 * * *" --status 1,5 --rate 60`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(scheduled(), args[0]) {
				return usageError{errors.New("a schedule can be set for " + strings.Join(scheduled(), " and "))}
			}
			s.Task, s.Kind, s.Spec = args[0], args[0], args[1]
			switch {
			case s.Kind != job.InquiryKind && cmd.Flags().Changed("status"):
				return usageError{errors.New("--status is of inquiry only")}
			case s.Kind == job.InquiryKind:
				f := store.Filter{}
				for _, n := range statuses {
					if statusOf(n) == 0 {
						return usageError{fmt.Errorf("--status %d is no 対応状況", n)}
					}
					f.Statuses = append(f.Statuses, statusOf(n))
				}
				s.Selection.Filter = &f
			}
			return withJobs(cmd, e, func(a *app.App, _ app.Deps) error {
				if err := a.Jobs.SetSchedule(cmd.Context(), s); err != nil {
					return err
				}
				return tellSchedules(cmd, e, a)
			})
		},
	}
	cmd.Flags().IntSliceVar(&statuses, "status", []int{int(order.New), int(order.InProgress), int(order.Paid)}, "of inquiry: orders in these 対応状況, by their ids")
	cmd.Flags().IntVar(&s.Width, "width", job.DefaultWidth, fmt.Sprintf("orders at work at once over all servers, 1 to %d", job.MaxWidth))
	cmd.Flags().IntVar(&s.Rate, "rate", 0, "orders a minute at most; 0: as fast as it goes")
	return cmd
}

func tellSchedules(cmd *cobra.Command, e env, a *app.App) error {
	list, err := a.Jobs.Schedules(cmd.Context())
	if err != nil {
		return err
	}
	for _, s := range list {
		last := "never ran"
		if !s.LastSlot.IsZero() {
			last = "ran " + s.LastSlot.In(order.JST()).Format("2006-01-02 15:04") + " as " + s.LastJob
		}
		if _, err := fmt.Fprintf(e.Stdout, "%s\t%s\t%s\n", s.Task, s.Spec, last); err != nil {
			return err
		}
	}
	return nil
}
