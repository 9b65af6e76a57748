package order_test

import (
	"math"
	"testing"

	"kessai/internal/order"
)

func TestYenString(t *testing.T) {
	t.Parallel()
	for y, want := range map[order.Yen]string{
		0: "¥0", 7: "¥7", 999: "¥999", 1000: "¥1,000", 4080: "¥4,080", 123456: "¥123,456",
		1234567: "¥1,234,567", -100: "-¥100", -1000: "-¥1,000",
		math.MaxInt64: "¥9,223,372,036,854,775,807", math.MinInt64: "-¥9,223,372,036,854,775,808",
	} {
		if got := y.String(); got != want {
			t.Errorf("%d = %s, want %s", int64(y), got, want)
		}
	}
	if got := order.ID(123).String(); got != "123" {
		t.Errorf("ID(123) = %s", got)
	}
}
