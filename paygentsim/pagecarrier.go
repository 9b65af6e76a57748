package paygentsim

import (
	"net/http"
)

// carrierPage is a carrier's page, of 104 (who are you) or of 100 (pay).
type carrierPage struct {
	ID, Carrier string
	Pay         bool
	Amount      int64
}

// serveCarrierAuth is the page of 104, protocol.md §15.
func (s *Sim) serveCarrierAuth(c *change, v *visit, p params) (view, error) {
	if v.done() {
		return note(http.StatusGone, "ユーザ認証は終了しています", "お手数ですが、ショップへお戻りください。"), nil
	}
	switch p["do"] {
	case "ok":
		v = c.editVisit(v)
		v.DoneAt, v.Result = c.now, "0"
		to, err := withQuery(v.get("redirect_url"), []line{{"open_id", v.Key}}, false)
		return view{redirect: to}, err
	case "cancel":
		v = c.editVisit(v)
		v.DoneAt, v.Result = c.now, "1"
		return view{redirect: v.get("cancel_url")}, nil
	}
	return view{page: "carrier.html", data: carrierPage{ID: v.ID, Carrier: v.get("career_type")}}, nil
}

// serveCarrier is the page of 100.
func (s *Sim) serveCarrier(c *change, v *visit, p params) (view, error) {
	payment := c.payment(v.MerchantID, v.PaymentID)
	if v.done() || payment == nil || payment.Status != Applied {
		return note(http.StatusGone, "お手続きは終了しています", "お手数ですが、ショップへお戻りください。"), nil
	}
	back := []line{{"trading_id", v.TradingID}, {"payment_id", v.PaymentID}}
	address, to, result := v.get("return_url"), Authorized, "0"
	switch p["do"] {
	case "pay":
	case "cancel":
		address, to, result = v.get("cancel_url"), Interrupted, "1"
	case "other":
		address, to, result = v.get("other_url"), Interrupted, "1"
	default:
		return view{page: "carrier.html", data: carrierPage{v.ID, payment.Carrier, true, v.Amount}}, nil
	}
	v = c.editVisit(v)
	v.DoneAt, v.Result = c.now, result
	c.move(payment, to, "buyer", true)
	switch {
	case v.Back != "" && result == "0":
		return finishLink(c, c.visit(v.Back), v.PaymentID)
	case v.Back != "":
		return stopLink(c, c.visit(v.Back)), nil
	case address == "":
		return note(http.StatusOK, "お手続きが終了しました", "このまま画面を閉じてください。"), nil
	}
	address, err := withQuery(address, back, false)
	return view{redirect: address}, err
}
