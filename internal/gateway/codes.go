package gateway

import "slices"

// finalRefusals are the refusals of 020 that may be believed at once: the card
// company or 3-D Secure said no, or the token is worth nothing (protocol.md §4.2).
var finalRefusals = []string{"2003", "2001", "1511", "2021", "SIM005", "SIM006"}

// idInUse is the refusal of a trading_id that another payment bears.
const idInUse = "2005"

// noSuchCodes are the codes of 094 that mean "no such payment" ([C]: the public record
// gives none; the simulator's is the only one proved).
var noSuchCodes = []string{"SIM003"}

func isFinal(code string) bool  { return slices.Contains(finalRefusals, code) }
func isNoSuch(code string) bool { return slices.Contains(noSuchCodes, code) }
