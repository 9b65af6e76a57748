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
	for _, f := range telegramFaults() {
		faults = append(faults, string(f))
	}
	boundaries := []string{"planned", "sent", "effect", "answer", "settled"}
	return map[string][]string{
		"telegram fault": faults,
		"notice fault": {string(paygentsim.NoticeLate), string(paygentsim.NoticeDuplicate), string(paygentsim.NoticeReordered),
			string(paygentsim.NoticeLost), string(paygentsim.NoticeBadHash)},
		"crash":        boundaries,
		"saga × crash": boundaries,
		"staff":        {"売上", "取消", "オーソリ変更", "売上変更", "対応中", "発送済み", "注文取消し", "返品", "受注の編集", "受注の復活", "返金済み(手動)", "結果の確定"},
		"buyer": {"pay", "again", "double", "first tab", "second tab", "gives up", "back button", "reload", "returns", "returns again",
			"return of another order"},
		"batch": {"canceled", "stands", "skipped", "bulk capture", "bulk cancel", "bulk inquiry"},
	}
}

func telegramFaults() []paygentsim.Fault {
	return []paygentsim.Fault{
		paygentsim.Slow, paygentsim.TimeoutBefore, paygentsim.TimeoutAfter, paygentsim.CutBefore, paygentsim.CutAfter, paygentsim.GarbageBefore,
		paygentsim.GarbageAfter, paygentsim.ErrorBefore, paygentsim.ErrorAfter, paygentsim.LateEffect, paygentsim.WrongCharset, paygentsim.RefusedBefore,
	}
}

// explained are the cells that stay empty, and why. A row or column of "*" means all.
func explained(c cell) string {
	hand := []string{"conveni", "ATM", "bank", "link conveni", "link ATM", "link bank"} // paid by hand, given back by hand
	oneStep := []string{"docomo", "au", "softbank", "link carrier"}                     // 103 changes an amount by one telegram
	noPage := []string{"card", "conveni", "ATM"}                                        // the buyer leaves the shop for no page
	shared := []string{"link card", "link bank", "link carrier", "Paidy"}               // of pages that can be used again
	switch {
	case slices.Contains(hand, c.row) && c.table == "staff" && slices.Contains([]string{"売上", "取消", "オーソリ変更", "売上変更"}, c.column):
		return "money paid at a store, an ATM or a bank has no such telegram"
	case (slices.Contains(oneStep, c.row) || c.row == "Paidy") && c.table == "staff" && c.column == "オーソリ変更":
		return "carriers and Paidy change an amount by 売上変更 only"
	case (slices.Contains(hand, c.row) || slices.Contains(oneStep, c.row)) && c.table == "saga × crash":
		return "no change of the amount of several telegrams"
	case slices.Contains(noPage, c.row) && c.table == "buyer" && slices.Contains([]string{"back button", "reload", "returns", "returns again"}, c.column):
		return "no page outside to come back from"
	case slices.Contains(noPage, c.row) && c.table == "batch" && (c.column == "canceled" || c.column == "stands"):
		return "in 決済処理中 only while an operation is open, which is skipped"
	case slices.Contains(shared, c.row) && c.table == "notice fault" && c.column == string(paygentsim.NoticeLost):
		return "of a page that is used again nothing but 091 tells; until the sweep runs here, none is lost"
	}
	return ""
}

// mustCover fails for a cell that is empty and not explained.
func (s *simulation) mustCover(t *testing.T) {
	t.Helper()
	for _, table := range slices.Sorted(maps.Keys(wanted())) {
		for _, column := range wanted()[table] {
			for _, row := range labels() {
				if c := (cell{table, row, column}); s.covered[c] == 0 && explained(c) == "" {
					t.Errorf("never met, and not explained: %s, %s, %s", table, row, column)
				}
			}
		}
	}
}

// missing is a wanted column of a row that was not met yet, if there is one.
func (s *simulation) missing(table, row string) (column string, any bool) {
	for _, column := range wanted()[table] {
		if c := (cell{table, row, column}); s.covered[c] == 0 && explained(c) == "" {
			return column, true
		}
	}
	return "", false
}
