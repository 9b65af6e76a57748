package backoffice

import (
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/store"
	"kessai/internal/web"
)

// listForm is the search of ペイジェント決済管理, with EC-CUBE's names.
type listForm struct {
	Multi     string   `form:"multi"`
	Status    []string `form:"status"`
	Attention string   `form:"attention"`
}

const maxMulti = 255 // characters (admin.md §3.1)

// read checks the search and turns it into the reader's filter.
func (f listForm) read() (store.Filter, web.Errors) {
	var e web.Errors
	filter := store.Filter{Scope: store.PaygentOrders, Keyword: f.Multi, Attention: f.Attention == "1"}
	if !utf8.ValidString(f.Multi) {
		e.Add(problem.New(problem.Invalid, order.CodeFormCharacters, nil).On("multi"))
	}
	if utf8.RuneCountInString(f.Multi) > maxMulti {
		e.Add(problem.New(problem.Invalid, order.CodeFormTooLong, problem.Args{"max": maxMulti}).On("multi"))
	}
	for _, text := range f.Status {
		n, err := strconv.ParseInt(text, 10, 16)
		if s := order.Status(n); err == nil && s.Valid() {
			filter.Statuses = append(filter.Statuses, s)
			continue
		}
		e.Add(problem.New(problem.Invalid, "form.choice", nil).On("status"))
	}
	if filter.Attention && len(filter.Statuses) == 0 {
		filter.Statuses = order.Statuses() // an order in 7 may need a person too
	}
	return filter, e.Label(map[string]string{"multi": multiLabel, "status": "対応状況"})
}

// query is the search as an address keeps it; empty fields are left out.
func (f listForm) query(pageCount string) url.Values {
	q := url.Values{}
	if f.Multi != "" {
		q.Set("multi", f.Multi)
	}
	for _, s := range f.Status {
		q.Add("status", s)
	}
	if f.Attention == "1" {
		q.Set("attention", "1")
	}
	if pageCount != "" {
		q.Set("page_count", pageCount)
	}
	return q
}

// chips are the filters in force.
func (f listForm) chips(r *http.Request, filter store.Filter) []web.Chip {
	var chips []web.Chip
	if f.Multi != "" {
		chips = append(chips, web.NewChip(r, "キーワード", f.Multi, "multi", ""))
	}
	for _, text := range f.Status {
		if n, err := strconv.ParseInt(text, 10, 16); err == nil && order.Status(n).Valid() {
			chips = append(chips, web.NewChip(r, "対応状況", order.Status(n).Name(), "status", text))
		}
	}
	if filter.Attention {
		chips = append(chips, web.NewChip(r, "要対応", "あり", "attention", ""))
	}
	return chips
}

// address is a list's address with a query.
func (b *BackOffice) address(q url.Values) string {
	if len(q) == 0 {
		return b.url(pathList)
	}
	return b.url(pathList) + "?" + q.Encode()
}
