package app_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygentsim"
)

// cell is one combination that a run met: in a table, a row (a method in one system
// type, or a telegram), and a column.
type cell struct{ table, row, column string }

// covered is how often a run met each cell, or several runs did.
type covered struct {
	times  map[cell]int
	orders int
	// What there was in the run, or in any of several.
	newStyle, oldStyle bool // of 3-D Secure 1.0
	marked             bool // our trading_ids
	several            bool // nodes
	attached           bool // beside EC-CUBE
	moves              bool // to another environment
}

func (c *covered) met(at cell) bool { return c.times[at] > 0 }

func (c *covered) add(more covered) {
	if c.times == nil {
		c.times = map[cell]int{}
	}
	for at, n := range more.times {
		c.times[at] += n
	}
	c.orders += more.orders
	c.newStyle, c.oldStyle = c.newStyle || more.newStyle, c.oldStyle || more.oldStyle
	c.marked, c.several, c.attached = c.marked || more.marked, c.several || more.several, c.attached || more.attached
	c.moves = c.moves || more.moves
}

func (s *simulation) cover(table, row, column string) { s.covered.times[cell{table, row, column}]++ }

// coverNotices counts the faults of the notices that came up since: the centre forgets
// them after a month.
func (s *simulation) coverNotices() {
	newest := maps.Clone(s.seen)
	for _, n := range s.sim.Notices() {
		if n.NoticeID > s.seen[n.MerchantID] && n.Fault != "" {
			s.cover("notice fault", s.labelOf(orderID(n.TradingID)), string(n.Fault))
		}
		newest[n.MerchantID] = max(newest[n.MerchantID], n.NoticeID)
	}
	s.seen = newest
}

// coverAgain notes how cards were authorised again, under which id and by what that is known.
func (c *orderCheck) coverAgain() {
	for _, op := range c.l.Operations {
		if op.Kind != payment.Authorize || op.Parent == "" || op.State.Open() {
			continue
		}
		by, _, _ := strings.Cut(op.Cause, ":")
		c.cover("authorised again", map[bool]string{false: "own id", true: "same id"}[find(c.l, op.PaymentID).ReusesID()], string(op.State)+" by "+by)
	}
}

// table prints a table per question: how often each method met each thing.
func (c *covered) table() string {
	var b strings.Builder
	tables := map[string]map[string]map[string]int{}
	for c, n := range c.times {
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

// table is a table's rows, every one of which has to meet every column.
type table struct {
	name          string
	rows, columns []string
}

// wanted are the tables.
func wanted() []table {
	faults := []string{"late"}
	for _, f := range telegramFaults() {
		faults = append(faults, string(f))
	}
	everyone := []string{"*"}
	var authentications []string
	for _, policy := range attemptPolicies() {
		for _, button := range []string{"authenticate", "attempt0", "attempt1", "fail"} {
			authentications = append(authentications, string(policy)+" "+button)
		}
	}
	var schemes []string
	for _, scheme := range payment.Schemes() {
		schemes = append(schemes, schemeName(scheme))
	}
	return []table{
		{"telegram fault", labels(), faults},
		{"notice fault", labels(), []string{string(paygentsim.NoticeLate), string(paygentsim.NoticeDuplicate), string(paygentsim.NoticeReordered),
			string(paygentsim.NoticeLost), string(paygentsim.NoticeBadHash)}},
		{"crash", labels(), boundaries()},
		{"saga × crash", labels(), boundaries()},
		{"staff", labels(), []string{"売上", "取消", "オーソリ変更", "売上変更", "対応中", "発送済み", "注文取消し", "返品", "受注の編集", "受注の復活", "返金済み(手動)", "結果の確定"}},
		{"EC-CUBE's hand", labels(), []string{"注文取消し", "返品", "対応中", "発送済み", "新規受付", "合計", "数量", "削除", "銀行振込で注文", "他の決済で注文", "他の決済を待つ"}},
		{"authorised again", []string{"own id", "same id"}, []string{"succeeded by answer", "succeeded by notice", "succeeded by inquiry", "declined by never_sent",
			"declined by not_happened", "declined by staff"}},
		{"environment", []string{"to simulator", "to test"}, []string{"setting.open_operations", "setting.living_payments", "changed, keeping"}},
		{"order by staff", schemes, []string{"placed", "paid by hand", "another amount"}},
		{"buyer", labels(), []string{"pay", "again", "double", "first tab", "second tab", "gives up", "back button", "reload", "returns", "returns again",
			"return of another order"}},
		{"page", []string{"Paidy"}, []string{"authorized", "rejected", "closed", "cheats", "webhook lost"}},
		{"3-D Secure", []string{string(ledger.ThreeDS1), "1.0 old style", string(ledger.ThreeDS2)}, authentications},
		{"batch", labels(), []string{"canceled", "canceled at the centre", "stands", "skipped", "bulk capture", "bulk cancel", "bulk inquiry"}},
		{"payment of another shop", everyone, []string{"another name, shared merchant false", "another name, shared merchant true", "another mark, shared merchant false",
			"another mark, shared merchant true", "our order's id, shared merchant false", "our order's id, shared merchant true"}},
		{"clock", everyone, []string{"ahead within 1 s", "behind within 1 s", "far ahead: takes no work", "far behind: takes no work"}},
	}
}

func boundaries() []string { return []string{"planned", "sent", "effect", "answer", "settled"} }

func telegramFaults() []paygentsim.Fault {
	return []paygentsim.Fault{
		paygentsim.Slow, paygentsim.TimeoutBefore, paygentsim.TimeoutAfter, paygentsim.CutBefore, paygentsim.CutAfter, paygentsim.GarbageBefore,
		paygentsim.GarbageAfter, paygentsim.ErrorBefore, paygentsim.ErrorAfter, paygentsim.LateEffect, paygentsim.WrongCharset, paygentsim.RefusedBefore,
	}
}

// explained are the cells that stay empty, and why. A row or column of "*" means all.
func (k *covered) explained(c cell) string {
	hand := []string{"conveni", "ATM", "bank", "link conveni", "link ATM", "link bank"} // paid by hand, given back by hand
	carriers := []string{"docomo", "au", "softbank", "link carrier"}
	noPage := []string{"card", "conveni", "ATM"}                          // the buyer leaves the shop for no page
	onlyPage := []string{"bank", "link conveni", "link ATM", "link bank"} // the one telegram there is opens a page
	is := func(table string, rows []string, columns ...string) bool {
		return c.table == table && slices.Contains(rows, c.row) && (columns == nil || slices.Contains(columns, c.column))
	}
	switch {
	case c.row == "1.0 old style" && !k.oldStyle, c.row == string(ledger.ThreeDS1) && !k.newStyle:
		return "in each run the centre has one style of 3-D Secure 1.0"
	case !k.newStyle && is("batch", []string{"card 3DS 1.0", "card 3DS 2.0", "stored card"}, "stands", "canceled at the centre"):
		return "by the old style of 3-D Secure 1.0 nothing is authorised unless the buyer comes back"
	case c.table == "payment of another shop" && !k.marked && c.column != "another name, shared merchant false":
		return "a shop without a mark cannot share its merchant, nor tell the others' order ids from its own"
	case is("authorised again", []string{"same id"}, "succeeded by inquiry", "declined by not_happened"):
		return "by that id 094 can tell of another payment"
	case is("authorised again", []string{"own id"}, "declined by staff"):
		return "094 tells of it before a person does"
	case c.table == "environment" && !k.moves:
		return "staff stay where they are"
	case c.table == "EC-CUBE's hand" && !k.attached:
		return "kessai's own shop knows no other hand"
	case c.table == "clock" && !k.several:
		return "the first node's clock is the right one, and there is no other"
	case is("staff", hand, "売上", "取消", "オーソリ変更", "売上変更"):
		return "money paid at a store, an ATM or a bank has no such telegram"
	case is("staff", append(carriers, "Paidy"), "オーソリ変更"):
		return "carriers and Paidy change an amount by 売上変更 only"
	case is("staff", onlyPage, "結果の確定"):
		return "a telegram that opens a page is begun again where it has no answer, and there is no other"
	case is("staff", carriers, "返金済み(手動)"):
		return "a telegram gives a carrier's money back for as long as it is there: the centre gives none of them 41"
	case is("saga × crash", append(hand, carriers...)):
		return "no change of the amount of several telegrams: 103 changes a carrier's by one"
	case is("buyer", noPage, "back button", "reload", "returns", "returns again"):
		return "no page outside to come back from"
	case is("batch", []string{"card 3DS 2.0"}, "canceled at the centre"):
		return "nothing of it is authorised unless the buyer comes back, and a page left before is over when the last one is"
	case is("batch", hand, "canceled at the centre"):
		return "no telegram gives it back"
	case is("batch", noPage, "canceled", "canceled at the centre", "stands"):
		return "in 決済処理中 only while an operation is open, which is skipped"
	}
	return ""
}

// empty are the cells that were not met, and are not explained.
func (c *covered) empty() (all []cell) {
	for _, t := range wanted() {
		for _, column := range t.columns {
			for _, row := range t.rows {
				if at := (cell{t.name, row, column}); !c.met(at) && c.explained(at) == "" {
					all = append(all, at)
				}
			}
		}
	}
	return all
}
