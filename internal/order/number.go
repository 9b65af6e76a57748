package order

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"kessai/internal/problem"
)

const (
	digits = "0123456789"
	alpha  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	alnum  = digits + alpha
)

// NewPreOrderID makes dtb_order.pre_order_id: sha1, in hex, of 32 random characters.
func NewPreOrderID(random io.Reader) (string, error) {
	s, err := randomText(random, alnum, 32)
	if err != nil {
		return "", fmt.Errorf("pre_order_id: %w", err)
	}
	sum := sha1.Sum([]byte(s))
	return hex.EncodeToString(sum[:]), nil
}

var orderNoToken = regexp.MustCompile(`\{([a-z_]+)(?:,([0-9]{1,2}))?\}`)

// JST is Japan's zone, fixed: the country has no summer time, and a container may have
// no zone files. Days are its days.
func JST() *time.Location { return time.FixedZone("JST", 9*60*60) }

// FormatOrderNo makes dtb_order.order_no by EC-CUBE's eccube_order_no_format:
// {yyyy} {yy} {mm} {dd} (Japan's date), {id,n}, {random,n}, {random_alnum,n},
// {random_alpha,n}. An empty format is the order id as text.
func FormatOrderNo(format string, id ID, now time.Time, random io.Reader) (string, error) {
	if format == "" {
		return id.String(), nil
	}
	if strings.ContainsAny(orderNoToken.ReplaceAllString(format, ""), "{}") {
		return "", formatProblem(format)
	}
	day := now.In(JST())
	var failed error
	out := orderNoToken.ReplaceAllStringFunc(format, func(token string) string {
		part := orderNoToken.FindStringSubmatch(token)
		s, err := expand(part[1], part[2], id, day, random)
		failed = cmp.Or(failed, err)
		return s
	})
	if failed != nil {
		return "", fmt.Errorf("order_no %q: %w", format, failed)
	}
	if len(out) > maxColumn {
		return "", formatProblem(format)
	}
	return out, nil
}

func formatProblem(format string) error {
	return problem.New(problem.Misset, CodeOrderNoFormat, problem.Args{"format": format})
}

// expand is one token's text. Dates take no width, the others need one.
func expand(token, arg string, id ID, day time.Time, random io.Reader) (string, error) {
	if layout, ok := map[string]string{"yyyy": "2006", "yy": "06", "mm": "01", "dd": "02"}[token]; ok {
		if arg != "" {
			return "", formatProblem(token)
		}
		return day.Format(layout), nil
	}
	n, err := strconv.Atoi(arg)
	if err != nil || n < 1 {
		return "", formatProblem(token)
	}
	switch token {
	case "id":
		return fmt.Sprintf("%0*d", n, int64(id)), nil
	case "random":
		return randomText(random, digits, n)
	case "random_alnum":
		return randomText(random, alnum, n)
	case "random_alpha":
		return randomText(random, alpha, n)
	}
	return "", formatProblem(token)
}

// randomText draws n characters evenly: bytes beyond the largest multiple of the
// alphabet are drawn again.
func randomText(random io.Reader, alphabet string, n int) (string, error) {
	limit := 256 - 256%len(alphabet)
	out := make([]byte, 0, n)
	var b [1]byte
	for len(out) < n {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", err
		}
		if int(b[0]) < limit {
			out = append(out, alphabet[int(b[0])%len(alphabet)])
		}
	}
	return string(out), nil
}
