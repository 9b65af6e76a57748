package app_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"kessai/paygentsim"
)

// cell is one combination that a run met: in a table, a row (a method in one system
// type, or a telegram), and a column.
type cell struct{ table, row, column string }

func (s *simulation) cover(table, row, column string) { s.covered[cell{table, row, column}]++ }

// coverage prints a table per question: how often each method met each thing.
func (s *simulation) coverage() string {
	for _, n := range s.sim.Notices() {
		if n.Fault != "" {
			s.covered[cell{"notice fault", s.labelOf(orderID(n.TradingID)), string(n.Fault)}]++
		}
	}
	var b strings.Builder
	tables := map[string]map[string]map[string]int{}
	for c, n := range s.covered {
		if tables[c.table] == nil {
			tables[c.table] = map[string]map[string]int{}
		}
		if tables[c.table][c.column] == nil {
			tables[c.table][c.column] = map[string]int{}
		}
		tables[c.table][c.column][c.row] += n
	}
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		rows := map[string]bool{}
		for _, column := range tables[table] {
			for row := range column {
				rows[row] = true
			}
		}
		names := slices.SortedFunc(maps.Keys(rows), func(a, b string) int {
			return cmp.Or(cmp.Compare(slices.Index(labels(), a), slices.Index(labels(), b)), cmp.Compare(a, b))
		})
		fmt.Fprintf(&b, "\n%s\n", table)
		if len(names) > 1 {
			fmt.Fprintf(&b, "  %-26s", "")
			for _, name := range names {
				fmt.Fprintf(&b, " %12s", name)
			}
			b.WriteString("\n")
		}
		for _, column := range slices.Sorted(maps.Keys(tables[table])) {
			fmt.Fprintf(&b, "  %-26s", column)
			for _, name := range names {
				fmt.Fprintf(&b, " %12d", tables[table][column][name])
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// wanted are the columns of each table that every row has to meet.
func wanted() map[string][]string {
	faults := []string{"late"}
	for _, f := range []paygentsim.Fault{
		paygentsim.Slow, paygentsim.TimeoutBefore, paygentsim.TimeoutAfter, paygentsim.CutBefore, paygentsim.CutAfter, paygentsim.GarbageBefore,
		paygentsim.GarbageAfter, paygentsim.ErrorBefore, paygentsim.ErrorAfter, paygentsim.LateEffect, paygentsim.WrongCharset, paygentsim.RefusedBefore,
	} {
		faults = append(faults, string(f))
	}
	var notices []string
	for _, f := range []paygentsim.NoticeFault{
		paygentsim.NoticeLate, paygentsim.NoticeDuplicate, paygentsim.NoticeReordered, paygentsim.NoticeLost, paygentsim.NoticeBadHash,
	} {
		notices = append(notices, string(f))
	}
	return map[string][]string{
		"telegram fault": faults,
		"notice fault":   notices,
		"crash":          {"planned", "sent", "effect", "answer", "settled"},
		"saga × crash":   {"planned", "sent", "effect", "answer", "settled"},
		"staff":          {"売上", "取消", "オーソリ変更", "売上変更", "対応中", "発送済み", "合計を変更"},
		"buyer": {"pay", "again", "double", "first tab", "second tab", "gives up", "back button", "reload", "returns", "returns again",
			"return of another order"},
		"batch": {"canceled", "stands", "skipped"},
	}
}

// explained are the cells that cannot be met, and why. A row or column of "*" means all.
var explained = map[cell]string{
	{"staff", "conveni", "*"}: "", // filled in by init
}

func (s *simulation) mustCover(t *testing.T) {
	t.Helper()
	for _, table := range slices.Sorted(maps.Keys(wanted())) {
		for _, column := range wanted()[table] {
			for _, row := range labels() {
				if s.covered[cell{table, row, column}] == 0 && explained[cell{table, row, column}] == "" && explained[cell{table, row, "*"}] == "" {
					t.Errorf("never met, and not explained: %s, %s, %s", table, row, column)
				}
			}
		}
	}
}
