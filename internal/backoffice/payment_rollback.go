package backoffice

import (
	"net/http"
	"strconv"
	"time"

	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/problem"
	"kessai/internal/web"
)

// rollbackForm is what 決済処理中の注文の取消 sends, and then the page that asks.
type rollbackForm struct {
	Go     string `form:"go"`
	Key    string `form:"key"`
	Before string `form:"before"` // what was shown: seconds
}

// rollback is 決済処理中の注文の取消 (manual 2.4): it asks, then makes the job.
func (b *BackOffice) rollback(w http.ResponseWriter, r *http.Request) error {
	f, _, err := web.Decode[rollbackForm](r)
	if err != nil {
		return err
	}
	speed, _, err := web.Decode[paceForm](r)
	if err != nil {
		return err
	}
	chosen, wrong := speed.read()
	if f.Go != "" && !wrong.Any() {
		before, err := strconv.ParseInt(f.Before, 10, 64)
		if err != nil || time.Unix(before, 0).After(b.Now()) {
			return problem.Wrap(err, problem.Invalid, "form.unreadable", nil)
		}
		return b.makeJob(w, r, job.Wanted{Kind: job.RollbackKind, Selection: job.Selection{Before: time.Unix(before, 0).UTC()}, Width: chosen.width, Rate: chosen.rate}, f.Go, f.Key)
	}
	days, err := b.RollbackTerm(r.Context())
	if err != nil {
		return err
	}
	before := ledger.PendingBefore(b.Now(), days)
	p, err := b.Jobs.Preview(r.Context(), job.RollbackKind, job.Selection{Before: before})
	if err != nil {
		return err
	}
	if p.Count == 0 {
		if err := web.PutFlash(r, web.Success, "取消対象の注文はありません。"); err != nil {
			return err
		}
		return web.Redirect(w, r, b.back(r))
	}
	key, err := b.key()
	if err != nil {
		return err
	}
	page := bulkPage{
		Action: b.url(pathRollback), Back: b.back(r), Danger: true, Rehearse: "どうなるか確認する", Run: "注文を取り消す",
		Hidden: []web.Fact{{Name: "key", Value: key}, {Name: "before", Value: strconv.FormatInt(before.Unix(), 10)}},
		Facts: []web.Fact{
			{Name: "対象", Value: "「決済処理中」になってから" + strconv.Itoa(days) + "日経過した注文"}, {Name: "件数", Value: count(p.Count)},
		},
		Consequence: "「決済処理中」の注文の取り消し処理を実行します。在庫数とポイントが元に戻ります。",
		Extra: []string{
			"取り消す前に、決済の状態をペイジェントに1件ずつ確認します。決済が成立していた注文は取り消さずに受け付けます。",
			"まだお支払いできる注文、状態を確認できない注文は、取り消さずに見送ります。",
		},
	}
	speed.put(&page, wrong)
	return b.bulk.Render(w, r, web.Frame{Title: "決済処理中の注文を取り消しますか？", Group: "ペイジェント決済管理", Menu: menuList, Errors: wrong}, page)
}
