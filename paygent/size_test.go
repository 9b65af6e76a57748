package paygent

import (
	"strings"
	"testing"
)

// The limits of protocol.md §1.5, each at its last good byte and at the next one. Sizes are of
// what is sent before it is percent-encoded: a kanji counts as two, whatever it takes in Go.
func TestSizeLimits(t *testing.T) {
	t.Parallel()
	address, err := testConfig().URL(KindCapture)
	if err != nil {
		t.Fatal(err)
	}
	fixed := address + "?merchant_id=1234&connect_id=conn01&connect_password=pass01&telegram_kind=022&telegram_version=1.0&partner=kessai"
	rest := maxTelegram - len(fixed) - len("&x=")
	file := maxFile - len(fixed) - len("&data=")
	for name, c := range map[string]struct {
		param Param
		good  bool
	}{
		"name":             {Param{strings.Repeat("n", 30), "1"}, true},
		"name, longer":     {Param{strings.Repeat("n", 31), "1"}, false},
		"telegram":         {Param{"x", strings.Repeat("a", rest)}, true},
		"telegram, longer": {Param{"x", strings.Repeat("a", rest+1)}, false},
		"kanji":            {Param{"x", strings.Repeat("漢", rest/2)}, true},
		"kanji, longer":    {Param{"x", strings.Repeat("漢", rest/2+1)}, false},
		"kana, narrowed":   {Param{"payment_detail_kana", strings.Repeat("ガ", 50000)}, true}, // two bytes each, six in Go
		"value":            {Param{"x", strings.Repeat("a", 102401)}, false},
		"file":             {Param{"data", strings.Repeat("a", file)}, true},
		"file, longer":     {Param{"data", strings.Repeat("a", file+1)}, false},
	} {
		_, err := testClient(t, text("\r\nresult=0")).Do(t.Context(), Request{Kind: KindCapture, Params: Params{c.param}})
		if c.good && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !c.good {
			wantNotSent(t, err, CodeParameter)
		}
	}
	e := &encoder{utf8: true}
	if err := e.add("x", strings.Repeat("a", 102400)); err != nil {
		t.Errorf("the longest value: %v", err)
	}
	if err := e.add("y", strings.Repeat("a", 102401)); err == nil {
		t.Error("a longer value was accepted")
	}
}
