package store

import (
	"strings"

	"kessai/internal/database"
	"kessai/internal/problem"
)

// conflict names the problem behind a breach of uniqueness.
func conflict(err error, code string) error {
	if database.IsDuplicate(err) {
		return problem.Wrap(err, problem.Conflict, code, nil)
	}
	return err
}

// paymentConflict tells apart what is unique about payments.
func paymentConflict(err error) error {
	if database.IsDuplicate(err) && strings.Contains(err.Error(), "auth_id") {
		return conflict(err, "payment.auth_id_taken")
	}
	return conflict(err, "payment.trading_id_taken")
}

// operationConflict tells apart what is unique about operations. Every engine's
// message names the column or the constraint after it.
func operationConflict(err error) error {
	if database.IsDuplicate(err) && strings.Contains(err.Error(), "idem") {
		return conflict(err, "operation.repeated")
	}
	return conflict(err, "operation.open")
}

// eventConflict is about something staff did twice; that two decisions wrote the same
// seq is a lost race.
func eventConflict(err error) error {
	switch {
	case !database.IsDuplicate(err):
		return err
	case strings.Contains(err.Error(), "idem"):
		return conflict(err, "operation.repeated")
	}
	return errLostRace
}

// cardConflict is about a card that the customer keeps already.
func cardConflict(err error) error { return conflict(err, "card.kept_already") }
