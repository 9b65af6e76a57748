package paygentsim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// noticeTimeout is how long the shop may take, protocol.md §18, 3.
const noticeTimeout = 30 * time.Second

// received is the answer that ends a delivery; blanks around = are in use (protocol.md §7.1).
var received = regexp.MustCompile(`result\s*=\s*0`)

// post sends a notice once and tells what the shop said.
func (s *Sim) post(ctx context.Context, out *errand) (accepted bool, said string) {
	body, err := noticeForm(out.notice, out.merchant)
	if err == nil {
		said, err = s.send(ctx, out.url, body)
	}
	if err == nil && !received.MatchString(said) {
		err = errors.New("the answer is not result=0")
	}
	said = printable(said)
	if err != nil {
		s.opt.Log.InfoContext(ctx, "a notice was not accepted",
			"payment_notice_id", out.key.noticeID, "attempt", out.notice.Attempts+1, "error", err)
		return false, strings.TrimSpace(said + " (" + err.Error() + ")")
	}
	return true, said
}

func (s *Sim) send(ctx context.Context, url, body string) (said string, err error) {
	ctx, cancel := context.WithTimeout(ctx, noticeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := http.Client{
		Transport:     s.opt.NoticeClient,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err == nil && (resp.StatusCode < 200 || resp.StatusCode > 299) {
		err = fmt.Errorf("status %d", resp.StatusCode)
	}
	return string(text), err
}

// noticeForm is the body of a notice: protocol.md §7.2, Windows-31J, signed when the
// merchant has a key.
func noticeForm(n *Notice, m *Merchant) (string, error) {
	// What only corrections and virtual accounts have is left out, as is usual for a card.
	lines := slices.DeleteFunc(n.items(), func(l line) bool {
		return l.value == "" && (l.name == "base_payment_id" || l.name == "clear_detail")
	})
	if m != nil && m.NoticeKey != "" {
		hash := noticeHash(n, m.NoticeKey)
		if n.Spoilt {
			hash = noticeHash(n, m.NoticeKey+"-")
		}
		lines = append(lines, line{"hc", hash})
	}
	return encodeForm(lines)
}

// noticeHash is hc of protocol.md §7.3.
func noticeHash(n *Notice, key Secret) string {
	sum := sha256.Sum256([]byte(strconv.FormatInt(n.NoticeID, 10) + n.PaymentID + n.TradingID + string(n.Type) +
		strconv.FormatInt(n.Amount, 10) + key.Reveal()))
	return hex.EncodeToString(sum[:])
}

// printable shortens what a shop said to what a list can show.
func printable(s string) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "?")
	if len(s) <= 200 {
		return s
	}
	cut := 200
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
