package paygentsim

import (
	"bytes"
	_ "embed" // page.html
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed page.html
var pageSource string

// page is parsed at start; a mistake in it stops every test.
var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"yen":    formatYen,
	"time":   func(t time.Time) string { return t.In(japan()).Format("2006/01/02 15:04:05") },
	"mask":   func(masked string) string { return "**** **** **** " + masked[max(0, len(masked)-4):] },
	"reveal": Secret.Reveal,
}).Parse(pageSource))

// pageLimit is how many payments, requests and notices the page lists.
const pageLimit = 100

type pageData struct {
	Query     string
	Payments  []pagePayment
	Found     int
	Merchants []Merchant
	Magic     []MagicCard
	Requests  []Request
	Seed      uint64
	Faults    string
}

type pagePayment struct {
	Payment
	Notices []Notice
}

func (s *Sim) controlPage(w http.ResponseWriter, r *http.Request) {
	data := s.pageData(strings.TrimSpace(r.URL.Query().Get("q")))
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		s.opt.Log.ErrorContext(r.Context(), "the control page could not be drawn", "error", err)
		writeError(w, http.StatusInternalServerError, "failed", "the page could not be drawn")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = b.WriteTo(w)
}

func (s *Sim) pageData(query string) pageData {
	payments, requests := s.Payments(), s.Requests()
	payments = slices.DeleteFunc(payments, func(p Payment) bool {
		return query != "" && p.PaymentID != query && !strings.Contains(p.TradingID, query)
	})
	slices.Reverse(payments)
	slices.Reverse(requests)
	data := pageData{
		Query: query, Found: len(payments), Merchants: s.Merchants(), Magic: MagicCards(),
		Requests: requests[:min(len(requests), pageLimit)], Seed: s.Seed(), Faults: s.profileName(),
	}
	notices := map[string][]Notice{}
	for _, n := range s.Notices() {
		notices[n.PaymentID] = append(notices[n.PaymentID], n)
	}
	for _, p := range payments[:min(len(payments), pageLimit)] {
		data.Payments = append(data.Payments, pagePayment{p, notices[p.PaymentID]})
	}
	return data
}

// profileName names the present knobs when they are a profile's.
func (s *Sim) profileName() string {
	now := s.CurrentFaults()
	for profile, name := range map[Profile]string{FaultsOff: "なし", FaultsDefault: "標準", FaultsHostile: "過酷"} {
		if f, err := profile.Faults(); err == nil && f == now {
			return name
		}
	}
	return "個別設定"
}

// Label is the delivery in Japanese.
func (d Delivery) Label() string {
	switch d {
	case DeliveryPending:
		return "送信待ち"
	case DeliveryAccepted:
		return "受信済み"
	case DeliveryGivenUp:
		return "送信断念"
	case DeliveryLost:
		return "消失（障害）"
	case DeliveryNone:
		return "送信なし"
	}
	return string(d)
}

func formatYen(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return "¥" + b.String()
}
