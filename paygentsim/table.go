package paygentsim

import (
	"strconv"
	"strings"
)

// table is an answer in the reference format (027, 090), protocol.md §3.2.
type table struct {
	columns []string
	rows    [][]string
}

// listCeiling is the most rows the centre gives.
const listCeiling = 2000

// answer gives as many rows as asked for; of more there are, 9003 tells.
func (l table) answer(limitCount string) answer {
	a := normal()
	a.table = &l
	limit, err := strconv.Atoi(limitCount)
	if err != nil || limit > listCeiling {
		limit = listCeiling
	}
	if len(l.rows) > limit {
		l.rows = l.rows[:limit]
		a = abnormal("9003", "照会件数が上限（"+strconv.Itoa(limit)+"件）を超えています")
		a.table = &l
	}
	return a
}

// encodeTable writes header, data header, data and trailer; an answer without a table has
// the header alone.
func encodeTable(a *answer) string {
	var b strings.Builder
	record(&b, "1", a.get("result"), a.get("response_code"), a.get("response_detail"))
	if a.table == nil {
		return b.String()
	}
	record(&b, append([]string{"2"}, a.table.columns...)...)
	for _, row := range a.table.rows {
		record(&b, append([]string{"3"}, row...)...)
	}
	record(&b, "4", strconv.Itoa(len(a.table.rows)))
	return b.String()
}

// record writes one line, every item quoted.
func record(b *strings.Builder, items ...string) {
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		b.WriteString(strings.ReplaceAll(item, `"`, `""`))
		b.WriteByte('"')
	}
	b.WriteString("\r\n")
}

// isTableKind lists the telegrams answered in the reference format.
func isTableKind(kind string) bool { return kind == "027" || kind == "090" }
