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
	"yen":     formatYen,
	"time":    func(t time.Time) string { return t.In(japan()).Format("2006/01/02 15:04:05") },
	"mask":    maskCard,
	"reveal":  Secret.Reveal,
	"carrier": carrierName,
	"store":   func(id string) string { return storeOf(id).Name },
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
	Profiles  []choice
	Types     []PaymentType
	Visits    []Visit
	Now       time.Time
	Speed     float64
	Pace      Pace
	Base      string // of the pages

	Speeds, Transits       []choice
	SpeedText, TransitText string
}

type pagePayment struct {
	Payment
	Notices []Notice
}

// Item is one of the payment's details, for the template.
func (p pagePayment) Item(name string) string { return p.detail(name) }

// Pending tells whether a notice is on its way.
func (p pagePayment) Pending() bool {
	return slices.ContainsFunc(p.Notices, func(n Notice) bool { return !n.Due.IsZero() })
}

// Correctable tells whether 028 or 029 could act.
func (p pagePayment) Correctable() bool {
	return p.Type == TypeCard && (p.Status == Authorized || p.Status == Captured)
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
		Profiles: []choice{{string(FaultsOff), "なし"}, {string(FaultsDefault), "標準"}, {string(FaultsHostile), "過酷"}},
		Types:    PaymentTypes(), Visits: s.openVisits(), Now: s.Now(), Speed: s.Speed(), Pace: s.CurrentPace(), Base: s.publicBase(),
	}
	data.Speeds = []choice{{"1", "等速"}, {"60", "60倍（1時間が1分）"}, {"1440", "1440倍（1日が1分）"}, {"86400", "86400倍（1日が1秒）"}}
	data.Transits = []choice{{"0", "通らない"}, {"10000", "10秒"}, {"60000", "1分"}, {"3600000", "1時間"}, {"86400000", "1日"}}
	data.SpeedText = strconv.FormatFloat(data.Speed, 'f', -1, 64)
	data.TransitText = strconv.FormatInt(data.Pace.TransitMillis, 10)
	notices := map[string][]Notice{}
	for _, n := range s.Notices() {
		notices[n.PaymentID] = append(notices[n.PaymentID], n)
	}
	for _, p := range payments[:min(len(payments), pageLimit)] {
		data.Payments = append(data.Payments, pagePayment{p, notices[p.PaymentID]})
	}
	return data
}

// openVisits are the pages whose buyers have not finished, newest first.
func (s *Sim) openVisits() []Visit {
	now := s.Now()
	out := slices.DeleteFunc(s.Visits(), func(v Visit) bool { return !v.DoneAt.IsZero() || now.After(v.Until) })
	slices.Reverse(out)
	return out[:min(len(out), pageLimit)]
}

func (s *Sim) publicBase() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opt.PageURL
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

// Label is the page in Japanese.
func (v Visit) Label() string {
	switch visitKind(v.Kind) {
	case visitLink:
		return "リンク型のお支払い画面"
	case visitBank:
		return "銀行ネット（ASP）"
	case visitThreeDS, visitThreeDS1:
		return "3Dセキュア本人認証"
	case visitCarrierAuth:
		return "キャリアのユーザ認証"
	case visitCarrier:
		return "キャリアのお支払い画面"
	case visitPaidy:
		return "Paidy"
	}
	return v.Kind
}
