package cp932

import (
	"sync"

	"golang.org/x/text/encoding/japanese"
)

// table holds both directions for the BMP, which contains every character of
// Windows-31J. Zero means "none": U+0000 and byte 00 never reach the table.
type table struct {
	encode [0x10000]uint16
	decode [0x10000]uint16 // by lead<<8 | trail
}

// leads returns the lead bytes in the order in which a character's code is
// chosen: JIS X 0208, NEC row 13, IBM extensions, and last the NEC-selected IBM
// extensions, which Windows reads but does not write.
func leads() []byte {
	var out []byte
	for _, r := range [][2]byte{{0x81, 0x9F}, {0xE0, 0xEA}, {0xFA, 0xFC}, {0xED, 0xEE}} {
		for b := r[0]; b <= r[1]; b++ {
			out = append(out, b)
		}
	}
	return out
}

func isTrail(b byte) bool { return b >= 0x40 && b <= 0xFC && b != 0x7F }

func isLead(b byte) bool { return b >= 0x81 && b <= 0x9F || b >= 0xE0 && b <= 0xFC }

// load builds the table once, on first use: it only reads x/text's own tables.
var load = sync.OnceValue(func() *table {
	t := new(table)
	var codes []uint16
	var src []byte
	for _, lead := range leads() {
		for trail := 0x40; trail <= 0xFC; trail++ {
			if isTrail(byte(trail)) {
				codes = append(codes, uint16(lead)<<8|uint16(trail))
				src = append(src, lead, byte(trail))
			}
		}
	}
	text, err := japanese.ShiftJIS.NewDecoder().Bytes(src)
	if err != nil {
		panic("cp932: x/text cannot read its own table: " + err.Error()) // it never returns one
	}
	i := 0
	for _, r := range string(text) {
		t.add(r, codes[i])
		i++
	}
	for k := uint16(0xA1); k <= 0xDF; k++ { // half-width katakana
		t.encode[0xFF61+k-0xA1] = k
	}
	for _, twin := range twins {
		t.encode[twin[0]] = t.encode[twin[1]]
	}
	return t
})

func (t *table) add(r rune, code uint16) {
	if r == '\uFFFD' {
		return
	}
	t.decode[code] = uint16(r)
	if t.encode[r] == 0 {
		t.encode[r] = code
	}
}

// twins pairs JIS characters with those Windows has at the same code (protocol.md §1.6) [C].
var twins = [...][2]rune{
	{'〜', '～'}, // U+301C, U+FF5E
	{'−', '－'}, // U+2212, U+FF0D
	{'‖', '∥'}, // U+2016, U+2225
	{'—', '―'}, // U+2014, U+2015
	{'¢', '￠'},
	{'£', '￡'},
	{'¬', '￢'},
}
