package paygent

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Table is the answer of a reference telegram (protocol.md §3.2).
type Table struct {
	Columns []string
	Rows    [][]string // each as long as Columns
}

// Row returns row i as named items.
func (t *Table) Row(i int) Params {
	p := make(Params, len(t.Columns))
	for c, name := range t.Columns {
		p[c] = Param{name, t.Rows[i][c]}
	}
	return p
}

// Format prints the size only: rows are personal data.
func (t Table) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "table of %d columns, %d rows", len(t.Columns), len(t.Rows))
}

// parseReference reads CSV whose first column is the record division: 1 header,
// 2 column names, 3 data, 4 trailer with the number of data records.
func parseReference(kind Kind, body []byte, isUTF8 bool) (*Response, error) {
	d := decoder{utf8: isUTF8}
	text, good := d.text(string(body))
	r := &Response{Kind: kind, Table: &Table{}}
	if !good {
		r.Undecodable = []string{"(table)"}
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.FieldsPerRecord = -1
	trailer := -1
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r, fmt.Errorf("the table cannot be read: %w", err)
		}
		if err := r.addRecord(record, &trailer); err != nil {
			return r, err
		}
	}
	if trailer >= 0 && trailer != len(r.Table.Rows) {
		return r, fmt.Errorf("%s: the trailer counts %d records, there are %d", CodeOther, trailer, len(r.Table.Rows))
	}
	return r, r.checkResult()
}

func (r *Response) addRecord(record []string, trailer *int) (err error) {
	switch record[0] {
	case "1":
		record = append(slices.Clone(record), "", "", "")
		if r.Result != "" && r.Result != record[1] {
			return errTwoResults
		}
		r.Result, r.Code, r.Detail = record[1], record[2], record[3]
		r.Fields = Params{{"result", r.Result}, {"response_code", r.Code}, {"response_detail", r.Detail}}
	case "2":
		if r.Table.Columns != nil {
			return errors.New(CodeOther + ": the table has two lines of column names")
		}
		r.Table.Columns = record[1:]
	case "3":
		if r.Table.Columns == nil {
			return errors.New(CodeOther + ": the table has data before its column names")
		}
		if len(record)-1 != len(r.Table.Columns) {
			return fmt.Errorf("%s: a record has %d values for %d columns", CodeOther, len(record)-1, len(r.Table.Columns))
		}
		r.Table.Rows = append(r.Table.Rows, record[1:])
	case "4":
		if len(record) < 2 {
			return fmt.Errorf("%s: the trailer has no number", CodeOther)
		}
		if *trailer, err = strconv.Atoi(record[1]); err != nil {
			return fmt.Errorf("%s: the trailer's number %q: %w", CodeOther, record[1], err)
		}
	}
	return nil
}

// KindFileResult answers with a file of its own format (protocol.md §3.3).
const KindFileResult Kind = "201"

// parseFileResult finds the result in the line of division 1 and keeps the file as it came.
func parseFileResult(body []byte, isUTF8 bool) (*Response, error) {
	r, d := &Response{Kind: KindFileResult, File: body}, decoder{utf8: isUTF8}
	for line := range bytes.SplitSeq(body, []byte("\n")) {
		columns := bytes.Split(bytes.TrimSuffix(line, []byte("\r")), []byte(","))
		if string(columns[0]) != "1" || len(columns) < 7 {
			continue
		}
		columns = append(columns, nil, nil)
		r.add("result", string(columns[6]), &d)
		r.add("response_code", string(columns[7]), &d)
		r.add("response_detail", string(columns[8]), &d)
		break
	}
	return r, r.fill()
}
