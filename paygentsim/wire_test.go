package paygentsim

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// vector is one case of testdata/wire (README.md there), by section.
type vector struct {
	name     string
	sections map[string][]string
}

func readVectors(t *testing.T, path string) []vector {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []vector
	section := ""
	for _, l := range strings.Split(string(text), "\n") {
		switch {
		case strings.HasPrefix(l, "#"):
		case strings.HasPrefix(l, "== "):
			out = append(out, vector{l[3:], map[string][]string{}})
		case len(out) == 0 && l == "":
		case len(out) == 0:
			t.Fatalf("%s: %q stands before the first case", path, l)
		case strings.HasPrefix(l, "-- "):
			section = l[3:]
			out[len(out)-1].sections[section] = []string{}
		case l != "":
			s := out[len(out)-1].sections
			s[section] = append(s[section], l)
		}
	}
	return out
}

// unescape undoes \r \n \s \xHH \\.
func unescape(t *testing.T, s string) string {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		if i >= len(s) {
			t.Fatalf("vector %q ends within an escape", s)
		}
		switch s[i] {
		case 'r':
			b.WriteByte('\r')
		case 'n':
			b.WriteByte('\n')
		case 's':
			b.WriteByte(' ')
		case '\\':
			b.WriteByte('\\')
		case 'x':
			v, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				t.Fatalf("vector %q: %v", s, err)
			}
			b.WriteByte(byte(v))
			i += 2
		default:
			t.Fatalf("vector %q: unknown escape \\%c", s, s[i])
		}
	}
	return b.String()
}

func (v *vector) bytes(t *testing.T, section string) string {
	t.Helper()
	return unescape(t, strings.Join(v.sections[section], ""))
}

func (v *vector) values(t *testing.T, section string) []line {
	t.Helper()
	var out []line
	for _, l := range v.sections[section] {
		name, value, ok := strings.Cut(l, "=")
		if !ok {
			t.Fatalf("%s: %s: %q is no value", v.name, section, l)
		}
		out = append(out, line{unescape(t, name), unescape(t, value)})
	}
	return out
}

func paramsOf(lines []line) params {
	p := params{}
	for _, l := range lines {
		p[l.name] = l.value
	}
	return p
}

// TestWireVectors holds this codec to the bytes that the client's codec satisfies too.
func TestWireVectors(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "testdata", "wire", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no wire vectors: %v", err)
	}
	checked := map[string]int{}
	for _, file := range files {
		for _, v := range readVectors(t, file) {
			t.Run(filepath.Base(file)+"/"+v.name, func(t *testing.T) {
				for section, check := range map[string]func(*testing.T, *vector){
					"request bytes": checkRequest, "response bytes": checkResponse, "notice bytes": checkNotice, "hash": checkHash,
					"table bytes": checkTable, "callback bytes": checkCallback, "link request bytes": checkLinkRequest, "link response bytes": checkLinkResponse,
				} {
					if _, has := v.sections[section]; has {
						checked[section]++
						check(t, &v)
					}
				}
			})
		}
	}
	for _, section := range []string{"request bytes", "response bytes", "notice bytes", "hash", "table bytes", "callback bytes", "link request bytes", "link response bytes"} {
		if checked[section] == 0 {
			t.Errorf("no vector has a section %q", section)
		}
	}
}

// oneLine joins the only line of a section, such as the kind.
func (v *vector) oneLine(section string) string { return strings.Join(v.sections[section], "") }

func checkRequest(t *testing.T, v *vector) {
	got, err := parseForm(v.bytes(t, "request bytes"))
	if err != nil {
		t.Fatal(err)
	}
	if bad := got.decode(v.oneLine("kind")); bad != "" {
		t.Errorf("request: bytes of %s do not decode", bad)
	}
	if diff := cmp.Diff(paramsOf(v.values(t, "request values")), got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func checkResponse(t *testing.T, v *vector) {
	if len(v.sections["response values"]) == 0 {
		return // bytes that are no answer in the payment format: a matter of the client's
	}
	a := answer{lines: v.values(t, "response values")}
	got, err := a.encode(v.oneLine("kind"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(v.bytes(t, "response bytes"), string(got)); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
}

func checkNotice(t *testing.T, v *vector) {
	lines := v.values(t, "notice values")
	got, err := encodeForm(lines)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(v.bytes(t, "notice bytes"), got); diff != "" {
		t.Errorf("notice (-want +got):\n%s", diff)
	}
	p := paramsOf(lines)
	id, err1 := strconv.ParseInt(p["payment_notice_id"], 10, 64)
	amount, err2 := strconv.ParseInt(p["payment_amount"], 10, 64)
	if err1 != nil || err2 != nil {
		t.Fatalf("numbers of the notice: %v, %v", err1, err2)
	}
	n := &Notice{NoticeID: id, PaymentID: p["payment_id"], TradingID: p["trading_id"], Type: PaymentType(p["payment_type"]), Amount: amount}
	if hash := noticeHash(n, Secret(v.oneLine("key"))); hash != p["hc"] {
		t.Errorf("hc %s, want %s", hash, p["hc"])
	}
}

func checkHash(t *testing.T, v *vector) {
	sum := sha256.Sum256([]byte(v.oneLine("text")))
	if got := hex.EncodeToString(sum[:]); got != v.oneLine("hash") {
		t.Errorf("hash %s, want %s", got, v.oneLine("hash"))
	}
}
