package database

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTimeScan(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 23, 0, 43, 52, 0, time.UTC)
	jst := time.FixedZone("JST", 9*3600)
	for _, src := range []any{
		"2026-11-23 00:43:52", []byte("2026-11-23 00:43:52"), "2026-11-23 00:43:52.999", want, want.In(jst),
		"2026-11-23 00:43:52+00", "2026-11-23 09:43:52+09:00", "2026-11-23T00:43:52Z", want.Add(999 * time.Millisecond),
	} {
		var got Time
		if err := got.Scan(src); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%v: %v, %v", src, got, err)
		}
	}
	for _, src := range []any{nil, "", "yesterday", "2026-13-01 00:00:00", 5, 1.5} {
		var got Time
		if err := got.Scan(src); err == nil {
			t.Errorf("%#v was read as %v", src, got)
		}
	}
}

func TestTimeValue(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 43, 52, 999_999_999, time.FixedZone("JST", 9*3600))
	if v, err := At(at).Value(); err != nil || v != "2026-11-23 00:43:52" {
		t.Errorf("Value: %v, %v", v, err)
	}
	if v, err := AtOrNull(time.Time{}).Value(); err != nil || v != nil {
		t.Errorf("the zero time is %v, %v, want NULL", v, err)
	}
	if _, err := (Time{time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)}).Value(); err == nil {
		t.Error("a year of five digits was written")
	}
	var null NullTime
	if err := null.Scan(nil); err != nil || !null.IsZero() {
		t.Errorf("NULL: %v, %v", null, err)
	}
}

func TestTimeRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := At(time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "unix"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")))
		text, err := at.Value()
		if err != nil {
			t.Fatal(err)
		}
		var back Time
		if err := back.Scan(text); err != nil || !back.Equal(at.Time) {
			t.Fatalf("%v became %v: %v", at, back, err)
		}
	})
}

func TestWhole(t *testing.T) {
	t.Parallel()
	type yen int64
	for _, c := range []struct {
		src  any
		want yen
	}{
		{int64(4080), 4080}, {4080.0, 4080}, {"4080.00", 4080}, {[]byte("4080.00"), 4080}, {"-100", -100},
		{"0", 0}, {"-0.00", 0}, {"9223372036854775807", 1<<63 - 1}, {"5.", 5},
	} {
		var got yen
		if err := Whole(&got, "dtb_order.total", nil).Scan(c.src); err != nil || got != c.want {
			t.Errorf("%v: %d, %v", c.src, got, err)
		}
	}
	id := int64(123)
	for _, src := range []any{"4080.50", 4080.5, "", "x", "1e3", "9223372036854775808", nil, true, 1e300, "-", "0.0x"} {
		got := yen(7)
		err := Whole(&got, "dtb_order.total", &id).Scan(src)
		if err == nil || !strings.Contains(err.Error(), "dtb_order.total of id 123") || got != 7 {
			t.Errorf("%v: %d, %v", src, got, err)
		}
	}
}

func TestNullWhole(t *testing.T) {
	t.Parallel()
	got := new(int64)
	if err := NullWhole(&got, "c", nil).Scan(nil); err != nil || got != nil {
		t.Errorf("NULL: %v, %v", got, err)
	}
	if err := NullWhole(&got, "c", nil).Scan("12.00"); err != nil || got == nil || *got != 12 {
		t.Errorf("12.00: %v, %v", got, err)
	}
	if err := NullWhole(&got, "c", nil).Scan("12.50"); err == nil {
		t.Error("a fraction was read")
	}
}

func FuzzWhole(f *testing.F) {
	f.Add("4080.00")
	f.Add("-1.")
	f.Fuzz(func(t *testing.T, text string) {
		n, err := parseWhole(text)
		if err == nil && strings.Trim(text, "-+0123456789.") != "" {
			t.Errorf("%q was read as %d", text, n)
		}
	})
}

func FuzzTime(f *testing.F) {
	f.Add("2026-11-23 00:43:52")
	f.Fuzz(func(t *testing.T, text string) {
		at, err := parseTime(text)
		if err != nil {
			return
		}
		if _, err := (Time{at}).Value(); err != nil && at.Year() > 0 && at.Year() < 10000 {
			t.Errorf("%q was read and cannot be written: %v", text, err)
		}
	})
}
