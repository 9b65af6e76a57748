package paygentsim

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Request is one request the simulator served, for tests and people. Parameters that
// could hold a secret, a card or a person read ***.
type Request struct {
	Ordinal   uint64            `json:"ordinal"` // of the telegram; 0 for a token request
	At        time.Time         `json:"at"`
	Kind      string            `json:"telegram_kind"` // "token" for the token endpoint
	Params    map[string]string `json:"params"`
	Result    string            `json:"result"` // what was, or would have been, answered
	Code      string            `json:"response_code,omitempty"`
	Detail    string            `json:"response_detail,omitempty"`
	PaymentID string            `json:"payment_id,omitempty"` // as answered
	TradingID string            `json:"trading_id,omitempty"` // as asked
	Fault     Fault             `json:"fault,omitempty"`
	Effect    bool              `json:"effect"` // it changed the books
	Error     string            `json:"error,omitempty"`
}

// history remembers the newest requests, up to a limit.
type history struct {
	limit int
	list  []Request
}

func (h *history) add(r Request) {
	// Cut in halves, so that most additions copy nothing.
	if len(h.list) >= 2*h.limit {
		h.list = slices.Delete(h.list, 0, len(h.list)-h.limit)
	}
	h.list = append(h.list, r)
}

func (h *history) newest() []Request {
	return h.list[max(0, len(h.list)-h.limit):]
}

// Requests returns what was served since New or Reset, oldest first, up to
// Options.History.
func (s *Sim) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.history.newest())
	for i := range out {
		out[i].Params = maps.Clone(out[i].Params)
	}
	return out
}

func (s *Sim) remember(t *telegram, a *answer, x *exchange) {
	r := Request{
		Ordinal: x.ordinal, At: t.now, Kind: t.kind, Params: redact(t.params), TradingID: t.get("trading_id"),
		Result: a.get("result"), Code: a.get("response_code"), Detail: a.get("response_detail"),
		PaymentID: a.get("payment_id"), Fault: x.fault, Effect: a.effect,
	}
	if x.err != nil {
		r.Effect, r.Error = false, x.err.Error()
	}
	s.history.add(r)
}

func (s *Sim) rememberToken(p params, now time.Time, result string) {
	s.history.add(Request{At: now, Kind: "token", Params: redact(p), Result: result, Effect: result == "0000"})
}

// redact keeps the values of an allow-list: what a name not on it holds is anybody's guess.
func redact(p params) map[string]string {
	const shown = " merchant_id connect_id telegram_kind telegram_version trading_id ref_trading_id payment_id payment_amount" +
		" payment_class split_count sales_mode site_id payment_notice_id security_code_use stock_card_mode" +
		" 3dsecure_use_type 3dsecure_ryaku cvc_only_flg partner amount reduction_flag career_type pc_mobile_type cvs_company_id" +
		" sales_type payment_limit_date asp_payment_term payment_type payment_term_day payment_term_min id seq_merchant_id isbtob" +
		" authentication_type card_set_method limit_count "
	out := make(map[string]string, len(p))
	for name, value := range p {
		if value != "" && !strings.Contains(shown, " "+name+" ") {
			value = "***"
		}
		out[name] = value
	}
	return out
}
