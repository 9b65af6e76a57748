package main

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
	"testing"

	"kessai/internal/ledger"
	"kessai/internal/reconcile"
)

// TestHarmless: nothing that stands in a cell is a formula to a spreadsheet.
func TestHarmless(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"":                     "",
		"123_2":                "123_2",
		"captured_there":       "captured_there",
		"支払期限切":                "支払期限切",
		"=HYPERLINK(\"x\")":    "'=HYPERLINK(\"x\")",
		"+81":                  "'+81",
		"-1":                   "'-1",
		"@SUM(A1)":             "'@SUM(A1)",
		"  =1":                 "'  =1",
		"\t=1":                 "' =1",
		"\r\n=1":               "'  =1",
		"＝1＋1":                 "'＝1＋1",
		"　=1":                  "'　=1",
		"'=1":                  "''=1",
		"one\nline":            "one line",
		"a=b, which is no sum": "a=b, which is no sum",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
	}
}

// TestCSVCells: other shops' words come into a cell as text.
func TestCSVCells(t *testing.T) {
	t.Parallel()
	var out, totals bytes.Buffer
	o, err := newCSVOutput(&out, &totals)
	if err != nil {
		t.Fatal(err)
	}
	c := reconcile.Compared{Comparison: ledger.Comparison{Kind: ledger.UnknownToUs, Order: 7, TradingID: "=7_2,\"x\""}, Err: errors.New("-no")}
	if err := errors.Join(o.tell(c), o.flush(), o.sum(reconcile.CompareTotals{Differ: 1})); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\r\n")
	if !strings.HasPrefix(lines[0], "\ufeffclass,") || lines[1] != `unknown_to_us,7,,"'=7_2,""x""",,,,,,,,,failed,'-no` || len(lines) != 3 {
		t.Errorf("%q", lines)
	}
	if !strings.Contains(totals.String(), "1 differ") {
		t.Error(totals.String())
	}
}

// TestWanted: on a terminal each repair is asked about; what is not a yes is a no.
func TestWanted(t *testing.T) {
	t.Parallel()
	captured := ledger.Comparison{No: "7", Kind: ledger.CapturedThere, Remedy: ledger.RemedyTake, Theirs: ledger.Entry{Status: "40", Amount: 12300}}
	expired := ledger.Comparison{No: "8", Kind: ledger.ExpiredThere, Remedy: ledger.RemedyTake, Theirs: ledger.Entry{Status: "33"}}
	for name, tt := range map[string]struct {
		repair []string
		yes    bool
		typed  string
		want   []bool // captured, captured, expired
		asked  int
	}{
		"yes, no, nothing":    {[]string{"all"}, false, "y\nn\n\n", []bool{true, false, false}, 3},
		"an empty input":      {[]string{"all"}, false, "", []bool{false, false, false}, 3},
		"all of a class":      {[]string{"all"}, false, "a\nno\n", []bool{true, true, false}, 2},
		"quit":                {[]string{"all"}, false, "q\ny\ny\n", []bool{false, false, false}, 1},
		"one class":           {[]string{"expired_there"}, false, "yes\n", []bool{false, false, true}, 1},
		"one class, unasked":  {[]string{"captured_there"}, true, "", []bool{true, true, false}, 0},
		"everything, unasked": {[]string{"all"}, true, "", []bool{true, true, true}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var said bytes.Buffer
			r := &compareRun{repair: tt.repair, yes: tt.yes, in: bufio.NewReader(strings.NewReader(tt.typed)), everything: map[ledger.Disagreement]bool{}}
			for i, c := range []ledger.Comparison{captured, captured, expired} {
				got, err := r.wanted(&said, c)
				if err != nil || got != tt.want[i] {
					t.Errorf("%d: %v, %v", i, got, err)
				}
			}
			if n := strings.Count(said.String(), "? [y]es"); n != tt.asked {
				t.Errorf("asked %d times: %s", n, said.String())
			}
			if tt.asked > 2 && !strings.Contains(said.String(), "take 40 消込済 at 12,300 yen") {
				t.Error(said.String())
			}
		})
	}
}

// TestHelpNamesClasses: the command's help describes every class of differences.
func TestHelpNamesClasses(t *testing.T) {
	t.Parallel()
	for _, d := range ledger.Disagreements() {
		if !strings.Contains(compareHelp, "\n  "+string(d)+" ") {
			t.Errorf("%s is not described", d)
		}
	}
}
