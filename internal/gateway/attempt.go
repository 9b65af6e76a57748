package gateway

import "kessai/paygent"

// liability is what attempt_kbn says about an authentication that did not fail.
type liability int

const (
	merchants liability = iota // the shop bears it; also for a value nobody knows
	issuers                    // an attempt, for which the issuer bears it
	full                       // authenticated in full: the issuer bears it
)

// liabilityOf is the one table of attempt_kbn (protocol.md §10.4). [C] all of it: who
// bears the liability is not public, and is read from what other shops' programs do.
func liabilityOf(attempt string) liability {
	switch paygent.AttemptKbn(attempt) {
	case paygent.FullyAuthenticated:
		return full
	case paygent.Attempt0:
		return issuers
	case paygent.Attempt1:
		return merchants
	}
	return merchants
}

// Full reports whether attempt_kbn tells of an authentication in full.
func Full(attempt string) bool { return liabilityOf(attempt) == full }

// Protected reports whether the issuer bears the liability by attempt_kbn.
func Protected(attempt string) bool { return liabilityOf(attempt) != merchants }
