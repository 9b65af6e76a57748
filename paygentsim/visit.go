package paygentsim

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// visitKind says which page a visit is at.
type visitKind string

// The pages a buyer is sent to.
const (
	visitLink        visitKind = "link"         // the link type's payment page
	visitBank        visitKind = "bank"         // 060
	visitThreeDS     visitKind = "three_ds"     // 450
	visitThreeDS1    visitKind = "three_ds_1"   // 020 answered 7
	visitCarrierAuth visitKind = "carrier_auth" // 104
	visitCarrier     visitKind = "carrier"      // 100
	visitPaidy       visitKind = "paidy"        // Paidy's window
)

// visit is a buyer's stay at one of the centre's pages, from the telegram that opens it.
type visit struct {
	ID         string            `json:"id"` // in the page's address
	Kind       visitKind         `json:"kind"`
	MerchantID string            `json:"merchant_id"`
	TradingID  string            `json:"trading_id"`
	PaymentID  string            `json:"payment_id,omitempty"` // once there is one
	Key        string            `json:"key,omitempty"`        // 3ds_auth_id, open_id, Paidy's id
	Amount     int64             `json:"amount"`
	Asked      map[string]string `json:"asked"` // what opened it, without card and credentials
	Card       *Card             `json:"card,omitempty"`
	Order      *order            `json:"order,omitempty"` // a card payment that waits for 3-D Secure
	MadeAt     time.Time         `json:"made_at"`
	Until      time.Time         `json:"until"`
	DoneAt     time.Time         `json:"done_at,omitzero"`
	Result     string            `json:"result,omitempty"`      // of a finished one
	Attempt    string            `json:"attempt_kbn,omitempty"` // of a finished 3-D Secure
	UsedAt     time.Time         `json:"used_at,omitzero"`      // its key has been spent
	Back       string            `json:"back,omitempty"`        // the link visit it belongs to
	Lost       *Payment          `json:"lost,omitempty"`        // authorised at Paidy, unknown to the centre
}

type visitKey struct{ merchantID, key string }

// visitKept is how long a visit is remembered after its end.
const visitKept = 7 * 24 * time.Hour

func (v *visit) get(name string) string { return v.Asked[name] }

func (v *visit) done() bool { return !v.DoneAt.IsZero() }

// open tells whether its buyer can still act.
func (v *visit) open(now time.Time) bool { return !v.done() && now.Before(v.Until) }

func (st *state) applyVisit(v *visit) {
	if _, known := st.visits[v.ID]; !known && len(st.visits)%64 == 63 {
		st.forgetVisits(v.MadeAt)
	}
	st.visits[v.ID] = v
	if v.Key != "" {
		st.visitKeys[visitKey{v.MerchantID, v.Key}] = v.ID
	}
}

// forgetVisits drops those that ended long ago.
func (st *state) forgetVisits(now time.Time) {
	for id, v := range st.visits {
		if now.After(v.Until.Add(visitKept)) {
			delete(st.visits, id)
			delete(st.visitKeys, visitKey{v.MerchantID, v.Key})
		}
	}
}

func (st *state) allVisits() []*visit {
	return slices.SortedFunc(maps.Values(st.visits), func(a, b *visit) int {
		return cmp.Or(a.MadeAt.Compare(b.MadeAt), cmp.Compare(a.ID, b.ID))
	})
}

// openVisit begins a visit for a telegram; the caller fills in what is its own.
func (c *change) openVisit(t *telegram, kind visitKind, until time.Time) (*visit, error) {
	id, err := randomText(c.sim.opt.Rand, alphanumerics, 32)
	if err != nil {
		return nil, err
	}
	v := &visit{ID: id, Kind: kind, MerchantID: t.merchant.MerchantID, TradingID: t.get("trading_id"), Asked: askedOf(t.params),
		MadeAt: c.now, Until: until}
	c.d.Visits = append(c.d.Visits, v)
	return v, nil
}

// askedOf is what a page may need of a request: no card, token, password or hash.
func askedOf(p params) map[string]string {
	out := maps.Clone(p)
	for _, name := range []string{"connect_id", "connect_password", "card_number", "card_conf_number", "card_token", "hc", "p", "cvc"} {
		delete(out, name)
	}
	return out
}

// visit returns a visit as this step sees it, for reading.
func (c *change) visit(id string) *visit {
	for _, v := range c.d.Visits {
		if v.ID == id {
			return v
		}
	}
	return c.sim.st.visits[id]
}

// visitByKey finds the visit that gave out a 3ds_auth_id, an open_id or Paidy's id.
func (c *change) visitByKey(merchantID, key string) *visit {
	return c.visit(c.sim.st.visitKeys[visitKey{merchantID, key}])
}

// editVisit returns a copy that this step will write.
func (c *change) editVisit(v *visit) *visit {
	if slices.Contains(c.d.Visits, v) {
		return v
	}
	w := *v
	c.d.Visits = append(c.d.Visits, &w)
	return &w
}

// Visit is a page some buyer was sent to, for the 試験環境ツール.
type Visit struct {
	Kind       string    `json:"kind"`
	MerchantID string    `json:"merchant_id"`
	TradingID  string    `json:"trading_id"`
	PaymentID  string    `json:"payment_id,omitempty"`
	Amount     int64     `json:"amount"`
	Path       string    `json:"path"` // of the page
	MadeAt     time.Time `json:"made_at"`
	Until      time.Time `json:"until"`
	DoneAt     time.Time `json:"done_at,omitzero"`
	Result     string    `json:"result,omitempty"`
}

// Visits returns the pages buyers were sent to, oldest first.
func (s *Sim) Visits() []Visit {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Visit
	for _, v := range s.st.allVisits() {
		out = append(out, Visit{string(v.Kind), v.MerchantID, v.TradingID, v.PaymentID, v.Amount, v.path(), v.MadeAt, v.Until, v.DoneAt, v.Result})
	}
	return out
}
