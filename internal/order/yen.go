package order

import "strconv"

// ID is dtb_order.id.
type ID int64

// String is the id in decimal, as trading_id and order_no begin.
func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// Yen is an amount of money. Tax-included or not is said where it is used.
type Yen int64

// MaxYen is the largest amount that EC-CUBE's decimal(12,2) holds.
const MaxYen Yen = 9_999_999_999

// String is the amount as people read it, for example "¥4,080" or "-¥100".
func (y Yen) String() string {
	sign, u := "", uint64(y)
	if y < 0 {
		sign, u = "-", -uint64(y)
	}
	digits := strconv.FormatUint(u, 10)
	out := make([]byte, 0, len(digits)+len(digits)/3)
	for i, d := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out = append(out, ',')
		}
		out = append(out, d)
	}
	return sign + "¥" + string(out)
}

// times is y × n, and whether the product stays within MaxYen either way.
func (y Yen) times(n int64) (Yen, bool) {
	if y == 0 || n == 0 {
		return 0, true
	}
	if y < -MaxYen || y > MaxYen || n < -int64(MaxYen) || n > int64(MaxYen) {
		return 0, false
	}
	if abs(int64(y)) > int64(MaxYen)/abs(n) {
		return 0, false
	}
	return y * Yen(n), true
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
