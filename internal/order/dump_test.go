package order_test

import (
	"bufio"
	"compress/gzip"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// row is a row of a dumped table: column → text; NULL columns are absent.
type row map[string]string

// dump is what the tests need of one EC-CUBE database: table → rows.
type dump map[string][]row

var dumpTables = []string{
	"dtb_order", "dtb_order_item", "dtb_shipping", "dtb_product_class", "dtb_tax_rule",
	"dtb_base_info", "dtb_delivery_fee", "dtb_payment",
	"mtb_order_status", "mtb_customer_order_status", "mtb_order_status_color", "mtb_order_item_type", "mtb_pref",
}

// dumpFiles are all dumps of real EC-CUBE databases, or the test is skipped.
func dumpFiles(t *testing.T) []string {
	t.Helper()
	dir := os.Getenv("KESSAI_TEST_ECCUBE")
	if dir == "" {
		t.Skip("SKIPPED: KESSAI_TEST_ECCUBE names no folder of EC-CUBE dumps, so no real order was recomputed")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.sql.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("KESSAI_TEST_ECCUBE=%s holds no *.sql.gz (%v)", dir, err)
	}
	return files
}

func readDump(t *testing.T, file string) dump {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zr, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zr)
	if err != nil {
		t.Fatal(err)
	}
	var d dump
	if strings.Contains(filepath.Base(file), "sqlite") {
		d, err = loadSQLite(string(text))
	} else {
		d, err = parseInserts(string(text), strings.Contains(file, "mysql"))
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return d
}

// loadSQLite runs the dump in memory and reads the tables back.
func loadSQLite(text string) (dump, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(text); err != nil {
		return nil, err
	}
	d := dump{}
	for _, table := range dumpTables {
		if d[table], err = selectAll(db, table); err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
	}
	return d, nil
}

func selectAll(db *sql.DB, table string) ([]row, error) {
	rows, err := db.Query("SELECT * FROM " + table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out []row
	for rows.Next() {
		values := make([]sql.NullString, len(names))
		targets := make([]any, len(names))
		for n := range values {
			targets[n] = &values[n]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		r := row{}
		for n, v := range values {
			if v.Valid {
				r[names[n]] = v.String
			}
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

var (
	createTable = regexp.MustCompile("^CREATE TABLE (?:public\\.)?`?([a-z_]+)`? \\($")
	columnLine  = regexp.MustCompile("^ +(?:`([a-z0-9_]+)`|([a-z][a-z0-9_]*)) ")
	insertInto  = regexp.MustCompile("^INSERT INTO (?:public\\.)?`?([a-z_]+)`? VALUES")
)

// parseInserts reads what mariadb-dump and pg_dump --inserts write. Statements
// begin at the start of a line and end in ";" outside quotes.
func parseInserts(text string, backslashes bool) (dump, error) {
	d, columns, table := dump{}, map[string][]string{}, ""
	for _, name := range dumpTables {
		d[name] = nil
	}
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		if m := createTable.FindStringSubmatch(line); m != nil {
			table = m[1]
		} else if m := columnLine.FindStringSubmatch(line); m != nil && table != "" {
			columns[table] = append(columns[table], m[1]+m[2])
		} else if strings.HasPrefix(line, ")") {
			table = ""
		} else if m := insertInto.FindStringSubmatch(line); m != nil {
			tuples, after, err := parseTuples(text[len(m[0]):], backslashes)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m[1], err)
			}
			if _, wanted := d[m[1]]; wanted {
				for _, tuple := range tuples {
					if len(tuple) != len(columns[m[1]]) {
						return nil, fmt.Errorf("%s: %d values for %d columns", m[1], len(tuple), len(columns[m[1]]))
					}
					r := row{}
					for n, v := range tuple {
						if v != nil {
							r[columns[m[1]][n]] = *v
						}
					}
					d[m[1]] = append(d[m[1]], r)
				}
			}
			rest = after
		}
		text = rest
	}
	return d, nil
}

// parseTuples reads "(…),(…);" and returns what follows it. A nil value is NULL.
func parseTuples(text string, backslashes bool) ([][]*string, string, error) {
	var tuples [][]*string
	var tuple []*string
	in := bufio.NewReader(strings.NewReader(text))
	read := 0
	next := func() (byte, error) { read++; return in.ReadByte() }
	var bare strings.Builder
	var quoted *string
	for {
		c, err := next()
		if err != nil {
			return nil, "", err
		}
		switch c {
		case '(':
			tuple = nil
		case '\'':
			var s strings.Builder
			for {
				c, err := next()
				if err != nil {
					return nil, "", err
				}
				if c == '\\' && backslashes {
					c, _ = next()
				} else if c == '\'' {
					if peek, _ := in.Peek(1); len(peek) == 0 || peek[0] != '\'' {
						break
					}
					_, _ = next()
				}
				s.WriteByte(c)
			}
			v := s.String()
			quoted = &v
		case ',', ')':
			if bare.Len() == 0 && quoted == nil { // between tuples
				break
			}
			v := quoted
			if s := bare.String(); quoted == nil && s != "NULL" {
				v = &s
			}
			tuple = append(tuple, v)
			quoted = nil
			bare.Reset()
			if c == ')' {
				tuples = append(tuples, tuple)
			}
		case ';':
			return tuples, text[read:], nil
		case ' ', '\n':
		default:
			bare.WriteByte(c)
		}
	}
}

// number is a whole number, as engines write decimals; NULL is 0.
func (r row) number(t *testing.T, column string) int64 {
	t.Helper()
	s, ok := r[column]
	if !ok {
		return 0
	}
	switch s {
	case "true":
		return 1
	case "false":
		return 0
	}
	s = strings.TrimSuffix(s, ".00")
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", column, err)
	}
	return n
}
