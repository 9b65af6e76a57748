package paygentsim

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Days a buyer has when payment_limit_date is not given, protocol.md §5.3 and §5.4.
const defaultLimitDays = 30

// endOfDay is the end of the day that is days after now in Japan: the buyer pays before it.
func endOfDay(now time.Time, days int) time.Time {
	t := now.In(japan())
	return time.Date(t.Year(), t.Month(), t.Day()+days+1, 0, 0, 0, 0, japan()).UTC()
}

func limitDays(given string) int {
	if n, ok := number(given); ok {
		return int(n)
	}
	return defaultLimitDays
}

// lastDay is YYYYMMDD of the last day on which p can be paid.
func lastDay(limit time.Time) string { return stamp(limit.Add(-time.Second))[:8] }

// buyerDetails are the names that 094 repeats.
func buyerDetails(get func(string) string) []Item {
	var out []Item
	for _, name := range []string{"customer_family_name", "customer_name", "customer_family_name_kana", "customer_name_kana", "customer_tel"} {
		if v := get(name); v != "" {
			out = append(out, Item{name, v})
		}
	}
	return out
}

// applyATM is 010, protocol.md §5.3 and §13.
func (s *Sim) applyATM(c *change, t *telegram) answer {
	amount, _ := number(t.get("payment_amount"))
	switch {
	case amount < 1:
		return invalidValue("payment_amount")
	case s.tradingIDTaken(c, t, t.get("trading_id"), ""):
		return abnormal("2005", "trading_id が重複しています")
	}
	p := c.issueATM(&Payment{MerchantID: t.merchant.MerchantID, TradingID: t.get("trading_id"), Amount: amount, SiteID: t.get("site_id"),
		LimitAt: endOfDay(c.now, limitDays(t.get("payment_limit_date"))), Details: buyerDetails(t.get)}, t.kind)
	a := changed(p)
	for _, name := range []string{"pay_center_number", "customer_number", "conf_number", "payment_limit_date"} {
		a.add(name, p.detail(name))
	}
	return a
}

// issueATM gives the numbers a buyer types at the machine.
func (c *change) issueATM(p *Payment, by string) *Payment {
	p.Type = TypeATM
	p = c.create(p)
	p.Details = append(p.Details, Item{"pay_center_number", "58091"}, Item{"customer_number", "77" + leftPad(p.PaymentID, 12)},
		Item{"conf_number", leftPad(checkDigits(p.PaymentID, 10_000), 4)}, Item{"payment_limit_date", lastDay(p.LimitAt)})
	return c.move(p, Applied, by, true)
}

func leftPad(s string, n int) string {
	return strings.Repeat("0", max(0, n-len(s))) + s
}

// checkDigits are digits that belong to an id but cannot be told from it at a glance.
func checkDigits(id string, below uint64) string {
	n, _ := number(id)
	return strconv.FormatUint(mix(uint64(n))%below, 10)
}

// store is a convenience store chain, protocol.md §12. Stores of one group take one
// receipt number (connection type A).
type store struct{ ID, Name, group, kind string }

func stores() []store {
	const lawson = "00C002-00C004-00C014"
	return []store{
		{"00C001", "セブンイレブン", "00C001", "03"}, {"00C002", "ローソン", lawson, "02"}, {"00C004", "ミニストップ", lawson, "02"},
		{"00C005", "ファミリーマート", "00C005", "04"}, {"00C014", "デイリーヤマザキ", lawson, "02"}, {"00C016", "セイコーマート", "00C016", "01"},
	}
}

func storeIDs() []string {
	var out []string
	for _, s := range stores() {
		out = append(out, s.ID)
	}
	return out
}

func storeOf(id string) store {
	list := stores()
	if i := slices.IndexFunc(list, func(s store) bool { return s.ID == id }); i >= 0 {
		return list[i]
	}
	return store{}
}

// applyConveni is 030, protocol.md §5.4 and §12.
func (s *Sim) applyConveni(c *change, t *telegram) answer {
	amount, _ := number(t.get("payment_amount"))
	chosen := storeOf(t.get("cvs_company_id"))
	switch {
	case amount < 1:
		return invalidValue("payment_amount")
	case t.get("cvs_type") != "" && t.get("cvs_type") != chosen.kind:
		return invalidValue("cvs_type")
	case s.tradingIDTaken(c, t, t.get("trading_id"), ""):
		return abnormal("2005", "trading_id が重複しています")
	}
	p := c.issueConveni(&Payment{MerchantID: t.merchant.MerchantID, TradingID: t.get("trading_id"), Amount: amount, SiteID: t.get("site_id"),
		LimitAt: endOfDay(c.now, limitDays(t.get("payment_limit_date"))), Details: buyerDetails(t.get)}, chosen, t.pageURL, t.kind)
	a := changed(p)
	for _, name := range []string{"receipt_number", "receipt_print_url", "usable_cvs_company_id", "payment_limit_date", "cvs_company_id"} {
		a.add(name, p.detail(name))
	}
	return a
}

// issueConveni gives the number a buyer shows at the store, in the length of its chain (a
// guess but for 7-Eleven's, protocol.md §18, 12).
func (c *change) issueConveni(p *Payment, chosen store, pageURL, by string) *Payment {
	p.Type = TypeConveni
	p = c.create(p)
	receipt := "7" + leftPad(p.PaymentID, 10)
	switch chosen.ID {
	case "00C001":
		receipt = "8" + leftPad(p.PaymentID, 12)
	case "00C016":
		receipt = leftPad(checkDigits(p.PaymentID, 1_000_000), 6)
	}
	p.Details = append(p.Details, Item{"cvs_company_id", chosen.ID}, Item{"receipt_number", receipt},
		Item{"receipt_print_url", pageURL + receiptPath + "?id=" + p.PaymentID + "&n=" + receipt},
		Item{"usable_cvs_company_id", chosen.group}, Item{"payment_limit_date", lastDay(p.LimitAt)})
	return c.move(p, Applied, by, true)
}

// unusableKana names a kana parameter that Rules.StrictKana refuses: ﾞ and ﾟ in numbers
// issued by telegram, ｰ where it must be a hyphen.
func unusableKana(t *telegram) string {
	refused := map[string]string{"010": "ﾞﾟｰ", "030": "ﾞﾟ", "060": "ﾞﾟｰ"}[t.kind]
	for _, name := range []string{"customer_family_name_kana", "customer_name_kana"} {
		if refused != "" && strings.ContainsAny(t.get(name), refused) {
			return name
		}
	}
	return ""
}
