package paygentsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
)

// Merchant is one contract at the simulated centre. Formats: protocol.md §1.7, §17.3.
type Merchant struct {
	MerchantID      string // マーチャントID, digits
	ConnectID       string // 接続ID, at most 32
	ConnectPassword Secret // 接続パスワード
	TokenKey        Secret // トークン生成鍵
	TokenHashKey    Secret // トークン受取ハッシュ鍵
	NoticeKey       Secret // 差分通知ハッシュ値生成キー, at most 16; empty = notices carry no hc
	LinkKey         Secret // リンク型ハッシュ値生成キー, at most 84
	ThreeDSKey      Secret // 3Dセキュア結果受付ハッシュ鍵, at most 100
	RequestKey      Secret // key of hash authentication (/s/ instead of /n/); empty = not contracted
	PaidyKey        string // パブリックキー that the browser names to Paidy

	// NoticeURL is where difference notifications go; empty means Options.NoticeURL.
	NoticeURL string
	// Contracted lists the methods of the contract; nil means all. Others answer SIM008.
	Contracted []PaymentType
	// Subscribed lists the notified statuses per payment type; nil means the usual
	// contract of protocol.md §6.5, an empty list for a type none of them.
	Subscribed map[PaymentType][]Status
	// Addresses are the registered IP addresses or prefixes; others get P015. Empty means any.
	Addresses []string
	// Rules are the guesses about the real centre that can be turned round.
	Rules Rules
}

// Rules turn round what protocol.md marks as a guess. The zero value is its
// recommendation.
type Rules struct {
	// TradingIDOnce refuses a second 020 of one trading_id with 2005 even after a refusal (§5.1.1).
	TradingIDOnce bool `json:"trading_id_once,omitempty"`
	// ReauthorizeSameID refuses a ref_trading_id that differs from trading_id (§5.1.1).
	ReauthorizeSameID bool `json:"reauthorize_same_id,omitempty"`
	// RefusedStays10 leaves every refused 020 at 10 instead of 11 (§18, 7).
	RefusedStays10 bool `json:"refused_stays_10,omitempty"`
	// StrictKana refuses in buyers' kana what EC-CUBE's plugin takes out of them before sending:
	// ﾞ ﾟ in 010, 030 and 060, ｰ in 010 and 060 (§5.3, §5.4).
	StrictKana bool `json:"strict_kana,omitempty"`
	// PaRes uses the old style of 3-D Secure 1.0: the ACS posts PaRes and MD to the shop,
	// which completes with 024 (§10.2).
	PaRes bool `json:"pares,omitempty"`
	// ThreeDSPost sends the browser back from 3-D Secure by POST instead of GET (§18, 18).
	ThreeDSPost bool `json:"three_ds_post,omitempty"`
}

// generateMerchant makes a contract whose keys have the shapes of real ones.
func generateMerchant(r io.Reader) (Merchant, error) {
	var err error
	text := func(prefix, alphabet string, n int) string {
		s, e := randomText(r, alphabet, n)
		err = errors.Join(err, e)
		return prefix + s
	}
	m := Merchant{
		MerchantID:      text("1", "0123456789", 4),
		ConnectID:       text("sim", alphanumerics, 8),
		ConnectPassword: Secret(text("", alphanumerics, 16)),
		TokenKey:        Secret(text("test_", alphanumerics, 24)),
		TokenHashKey:    Secret(text("testCK_", alphanumerics, 24)),
		NoticeKey:       Secret(text("", alphanumerics, 16)),
		LinkKey:         Secret(text("", alphanumerics, 32)),
		ThreeDSKey:      Secret(text("", alphanumerics, 32)),
		RequestKey:      Secret(text("", alphanumerics, 32)),
		PaidyKey:        text("pk_test_", alphanumerics, 24),
	}
	return m, err
}

func (m *Merchant) validate() error {
	switch {
	case m.MerchantID == "" || !isDigits(m.MerchantID):
		return fmt.Errorf("paygentsim: merchant id %q: digits needed", m.MerchantID)
	case m.ConnectID == "" || len(m.ConnectID) > 32:
		return fmt.Errorf("paygentsim: merchant %s: connect id: 1 to 32 characters needed", m.MerchantID)
	case m.ConnectPassword == "":
		return fmt.Errorf("paygentsim: merchant %s: connect password is empty", m.MerchantID)
	case len(m.NoticeKey) > 16 || len(m.LinkKey) > 84 || len(m.TokenKey) > 100 || len(m.ThreeDSKey) > 100:
		return fmt.Errorf("paygentsim: merchant %s: a key is longer than protocol.md §17.3 allows", m.MerchantID)
	}
	for _, t := range m.Contracted {
		if t.Name() == "不明" {
			return fmt.Errorf("paygentsim: merchant %s: unknown payment type %q in the contract", m.MerchantID, t)
		}
	}
	for t, statuses := range m.Subscribed {
		unknown := slices.ContainsFunc(statuses, func(s Status) bool { return s.Name() == "不明" })
		if t.Name() == "不明" || unknown {
			return fmt.Errorf("paygentsim: merchant %s: unknown payment type or status in the subscription %q: %q", m.MerchantID, t, statuses)
		}
	}
	for _, a := range m.Addresses {
		if _, err := parsePrefix(a); err != nil {
			return fmt.Errorf("paygentsim: merchant %s: address %q: %w", m.MerchantID, a, err)
		}
	}
	return nil
}

// ReadMerchants reads contracts as a JSON list of objects whose names are those of Merchant's
// fields in snake_case ("merchant_id", "connect_password", "contracted", "subscribed", "addresses",
// "rules" …); docs/simulator.md has an example.
func ReadMerchants(r io.Reader) ([]Merchant, error) {
	var list []keptMerchant
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&list); err != nil {
		return nil, fmt.Errorf("paygentsim: merchants: %w", err)
	}
	if dec.More() || len(list) == 0 {
		return nil, errors.New("paygentsim: merchants: one list of at least one merchant is needed")
	}
	out := (&snapshot{Merchants: list}).merchants()
	for i := range out {
		if err := out[i].validate(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func parsePrefix(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

// registered tells whether the merchant may call from remote ("ip:port").
func (m *Merchant) registered(remote string) bool {
	if len(m.Addresses) == 0 {
		return true
	}
	from, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(m.Addresses, func(a string) bool {
		p, err := parsePrefix(a)
		return err == nil && p.Contains(from.Addr().Unmap())
	})
}

// subscribes tells whether a change to status is notified.
func (m *Merchant) subscribes(t PaymentType, s Status) bool {
	if m.Subscribed == nil {
		return slices.Contains(usualSubscription(t), s)
	}
	return slices.Contains(m.Subscribed[t], s)
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
