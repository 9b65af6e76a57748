package paygentsim

import (
	"slices"
	"strconv"
)

// list is 090: the payments that fit, oldest first, with the items of 094 as columns. What
// the real one filters by is not public.
func (s *Sim) list(c *change, t *telegram) answer {
	rows := table{columns: listColumns()}
	for _, id := range s.st.order {
		p := s.st.payments[id]
		if p.MerchantID != t.merchant.MerchantID {
			continue
		}
		p = c.expire(p)
		if fits(t, "payment_id", p.PaymentID) && fits(t, "trading_id", p.TradingID) && fits(t, "payment_type", string(p.Type)) &&
			fits(t, "payment_status", string(p.Status)) && fits(t, "site_id", p.SiteID) {
			rows.rows = append(rows.rows, p.row())
		}
	}
	return rows.answer(t.get("limit_count"))
}

// fits tells whether a filter lets a value through.
func fits(t *telegram, name, value string) bool { return t.get(name) == "" || t.get(name) == value }

// facts are the items of 094 that every payment has, protocol.md §5.6.1.
func (p *Payment) facts() []line {
	return []line{
		{"payment_id", p.PaymentID}, {"trading_id", p.TradingID}, {"payment_type", string(p.Type)}, {"payment_status", string(p.Status)},
		{"payment_amount", strconv.FormatInt(p.Amount, 10)}, {"payment_init_date", stamp(p.InitAt)}, {"payment_date", stamp(p.PaidAt)},
		{"cancel_date", stamp(p.CancelledAt)}, {"site_id", p.SiteID},
	}
}

// listDetails are columns that only some methods fill.
func listDetails() []string {
	return []string{"career_type", "cvs_company_id", "receipt_number", "payment_limit_date", "paidy_payment_id", "base_payment_id"}
}

func listColumns() []string {
	var out []string
	for _, l := range (&Payment{}).facts() {
		out = append(out, l.name)
	}
	return slices.Concat(out, listDetails())
}

func (p *Payment) row() []string {
	var out []string
	for _, l := range p.facts() {
		out = append(out, l.value)
	}
	for _, name := range listDetails() {
		switch name {
		case "career_type":
			out = append(out, p.Carrier)
		case "base_payment_id":
			out = append(out, p.BaseID)
		default:
			out = append(out, p.detail(name))
		}
	}
	return out
}
