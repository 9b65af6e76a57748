package paygent

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// CodeTooMany is the centre's answer to an inquiry with more rows than limit_count; the rows
// up to it may follow all the same (protocol.md §3.2).
const CodeTooMany = "9003"

// CodeNoCard is the centre's answer to 027 for a customer without a card.
const CodeNoCard = "P026"

// ListRequest is telegram 090. Which conditions the centre takes is not public [C]: they go
// into Extra.
type ListRequest struct {
	Limit int // limit_count; 0: the configuration's select_max_cnt
	Extra Params
}

// List sends 090 (決済情報一覧照会). With more rows than Limit it returns what there is, beside
// a *DeclinedError of CodeTooMany.
func (c *Client) List(ctx context.Context, q ListRequest) (*Table, error) {
	b := builder{kind: KindList}
	b.limit(q.Limit)
	b.table(c)
	r, err := b.do(ctx, c, "", q.Extra)
	if err != nil {
		if r = answerOf(err); r != nil && r.Code == CodeTooMany {
			return r.Table, err
		}
		return nil, err
	}
	return r.Table, nil
}

// limit adds the highest number of rows. The centre's ceiling is 2000 (protocol.md §2).
func (b *builder) limit(rows int) {
	switch {
	case rows == 0:
	case rows < 0 || rows > maxRows:
		b.fail(outOfRange("limit_count", fmt.Sprintf("must be 1 to %d", maxRows)))
	default:
		b.count("limit_count", rows)
	}
}

const maxRows = 2000

// table makes sure that the answer will be read as a table.
func (b *builder) table(c *Client) {
	if !c.config.Reference(b.kind) {
		b.fail(&ConfigError{Code: CodeAnswerKind, File: c.config.File, Key: KeyRefKinds,
			Detail: fmt.Sprintf("the answer of telegram %s is a table; add %s to the list", b.kind, b.kind)})
	}
}

// WriteCSV writes column names and rows, UTF-8 with CRLF: the result file of the connection
// module. An error is a *ConfigError E01004.
func (t *Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	err := out.Write(t.Columns)
	if err == nil {
		err = out.WriteAll(t.Rows)
	}
	if err != nil {
		return &ConfigError{Code: CodeCSV, Detail: fmt.Sprintf("the result could not be written: %v", err), Err: err}
	}
	return nil
}

// count reads a number of things.
func (f *fieldReader) count(name string) int {
	v := f.fields.Get(name)
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		f.fail(name, "%q is not a number", v)
	}
	return n
}
