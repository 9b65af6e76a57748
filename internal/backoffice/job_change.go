package backoffice

import (
	"encoding/hex"
	"net/http"

	"kessai/internal/job"
	"kessai/internal/problem"
	"kessai/internal/web"
)

// jobButtons are what may be done with the job now.
func (b *BackOffice) jobButtons(page *jobPage, j job.Job) error {
	to := b.jobURL(j.ID)
	switch j.State {
	case job.Preparing, job.Running:
		page.Buttons = append(page.Buttons, jobButton{to + "/pause", "一時停止"})
	case job.Paused:
		page.Buttons = append(page.Buttons, jobButton{to + "/resume", "再開"})
	}
	if !j.State.Ended() {
		page.Ask = append(page.Ask, b.cancelQuestion(j))
	}
	if j.Rehearsal && j.State == job.Done && j.Counts.Succeeded > 0 {
		key, err := b.key()
		if err != nil {
			return err
		}
		c := b.runQuestion(j)
		c.Hidden = []web.Fact{{Name: "key", Value: key}}
		page.Ask = append(page.Ask, c)
	}
	return nil
}

func (b *BackOffice) cancelQuestion(j job.Job) web.Confirm {
	return web.Confirm{
		ID: "ask-cancel", Action: b.jobURL(j.ID) + "/cancel", Back: b.jobURL(j.ID), Open: "中止", Title: jobName(j.Kind) + "を中止しますか？", Button: "中止する", Danger: true, Safe: "閉じる",
		Facts:       []web.Fact{{Name: "処理済み", Value: count(j.Counts.Ended())}, {Name: "残り", Value: count(j.Left())}},
		Consequence: "残りの注文は処理されません。処理済みの注文は元に戻りません。",
	}
}

// runQuestion asks before what was rehearsed is run.
func (b *BackOffice) runQuestion(j job.Job) web.Confirm {
	c := web.Confirm{
		ID: "ask-run", Action: b.jobURL(j.ID) + "/run", Back: b.jobURL(j.ID), Open: "この内容で実行する", Safe: "閉じる", Danger: j.Kind == job.CancelKind || j.Kind == job.RollbackKind,
		Title: jobTask(j.Kind) + "を実行しますか？", Button: jobTask(j.Kind) + "を実行する",
		Facts:       []web.Fact{{Name: "件数", Value: count(j.Counts.Succeeded)}, {Name: "合計金額", Value: j.Counts.Amount.String()}},
		Consequence: "確認したときから状態が変わった注文は、その時点の状態で判断します。",
	}
	if j.Kind == job.RollbackKind {
		c.Title, c.Button = "決済処理中の注文を取り消しますか？", "注文を取り消す"
		c.Facts[1].Name = "取消金額"
	}
	if j.Kind == job.InquiryKind || j.Counts.Amount == 0 { // nothing is charged or given back
		c.Facts = c.Facts[:1]
	}
	return c
}

// pauseJob and resumeJob need no question: both can be taken back.
func (b *BackOffice) pauseJob(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return b.turned(w, r, id, b.Jobs.Pause(r.Context(), id), "一時停止しました。処理中の注文が終わると止まります。")
}

func (b *BackOffice) resumeJob(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return b.turned(w, r, id, b.Jobs.Resume(r.Context(), id), "再開しました。")
}

func (b *BackOffice) cancelJob(w http.ResponseWriter, r *http.Request) error {
	j, err := b.Jobs.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if ok, err := b.Kernel.Confirmed(w, r, web.Admin, web.Frame{Group: "ジョブ", Menu: menuJobs}, b.cancelQuestion(j)); !ok {
		return err
	}
	return b.turned(w, r, j.ID, b.Jobs.Cancel(r.Context(), j.ID), "中止しました。残りの注文は処理されません。")
}

// turned says what came of it on the job's page.
func (b *BackOffice) turned(w http.ResponseWriter, r *http.Request, id string, err error, said string) error {
	tone := web.Success
	switch problem.CategoryOf(err) {
	case problem.NotNow, problem.Conflict:
		tone, said, err = web.Danger, reasonWords(err), nil
	}
	if err != nil {
		return err
	}
	b.Log.InfoContext(r.Context(), "staff turned a job", "member", member(r.Context()).ID, "job", id)
	if err := web.PutFlash(r, tone, said); err != nil {
		return err
	}
	return web.Redirect(w, r, b.jobURL(id))
}

// runForm is what この内容で実行する sends.
type runForm struct {
	Key string `form:"key"`
}

// runJob runs what was rehearsed, once per button shown.
func (b *BackOffice) runJob(w http.ResponseWriter, r *http.Request) error {
	j, err := b.Jobs.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	form, _, err := web.Decode[runForm](r)
	if err != nil {
		return err
	}
	if raw, err := hex.DecodeString(form.Key); err != nil || len(raw) != keyBytes || !j.Rehearsal {
		return problem.Wrap(err, problem.Invalid, "form.unreadable", nil)
	}
	if ok, err := b.Kernel.Confirmed(w, r, web.Admin, web.Frame{Group: "ジョブ", Menu: menuJobs}, b.runQuestion(j)); !ok {
		return err
	}
	return b.makeJob(w, r, job.Wanted{Kind: j.Kind, Selection: j.Selection, Width: j.Width, Rate: j.Rate}, goRun, form.Key)
}
