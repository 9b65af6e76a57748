package paygent

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// LinkOrder is the order of what the link type's hash is made of (protocol.md §8.3).
type LinkOrder string

// Orders. How the centre tells them apart is assumed to be "partner" [C].
const (
	LinkStandard LinkOrder = "standard"
	LinkECCUBE   LinkOrder = "ec-cube" // of requests with partner=lockon
)

// linkHash hashes the items as they are sent; an absent one is empty.
func linkHash(order LinkOrder, items Params, key Secret) string {
	var text []byte
	add := func(names ...string) {
		for _, name := range names {
			text = append(text, items.Get(name)...)
		}
	}
	if order == LinkECCUBE {
		add("payment_class")
		text = append(append(text, key...), "paygent2006"...)
		add("trading_id", "id", "payment_type", "seq_merchant_id", "payment_term_day", "use_card_conf_number", "fix_params",
			"inform_url", "payment_term_min", "customer_id", "threedsecure_ryaku")
	} else {
		add("trading_id", "payment_type", "fix_params", "id", "inform_url", "seq_merchant_id", "payment_term_day", "payment_term_min",
			"payment_class", "use_card_conf_number", "customer_id", "threedsecure_ryaku")
		text = append(text, key...)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// hashSuffix is 0 to 20 characters of a-f A-F 0-9 that receivers ignore, each step ending it
// one time in ten. Without a source there is none.
func hashSuffix(random io.Reader) (string, error) {
	if random == nil {
		return "", nil
	}
	const alphabet = "0123456789abcdefABCDEF"
	var chance [40]byte
	if _, err := io.ReadFull(random, chance[:]); err != nil {
		return "", fmt.Errorf("paygent: no randomness: %w", err)
	}
	var suffix []byte
	for i := 0; i < len(chance) && chance[i]%10 != 0; i += 2 {
		suffix = append(suffix, alphabet[int(chance[i+1])%len(alphabet)])
	}
	return string(suffix), nil
}
