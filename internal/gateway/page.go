package gateway

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"kessai/internal/ledger"
	"kessai/paygent"
)

// pageOf is the answer of a telegram that was answered with a page: the form in it, to
// be sent on by a page of our own. HTML is never kept. What cannot be sent on is no
// success: nobody could go on with it.
func pageOf(f paygent.Form, err error) ledger.Answer {
	needs, ok := needsOf(f)
	if err != nil || !ok {
		return ledger.Answer{Outcome: ledger.Mystery, Code: paygent.CodeOther}
	}
	return ledger.Answer{Outcome: ledger.Success, Needs: needs}
}

// needsOf makes a form into what a buyer needs. A form that is got is an address.
func needsOf(f paygent.Form) (ledger.Needs, bool) {
	isPlain := true
	needs := ledger.Needs{Action: f.Action}
	for _, item := range f.Fields {
		isPlain = isPlain && isASCII(item.Name) && isASCII(item.Value)
		needs.Fields = append(needs.Fields, [2]string{item.Name, item.Value})
	}
	isUTF8 := f.Charset == "" || strings.EqualFold(f.Charset, "UTF-8")
	if f.Method == http.MethodGet {
		return gotten(f), isPlain || isUTF8
	}
	if !isPlain && !isUTF8 {
		needs.Charset = f.Charset
	}
	return needs, true
}

// gotten is the address a browser goes to from a form that is got.
func gotten(f paygent.Form) ledger.Needs {
	address, _, _ := strings.Cut(f.Action, "#")
	address, _, _ = strings.Cut(address, "?") // replaced by the fields
	items := make([]string, len(f.Fields))
	for i, item := range f.Fields {
		items[i] = url.QueryEscape(item.Name) + "=" + url.QueryEscape(item.Value)
	}
	return ledger.Needs{URL: address + "?" + strings.Join(items, "&")}
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}

// endOfDay is the last second of a day that the centre told as a limit, zero for none.
func endOfDay(day time.Time) time.Time {
	if day.IsZero() {
		return time.Time{}
	}
	return day.AddDate(0, 0, 1).Add(-time.Second)
}
