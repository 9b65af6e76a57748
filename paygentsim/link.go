package paygentsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// linkHashes are hc of a link type request in both orders, protocol.md §8.3. Which one is
// meant is told by nothing certain, so either is accepted.
func linkHashes(p params, key Secret) [2]string {
	join := func(names ...string) string {
		var b strings.Builder
		for _, n := range names {
			b.WriteString(p[n])
		}
		return b.String()
	}
	standard := join("trading_id", "payment_type", "fix_params", "id", "inform_url", "seq_merchant_id", "payment_term_day", "payment_term_min",
		"payment_class", "use_card_conf_number", "customer_id", "threedsecure_ryaku")
	eccube := "paygent2006" + join("trading_id", "id", "payment_type", "seq_merchant_id", "payment_term_day", "use_card_conf_number", "fix_params",
		"inform_url", "payment_term_min", "customer_id", "threedsecure_ryaku")
	return [2]string{signed(key, standard), signed("", p["payment_class"], key.Reveal(), eccube)}
}

// linkHashFits compares the first 64 characters: senders append a random rest.
func linkHashFits(p params, key Secret) bool {
	got := p["hc"]
	if key == "" {
		return true
	}
	if len(got) < 64 {
		return false
	}
	hashes := linkHashes(p, key)
	return sameHash(got[:64], hashes[0]) || sameHash(got[:64], hashes[1])
}

// serveLinkRequest takes a link type request, from a shop's server (isbtob=1) or from the
// buyer's browser. protocol.md §8.1, §8.4. Faults strike servers' alone, as kind "link".
func (s *Sim) serveLinkRequest(w http.ResponseWriter, r *http.Request) {
	p, ok := readParams(w, r)
	if !ok {
		return
	}
	kind := "450" // UTF-8
	if r.URL.Path == oldRequest {
		kind = "020" // Windows-31J
	}
	bad := p.decode(kind)
	x := exchange{kind: kind}
	var a answer
	var v *visit
	_, err := s.step(func(c *change) (view, error) {
		var err error
		if p["isbtob"] == "1" {
			s.st.ordinal++
			x.ordinal, x.slow = s.st.ordinal, s.faults.slowFor()
			x.fault = s.telegramFault("link", x.ordinal, NoFault)
		}
		switch {
		case x.fault.before(), x.fault == LateEffect: // a page that nobody knows of has no effect to be late
		case bad != "":
			a = badType(storable(bad))
		default:
			a, v, err = s.openLink(c, p, r)
		}
		s.history.add(Request{Ordinal: x.ordinal, At: c.now, Kind: "link", Params: redact(p), TradingID: p["trading_id"], Fault: x.fault,
			Result: a.get("result"), Code: a.get("response_code"), Detail: a.get("response_detail"), Effect: v != nil})
		return view{}, err
	})
	switch {
	case err != nil:
		s.show(w, r, view{}, err)
	case p["isbtob"] == "1":
		x.body, x.err = encodeLink(&a, isUTF8Kind(kind) != (x.fault == WrongCharset))
		s.reply(w, r, x)
	case v == nil:
		s.show(w, r, linkRefusal(&a), nil)
	default:
		s.show(w, r, view{redirect: v.path()}, nil)
	}
}

// linkRefusal is what a browser sees of a request that is refused.
func linkRefusal(a *answer) view {
	code, why := a.get("response_code"), a.get("response_detail")
	if code == "SIM014" {
		why = "マーチャントIDかハッシュ値（hc）が違います。"
	}
	return note(http.StatusOK, "取引情報が正しくありません。", why+"（"+code+"）")
}

// encodeLink is the answer of the B2B mode: no empty line first, one last.
func encodeLink(a *answer, utf8 bool) ([]byte, error) {
	text := strings.TrimPrefix(a.text(""), "\r\n") + "\r\n"
	if utf8 {
		return []byte(text), nil
	}
	return encodeWindows31J(text)
}

// openLink checks a request and makes the visit.
func (s *Sim) openLink(c *change, p params, r *http.Request) (answer, *visit, error) {
	m := s.merchant(p["seq_merchant_id"])
	if bad := s.checkLink(c, m, p, r); bad != nil {
		return *bad, nil, nil
	}
	until := endOfDay(c.now, limitDays(p["payment_term_day"]))
	if minutes, ok := number(p["payment_term_min"]); ok {
		until = c.now.Add(time.Duration(minutes) * time.Minute)
	}
	amount, _ := number(p["id"])
	v, err := c.openVisit(&telegram{merchant: m, params: p}, visitLink, until)
	if err != nil {
		return answer{}, nil, err
	}
	v.Amount = amount
	v.Asked[basePage] = s.pageBase(r)
	limit := until
	if p["payment_term_min"] == "" {
		limit = until.Add(-time.Second)
	}
	a := answer{lines: []line{{"result", "0"}, {"response_code", ""}, {"response_detail", ""}, {"url", s.pageBase(r) + v.path()},
		{"trading_id", v.TradingID}, {"payment_type", p["payment_type"]}, {"limit_date", stamp(limit)}, {"trade_generation_date", stamp(c.now)}}}
	return a, v, nil
}

func (s *Sim) checkLink(c *change, m *Merchant, p params, r *http.Request) *answer {
	var bad answer
	amount, _ := number(p["id"])
	switch {
	case m == nil, !linkHashFits(p, m.LinkKey):
		bad = abnormal("SIM014", "取引情報が正しくありません。")
	case p["isbtob"] == "1" && !m.registered(r.RemoteAddr):
		bad = abnormal("P015", "登録されていないIPアドレスからの接続です")
	default:
		if a := check(p, "link", s.linkFields); a != nil {
			return a
		}
		switch {
		case amount < 1:
			bad = invalidValue("id")
		case p["payment_term_day"] == "" && p["payment_term_min"] == "":
			bad = invalidValue("payment_term_day")
		case p["payment_term_day"] != "" && p["payment_term_min"] != "":
			bad = invalidValue("payment_term_min")
		case (p["stock_card_mode"] == "1" || p["stock_card_mode"] == "2") && p["customer_id"] == "":
			bad = invalidValue("customer_id")
		case len(offered(m, p["payment_type"])) == 0:
			bad = abnormal("SIM008", "payment_type の決済は契約されていません")
		case s.tradingIDTaken(c, &telegram{merchant: m}, p["trading_id"], ""):
			bad = abnormal("2005", "trading_id が重複しています")
		default:
			return nil
		}
	}
	return &bad
}

// offered are the methods of a request that the merchant has a contract for; none named
// means all. Paidy has no link type.
func offered(m *Merchant, list string) []PaymentType {
	var out []PaymentType
	for _, t := range PaymentTypes() {
		named := list == "" || slices.Contains(strings.Split(list, ","), string(t))
		if named && t != TypePaidy && m.contracted(t) {
			out = append(out, t)
		}
	}
	return out
}
