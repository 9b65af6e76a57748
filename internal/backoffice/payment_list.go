package backoffice

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/store"
	"kessai/internal/web"
)

const (
	multiLabel = "注文番号・お名前・会社名・メールアドレス・電話番号"
	pageSize   = 50
	// mostRows stands for "unknown how many" while the asked page is read.
	mostRows = 1 << 31
)

// pageSizes are mtb_page_max (eccube.md §3).
func pageSizes() []int { return []int{10, 20, 30, 40, 50, 60, 70, 80, 90, 100} }

type listPage struct {
	Action    string
	Multi     web.Field
	Statuses  web.Field
	Attention web.Field
	Searched  bool
	Clear     string
	Chips     []web.Chip
	Pager     web.Pager
	Sizes     []web.Option
	Keep      []web.Fact // the search, for the form that changes the page size
	Rows      []listRow
	Nothing   web.Empty

	Bulk     string // where 一括売上 and 一括取消 post
	Whole    int64  // orders found in all, where they are more than this page
	Inquiry  string // 決済情報照会, of the whole search
	Rollback string // 決済処理中の注文の取消
}

// listRow is one order. The columns are the manual's (2.2.1).
type listRow struct {
	URL       string
	No        string
	At        time.Time
	Situation string
	Name      string
	Method    string
	Total     order.Yen
	Status    order.Status
	Unknown   bool // an operation's outcome is not known
	Busy      bool // an operation is under way
	Alerts    int64

	Unreadable bool // its dates or its total cannot be read

	Tick   string    // the order and its amount; empty: neither 売上 nor 取消 is possible now
	Amount order.Yen // of its payment
	Sale   bool      // 売上 is possible
	Cancel bool      // 取消 is possible
}

func (b *BackOffice) showList(w http.ResponseWriter, r *http.Request) error {
	f, e, err := web.Decode[listForm](r)
	if err != nil {
		return err
	}
	filter, wrong := f.read()
	e = append(e, wrong...)
	b.remember(r)
	page := b.listFrame(r, f, filter, e)
	if e.Any() {
		page.Pager = web.NewPager(r, 0, pageSize, pageSizes()...)
		page.Nothing = web.Empty{Icon: "search", Title: "検索条件に誤りがあります", Text: "検索条件を変えて、再度検索をお試しください。"}
	} else if err := b.fillList(r, &page, filter); err != nil {
		return err
	}
	return b.list.Render(w, r, web.Frame{Title: "ペイジェント決済管理", Group: "受注管理", Menu: menuList, Errors: e}, page)
}

// searchList takes a search sent as a form and gives it an address.
func (b *BackOffice) searchList(w http.ResponseWriter, r *http.Request) error {
	f, _, err := web.Decode[listForm](r)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, b.address(f.query(r.Form.Get("page_count"))))
}

// turnList is EC-CUBE's address of a page of the list.
func (b *BackOffice) turnList(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 {
		return problem.New(problem.NotFound, "web.not_found", nil)
	}
	q := r.URL.Query()
	q.Set("page_no", strconv.Itoa(n))
	return web.Redirect(w, r, b.address(q))
}

// remember keeps the search, so that an order's page leads back to it.
func (b *BackOffice) remember(r *http.Request) {
	if s := web.SessionOf(r.Context()); s.Get(sessionSearch) != r.URL.RawQuery {
		s.Put(sessionSearch, r.URL.RawQuery)
	}
}

// back is the list as this member last saw it.
func (b *BackOffice) back(r *http.Request) string {
	if q := web.SessionOf(r.Context()).Get(sessionSearch); q != "" {
		return b.url(pathList) + "?" + q
	}
	return b.url(pathList)
}

// listFrame is all of the page but its rows.
func (b *BackOffice) listFrame(r *http.Request, f listForm, filter store.Filter, e web.Errors) listPage {
	statuses := web.Field{Kind: web.KindChecks, Name: "status", Label: "対応状況"}
	for _, s := range order.Statuses() {
		value := strconv.Itoa(int(s))
		statuses.Options = append(statuses.Options, web.Option{Value: value, Label: s.Name(), Selected: slices.Contains(f.Status, value)})
	}
	page := listPage{
		Action:    b.url(pathList),
		Multi:     e.Put(web.Field{Name: "multi", Label: multiLabel, Value: f.Multi}),
		Statuses:  e.Put(statuses),
		Attention: web.Field{Kind: web.KindCheck, Name: "attention", Label: "要対応の注文のみ", Value: f.Attention},
		Chips:     f.chips(r, filter),
		Clear:     b.url(pathList),
		Bulk:      b.url(pathBulk), Inquiry: job.InquiryKind, Rollback: b.url(pathRollback),
	}
	page.Searched = len(page.Chips) > 0
	kept := f.query("")
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		for _, v := range kept[name] {
			page.Keep = append(page.Keep, web.Fact{Name: name, Value: v})
		}
	}
	return page
}

// fillList reads the rows. A page beyond the end is the last one, and how many
// there are is known only after reading.
func (b *BackOffice) fillList(r *http.Request, page *listPage, filter store.Filter) error {
	asked := web.NewPager(r, mostRows, pageSize, pageSizes()...)
	filter.Page, filter.Size = asked.Page, asked.Size
	found, err := b.Reader.Search(r.Context(), filter)
	if err != nil {
		return err
	}
	page.Pager = web.NewPager(r, int(found.Count), pageSize, pageSizes()...)
	if page.Pager.Page != asked.Page {
		filter.Page = page.Pager.Page
		if found, err = b.Reader.Search(r.Context(), filter); err != nil {
			return err
		}
	}
	for _, n := range pageSizes() {
		page.Sizes = append(page.Sizes, web.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n) + "件", Selected: n == page.Pager.Size})
	}
	if found.Count > int64(len(found.Rows)) {
		page.Whole = found.Count
	}
	policy, err := b.Ledger.Policy(r.Context())
	if err != nil {
		return err
	}
	for _, row := range found.Rows {
		page.Rows = append(page.Rows, b.row(row, policy))
	}
	page.Nothing = web.Empty{Icon: "search", Title: "検索条件に合致するデータが見つかりませんでした", Text: "検索条件を変えて、再度検索をお試しください。"}
	return nil
}

func (b *BackOffice) row(s store.SearchRow, policy ledger.Policy) listRow {
	row := listRow{
		URL: b.orderURL(s.ID), No: s.No, At: s.OrderDate, Name: s.Name, Method: s.PaymentMethod, Total: s.Total, Status: s.Status, Alerts: s.Alerts, Unreadable: s.Unreadable,
	}
	if row.No == "" {
		row.No = s.ID.String()
	}
	if s.Payment != nil {
		row.Situation = s.Payment.Situation.Name()
	}
	if s.Payment != nil && !s.Unreadable { // of such a one nothing can be decided
		row.boxes(s, policy)
	}
	if s.Operation != nil {
		row.Unknown = s.Operation.State == payment.UnknownState
		row.Busy = !row.Unknown
	}
	return row
}

// boxes are those that the order's own page would have as buttons (manual 2.2.1:
// 決済ステータスに応じて対応可能なチェックボックスのみが表示されます).
func (row *listRow) boxes(s store.SearchRow, policy ledger.Policy) {
	if s.Payment.Environment != policy.Environment || s.Payment.MerchantID != policy.MerchantID {
		return
	}
	row.Sale, row.Cancel = job.Offers(s, payment.SaleButton), job.Offers(s, payment.CancelButton)
	if row.Sale || row.Cancel {
		row.Amount = s.Payment.Amount
		row.Tick = s.ID.String() + ":" + amountValue(row.Amount)
	}
}

func (b *BackOffice) orderURL(id order.ID) string { return b.url("/order/" + id.String() + "/edit") }
