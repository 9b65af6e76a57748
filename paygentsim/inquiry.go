package paygentsim

import (
	"strconv"
	"strings"
)

// inquire is 094, protocol.md §5.6.1.
func (s *Sim) inquire(c *change, t *telegram) answer {
	p, bad := s.namedPayment(c, t)
	if bad != nil {
		return *bad
	}
	a := normal()
	a.lines = append(a.lines, p.facts()...)
	if p.Carrier != "" {
		a.add("career_type", p.Carrier)
	}
	if p.BaseID != "" {
		a.add("base_payment_id", p.BaseID)
	}
	if p.Type == TypeConveni || p.Type == TypeBank {
		a.lines = append(a.lines, deposited(p)...)
	}
	for _, d := range p.Details {
		if !strings.Contains(d.Name, "[") { // Paidy's order lines are 343's alone
			a.add(d.Name, d.Value)
		}
	}
	return a
}

// deposited are the dates of a payment that the buyer brings, protocol.md §5.6.1.
func deposited(p *Payment) []line {
	var early, confirmed string
	for _, c := range p.Changes {
		switch c.To {
		case Preliminary:
			early = stamp(c.At)
		case Captured:
			confirmed = stamp(c.At)
		}
	}
	return []line{{"confirm_notice_date", confirmed}, {"early_notice_date", early}, {"user_payment_date", stamp(p.PaidAt)}}
}

// difference is 091, protocol.md §7.6: the oldest difference not yet delivered this
// way, or a given one again.
func (s *Sim) difference(c *change, t *telegram) answer {
	b := s.st.book(t.merchant.MerchantID)
	if wanted := t.get("payment_notice_id"); wanted != "" {
		id, _ := number(wanted)
		n := b.at(id, c.now)
		if n == nil {
			return nothingToDeliver()
		}
		return delivered(n, "0", "")
	}
	n := b.after(b.cursor, c.now)
	if n == nil {
		return nothingToDeliver()
	}
	code, detail := "0", ""
	if n.NoticeID > b.cursor+1 {
		code, detail = "2", "未照会の差分のうち保存期間を過ぎたものがあります"
	}
	c.moveCursor(t.merchant.MerchantID, n.NoticeID)
	a := delivered(n, code, detail)
	a.effect = true
	return a
}

func nothingToDeliver() answer {
	a := normal()
	a.add("success_code", "1")
	a.add("success_detail", "対象の差分はありません")
	return a
}

func delivered(n *Notice, code, detail string) answer {
	a := normal()
	a.add("success_code", code)
	a.add("success_detail", detail)
	for _, l := range n.items() {
		a.add(l.name, l.value)
	}
	return a
}

// items are the parameters of a difference that POST and 091 share, protocol.md §7.2.
func (n *Notice) items() []line {
	out := []line{
		{"payment_notice_id", strconv.FormatInt(n.NoticeID, 10)}, {"change_date", stamp(n.ChangedAt)},
		{"payment_id", n.PaymentID}, {"base_payment_id", n.BaseID}, {"trading_id", n.TradingID},
		{"payment_type", string(n.Type)}, {"site_id", n.SiteID}, {"payment_status", string(n.Status)},
		{"payment_amount", strconv.FormatInt(n.Amount, 10)}, {"payment_init_date", stamp(n.InitAt)}, {"payment_date", stamp(n.PaidAt)},
	}
	if n.Type == TypeCard {
		out = append(out, line{"payment_class", n.PaymentClass}, line{"split_count", n.SplitCount})
	}
	out = append(out, line{"clear_detail", ""})
	for _, d := range n.Details {
		out = append(out, line{d.Name, d.Value})
	}
	return out
}
