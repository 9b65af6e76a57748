package order_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"kessai/internal/order"
	"kessai/internal/problem"
)

// counting is a predictable source: 0, 1, 2, …
type counting struct{ next byte }

func (c *counting) Read(p []byte) (int, error) {
	for n := range p {
		p[n] = c.next
		c.next++
	}
	return len(p), nil
}

func TestFormatOrderNo(t *testing.T) {
	t.Parallel()
	// 20:00 UTC on New Year's Eve is New Year's Day in Japan.
	now := time.Date(2026, 12, 31, 20, 0, 0, 0, time.UTC)
	for format, want := range map[string]string{
		"":                           "123",
		"{id,1}":                     "123",
		"{id,6}":                     "000123",
		"{yyyy}{mm}{dd}-{id,4}":      "20270101-0123",
		"{yy}{mm}":                   "2701",
		"No.{random,4}":              "No.0123",
		"{random_alnum,12}":          "0123456789AB",
		"{random_alpha,3}{id,2}":     "ABC123",
		"{random,2}{random_al":       "",
		"注文{id,3}":                   "注文123",
		"{id}":                       "",
		"{id,0}":                     "",
		"{id,100}":                   "",
		"{yyyy,4}":                   "",
		"{serial,4}":                 "",
		"id}":                        "",
		strings.Repeat("{id,99}", 3): "",
		"{id,99}{id,99}{id,57}":      fmt.Sprintf("%099d%099d%057d", 123, 123, 123), // 255, as many as the column holds
		"{id,99}{id,99}{id,58}":      "",
	} {
		got, err := order.FormatOrderNo(format, 123, now, &counting{})
		if want == "" {
			if !problem.Is(err, "shop.order_no_format") {
				t.Errorf("%q: %q, %v; should be refused", format, got, err)
			}
		} else if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", format, got, err, want)
		}
	}
}

func TestPreOrderID(t *testing.T) {
	t.Parallel()
	a, err := order.NewPreOrderID(&counting{})
	if err != nil {
		t.Fatal(err)
	}
	// sha1 of "0123456789ABCDEFGHIJKLMNOPQRSTUV"
	if a != "1206e0c023dc4b255b24c680f17949526df28ed9" {
		t.Errorf("%s", a)
	}
	b, err := order.NewPreOrderID(&counting{next: 1})
	if err != nil || a == b || !regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(b) {
		t.Errorf("%s, %v", b, err)
	}
}

func TestChanceIsNotInvented(t *testing.T) {
	t.Parallel()
	broken := errors.New("no entropy")
	if _, err := order.NewPreOrderID(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	short := bytes.NewReader(make([]byte, 5))
	if _, err := order.FormatOrderNo("{random,6}", 1, time.Time{}, short); !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
}

// TestDrawsEvenly: bytes that would favour the first characters are drawn again
// (250 and above for ten digits).
func TestDrawsEvenly(t *testing.T) {
	t.Parallel()
	source := bytes.NewReader([]byte{255, 249, 250, 11})
	if got, err := order.FormatOrderNo("{random,2}", 1, time.Time{}, source); err != nil || got != "91" {
		t.Errorf("%s, %v", got, err)
	}
}

func FuzzFormatOrderNo(f *testing.F) {
	for _, s := range []string{"", "{yyyy}{mm}{dd}{id,6}", "{random,5}", "{id}", "{{id,1}}", "}{", "{random_alnum,99}"} {
		f.Add(s, int64(1))
	}
	f.Fuzz(func(t *testing.T, format string, id int64) {
		got, err := order.FormatOrderNo(format, order.ID(id), time.Unix(0, 0), &counting{})
		if err != nil {
			if !problem.Is(err, "shop.order_no_format") {
				t.Fatalf("%q: %v", format, err)
			}
			return
		}
		if got == "" || utf8.RuneCountInString(got) > 255 || strings.ContainsAny(got, "{}") {
			t.Fatalf("%q gives %q", format, got)
		}
	})
}
