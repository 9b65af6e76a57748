package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"kessai/internal/order"
	"kessai/internal/wording"
)

// functions are what templates can call.
//
//	yen 4080         ¥4,080          number 12345   12,345
//	moment t         2026年12月3日(木) 23:59
//	day t            2026年12月3日(木)
//	stamp t          2026/12/03 23:59   date t      2026/12/03
//	clock t          for <time datetime="…">
//	groups 4 "12…"   a long number in groups, for reading aloud
//	asset "app.js"   its address             icon "check"   a picture
//	admin "/order"   a path of the back office
func functions(k *Kernel) template.FuncMap {
	return template.FuncMap{
		"yen":    yen,
		"number": number,
		"moment": wording.Moment,
		"day":    wording.Day,
		"stamp":  func(t time.Time) string { return layout(t, "2006/01/02 15:04") },
		"date":   func(t time.Time) string { return layout(t, "2006/01/02") },
		"clock":  func(t time.Time) string { return layout(t, time.RFC3339) },
		"groups": groups,
		"asset":  k.assets.url,
		"icon":   icon,
		"admin":  k.AdminURL,
		"within": within, // the menu's
	}
}

func layout(t time.Time, form string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(wording.Zone()).Format(form)
}

func yen(v any) (string, error) {
	n, err := whole(v)
	return order.Yen(n).String(), err
}

func number(v any) (string, error) {
	n, err := whole(v)
	return strings.Replace(order.Yen(n).String(), "¥", "", 1), err
}

func whole(v any) (int64, error) {
	switch v := v.(type) {
	case order.Yen:
		return int64(v), nil
	case int64:
		return v, nil
	case int:
		return int64(v), nil
	case int32:
		return int64(v), nil
	}
	return 0, fmt.Errorf("%T is no whole number", v)
}

// groups cuts a number into pieces of n from the left, with a thin gap for the eye.
func groups(n int, text string) string {
	var b strings.Builder
	for i, r := range []rune(text) {
		if i > 0 && n > 0 && i%n == 0 {
			b.WriteRune(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
