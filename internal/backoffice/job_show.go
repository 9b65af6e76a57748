package backoffice

import (
	"net/http"
	"strconv"
	"time"

	"kessai/internal/job"
	"kessai/internal/order"
	"kessai/internal/store"
	"kessai/internal/web"
)

// jobPage is one job: how far it is, what it came to, and what became of each order.
type jobPage struct {
	Progress jobProgress
	Buttons  []jobButton // 一時停止, 再開
	Ask      []web.Confirm
	Tabs     []jobTab
	Rows     []jobResult
	Pager    web.Pager
	Nothing  web.Empty
}

// jobProgress is the part that is fetched again while the job runs.
type jobProgress struct {
	URL       string // of the part itself; empty: it does not change any more
	Page      string
	Every     int // seconds
	State     web.Badge
	Rehearsal bool
	Requester string
	Pace      string // where it is not the usual one
	At        time.Time
	Ended     time.Time
	Done      int64
	Total     int64
	Percent   int
	Preparing bool
	Said      []web.Message
	Figures   []jobFigure
}

type jobFigure struct {
	Label, Value string
	Tone         web.Tone
}

type jobButton struct{ Action, Text string }

type jobTab struct {
	Label, URL string
	Count      int64
	Current    bool
}

type jobResult struct {
	No, URL, Name string
	Said          outcomeWords
	At            time.Time
}

const resultsSize = 50

func (b *BackOffice) showJob(w http.ResponseWriter, r *http.Request) error {
	j, err := b.Jobs.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	page := jobPage{Nothing: web.Empty{Icon: "list", Title: "該当する注文はありません"}}
	if j.State == job.Preparing {
		page.Nothing.Title = "対象の注文を読み込んでいます"
	}
	if page.Progress, err = b.progressOf(r, j); err != nil {
		return err
	}
	if err := b.jobButtons(&page, j); err != nil {
		return err
	}
	states := b.jobTabs(r, &page, j)
	if err := b.jobResults(r, &page, j, states); err != nil {
		return err
	}
	return b.jobPage.Render(w, r, web.Frame{Title: jobName(j.Kind), Group: "ジョブ", Menu: menuJobs}, page)
}

// showProgress is the part alone. When the job has come to its end the page is loaded
// again, with the results.
func (b *BackOffice) showProgress(w http.ResponseWriter, r *http.Request) error {
	j, err := b.Jobs.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	p, err := b.progressOf(r, j)
	if err != nil {
		return err
	}
	if p.URL == "" {
		w.Header().Set("HX-Refresh", "true")
	}
	return b.jobPart.Render(w, p)
}

func (b *BackOffice) progressOf(r *http.Request, j job.Job) (jobProgress, error) {
	names, err := b.memberNames(r.Context())
	p := jobProgress{
		Page: b.jobURL(j.ID), State: jobState(j), Rehearsal: j.Rehearsal, Requester: requesterName(j.Requester, names), At: j.CreatedAt, Ended: j.EndedAt,
		Pace: paceWords(j), Done: j.Counts.Ended(), Total: j.Total, Percent: j.Percent(), Preparing: j.State == job.Preparing,
	}
	switch {
	case !j.State.Ended() && j.State != job.Paused:
		p.URL, p.Every = p.Page+"/progress", 2
	case j.Counts.Unknown > 0:
		p.URL, p.Every = p.Page+"/progress", 10
	}
	if j.State.Ended() {
		p.Said = jobSaid(j)
	}
	p.Figures = figuresOf(j)
	return p, err
}

// figuresOf are a job's counts; those of what did not happen are left out.
func figuresOf(j job.Job) []jobFigure {
	c := j.Counts
	labels := [3]string{"成功", "失敗", "対象外"}
	switch {
	case j.Rehearsal:
		labels = [3]string{"処理できる", "処理できない", "見送る"}
	case j.Kind == job.RollbackKind:
		labels = [3]string{"取消", "失敗", "見送り"}
	}
	figures := []jobFigure{{labels[0], count(c.Succeeded), web.Success}, {labels[1], count(c.Failed), toneIf(c.Failed > 0, web.Danger)}}
	if c.Skipped > 0 || j.Kind == job.RollbackKind {
		figures = append(figures, jobFigure{Label: labels[2], Value: count(c.Skipped)})
	}
	if c.Unknown > 0 {
		figures = append(figures, jobFigure{"結果確認中", count(c.Unknown), web.Warning})
	}
	if left := j.Left(); left > 0 {
		figures = append(figures, jobFigure{Label: map[bool]string{true: "未実行", false: "残り"}[j.State.Ended()], Value: count(left)})
	}
	if c.Amount > 0 {
		figures = append(figures, jobFigure{Label: map[string]string{job.CaptureKind: "売上金額", job.CancelKind: "取消金額", job.RollbackKind: "取消金額"}[j.Kind], Value: c.Amount.String()})
	}
	if c.Goods > 0 {
		figures = append(figures, jobFigure{Label: "戻る在庫", Value: strconv.FormatInt(c.Goods, 10) + "点"})
	}
	if c.Points > 0 {
		figures = append(figures, jobFigure{Label: "戻るポイント", Value: strconv.FormatInt(c.Points, 10) + "pt"})
	}
	return figures
}

func toneIf(yes bool, t web.Tone) web.Tone {
	if yes {
		return t
	}
	return ""
}

// jobTabs are the outcomes to choose from; it returns those that are chosen.
func (b *BackOffice) jobTabs(r *http.Request, page *jobPage, j job.Job) (chosen []job.ItemState) {
	c := j.Counts
	skipped := map[bool]string{true: "見送り", false: "対象外"}[j.Kind == job.RollbackKind]
	for _, t := range []struct {
		name, label string
		n           int64
		states      []job.ItemState
	}{
		{"", "すべて", j.Total, nil}, {"succeeded", map[bool]string{true: "可能", false: "成功"}[j.Rehearsal], c.Succeeded, []job.ItemState{job.Succeeded}},
		{"failed", map[bool]string{true: "不可", false: "失敗"}[j.Rehearsal], c.Failed, []job.ItemState{job.Failed}},
		{"skipped", skipped, c.Skipped, []job.ItemState{job.Skipped}}, {"unknown", "確認中", c.Unknown, []job.ItemState{job.Unknown}},
		{"left", "未実行", j.Left(), []job.ItemState{job.Waiting, job.Claimed}},
	} {
		current := r.URL.Query().Get("outcome") == t.name
		if current {
			chosen = t.states
		}
		if t.n == 0 && t.name != "" && !current {
			continue
		}
		to := b.jobURL(j.ID)
		if t.name != "" {
			to += "?outcome=" + t.name
		}
		page.Tabs = append(page.Tabs, jobTab{Label: t.label, URL: to, Count: t.n, Current: current})
	}
	return chosen
}

func (b *BackOffice) jobResults(r *http.Request, page *jobPage, j job.Job, states []job.ItemState) error {
	asked := web.NewPager(r, mostRows, resultsSize)
	list, n, err := b.Jobs.Results(r.Context(), j.ID, states, asked.Page, resultsSize)
	if err != nil {
		return err
	}
	page.Pager = web.NewPager(r, int(n), resultsSize)
	if page.Pager.Page != asked.Page {
		if list, _, err = b.Jobs.Results(r.Context(), j.ID, states, page.Pager.Page, resultsSize); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		return nil
	}
	f := store.Filter{Scope: store.AllOrders, Statuses: order.Statuses()}
	for _, x := range list {
		f.IDs = append(f.IDs, x.Order)
	}
	rows, err := b.Reader.After(r.Context(), f, 0, len(f.IDs))
	if err != nil {
		return err
	}
	known := map[order.ID]store.SearchRow{}
	for _, row := range rows {
		known[row.ID] = row
	}
	for _, x := range list {
		row := jobResult{No: x.Order.String(), Name: "（削除された注文）", Said: wordsOfOutcome(j, x), At: x.DoneAt}
		if o, is := known[x.Order]; is {
			row.URL, row.Name = b.orderURL(x.Order), o.Name
			if o.No != "" {
				row.No = o.No
			}
		}
		page.Rows = append(page.Rows, row)
	}
	return nil
}
