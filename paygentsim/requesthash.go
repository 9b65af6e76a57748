package paygentsim

import (
	"cmp"
	"crypto/subtle"
	"strings"
	"time"
)

// dateTolerance is how far request_date may be off, a guess (protocol.md §18, 25).
const dateTolerance = 15 * time.Minute

// requestHashFits checks hash authentication, protocol.md §1.8.
func requestHashFits(t *telegram) bool {
	if t.merchant.RequestKey == "" {
		return false
	}
	at, err := time.ParseInLocation("20060102150405", t.get("request_date"), japan())
	if err != nil || at.Sub(t.now).Abs() > dateTolerance {
		return false
	}
	parts := []string{t.get("merchant_id"), t.get("connect_id"), t.get("connect_password"), t.get("telegram_kind"), t.get("telegram_version"),
		t.get("trading_id"), t.get("payment_id"), cmp.Or(t.get("payment_amount"), t.get("amount")), t.get("request_date")}
	return sameHash(t.get("hc"), signed(t.merchant.RequestKey, parts...))
}

// sameHash compares in constant time; a real one is in lower case.
func sameHash(got, want string) bool {
	return subtle.ConstantTimeCompare([]byte(strings.ToLower(got)), []byte(want)) == 1
}
