package paygentsim

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The sections of testdata/wire that concern pages and tables.

func checkTable(t *testing.T, v *vector) {
	a := answer{lines: v.values(t, "table header")}
	if columns := v.sections["table columns"]; len(columns) > 0 {
		a.table = &table{columns: cells(t, columns[0])}
		for _, row := range v.sections["table rows"] {
			a.table.rows = append(a.table.rows, cells(t, row))
		}
	}
	got, err := a.encode(v.oneLine("kind"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(v.bytes(t, "table bytes"), string(got)); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func cells(t *testing.T, l string) []string {
	t.Helper()
	out := strings.Split(l, ",")
	for i := range out {
		out[i] = unescape(t, out[i])
	}
	return out
}

// checkCallback writes a return of 3-D Secure as the browser would carry it.
func checkCallback(t *testing.T, v *vector) {
	utf8 := v.oneLine("callback version") == "2.0"
	lines := v.values(t, "callback values")
	got, err := encodeFormAs(lines, utf8)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parseForm(v.bytes(t, "callback bytes"))
	if err != nil {
		t.Fatal(err)
	}
	kind := "020"
	if utf8 {
		kind = "450"
	}
	if bad := p.decode(kind); bad != "" {
		t.Fatalf("bytes of %s do not decode", bad)
	}
	mine, err := parseForm(got)
	if err != nil {
		t.Fatal(err)
	}
	mine.decode(kind)
	if diff := cmp.Diff(p, mine); diff != "" {
		t.Errorf("callback (-want +got):\n%s", diff)
	}
	id := p["3ds_auth_id"]
	if !utf8 {
		id = p["payment_id"]
	}
	if hc := signed(Secret(v.oneLine("key")), p["result"], id, p["attempt_kbn"]); hc != p["hc"] {
		t.Errorf("hc %s, want %s", hc, p["hc"])
	}
}

func checkLinkRequest(t *testing.T, v *vector) {
	got, err := parseForm(v.bytes(t, "link request bytes"))
	if err != nil {
		t.Fatal(err)
	}
	if bad := got.decode("450"); bad != "" {
		t.Fatalf("bytes of %s do not decode", bad)
	}
	if diff := cmp.Diff(paramsOf(v.values(t, "link request values")), got); diff != "" {
		t.Errorf("link request (-want +got):\n%s", diff)
	}
	hashes := linkHashes(got, Secret(v.oneLine("key")))
	want := hashes[0]
	if v.oneLine("link order") == "ec-cube" {
		want = hashes[1]
	}
	if hc := got["hc"]; hc != "" && !strings.HasPrefix(hc, want) {
		t.Errorf("hc %s, want %s", hc, want)
	}
}

func checkLinkResponse(t *testing.T, v *vector) {
	lines := v.values(t, "link response values")
	if len(lines) == 0 || lines[0].name != "result" {
		return // what no centre writes is a matter of the client's
	}
	a := answer{lines: lines}
	got, err := encodeLink(&a, true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(v.bytes(t, "link response bytes"), string(got)); diff != "" {
		t.Errorf("link response (-want +got):\n%s", diff)
	}
}

// TestGoodVectorsPassTheTables: what the client may send and is answered well, no table refuses.
func TestGoodVectorsPassTheTables(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "testdata", "wire", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	ops, checked := operations(), map[string]bool{}
	for _, file := range files {
		for _, v := range readVectors(t, file) {
			kind, section := v.oneLine("kind"), "request bytes"
			fields := ops[kind].fields
			if _, link := v.sections["link request bytes"]; link {
				kind, section, fields = "link", "link request bytes", tableLink()
			}
			if _, has := v.sections[section]; !has || v.oneLine("outcome") != "succeeded" {
				continue
			}
			p, err := parseForm(v.bytes(t, section))
			if err != nil {
				t.Fatal(err)
			}
			charset := kind
			if kind == "link" {
				charset = "450"
			}
			if bad := p.decode(charset); bad != "" {
				t.Errorf("%s: bytes of %s do not decode", v.name, bad)
			}
			if bad := check(p, kind, fields); bad != nil {
				t.Errorf("%s: %s %s", v.name, bad.get("response_code"), bad.get("response_detail"))
			}
			checked[kind] = true
		}
	}
	for kind := range ops {
		if !checked[kind] {
			t.Errorf("no vector of a good %s", kind)
		}
	}
}
