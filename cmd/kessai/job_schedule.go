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
  inquiry    asks Paygent about every order that is 新規受付, 対応中 or 入金済み`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withJobs(cmd, e, func(a *app.App, _ app.Deps) error { return tellSchedules(cmd, e, a) })
		},
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "set TASK SPEC", Short: `set a task's times: minute, hour, day, month, weekday, as in "30 4 * * *"`, Args: cobra.ExactArgs(2),
			RunE: func(cmd *cobra.Command, args []string) error {
				if !slices.Contains(scheduled(), args[0]) {
					return usageError{errors.New("a schedule can be set for " + strings.Join(scheduled(), " and "))}
				}
				return withJobs(cmd, e, func(a *app.App, _ app.Deps) error {
					s := job.Schedule{Task: args[0], Kind: args[0], Spec: args[1], ChangedBy: "command"}
					if s.Kind == job.InquiryKind {
						s.Selection.Filter = &store.Filter{Statuses: []order.Status{order.New, order.InProgress, order.Paid}}
					}
					if err := a.Jobs.SetSchedule(cmd.Context(), s); err != nil {
						return err
					}
					return tellSchedules(cmd, e, a)
				})
			},
		},
		&cobra.Command{
			Use: "drop TASK", Short: "let a task run by itself no more", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return withJobs(cmd, e, func(a *app.App, _ app.Deps) error { return a.Jobs.DropSchedule(cmd.Context(), args[0]) })
			},
		})
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
