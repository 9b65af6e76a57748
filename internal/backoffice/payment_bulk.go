package backoffice

import (
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kessai/internal/job"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/store"
	"kessai/internal/web"
)

// bulkForm is what the buttons 実行 of the list send, and then the page that asks.
type bulkForm struct {
	Do      string   `form:"do"`      // capture, cancel or inquiry
	All     []string `form:"all"`     // the same: the whole search
	Capture []string `form:"capture"` // 注文:金額, as they were shown
	Cancel  []string `form:"cancel"`
	Go      string   `form:"go"` // run or rehearse: the question was answered
	Key     string   `form:"key"`
	UpTo    string   `form:"up_to"`

	search listForm
	pace   paceForm
}

func readBulk(r *http.Request) (bulkForm, error) {
	f, _, err := web.Decode[bulkForm](r)
	if err == nil {
		f.search, _, err = web.Decode[listForm](r)
	}
	if err == nil {
		f.pace, _, err = web.Decode[paceForm](r)
	}
	return f, err
}

// bulkButton is the button of the order's page that a kind of bulk work presses.
func bulkButton(kind string) (payment.Button, bool) {
	switch kind {
	case job.CaptureKind:
		return payment.SaleButton, true
	case job.CancelKind:
		return payment.CancelButton, true
	}
	return "", false
}

// selection reads which orders are meant. Forms are made by our own pages, so what does
// not fit was not typed by anybody.
func (f bulkForm) selection() (job.Selection, error) {
	if slices.Contains(f.All, f.Do) {
		filter, e := f.search.read()
		upTo, err := strconv.ParseInt("0"+f.UpTo, 10, 64)
		if e.Any() || err != nil {
			return job.Selection{}, problem.New(problem.Invalid, "form.unreadable", nil)
		}
		return job.Selection{Filter: &filter, UpTo: order.ID(upTo)}, nil
	}
	var s job.Selection
	for _, text := range map[string][]string{job.CaptureKind: f.Capture, job.CancelKind: f.Cancel}[f.Do] {
		id, amount, _ := strings.Cut(text, ":")
		n, idErr := strconv.ParseInt(id, 10, 64)
		yen, amountErr := strconv.ParseInt(amount, 10, 64)
		if idErr != nil || amountErr != nil || n <= 0 || yen < 0 {
			return job.Selection{}, problem.New(problem.Invalid, "form.unreadable", nil)
		}
		s.Orders = append(s.Orders, job.Chosen{Order: order.ID(n), Amount: order.Yen(yen)})
	}
	return s, nil
}

// bulkPage asks before bulk work: which orders, how much, and what will happen.
type bulkPage struct {
	Action      string
	Back        string
	Hidden      []web.Fact
	Facts       []web.Fact
	Consequence string
	Extra       []string
	Pace        []web.Field
	PaceOpen    bool // something of it was typed
	Rows        []bulkRow
	More        string // 「ほか n件」
	Nothing     string // why there is nothing to do
	Rehearse    string // text of the button
	Run         string
	Danger      bool
}

// bulkRow is one of the orders that were ticked.
type bulkRow struct {
	No, Name, URL, Situation string
	Amount                   order.Yen
	Why                      string // not possible now
}

// requestAction is 一括売上, 一括取消 and 決済情報照会: it asks, then makes the job, once per
// question shown, and leads to its page.
func (b *BackOffice) requestAction(w http.ResponseWriter, r *http.Request) error {
	f, err := readBulk(r)
	if err != nil {
		return err
	}
	_, pressed := bulkButton(f.Do)
	if !pressed && f.Do != job.InquiryKind {
		return problem.New(problem.Invalid, "form.unreadable", nil)
	}
	s, err := f.selection()
	if err != nil {
		return err
	}
	if s.Filter == nil && len(s.Orders) == 0 {
		if err := web.PutFlash(r, web.Warning, "1件も選択されていません。"); err != nil {
			return err
		}
		return web.Redirect(w, r, b.back(r))
	}
	p, wrong := f.pace.read()
	if f.Go != "" && !wrong.Any() {
		return b.makeJob(w, r, job.Wanted{Kind: f.Do, Selection: s, Width: p.width, Rate: p.rate}, f.Go, f.Key)
	}
	page, err := b.bulkQuestion(r, f, s)
	if err != nil {
		return err
	}
	f.pace.put(&page, wrong)
	return b.bulk.Render(w, r, web.Frame{Title: jobTask(f.Do) + "を実行しますか？", Group: "ペイジェント決済管理", Menu: menuList, Errors: wrong}, page)
}

// makeJob makes the job that was asked for; the same question answered twice is one job.
func (b *BackOffice) makeJob(w http.ResponseWriter, r *http.Request, wanted job.Wanted, how, key string) error {
	if raw, err := hex.DecodeString(key); err != nil || len(raw) != keyBytes || how != goRun && how != goRehearse {
		return problem.Wrap(err, problem.Invalid, "form.unreadable", nil)
	}
	wanted.Requester, wanted.Key, wanted.Rehearsal = b.requester(r), how+"-"+key, how == goRehearse
	made, err := b.Jobs.Create(r.Context(), wanted)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, b.jobURL(made.ID))
}

// What the question's buttons send.
const (
	goRun      = "run"
	goRehearse = "rehearse"
)

func (b *BackOffice) requester(r *http.Request) string {
	return actorStaff + strconv.FormatInt(member(r.Context()).ID, 10)
}

func (b *BackOffice) bulkQuestion(r *http.Request, f bulkForm, s job.Selection) (bulkPage, error) {
	key := f.Key
	if f.Go == "" {
		var err error
		if key, err = b.key(); err != nil {
			return bulkPage{}, err
		}
	}
	button, _ := bulkButton(f.Do)
	page := bulkPage{
		Action: b.url(pathBulk), Back: b.back(r), Danger: f.Do == job.CancelKind, Rehearse: "どうなるか確認する", Run: jobTask(f.Do) + "を実行する",
		Hidden: []web.Fact{{Name: "do", Value: f.Do}, {Name: "key", Value: key}},
	}
	var err error
	if s.Filter != nil {
		err = b.askAll(r, &page, f, s)
	} else {
		err = b.askChosen(r, &page, f.Do, s, button)
	}
	switch f.Do {
	case job.CaptureKind:
		page.Consequence = "売上を確定し、購入者に請求します。"
	case job.InquiryKind:
		page.Consequence = "決済の状態をペイジェントに1件ずつ確認し、こちらの記録と違うときは受注に反映します。"
	case job.CancelKind:
		page.Consequence = "オーソリまたは売上を取り消します。売上になっている注文は購入者に返金されます。元に戻せません。"
		page.Extra = append(page.Extra, "注文は取消しになり、在庫と利用ポイントが戻ります（発送済み・返品の注文は、対応状況も在庫も変わりません）。")
	}
	page.Extra = append(page.Extra, "注文ごとに処理します。1件が失敗しても、ほかの注文の処理は続きます。同じ注文が二重に処理されることはありません。")
	return page, err
}

// askAll asks about the whole search.
func (b *BackOffice) askAll(r *http.Request, page *bulkPage, f bulkForm, s job.Selection) error {
	p, err := b.Jobs.Preview(r.Context(), f.Do, s)
	if err != nil {
		return err
	}
	page.Hidden = append(page.Hidden, web.Fact{Name: "all", Value: f.Do}, web.Fact{Name: "up_to", Value: p.Last.String()})
	kept := f.search.query("")
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		for _, v := range kept[name] {
			page.Hidden = append(page.Hidden, web.Fact{Name: name, Value: v})
		}
	}
	if p.Count == 0 {
		page.Nothing = jobName(f.Do) + "できる注文は、検索結果にありません。"
		return nil
	}
	page.Facts = []web.Fact{{Name: "対象", Value: "検索結果のすべて"}, {Name: "件数", Value: count(p.Count)}}
	if f.Do != job.InquiryKind {
		page.Facts = append(page.Facts, web.Fact{Name: "合計金額", Value: p.Amount.String()})
	}
	return nil
}

func count(n int64) string { return strings.TrimPrefix(order.Yen(n).String(), "¥") + "件" }

// askChosen asks about the orders that were ticked, and says which are no longer possible.
func (b *BackOffice) askChosen(r *http.Request, page *bulkPage, kind string, s job.Selection, button payment.Button) error {
	f := store.Filter{Scope: store.AllOrders, Statuses: order.Statuses()}
	shown := map[order.ID]order.Yen{}
	for _, c := range s.Orders {
		f.IDs = append(f.IDs, c.Order)
		shown[c.Order] = c.Amount
		page.Hidden = append(page.Hidden, web.Fact{Name: kind, Value: c.Order.String() + ":" + amountValue(c.Amount)})
	}
	if len(f.IDs) > job.MaxChosen {
		return problem.New(problem.Invalid, "job.too_many", problem.Args{"Max": job.MaxChosen})
	}
	rows, err := b.Reader.After(r.Context(), f, 0, len(f.IDs))
	if err != nil {
		return err
	}
	var sum order.Yen
	possible := int64(0)
	for _, row := range rows {
		one := bulkRow{No: row.No, Name: row.Name, URL: b.orderURL(row.ID), Amount: shown[row.ID]}
		if one.No == "" {
			one.No = row.ID.String()
		}
		switch {
		case !job.Offers(row, button):
			one.Why = "現在の状態では" + button.Name() + "できません"
		case button == payment.SaleButton && row.Payment.Amount != row.Total:
			one.Why = "お支払い合計（" + row.Total.String() + "）とペイジェントの決済金額（" + row.Payment.Amount.String() + "）が異なります"
		default:
			possible++
			sum += shown[row.ID]
		}
		page.Rows = append(page.Rows, one)
	}
	page.Facts = []web.Fact{{Name: "件数", Value: count(possible)}, {Name: "合計金額", Value: sum.String()}}
	if possible == 0 {
		page.Nothing = "選択した注文は、現在の状態では" + button.Name() + "できません。"
	}
	return nil
}
