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
	"yen":      formatYen,
	"time":     func(t time.Time) string { return t.In(japan()).Format("2006/01/02 15:04:05") },
	"mask":     maskCard,
	"reveal":   Secret.Reveal,
	"carrier":  carrierName,
	"store":    func(id string) string { return storeOf(id).Name },
	"deed":     deed,
	"contract": contractNames,
}).Parse(pageSource))

// pageLimit is how many payments, requests and notices the page lists.
const pageLimit = 100

type pageData struct {
	Query     string
	Done      string // what has just been done
	Error     string // why it was not
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
	asked := r.URL.Query()
	data := s.pageData(strings.TrimSpace(asked.Get("q")))
	data.Done, data.Error = doneSentences()[asked.Get("done")], errorSentence(asked.Get("error"))
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

// find gives the payments whose payment_id it is or whose trading_id contains it; all of
// them for nothing.
func (s *Sim) find(query string) []Payment {
	query = strings.TrimSpace(query)
	return slices.DeleteFunc(s.Payments(), func(p Payment) bool {
		return query != "" && p.PaymentID != query && !strings.Contains(p.TradingID, query)
	})
}

func (s *Sim) pageData(query string) pageData {
	payments, requests := s.find(query), s.Requests()
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
