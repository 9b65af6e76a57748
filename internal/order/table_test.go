package order_test

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"kessai/internal/order"
)

// tableRow is one line of a table in testdata.
type tableRow struct {
	at   string // file:line
	text string
}

// readTable reads a table without its comments; it must have at least min rows,
// so that a table that was cut short does not pass.
func readTable(t *testing.T, file string, min int) []tableRow {
	t.Helper()
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []tableRow
	in := bufio.NewScanner(f)
	for n := 1; in.Scan(); n++ {
		text := strings.TrimSpace(in.Text())
		if i := strings.Index(text, "# "); i >= 0 {
			text = strings.TrimSpace(text[:i])
		}
		if text != "" && text != "#" {
			out = append(out, tableRow{at: fmt.Sprintf("%s:%d", file, n), text: text})
		}
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	if len(out) < min {
		t.Fatalf("%s has %d rows, want %d or more", file, len(out), min)
	}
	return out
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// rule reads "10r" or "8u~5".
func rule(s string) order.TaxRule {
	s, adjust, _ := strings.Cut(s, "~")
	r := order.TaxRule{Rate: number(s[:len(s)-1]), ApplyDate: time.Unix(1, 0)}
	r.Rounding = map[byte]order.Rounding{'r': order.RoundHalfUp, 'd': order.RoundDown, 'u': order.RoundUp}[s[len(s)-1]]
	if adjust != "" {
		r.Adjust = order.Yen(number(adjust))
	}
	return r
}

// options reads "a=1 b" into a map.
func options(words []string) map[string]string {
	out := map[string]string{}
	for _, w := range words {
		k, v, _ := strings.Cut(w, "=")
		out[k] = v
	}
	return out
}

// wantTotals reads what stands after "->".
func wantTotals(t *testing.T, text string) order.Totals {
	t.Helper()
	var w order.Totals
	for k, v := range options(strings.Fields(text)) {
		n := number(v)
		switch k {
		case "sub":
			w.Subtotal = order.Yen(n)
		case "fee":
			w.DeliveryFeeTotal = order.Yen(n)
		case "charge":
			w.Charge = order.Yen(n)
		case "disc":
			w.Discount = order.Yen(n)
		case "tax":
			w.Tax = order.Yen(n)
		case "total":
			w.Total, w.PaymentTotal = order.Yen(n), order.Yen(n)
		case "add":
			w.AddPoint = n
		case "use":
			w.UsePoint = n
		default:
			t.Fatalf("unknown word %q", k)
		}
	}
	return w
}
