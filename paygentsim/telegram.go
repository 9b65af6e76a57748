package paygentsim

import (
	"errors"
	"time"
)

var errClosed = errors.New("paygentsim: the simulator is closed")

// telegram is one request that came in.
type telegram struct {
	kind     string
	path     string
	remote   string // ip:port
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
	default:
		a, x.err = s.perform(t)
	}
	if x.err == nil {
		x.body, x.err = a.encode(t.kind)
	}
	s.remember(t, &a, &x)
	return x
}

// perform handles a telegram and writes what it changed.
func (s *Sim) perform(t *telegram) (answer, error) {
	c := s.begin(t.now)
	a := s.dispatch(c, t)
	return a, s.commit(c)
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
		a = badType(bad)
	case pathOf(t.kind) != t.path:
		a = invalidValue("telegram_kind")
	case t.get("telegram_version") != "1.0":
		a = invalidValue("telegram_version")
	default:
		return nil
	}
	return &a
}

func (s *Sim) dispatch(c *change, t *telegram) answer {
	switch t.kind {
	case "020":
		return s.authorize(c, t)
	case "021", "022", "023":
		return s.followUp(c, t)
	case "091":
		return s.difference(c, t)
	case "094":
		return s.inquire(c, t)
	}
	return invalidValue("telegram_kind")
}

// magicFault looks whether the card of this telegram forces a fault.
func (s *Sim) magicFault(t *telegram) Fault {
	var card *Card
	switch t.kind {
	case "020":
		card = s.peekCard(t)
	case "021", "022", "023":
		if p, _ := s.namedPayment(s.begin(t.now), t); p != nil {
			card = &p.Card
		}
	}
	if card == nil {
		return NoFault
	}
	m, known := magicOf(card.Magic)
	if !known || !m.acts(t.kind, t.get("ref_trading_id") != "") {
		return NoFault
	}
	return m.Fault
}
