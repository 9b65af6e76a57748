package paygentsim

import (
	"slices"
	"strconv"
	"time"
)

// state is the centre's books. It changes by apply alone, so that a restart which
// replays the journal ends where the process stopped.
type state struct {
	payments    map[string]*Payment
	order       []string // payment ids as issued
	trades      map[trade][]string
	books       map[string]*book
	tokens      map[string]*cardToken
	tokenOrder  []string // as issued, hence as they expire
	visits      map[string]*visit
	visitKeys   map[visitKey]string // visit ids
	cards       map[wallet][]*storedCard
	nextPayment int64
	nextCard    int64
	ordinal     uint64 // of the next telegram
	clock       clockSetting
	agenda      agenda
}

type trade struct{ merchantID, tradingID string }

// book is one merchant's differences: ids ascend without gaps from first.
type book struct {
	first   int64 // id of notices[0]
	last    int64 // id given out last
	cursor  int64 // id 091 delivered last
	held    int   // how many wait for a later one to arrive first
	notices []*Notice
}

// delta is what one step changes, whole records by value. It is a journal line.
type delta struct {
	Ordinal  uint64           `json:"ordinal,omitempty"`
	Reset    bool             `json:"reset,omitempty"`
	Payments []*Payment       `json:"payments,omitempty"`
	Notices  []*Notice        `json:"notices,omitempty"`
	Tokens   []*cardToken     `json:"tokens,omitempty"`
	Visits   []*visit         `json:"visits,omitempty"`
	Cards    []*storedCard    `json:"cards,omitempty"`
	Cursors  map[string]int64 `json:"cursors,omitempty"`
	Purged   map[string]int64 `json:"purged,omitempty"` // first id still kept, by merchant
	Clock    *clockSetting    `json:"clock,omitempty"`
}

func (d *delta) empty() bool {
	return !d.Reset && d.Clock == nil &&
		len(d.Payments)+len(d.Notices)+len(d.Tokens)+len(d.Visits)+len(d.Cards)+len(d.Cursors)+len(d.Purged) == 0
}

// holed tells whether a record is missing, as only a damaged file can have it.
func (d *delta) holed() bool {
	return slices.Contains(d.Payments, nil) || slices.Contains(d.Notices, nil) || slices.Contains(d.Tokens, nil) ||
		slices.Contains(d.Visits, nil) || slices.Contains(d.Cards, nil)
}

// Where the sequences begin.
const (
	firstPaymentID = 900000001
	firstCardID    = 10000001
)

func newState() *state {
	st := &state{books: map[string]*book{}, nextPayment: firstPaymentID, nextCard: firstCardID}
	st.forget()
	return st
}

// forget drops what happened but keeps the sequences: the centre never reuses an id.
func (st *state) forget() {
	st.payments, st.order = map[string]*Payment{}, nil
	st.trades = map[trade][]string{}
	st.tokens, st.tokenOrder = map[string]*cardToken{}, nil
	st.visits, st.visitKeys = map[string]*visit{}, map[visitKey]string{}
	st.cards = map[wallet][]*storedCard{}
	st.agenda = nil
	for _, b := range st.books {
		b.notices, b.first, b.cursor, b.held = nil, b.last+1, b.last, 0
	}
}

// book returns a merchant's book, opening it at its first use.
func (st *state) book(merchantID string) *book {
	b := st.books[merchantID]
	if b == nil {
		b = &book{first: 1}
		st.books[merchantID] = b
	}
	return b
}

func (st *state) apply(d *delta) {
	if d.Reset {
		st.forget()
	}
	st.ordinal = max(st.ordinal, d.Ordinal)
	for _, p := range d.Payments {
		st.applyPayment(p)
	}
	for _, n := range d.Notices {
		st.applyNotice(n)
	}
	for _, t := range d.Tokens {
		st.applyToken(t)
	}
	for _, v := range d.Visits {
		st.applyVisit(v)
	}
	for _, card := range d.Cards {
		st.applyCard(card)
	}
	for id, first := range d.Purged {
		st.book(id).purgeTo(first)
	}
	for id, cursor := range d.Cursors {
		st.book(id).cursor = cursor
	}
	if d.Clock != nil {
		st.clock = *d.Clock
	}
}

func (st *state) applyPayment(p *Payment) {
	if _, known := st.payments[p.PaymentID]; !known {
		st.order = append(st.order, p.PaymentID)
		if p.TradingID != "" {
			key := trade{p.MerchantID, p.TradingID}
			st.trades[key] = append(st.trades[key], p.PaymentID)
		}
		if id, err := strconv.ParseInt(p.PaymentID, 10, 64); err == nil {
			st.nextPayment = max(st.nextPayment, id+1)
		}
	}
	st.payments[p.PaymentID] = p
	if !p.NextAt.IsZero() {
		st.agenda.add(entry{at: p.NextAt, paymentID: p.PaymentID})
	}
}

func (st *state) applyNotice(n *Notice) {
	b := st.book(n.MerchantID)
	switch {
	case n.NoticeID == b.last+1:
		b.last = n.NoticeID
		b.held += heldBy(n, nil)
		b.notices = append(b.notices, n)
		b.purge(n.ChangedAt)
	case n.NoticeID >= b.first && n.NoticeID <= b.last:
		b.held += heldBy(n, b.notices[n.NoticeID-b.first])
		b.notices[n.NoticeID-b.first] = n
	default:
		return // purged since
	}
	if !n.Due.IsZero() {
		st.agenda.add(entry{at: n.Due, merchantID: n.MerchantID, noticeID: n.NoticeID})
	}
}

// heldBy is what a record that replaces another adds to the number of held ones.
func heldBy(n, former *Notice) (change int) {
	if n != nil && n.Held {
		change++
	}
	if former != nil && former.Held {
		change--
	}
	return change
}

// purge forgets differences older than the centre keeps them.
func (b *book) purge(now time.Time) {
	n := 0
	for n < len(b.notices) && b.notices[n].purged(now) {
		n++
	}
	b.purgeTo(b.first + int64(n))
}

// purgeTo forgets the differences before an id.
func (b *book) purgeTo(first int64) {
	n := min(max(0, first-b.first), int64(len(b.notices)))
	for _, gone := range b.notices[:n] {
		b.held += heldBy(nil, gone)
	}
	b.notices = slices.Delete(b.notices, 0, int(n))
	b.first += n
}

func (n *Notice) purged(now time.Time) bool { return !now.Before(n.ChangedAt.Add(purgeAfter)) }

// kept returns the record of a difference, nil when there is none any more.
func (b *book) kept(id int64) *Notice {
	if id < b.first || id > b.last {
		return nil
	}
	return b.notices[id-b.first]
}

// at returns the difference that the centre would still tell of.
func (b *book) at(id int64, now time.Time) *Notice {
	if n := b.kept(id); n != nil && !n.purged(now) {
		return n
	}
	return nil
}

// after returns the oldest kept difference with an id above the given one.
func (b *book) after(id int64, now time.Time) *Notice {
	for i := max(id+1, b.first); i <= b.last; i++ {
		if n := b.notices[i-b.first]; !n.purged(now) {
			return n
		}
	}
	return nil
}

func (st *state) applyToken(t *cardToken) {
	if _, known := st.tokens[t.Token]; !known {
		st.tokenOrder = append(st.tokenOrder, t.Token)
	}
	st.tokens[t.Token] = t
	// A token long expired is unknown rather than expired, so that the book stays small.
	horizon := t.IssuedAt.Add(-tokenKept)
	n := 0
	for n < len(st.tokenOrder) && st.tokens[st.tokenOrder[n]].IssuedAt.Before(horizon) {
		delete(st.tokens, st.tokenOrder[n])
		n++
	}
	st.tokenOrder = slices.Delete(st.tokenOrder, 0, n)
}
