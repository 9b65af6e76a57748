package gateway

import "kessai/internal/payment"

// worth is what a code of the centre is worth beyond its shape.
type worth int

const (
	plain    worth = iota
	believed       // a refusal of 020 that may be believed at once
	inUse          // another payment bears the trading_id
	nobody         // 094: there is no such payment
)

// worthOf is the one table of codes. [C] marks what the public record does not prove;
// the simulator's own codes count as proved there (money.md §3).
func worthOf(code string) worth {
	switch code {
	case "2003", // the card company said no
		"2001", "1511", // 3-D Secure said no
		"2021",             // the token is none, or another contract's
		"SIM005", "SIM006": // the token has expired, was used
		return believed
	case "2005": // [C] known from one source's tests
		return inUse
	case "SIM003": // [C] the real centre's code is not public
		return nobody
	}
	return plain
}

func isIDInUse(code string) bool { return worthOf(code) == inUse }
func isNoSuch(code string) bool  { return worthOf(code) == nobody }

// isFinal reports whether a refusal (result 1) may be believed at once; any other asks
// 094 first (money.md §2). An empty code proves nothing.
func isFinal(kind payment.Kind, code string) bool {
	switch {
	case code == "" || isIDInUse(code):
		return false
	case kind == payment.Authorize:
		return worthOf(code) == believed
	case kind == payment.StoreCard || kind == payment.DeleteCard:
		return true // no money moves, and 094 knows nothing of stored cards
	}
	return kind.Page()
}
