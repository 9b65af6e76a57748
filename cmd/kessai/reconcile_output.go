package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"kessai/internal/ledger"
	"kessai/internal/reconcile"
)

// compareLine is one difference as a report shows it.
type compareLine struct {
	Class        string `json:"class"`
	Order        int64  `json:"order_id,omitempty"`
	No           string `json:"order_no,omitempty"`
	TradingID    string `json:"trading_id,omitempty"`
	PaymentID    string `json:"payment_id,omitempty"`
	Type         string `json:"payment_type,omitempty"`
	OurPhase     string `json:"our_phase,omitempty"`
	OurStatus    string `json:"our_status,omitempty"`
	OurAmount    int64  `json:"our_amount,omitempty"`
	TheirStatus  string `json:"their_status,omitempty"`
	TheirAmount  int64  `json:"their_amount,omitempty"`
	Repair       string `json:"repair,omitempty"`
	Became       string `json:"became"` // found, told, repaired, skipped, failed
	Reason       string `json:"reason,omitempty"`
	repairInFull string
}

func lineOf(c reconcile.Compared) compareLine {
	l := compareLine{
		Class: string(c.Kind), Order: int64(c.Order), No: c.No, TradingID: c.TradingID, PaymentID: c.PaymentID, Type: c.Type,
		OurPhase: string(c.Ours.Phase), OurStatus: string(c.Ours.Status), OurAmount: int64(c.Ours.Amount),
		TheirStatus: string(c.Theirs.Status), TheirAmount: int64(c.Theirs.Amount), Repair: string(c.Remedy), repairInFull: remedyText(c.Comparison),
		Became: "found", Reason: c.Skipped,
	}
	if c.Kind == ledger.Agree {
		l.Class = "not_compared"
	}
	switch {
	case c.Failed():
		l.Became = "failed"
	case c.Repaired:
		l.Became = "repaired"
	case c.Told:
		l.Became = "told"
	case c.Kind == ledger.Agree:
		l.Became = "skipped"
	}
	if c.Err != nil {
		l.Reason = sentence(c.Err)
	}
	return l
}

// remedyText is a remedy as it is proposed.
func remedyText(c ledger.Comparison) string {
	theirs := fmt.Sprintf("%s %s at %s yen", c.Theirs.Status, c.Theirs.Status.Name(), yen(int64(c.Theirs.Amount)))
	switch {
	case c.Remedy == ledger.RemedyTake && c.Kind == ledger.UnknownToThem:
		return "end it as never used"
	case c.Remedy == ledger.RemedyTake:
		return "take " + theirs
	case c.Remedy == ledger.RemedyTell:
		return "put it before staff (要対応)"
	case c.Remedy == ledger.RemedyReceive:
		return "receive the notification of " + theirs
	case c.Kind == ledger.UnknownToUs:
		return "look at it in 通知受信箱"
	}
	return ""
}

// yen is an amount with its thousands set apart.
func yen(n int64) string {
	s := strconv.FormatInt(n, 10)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// compareOutput is a way to report.
type compareOutput interface {
	tell(reconcile.Compared) error
	flush() error
	sum(reconcile.CompareTotals) error
}

func (r *compareRun) output(e env) (compareOutput, error) {
	switch {
	case r.json:
		return jsonOutput{json.NewEncoder(e.Stdout)}, nil
	case r.csv:
		return newCSVOutput(e.Stdout, e.Stderr)
	}
	return tableOutput{e.Stdout}, nil
}

type jsonOutput struct{ to *json.Encoder }

func (o jsonOutput) tell(c reconcile.Compared) error     { return o.to.Encode(lineOf(c)) }
func (o jsonOutput) flush() error                        { return nil }
func (o jsonOutput) sum(t reconcile.CompareTotals) error { return o.to.Encode(t) }

type tableOutput struct{ w io.Writer }

func (o tableOutput) flush() error { return nil }

func (o tableOutput) tell(c reconcile.Compared) error {
	l := lineOf(c)
	ours, theirs := "-", "-"
	if l.OurPhase != "" {
		ours = fmt.Sprintf("%s %s %s", l.OurPhase, dash(l.OurStatus), yen(l.OurAmount))
	}
	if l.TheirStatus != "" {
		theirs = l.TheirStatus + " " + yen(l.TheirAmount)
	}
	what := l.repairInFull
	if l.Became != "found" {
		what = strings.TrimSpace(l.Became + " " + l.Reason)
	}
	_, err := fmt.Fprintf(o.w, "%-16s  %-10s  %-14s  %-12s  ours %-26s  theirs %-14s  %s\n", l.Class, dash(l.No), dash(l.TradingID), dash(l.PaymentID), ours, theirs, what)
	return err
}

func (o tableOutput) sum(t reconcile.CompareTotals) error { return sumTotals(o.w, t) }

func sumTotals(w io.Writer, t reconcile.CompareTotals) error {
	_, err := fmt.Fprintf(w, "%d agree, %d differ, %d repaired, %d known to staff, %d skipped, %d not compared; %d notifications of other shops\n",
		t.Agree, t.Differ, t.Repaired, t.Told, t.Skipped, t.Failed, t.Foreign)
	return err
}

// csvOutput is for Excel: UTF-8 with a byte order mark and CRLF.
type csvOutput struct {
	w      *csv.Writer
	totals io.Writer
}

func newCSVOutput(w, totals io.Writer) (csvOutput, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return csvOutput{}, err
	}
	o := csvOutput{csv.NewWriter(w), totals}
	o.w.UseCRLF = true
	return o, o.w.Write([]string{"class", "order_id", "order_no", "trading_id", "payment_id", "payment_type", "our_phase", "our_status", "our_amount",
		"their_status", "their_amount", "repair", "became", "reason"})
}

func (o csvOutput) tell(c reconcile.Compared) error {
	l := lineOf(c)
	cells := []string{l.Class, count(l.Order), l.No, l.TradingID, l.PaymentID, l.Type, l.OurPhase, l.OurStatus, count(l.OurAmount),
		l.TheirStatus, count(l.TheirAmount), l.Repair, l.Became, l.Reason}
	for i := range cells {
		cells[i] = harmless(cells[i])
	}
	return o.w.Write(cells)
}

func (o csvOutput) flush() error {
	o.w.Flush()
	return o.w.Error()
}

func (o csvOutput) sum(t reconcile.CompareTotals) error { return sumTotals(o.totals, t) }

// count is a number that is there.
func count(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// harmless keeps a spreadsheet from taking a cell for a formula: other shops' ids and the
// centre's sentences stand there too. Control characters would begin a new line or cell.
func harmless(cell string) string {
	cell = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, cell)
	if strings.HasPrefix(strings.TrimLeft(cell, " "), "'") || strings.ContainsAny(firstOf(cell), "=+-@＝＋－＠") {
		return "'" + cell
	}
	return cell
}

// firstOf is the first character that is no space.
func firstOf(s string) string {
	for _, r := range s {
		if r != ' ' && r != '　' {
			return string(r)
		}
	}
	return ""
}
