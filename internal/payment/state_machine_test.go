package payment

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"kessai/internal/order"
)

var update = flag.Bool("update", false, "write docs/state-machine.md from the state table")

const stateMachineDoc = "../../docs/state-machine.md"

// TestStateMachineDoc: docs/state-machine.md is what the state table says. It describes
// the code; what the code should say is typed in testdata.
func TestStateMachineDoc(t *testing.T) {
	t.Parallel()
	want := stateMachine()
	if *update {
		if err := os.WriteFile(stateMachineDoc, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(stateMachineDoc)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Error("docs/state-machine.md is not what the state table says; go test ./internal/payment -run StateMachineDoc -update writes it")
	}
}

const docIntro = `# The state machine

Made from the state table of ` + "`internal/payment`" + ` by a test with ` + "`-update`" + `; do not edit. What the table must say is typed from
the manual in ` + "`internal/payment/testdata`" + `, and where it differs from the manual stands in [divergences.md](divergences.md).

A payment is in one of these stages: **opening** (its first telegram is planned, under way or unknown), **waiting** (the buyer is at a page),
**issued** (a number was issued), **authorised**, **captured**, **lapsed** (never alive, or unknown to the centre; it may still come alive) and
**finished** (it ended at the centre). Events are Paygent's statuses, whether an answer, a notice or an inquiry told them, and what our own operations came to.

Order statuses: 1 新規受付, 3 注文取消し, 4 対応中, 5 発送済み, 6 入金済み, 7 決済処理中, 8 購入処理中, 9 返品. One that is not named stays as it is. **goods** are stock and
points. What a section does not list contradicts: an alert and the mail ステータス不整合のお知らせ, nothing moves.

The sections are for the order's own payment. One that belongs to an open change of the amount goes the same way without moving the order or its
goods. Any other payment does the same, is cancelled by itself whenever it is authorised, and opens an alert 二重入金 (入金あり・取消済み where the
order is 3 or 9) when it is captured.
`

// stateMachine is the whole document.
func stateMachine() string {
	var b strings.Builder
	b.WriteString(docIntro)
	for _, g := range sameSchemes() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n%s", g.title(), diagram(g.scheme), rules(g.scheme))
	}
	return b.String()
}

// sameScheme is one scheme of those that have the same table.
type sameScheme struct {
	scheme  Scheme
	systems []System
}

// sameSchemes puts together the system types of a method that have the same table.
func sameSchemes() []sameScheme {
	var all []sameScheme
	for _, s := range Schemes() {
		if last := len(all) - 1; last >= 0 && all[last].scheme.Method == s.Method && rules(all[last].scheme) == rules(s) {
			all[last].systems = append(all[last].systems, s.System)
			continue
		}
		all = append(all, sameScheme{s, []System{s.System}})
	}
	return all
}

func (g sameScheme) title() string {
	name := map[Method]string{Card: "クレジット", Conveni: "コンビニ(番号方式)", ATM: "ATM", Bank: "銀行ネット", Carrier: "携帯キャリア", Paidy: "Paidy"}
	return name[g.scheme.Method] + ", " + words(g.systems, " and ") + " type"
}

// diagram draws how the payment itself goes from stage to stage. What all stages before
// it is alive have in common is drawn once, from the box around them.
func diagram(s Scheme) string {
	var b strings.Builder
	early := slices.DeleteFunc(s.Stages(), func(st Stage) bool { return !slices.Contains(unborn, st) })
	b.WriteString("```mermaid\nstateDiagram-v2\n    [*] --> begun\n    state begun {\n        [*] --> opening\n")
	common := edges(s, early[0])
	for _, st := range early[1:] {
		common = slices.DeleteFunc(common, func(e edge) bool { return !slices.Contains(edges(s, st), e) })
	}
	inside, outside := "", ""
	for _, st := range s.Stages() {
		own := edges(s, st)
		if slices.Contains(early, st) {
			own = slices.DeleteFunc(own, func(e edge) bool { return slices.Contains(common, e) })
		}
		for _, to := range s.Stages() {
			drawn := draw(string(st), to, own)
			if slices.Contains(early, st) && slices.Contains(early, to) {
				inside += indent(drawn, 8)
			} else {
				outside += indent(drawn, 4)
			}
		}
	}
	b.WriteString(inside + "    }\n")
	for _, to := range s.Stages() {
		b.WriteString(indent(draw("begun", to, common), 4))
	}
	b.WriteString(outside + "```\n")
	return b.String()
}

func indent(text string, n int) string {
	if text == "" {
		return ""
	}
	return strings.Repeat(" ", n) + text + "\n"
}

// edge leads to another stage.
type edge struct {
	to    Stage
	event Event
}

// edges are the ways out of a stage. An order that is over only changes what becomes of
// the order, so 新規受付 shows them all.
func edges(s Scheme, from Stage) []edge {
	var out []edge
	for _, ev := range s.Events() {
		r, _ := RuleFor(Key{s, OrderPayment, from, ev, order.New})
		if to := StageOf(s.Method, r.Phase, r.End); r.Phase != "" && to != from {
			out = append(out, edge{to, ev})
		}
	}
	return out
}

// draw is one arrow with the names of all events that lead there, empty if none does.
func draw(from string, to Stage, es []edge) string {
	var events []Event
	for _, e := range es {
		if e.to == to {
			events = append(events, e.event)
		}
	}
	if len(events) == 0 {
		return ""
	}
	return fmt.Sprintf("%s --> %s : %s", from, to, eventNames(Method(""), events))
}

// eventNames are short words for events; the six ways in which a try fails by our own
// knowledge are one.
func eventNames(m Method, events []Event) string {
	own := map[Event]string{
		PageReady: "page ready", NumberIssued: "number issued", NeverUsed: "never used",
		Refused: "refused", NotSent: "never sent", NoEffect: "not happened", SetAside: "set aside", BuyerGaveUp: "given up", TryReplaced: "superseded",
		CaptureOK: "our 売上", CancelOK: "our 取消", CorrectedOK: "our 売上変更",
	}
	allFail := !slices.ContainsFunc(failures, func(f failure) bool { return !slices.Contains(events, f.event) })
	var names []string
	for _, ev := range events {
		name, isOwn := own[ev]
		switch {
		case allFail && ev == Refused:
			name = "try failed"
		case allFail && slices.ContainsFunc(failures, func(f failure) bool { return f.event == ev }):
			continue
		case !isOwn:
			name = string(ev) + " " + Status(ev).NameFor(m)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// ruleLine is a line of a section's table: events that do the same at the same stages.
type ruleLine struct {
	events []Event
	stages []Stage
	cells  []Rule // for each of columns
	ends   []End  // why the payment ended, by each of the events
}

// ruleLines merges equal cells of one scheme.
func ruleLines(s Scheme) []ruleLine {
	var lines []ruleLine
	for _, ev := range s.Events() {
		var ofEvent []ruleLine
		for _, st := range s.Stages() {
			l := ruleLine{events: []Event{ev}, stages: []Stage{st}}
			for _, os := range columns {
				r, _ := RuleFor(Key{s, OrderPayment, st, ev, os})
				l.cells = append(l.cells, r)
			}
			if i := slices.IndexFunc(ofEvent, func(o ruleLine) bool { return slices.Equal(o.cells, l.cells) }); i >= 0 {
				ofEvent[i].stages = append(ofEvent[i].stages, st)
			} else {
				ofEvent = append(ofEvent, l)
			}
		}
		for _, l := range ofEvent {
			l.ends = []End{l.cells[0].End}
			same := func(o ruleLine) bool { return slices.Equal(o.stages, l.stages) && sameButEnd(o.cells, l.cells) }
			if i := slices.IndexFunc(lines, same); i >= 0 {
				lines[i].events = append(lines[i].events, ev)
				lines[i].ends = append(lines[i].ends, l.ends[0])
			} else {
				lines = append(lines, l)
			}
		}
	}
	return lines
}

// sameButEnd reports whether cells differ at most in why the payment ended.
func sameButEnd(a, b []Rule) bool {
	return slices.EqualFunc(a, b, func(x, y Rule) bool {
		x.End, y.End = NotEnded, NotEnded
		return x == y
	})
}

// rules is the table of a section, and what moves nothing.
func rules(s Scheme) string {
	var b strings.Builder
	b.WriteString("| event | at | the payment becomes | ペイジェント状況 | the order | goods |\n|---|---|---|---|---|---|\n")
	quiet := map[Effect][]string{}
	for _, l := range ruleLines(s) {
		names, at := eventNames(s.Method, l.events), words(l.stages, ", ")
		switch l.cells[0].Effect {
		case Apply:
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", names, at, becomes(l), situationOf(l), orderPart(l), goodsPart(l))
		case Note, Replay:
			if len(l.stages) == len(s.Stages()) {
				at = "everywhere"
			}
			quiet[l.cells[0].Effect] = append(quiet[l.cells[0].Effect], names+" ("+at+")")
		}
	}
	fmt.Fprintf(&b, "\nOnly noted: %s.  \nAlready so: %s.\n", strings.Join(quiet[Note], "; "), strings.Join(quiet[Replay], "; "))
	return b.String()
}

func becomes(l ruleLine) string {
	phase := strings.ReplaceAll(string(l.cells[0].Phase), "_", " ")
	if l.cells[0].Phase != Ended || slices.Contains(l.events, Refused) {
		return phase
	}
	return phase + ", " + words(slices.Compact(l.ends), " or ")
}

func situationOf(l ruleLine) string {
	r := l.cells[0]
	if r.Unless != Untouched {
		return r.Situation.Name() + " (" + r.Unless.Name() + " stays)"
	}
	return r.Situation.Name()
}

// orderPart says what becomes of the order, by its status.
func orderPart(l ruleLine) string {
	said := func(r Rule) string {
		switch {
		case r.Effect == Reverse:
			return ": the payment is cancelled by itself"
		case r.Alert == PaidCanceled:
			return ": alert 入金あり・取消済み"
		case r.Alert == ShippedUnpaid:
			return ": alert 発送済み・入金なし"
		case r.Order != 0:
			return " → " + r.Order.Name()
		}
		return ""
	}
	parts := byStatus(l, said)
	if slices.ContainsFunc(l.cells, func(r Rule) bool { return r.PaymentDate }) {
		parts = append(parts, "入金日 is set")
	}
	return strings.Join(parts, "; ")
}

func goodsPart(l ruleLine) string {
	return strings.Join(byStatus(l, func(r Rule) string {
		switch r.Hold {
		case HoldCommit:
			return ": committed"
		case HoldRelease:
			return ": given back"
		}
		return ""
	}), "; ")
}

// byStatus says the same of all order statuses of which it is true.
func byStatus(l ruleLine, said func(Rule) string) []string {
	var whats, parts []string
	statuses := map[string][]string{}
	for i, r := range l.cells {
		what := said(r)
		if what == "" {
			continue
		}
		if statuses[what] == nil {
			whats = append(whats, what)
		}
		statuses[what] = append(statuses[what], fmt.Sprint(int(columns[i])))
	}
	for _, what := range whats {
		parts = append(parts, strings.Join(statuses[what], " ")+what)
	}
	return parts
}

func words[T ~string](all []T, by string) string {
	var out []string
	for _, v := range all {
		out = append(out, string(v))
	}
	return strings.Join(out, by)
}
