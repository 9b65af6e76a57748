package dbtest

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"kessai/internal/database"
)

// writeRows writes every row of a table as text.
func writeRows(ctx context.Context, w io.Writer, q database.Querier, table string) error {
	rows, err := q.Query(ctx, "SELECT * FROM "+table+" ORDER BY 1, 2")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(w, table, columns)
	for rows.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		_, _ = fmt.Fprintln(w, values...)
	}
	return rows.Err()
}

func tempFile(content []byte) (path string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "kessai-dbtest-")
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join(dir, "kessai.db")
	remove = func() { _ = os.RemoveAll(dir) }
	if err := os.WriteFile(path, content, 0o600); err != nil {
		remove()
		return "", nil, err
	}
	return path, remove, nil
}
