package paygentsim

import (
	"net/http"
)

// bankPage is the bank net ASP's page: first the bank is chosen, then it is paid.
type bankPage struct {
	ID, Shop, Claim, Memo, CopyRight, Bank string
	Banks                                  []string
	Amount                                 int64
	CanStop                                bool
}

func banks() []string {
	return []string{"シミュレーター銀行", "試験ネット銀行", "テスト信用金庫"}
}

// serveBank is the page of 060, protocol.md §14, and of the link type's bank payment.
func (s *Sim) serveBank(c *change, v *visit, p params) (view, error) {
	if v.done() {
		return note(http.StatusGone, "お手続きは終了しています", "この銀行ネット決済のお手続きは終了しています。"), nil
	}
	payment := c.payment(v.MerchantID, v.PaymentID)
	if payment != nil && payment.Status != Applied {
		return note(http.StatusGone, "お手続きは終了しています", "この銀行ネット決済は「"+payment.Status.Name()+"」です。"), nil
	}
	switch do := p["do"]; {
	case do == "bank" && payment == nil:
		payment = c.openBank(v, storable(p["bank"]))
	case do == "pay" && payment != nil:
		c.move(payment, Captured, "buyer", true)
		return leaveBank(c, v, "0")
	case do == "fail" && payment != nil:
		c.move(payment, Interrupted, "buyer", true)
		return leaveBank(c, v, "1")
	case do == "unknown" && payment != nil:
		return leaveBank(c, v, "2") // the payment stays at 10
	case do == "stop":
		if payment != nil {
			c.move(payment, Interrupted, "buyer", true)
		}
		out := stopLink(c, v)
		if v.Back != "" {
			out = stopLink(c, c.visit(v.Back))
		}
		return out, nil
	}
	data := bankPage{ID: v.ID, Shop: v.get("merchant_name"), Claim: v.get("claim_kanji"), Memo: v.get("free_memo"), CopyRight: v.get("copy_right"),
		Banks: banks(), Amount: v.Amount, CanStop: v.get("stop_return_url") != ""}
	if payment != nil {
		data.Bank = payment.detail("bank_name")
	}
	return view{page: "bank.html", data: data}, nil
}

// leaveBank ends a visit. The shop of a 060 gets trading_id and result; the link type's
// gets nothing added (protocol.md §14, §8.5).
func leaveBank(c *change, v *visit, result string) (view, error) {
	v = c.editVisit(v)
	v.DoneAt, v.Result = c.now, result
	to := v.get("return_url")
	switch {
	case v.Back != "" && result == "0":
		return finishLink(c, c.visit(v.Back), v.PaymentID)
	case v.Back != "":
		return stopLink(c, c.visit(v.Back)), nil
	case to == "":
		return note(http.StatusOK, "お手続きが終了しました", "このまま画面を閉じてください。"), nil
	}
	to, err := withQuery(to, []line{{"trading_id", v.TradingID}, {"payment_id", v.PaymentID}, {"result", result}}, false)
	return view{redirect: to}, err
}
