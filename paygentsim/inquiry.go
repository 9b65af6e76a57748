package paygentsim

import (
	"strconv"
)

// inquire is 094, protocol.md §5.6.1.
func (s *Sim) inquire(c *change, t *telegram) answer {
	p, bad := s.namedPayment(c, t)
	if bad != nil {
		return *bad
	}
	a := normal()
	a.add("payment_id", p.PaymentID)
	a.add("trading_id", p.TradingID)
	a.add("payment_type", string(p.Type))
	a.add("payment_status", string(p.Status))
	a.add("payment_amount", strconv.FormatInt(p.Amount, 10))
	a.add("payment_init_date", stamp(p.InitAt))
	a.add("payment_date", stamp(p.PaidAt))
	a.add("cancel_date", stamp(p.CancelledAt))
	a.add("site_id", p.SiteID)
	return a
}

// difference is 091, protocol.md §7.6: the oldest difference not yet delivered this
// way, or a given one again.
func (s *Sim) difference(c *change, t *telegram) answer {
	b := s.st.book(t.merchant.MerchantID)
	wanted := t.get("payment_notice_id")
	if wanted != "" {
		id, err := strconv.ParseInt(wanted, 10, 64)
		if err != nil || !isDigits(wanted) {
			return badType("payment_notice_id")
		}
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
	return []line{
		{"payment_notice_id", strconv.FormatInt(n.NoticeID, 10)},
		{"change_date", stamp(n.ChangedAt)},
		{"payment_id", n.PaymentID},
		{"base_payment_id", ""},
		{"trading_id", n.TradingID},
		{"payment_type", string(n.Type)},
		{"site_id", n.SiteID},
		{"payment_status", string(n.Status)},
		{"payment_amount", strconv.FormatInt(n.Amount, 10)},
		{"payment_init_date", stamp(n.InitAt)},
		{"payment_date", stamp(n.PaidAt)},
		{"payment_class", n.PaymentClass},
		{"split_count", n.SplitCount},
		{"clear_detail", ""},
	}
}
