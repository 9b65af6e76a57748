package paygentsim

import "slices"

// route is one line of protocol.md §1.2: the kinds that begin with prefix go to path.
type route struct{ prefix, path string }

func routes() []route {
	const card, carrier, receipt = "/n/card/request", "/n/c/request", "/n/accounttransfer/receipt"
	return []route{
		{"01", "/n/atm/request"}, {"02", card}, {"11", card}, {"18", card}, {"19", card}, {"28", card},
		{"03", "/n/conveni/request"}, {"04", "/n/conveni/request_print"}, {"05", "/n/bank/request"},
		{"06", "/n/bank/requestasp"}, {"07", "/n/virtualaccount/request"}, {"09", "/n/ref/request"},
		{"091", "/n/ref/paynotice"}, {"093", "/n/ref/runnotice"}, {"094", "/n/ref/paymentref"},
		{"095", "/n/ref/cardnoref"}, {"096", card}, {"098", tokenPath}, {"10", carrier}, {"12", carrier},
		{"13", "/n/paypal/request"}, {"15", "/n/emoney/request"}, {"20", "/n/o/requestdata"},
		{"22", "/n/later/request"}, {"26", "/n/accounttransfer/request"}, {"263", receipt}, {"264", receipt},
		{"265", receipt}, {"27", "/n/rakutenid/request"}, {"29", "/n/jcbpremo/request"}, {"30", "/n/upop/request"},
		{"31", "/n/alipay/request"}, {"32", "/n/applepay/request"}, {"34", "/n/paidy/request"},
		{"35", "/n/googlepay/request"}, {"38", "/n/illegal_detect/request"}, {"41", "/n/pi/request"},
		{"42", "/n/paypay/request"}, {"43", "/n/tokimekiPoint/request"}, {"45", "/n/threeds/request"},
	}
}

const (
	tokenPath  = "/n/token/request"
	scriptPath = "/js/PaygentToken.js"
)

// pathOf finds the path of a kind: the whole kind first, then its first two digits.
func pathOf(kind string) string {
	if len(kind) != 3 {
		return ""
	}
	for _, prefix := range []string{kind, kind[:2]} {
		for _, r := range routes() {
			if r.prefix == prefix {
				return r.path
			}
		}
	}
	return ""
}

// telegramPaths lists every path once.
func telegramPaths() []string {
	var out []string
	for _, r := range routes() {
		if !slices.Contains(out, r.path) {
			out = append(out, r.path)
		}
	}
	return out
}
