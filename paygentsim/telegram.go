package paygentsim

import (
	"errors"
	"slices"
	"time"
)

var errClosed = errors.New("paygentsim: the simulator is closed")

// telegram is one request that came in.
type telegram struct {
	kind     string
	path     string
	remote   string // ip:port
	pageURL  string // where a browser reaches the pages
	hashed   bool   // hash authentication, /s/ instead of /n/
	params   params
	merchant *Merchant
	now      time.Time
}

func (t *telegram) get(name string) string { return t.params[name] }

// exchange is a telegram with what became of it.
type exchange struct {
	fault   Fault
	ordinal uint64
	kind    string
	body    []byte
	slow    time.Duration
	err     error // our own: the books could not be written, an answer not encoded
}

// exchange serves one telegram: chance, books, history, in the order of arrival.
func (s *Sim) exchange(t *telegram) exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return exchange{err: errClosed}
	}
	t.now = s.now()
	t.kind = t.get("telegram_kind")
	s.st.ordinal++
	x := exchange{kind: t.kind, ordinal: s.st.ordinal, slow: s.faults.slowFor()}
	denied := s.admit(t)
	magic := NoFault
	if denied == nil {
		magic = s.magicFault(t)
	}
	x.fault = s.telegramFault(t.kind, x.ordinal, magic)
	var a answer
	switch {
	case x.fault.before():
	case denied != nil:
		a = *denied
	case x.fault == LateEffect:
		s.late = append(s.late, t)
	default:
		a, x.err = s.perform(t, x.fault)
	}
	if x.err == nil && x.fault != LateEffect && !x.fault.before() {
		x.body, x.err = a.encodeAs(t.kind, isUTF8Kind(t.kind) != (x.fault == WrongCharset))
	}
	s.remember(t, &a, &x)
	if denied == nil && x.err == nil && !x.fault.before() {
		x.err = s.aftermath(t, x.ordinal)
	}
	return x
}

// perform handles a telegram and writes what it changed.
func (s *Sim) perform(t *telegram, f Fault) (answer, error) {
	c := s.begin(t.now)
	if f == DifferencePurged {
		if err := s.purgeOldest(t); err != nil {
			return answer{}, err
		}
	}
	a := s.dispatch(c, t)
	return a, s.commit(c)
}

// aftermath is what happens behind the buyer's back once a telegram has been served:
// effects that waited for an inquiry, and other shops' business.
func (s *Sim) aftermath(t *telegram, ordinal uint64) error {
	if isInquiry(t.kind) && len(s.late) > 0 {
		if err := s.takeLateEffects(t); err != nil {
			return err
		}
	}
	if s.faults.Foreign > 0 && draw(s.seed, saltForeign, ordinal) < s.faults.Foreign {
		return s.foreignPayment(t.merchant, ordinal)
	}
	return nil
}

func isInquiry(kind string) bool { return slices.Contains([]string{"090", "091", "094"}, kind) }

// takeLateEffects performs the telegrams whose effect waited for an inquiry of their
// merchant. One that names another payment does not count.
func (s *Sim) takeLateEffects(asked *telegram) error {
	var still []*telegram
	for _, t := range s.late {
		if t.merchant != asked.merchant || asked.kind == "094" && !sameTrade(s.st, t, asked) {
			still = append(still, t)
			continue
		}
		t.now = asked.now
		if _, err := s.perform(t, NoFault); err != nil {
			return err
		}
	}
	s.late = still
	return nil
}

// sameTrade tells whether two telegrams concern one trading_id or one payment.
func sameTrade(st *state, a, b *telegram) bool {
	trading := func(t *telegram) string {
		if id := t.get("trading_id"); id != "" {
			return id
		}
		if p := st.payments[t.get("payment_id")]; p != nil {
			return p.TradingID
		}
		return ""
	}
	return trading(a) != "" && trading(a) == trading(b) || a.get("payment_id") != "" && a.get("payment_id") == b.get("payment_id")
}

// admit checks what every telegram must bring, protocol.md §1.7. nil lets it through.
func (s *Sim) admit(t *telegram) *answer {
	var a answer
	bad := t.params.decode(t.kind)
	t.merchant = s.merchant(t.get("merchant_id"))
	switch {
	case t.merchant == nil, t.get("connect_id") != t.merchant.ConnectID,
		t.get("connect_password") != t.merchant.ConnectPassword.Reveal():
		a = abnormal("SIM001", "接続情報（merchant_id、connect_id、connect_password）が正しくありません")
	case !t.merchant.registered(t.remote):
		a = abnormal("P015", "登録されていないIPアドレスからの接続です")
	case bad != "":
		a = badType(storable(bad))
	case s.paths[t.kind] == "" || s.paths[t.kind] != t.path:
		a = invalidValue("telegram_kind")
	case t.get("telegram_version") != "1.0":
		a = invalidValue("telegram_version")
	case t.hashed && !requestHashFits(t):
		a = abnormal("SIM013", "hc または request_date が正しくありません")
	default:
		return nil
	}
	return &a
}

// magicFault looks whether the card of this telegram forces a fault.
func (s *Sim) magicFault(t *telegram) Fault {
	var card *Card
	switch t.kind {
	case "020", "450":
		card = s.peekCard(t)
	case "021", "022", "023", "028", "029":
		if p, _ := s.namedPayment(s.begin(t.now), t); p != nil {
			card = &p.Card
		}
	}
	if card == nil || card.Magic == "" {
		return NoFault
	}
	m, known := magicOf(card.Magic)
	if !known || !m.acts(t.kind, t.get("ref_trading_id") != "") {
		return NoFault
	}
	return m.Fault
}
