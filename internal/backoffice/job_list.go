package backoffice

import (
	"net/http"
	"time"

	"kessai/internal/web"
)

// jobsPage is ジョブ: bulk work, the newest first, and what runs by the clock.
type jobsPage struct {
	Rows      []jobRow
	Pager     web.Pager
	Nothing   web.Empty
	Schedules []scheduleRow
}

type jobRow struct {
	URL, Name, Requester string
	Rehearsal, Preparing bool
	State                web.Badge
	At                   time.Time
	Done, Total          int64
	Percent              int
	Failed, Unknown      int64
}

type scheduleRow struct {
	Name, When string
	Next, Last time.Time
	LastURL    string
}

const jobsSize = 20

func (b *BackOffice) showJobs(w http.ResponseWriter, r *http.Request) error {
	asked := web.NewPager(r, mostRows, jobsSize)
	list, n, err := b.Jobs.List(r.Context(), asked.Page, jobsSize)
	if err != nil {
		return err
	}
	page := jobsPage{
		Pager:   web.NewPager(r, int(n), jobsSize),
		Nothing: web.Empty{Icon: "list", Title: "ジョブはまだありません", Text: "ペイジェント決済管理で一括売上や一括取消を実行すると、進み具合と結果がここに表示されます。", Link: &web.Link{Title: "ペイジェント決済管理へ", URL: b.url(pathList)}},
	}
	if page.Pager.Page != asked.Page { // beyond the end: the last page
		if list, _, err = b.Jobs.List(r.Context(), page.Pager.Page, jobsSize); err != nil {
			return err
		}
	}
	names, err := b.memberNames(r.Context())
	if err != nil {
		return err
	}
	for _, j := range list {
		page.Rows = append(page.Rows, jobRow{
			URL: b.jobURL(j.ID), Name: jobName(j.Kind), Requester: requesterName(j.Requester, names), Rehearsal: j.Rehearsal, Preparing: !j.Prepared && !j.State.Ended(), State: jobState(j),
			At: j.CreatedAt, Done: j.Counts.Ended(), Total: j.Total, Percent: j.Percent(), Failed: j.Counts.Failed, Unknown: j.Counts.Unknown,
		})
	}
	if page.Schedules, err = b.scheduleRows(r); err != nil {
		return err
	}
	return b.jobs.Render(w, r, web.Frame{Title: "ジョブ", Group: "受注管理", Menu: menuJobs}, page)
}

func (b *BackOffice) scheduleRows(r *http.Request) (rows []scheduleRow, err error) {
	list, err := b.Jobs.Schedules(r.Context())
	for _, s := range list {
		row := scheduleRow{Name: jobName(s.Kind), When: scheduleWords(s.Spec), Last: s.LastSlot}
		if row.Next, err = s.Next(b.Now()); err != nil {
			return nil, err
		}
		if s.LastJob != "" {
			row.LastURL = b.jobURL(s.LastJob)
		}
		rows = append(rows, row)
	}
	return rows, err
}

func (b *BackOffice) jobURL(id string) string { return b.url(pathJobs + "/" + id) }
