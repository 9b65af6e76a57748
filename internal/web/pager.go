package web

import (
	"net/http"
	"net/url"
	"strconv"
)

// Pager is a list cut into pages: {{template "pager" .Pager}}. Pages count from 1.
type Pager struct {
	Page, Size, Total int
	Sizes             []int // sizes to choose from; none hides the choice
	path              string
	query             url.Values
}

// NewPager reads page_no and page_count, as EC-CUBE names them, from the request.
// A page beyond the end is the last one.
func NewPager(r *http.Request, total, size int, sizes ...int) Pager {
	p := Pager{Size: size, Total: total, Sizes: sizes, path: r.URL.Path, query: r.URL.Query()}
	if n, err := strconv.Atoi(p.query.Get("page_count")); err == nil {
		for _, allowed := range sizes {
			if n == allowed {
				p.Size = n
			}
		}
	}
	p.Size = max(p.Size, 1)
	p.Page, _ = strconv.Atoi(p.query.Get("page_no")) // anything else than a number is page 1
	p.Page = min(max(p.Page, 1), p.Last())
	return p
}

// Offset is how many rows come before this page.
func (p Pager) Offset() int { return (max(p.Page, 1) - 1) * p.Size }

// Last is the number of the last page, at least 1.
func (p Pager) Last() int { return max(1, (p.Total+max(p.Size, 1)-1)/max(p.Size, 1)) }

// From and To are the numbers of the first and the last row of this page.
func (p Pager) From() int { return min(p.Offset()+1, p.Total) }
func (p Pager) To() int   { return min(p.Offset()+p.Size, p.Total) }

// PageLink is a page's number and address; number 0 is a gap.
type PageLink struct {
	Number  int
	URL     string
	Current bool
}

// Pages are the first, the last and the ones around this page.
func (p Pager) Pages() []PageLink {
	var links []PageLink
	last := p.Last()
	for n := 1; n <= last; n++ {
		if n == 1 || n == last || (n >= p.Page-2 && n <= p.Page+2) {
			links = append(links, PageLink{n, p.URL(n), n == p.Page})
		} else if len(links) > 0 && links[len(links)-1].Number != 0 {
			links = append(links, PageLink{})
		}
	}
	return links
}

// Previous and Next are the neighbours' addresses, empty at the ends.
func (p Pager) Previous() string {
	if p.Page <= 1 {
		return ""
	}
	return p.URL(p.Page - 1)
}

func (p Pager) Next() string {
	if p.Page >= p.Last() {
		return ""
	}
	return p.URL(p.Page + 1)
}

// URL is a page's address with the search kept.
func (p Pager) URL(page int) string { return p.with("page_no", strconv.Itoa(page)) }

// SizeLinks are the page sizes to choose from.
func (p Pager) SizeLinks() []PageLink {
	var links []PageLink
	for _, n := range p.Sizes {
		q := p
		q.query = without(p.query, "page_no", "")
		links = append(links, PageLink{n, q.with("page_count", strconv.Itoa(n)), n == p.Size})
	}
	return links
}

func (p Pager) with(name, value string) string {
	q := without(p.query, name, "")
	q.Set(name, value)
	return p.path + "?" + q.Encode()
}

// Chip is a filter in force, and the address of the list without it:
// {{template "chips" .Chips}}.
type Chip struct{ Label, Value, Remove string }

// NewChip makes the chip of one value of a parameter of this request.
func NewChip(r *http.Request, label, shown, name, value string) Chip {
	q := without(without(r.URL.Query(), name, value), "page_no", "")
	return Chip{Label: label, Value: shown, Remove: r.URL.Path + "?" + q.Encode()}
}

// without copies values and leaves out one value of a name, or all if value is "".
func without(from url.Values, name, value string) url.Values {
	q := url.Values{}
	for key, list := range from {
		for _, v := range list {
			if key != name || (value != "" && v != value) {
				q.Add(key, v)
			}
		}
	}
	return q
}
