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

// operationConflict tells apart what is unique about operations. Every engine's
// message names the column or the constraint after it.
func operationConflict(err error) error {
	if database.IsDuplicate(err) && strings.Contains(err.Error(), "idem") {
		return conflict(err, "operation.repeated")
	}
	return conflict(err, "operation.open")
}
