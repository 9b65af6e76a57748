package paygentsim

import (
	"strconv"
	"time"
)

const defaultASPDays = 5

// isASPTerm tells whether s is asp_payment_term: 0, days, and four digits read as minutes
// (protocol.md §5.5, a guess).
func isASPTerm(s string) bool {
	return len(s) == 7 && isDigits(s) && s[0] == '0' && s != "0000000"
}

// aspTerm is how long the bank page can be used.
func aspTerm(s string) time.Duration {
	if !isASPTerm(s) {
		return defaultASPDays * 24 * time.Hour
	}
	days, _ := number(s[1:3])
	minutes, _ := number(s[3:])
	return time.Duration(days)*24*time.Hour + time.Duration(minutes)*time.Minute
}

// applyBank is 060: an address for the buyer, and no payment yet (protocol.md §5.5, §14).
func (s *Sim) applyBank(c *change, t *telegram) answer {
	amount, _ := number(t.get("amount"))
	if amount < 1 {
		return invalidValue("amount")
	}
	v, err := c.openVisit(t, visitBank, c.now.Add(aspTerm(t.get("asp_payment_term"))))
	if err != nil {
		return s.failed(t, err)
	}
	v.Amount = amount
	a := normal()
	a.effect = true
	a.add("trading_id", v.TradingID)
	a.add("asp_url", t.pageURL+v.path())
	a.add("asp_limit_date", stamp(v.Until))
	a.add("asp_payment_limit_date", stamp(v.Until))
	a.add("amount", strconv.FormatInt(amount, 10))
	a.add("claim_kana", t.get("claim_kana"))
	a.add("claim_kanji", t.get("claim_kanji"))
	a.add("trade_generation_date", stamp(c.now))
	return a
}

// failed is an answer to what the simulator itself could not do.
func (s *Sim) failed(t *telegram, err error) answer {
	s.opt.Log.Error("a telegram could not be served", "telegram_kind", t.kind, "error", err)
	return abnormal("SIM999", "シミュレーターの内部エラーです")
}

// openBank makes the payment when the buyer has chosen a bank.
func (c *change) openBank(v *visit, bank string) *Payment {
	p := c.create(&Payment{MerchantID: v.MerchantID, TradingID: v.TradingID, Type: TypeBank, Amount: v.Amount, SiteID: v.get("site_id"),
		LimitAt: v.Until, InformURL: v.get("inform_url"), Details: append(buyerDetails(v.get), Item{"bank_name", bank})})
	c.editVisit(v).PaymentID = p.PaymentID
	return c.move(p, Applied, "buyer", true)
}
