package cp932

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"
)

type row struct {
	code    uint16
	r       rune
	written bool
}

func (w row) bytes() []byte {
	if w.code <= 0xFF {
		return []byte{byte(w.code)}
	}
	return []byte{byte(w.code >> 8), byte(w.code)}
}

// reference is the whole table as Java has it.
func reference(t *testing.T) []row {
	t.Helper()
	f, err := os.Open("testdata/windows-31j.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows []row
	for s := bufio.NewScanner(f); s.Scan(); {
		var w row
		var sep byte
		if strings.HasPrefix(s.Text(), "#") {
			continue
		}
		if _, err := fmt.Sscanf(s.Text(), "%04X%c%04X", &w.code, &sep, &w.r); err != nil {
			t.Fatalf("%q: %v", s.Text(), err)
		}
		w.written = sep == ' '
		rows = append(rows, w)
	}
	if len(rows) != 7787 {
		t.Fatalf("reference has %d rows, want 7787", len(rows))
	}
	return rows
}

func TestWholeTableIsJavas(t *testing.T) {
	t.Parallel()
	read, written := map[uint16]rune{}, map[rune]bool{}
	for _, w := range reference(t) {
		read[w.code] = w.r
		got, err := Decode(w.bytes())
		if err != nil || got != string(w.r) {
			t.Errorf("Decode(%04X) = %q, %v, want %U", w.code, got, err, w.r)
		}
		if !w.written {
			continue
		}
		written[w.r] = true
		b, err := Encode(string(w.r))
		if err != nil || !cmp.Equal(b, w.bytes()) {
			t.Errorf("Encode(%U) = %X, %v, want %04X", w.r, b, err, w.code)
		}
	}
	for _, twin := range twins {
		written[twin[0]] = true
	}
	for r := rune(0x80); r <= utf8.MaxRune; r++ {
		if _, err := Encode(string(r)); err == nil && !written[r] {
			t.Errorf("Encode(%U) is accepted", r)
		}
	}
	for code := 0x80; code <= 0xFFFF; code++ {
		if code > 0xFF && code < 0x8000 {
			continue
		}
		s, err := Decode(row{code: uint16(code)}.bytes())
		if _, known := read[uint16(code)]; !known && err == nil && utf8.RuneCountInString(s) == 1 {
			t.Errorf("Decode(%04X) = %q, Java refuses", code, s)
		}
	}
}

// The 373 characters that x/text writes in the NEC-selected rows (libraries.md §8).
func TestDifferenceFromXText(t *testing.T) {
	t.Parallel()
	n := 0
	for _, w := range reference(t) {
		b, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(string(w.r)))
		if err != nil {
			t.Fatalf("x/text refuses %U", w.r)
		}
		ours, _ := Encode(string(w.r))
		if w.written && !cmp.Equal(b, ours) {
			n++
			if b[0] != 0xED && b[0] != 0xEE {
				t.Errorf("%U: x/text %X, here %X", w.r, b, ours)
			}
		}
	}
	if n != 373 {
		t.Errorf("%d characters differ, want 373", n)
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"a=b\\~\r\n", "a=b\\~\r\n"},
		{"ﾃｽﾄ", "\xC3\xBD\xC4"},
		{"髙﨑ⅰ①㈱", "\xFB\xFC\xFA\xB1\xFA\x40\x87\x40\x87\x8A"},
		{"〜−‖—¢£¬", "\x81\x60\x81\x7C\x81\x61\x81\x5C\x81\x91\x81\x92\x81\xCA"},
		{"～－∥―￠￡￢", "\x81\x60\x81\x7C\x81\x61\x81\x5C\x81\x91\x81\x92\x81\xCA"},
		{"表ソ", "\x95\x5C\x83\x5C"},
	} {
		got, err := Encode(c.in)
		if err != nil || string(got) != c.want {
			t.Errorf("Encode(%q) = %X, %v, want %X", c.in, got, err, c.want)
		}
	}
}

func TestEncodeRefusal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    string
		r     rune
		index int
	}{
		{"寿司🍣", '🍣', 6}, {"𠮷野家", '𠮷', 0}, {"10€", '€', 2}, {"¥", '¥', 0}, {"a\u00A0b", 0xA0, 1},
		{"é", 'é', 0}, {"x\xFF", utf8.RuneError, 1}, {"\uFFFD", utf8.RuneError, 0}, {"\uE000", 0xE000, 0}, {"か\u3099", 0x3099, 3},
	} {
		_, err := Encode(c.in)
		var u *UnsupportedError
		if !errors.As(err, &u) || u.Rune != c.r || u.Index != c.index {
			t.Errorf("Encode(%q): %v", c.in, err)
		}
		if b, _ := AppendEncode([]byte("k="), c.in); string(b) != "k=" {
			t.Errorf("AppendEncode(%q) left %q", c.in, b)
		}
	}
}

func TestDecodeRefusal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    string
		index int
		lossy string
	}{
		{"a\x80", 1, "a\uFFFD"}, {"\xA0", 0, "\uFFFD"}, {"\xFD\xFE\xFF", 0, "\uFFFD\uFFFD\uFFFD"},
		{"\x83", 0, "\uFFFD"}, {"\x83\x65\x83", 2, "テ\uFFFD"}, {"\x83=1", 0, "\uFFFD=1"}, {"\xF0\x40", 0, "\uFFFD"}, {"\x85\x40z", 0, "\uFFFDz"},
	} {
		_, err := Decode([]byte(c.in))
		var inv *InvalidError
		if !errors.As(err, &inv) || inv.Index != c.index || inv.Byte != c.in[c.index] {
			t.Errorf("Decode(%X): %v", c.in, err)
		}
		if got := DecodeLossy([]byte(c.in)); got != c.lossy {
			t.Errorf("DecodeLossy(%X) = %q, want %q", c.in, got, c.lossy)
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, s := range []string{"テスト", "髙﨑", "〜−", "\x83\x5C", "a🍣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if b, err := Encode(s); err == nil {
			back, err := Decode(b)
			if err != nil {
				t.Fatalf("%q encodes to %X, which does not decode: %v", s, b, err)
			}
			again, err := Encode(back)
			if err != nil || string(again) != string(b) {
				t.Fatalf("%X decodes to %q, which encodes to %X, %v", b, back, again, err)
			}
		}
		var shared strings.Builder
		shared.WriteString("x")
		_, decodeErr := Decode([]byte(s))
		if good := WriteLossy(&shared, s); good != (decodeErr == nil) || shared.String() != "x"+DecodeLossy([]byte(s)) {
			t.Fatalf("%X: shared %q, good %v, strict %v", s, shared.String(), good, decodeErr)
		}
		if text, err := Decode([]byte(s)); err == nil {
			b, err := Encode(text)
			if err != nil {
				t.Fatalf("%X decodes to %q: %v", s, text, err)
			}
			if again, err := Decode(b); err != nil || again != text {
				t.Fatalf("%q came back as %q, %v", text, again, err)
			}
			if lossy := DecodeLossy([]byte(s)); lossy != text {
				t.Fatalf("lossy %q, strict %q", lossy, text)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	s := strings.Repeat("東京都千代田区テスト12345", 20)
	for b.Loop() {
		if _, err := Encode(s); err != nil {
			b.Fatal(err)
		}
	}
}
