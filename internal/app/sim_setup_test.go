package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"kessai/internal/app"
	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/setting"
	"kessai/paygent"
	"kessai/paygentsim"
)

// way is how an order is to be paid.
type way struct {
	scheme payment.Scheme
	brand  payment.Brand // carriers of module type
	stored bool          // by a card kept at the centre
	row    int64         // dtb_payment.id
	weight int
}

const carrierKeys = "5,4,6" // d払い, au, SoftBank

func newSimulation(t *testing.T, engine database.Engine, seed uint64, orders int) *simulation {
	t.Helper()
	s := &simulation{
		dice: rand.New(rand.NewPCG(seed, 0)), versions: map[order.ID]int64{}, covered: covered{times: map[cell]int{}},
		byID: map[order.ID]*purchase{}, seen: map[string]int64{}, failing: map[order.ID]bool{},
	}
	merchant := paygentsim.Merchant{
		MerchantID: "12345", ConnectID: "conn01", ConnectPassword: "pass01", TokenKey: "test_tokenkey", NoticeKey: "NOTICEKEY0000001",
		ThreeDSKey: "TDSKEY0001", LinkKey: "LINKKEY0001", PaidyKey: "pk_test_1",
		Rules: paygentsim.Rules{TradingIDOnce: s.chosen(30), RefusedStays10: s.chosen(30), ReauthorizeSameID: s.chosen(10), ThreeDSPost: s.chosen(50), PaRes: seed%2 == 1},
	}
	s.attempts, s.attached = ledger.AcceptAttempts, seed%3 != 2
	s.moves = seed%4 < 2
	if s.everyStatus = s.chosen(50); s.everyStatus {
		merchant.Subscribed = map[paygentsim.PaymentType][]paygentsim.Status{}
		for _, m := range payment.Methods() {
			for _, status := range payment.AllStatuses() {
				kind := paygentsim.PaymentType(m.Type())
				if at := paygentsim.Status(status); at.Name() != "不明" {
					merchant.Subscribed[kind] = append(merchant.Subscribed[kind], at)
				}
			}
		}
	}
	s.rig = newRig(t, rigOptions{
		seed: seed, level: slog.LevelWarn, database: dbtest.URL(t, engine), attached: s.attached, returns: s.returns, settings: s.firstSettings(), start: app.NewBackstage,
		sim: func(o *paygentsim.Options) {
			o.History = 4
			o.Merchants = []paygentsim.Merchant{merchant, otherMerchant(merchant)}
		},
		transact: func(r *rig) http.RoundTripper {
			s.wire = &wire{next: r.sim.Transport(), simulation: s, sent: map[string]int{}}
			return s.wire
		},
	})
	s.reached = s.boundary
	s.browser = &browser{pages: s.sim.BrowserHandler()}
	s.books = &centreBooks{sim: s.sim, next: firstPaymentID, byOrder: map[order.ID][]string{}, foreign: map[string]bool{}}
	s.offerMethods()
	s.Exec("CREATE INDEX IF NOT EXISTS simulation_touched ON plg_kessai_ledger (updated_at)")
	for n := range max(40, orders/12) {
		stock := 5 + s.dice.Int64N(60)
		s.classes = append(s.classes, class{s.Class(fmt.Sprintf("器%d", n+1), stock), stock})
	}
	s.member = s.Member(memberPoints)
	s.openPlaces()
	if err := s.sim.SetFaults(hostile()); err != nil {
		t.Fatal(err)
	}
	s.openNodes(1 + s.dice.IntN(3))
	s.covered.oldStyle, s.covered.newStyle = merchant.Rules.PaRes, !merchant.Rules.PaRes
	s.covered.marked, s.covered.several, s.covered.attached = s.mark != "", len(s.nodes) > 1, s.attached
	s.covered.moves = s.moves
	if s.gaps, s.aiming = s.covered.empty(), 20; orders < 500 { // it cannot be filled
		s.aiming = 5
	}
	s.note("seed %d: %d nodes, attached %v, moves %v, every status %v, rules %+v", seed, len(s.nodes), s.attached, s.moves, s.everyStatus, merchant.Rules)
	return s
}

// firstSettings offer everything. The link type is chosen, for which nothing of the
// module type is taken away: its orders are begun and gone on with all the same.
func (s *simulation) firstSettings() map[string]string {
	confirm := "risky"
	switch s.dice.IntN(5) {
	case 0:
		confirm = "always"
	case 1:
		confirm = "never"
	}
	values := map[string]string{
		"settlement_division": "link", "paygent_payment_method": "credit,conveni,atm,bank,carrier", "career_division": carrierKeys,
		"link_url": "https://127.0.0.1:8443/v/u/request", "hash_key": "LINKKEY0001", "link_payment_term": "5", "merchant_name": "白磁堂",
		"stock_card": "1", "card_conf": "1", "card_class": "1",
		"conveni_limit_date_num": strconv.Itoa(2 + s.dice.IntN(14)), "atm_limit_date": strconv.Itoa(2 + s.dice.IntN(28)), "payment_detail": "ハクジドウ",
		"asp_payment_term": "7", "claim_kanji": "白磁堂", "claim_kana": "ハクジドウ",
		"module_stock_card": "1", "credit_3d": "0", "credit_3d_merchant_name": "HAKUJIDO", "credit_3d_hash_key": "TDSKEY0001", "confirm_notices": confirm,
	}
	if s.chosen(50) {
		s.mark = "B"
	}
	values["trading_id_mark"] = s.mark
	return values
}

// offerMethods makes a dtb_payment row per way to pay.
func (s *simulation) offerMethods() {
	weights := map[payment.Method]int{payment.Card: 9, payment.Conveni: 5, payment.ATM: 4, payment.Bank: 5, payment.Carrier: 6, payment.Paidy: 7}
	offer := func(name, class string) {
		now := database.At(s.Now())
		s.Exec(`INSERT INTO dtb_payment (payment_method, charge, sort_no, fixed, method_class, visible, create_date, update_date, discriminator_type)
VALUES (?, 0, 20, ?, ?, ?, ?, ?, 'payment')`, name, true, class, true, now, now)
	}
	for _, w := range elsewhere() {
		offer(w.name, w.class)
	}
	for _, scheme := range payment.Schemes() {
		offer("ペイジェント", scheme.Class())
		w := way{scheme: scheme, row: s.Number("SELECT MAX(id) FROM dtb_payment"), weight: weights[scheme.Method]}
		switch {
		case scheme == payment.Scheme{Method: payment.Card, System: payment.Module}:
			w.weight = 18
			s.ways = append(s.ways, w)
			w.stored, w.weight = true, 5
			s.ways = append(s.ways, w)
		case scheme == payment.Scheme{Method: payment.Carrier, System: payment.Module}:
			for _, w.brand = range []payment.Brand{payment.Docomo, payment.AU, payment.SoftBank} {
				s.ways = append(s.ways, w)
			}
		default:
			s.ways = append(s.ways, w)
		}
	}
}

// keepCard lets the member keep a card at the centre, as 025 does.
func (s *simulation) keepCard() {
	conf, err := paygent.ReadConfig(filepath.Join(s.kit, paygentsim.KitConf))
	if err != nil {
		s.t.Fatal(err)
	}
	client, err := paygent.New(paygent.Options{
		Config: conf, MerchantID: s.merchant.MerchantID, ConnectID: s.merchant.ConnectID, Clock: s.Now,
		ConnectPassword: paygent.Secret(s.merchant.ConnectPassword.Reveal()), Transport: s.sim.Transport(),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(client.Close)
	s.centre = client
	kept, err := client.StoreCard(context.Background(), paygent.StoreCardRequest{
		CustomerID: strconv.FormatInt(s.member, 10), CardToken: paygent.Secret(string(s.token(goodCard))),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.storedCard = kept.CustomerCardID
}

// returns are the addresses the buyer's browser comes back to.
func (s *simulation) returns(id order.ID, p *ledger.Payment) ledger.Returns {
	to := func(way string) string {
		return publicURL + "/back?" + url.Values{"way": {way}, "order": {strconv.FormatInt(int64(id), 10)}, "payment": {p.ID}}.Encode()
	}
	return ledger.Returns{OK: to("ok"), Stop: to("stop"), Term: to("term")}
}

// settings is staff changing a setting: a new version, while operations of former ones are
// open.
func (s *simulation) settings() {
	switch s.dice.IntN(6) {
	case 4:
		s.letGo(!s.letsGo)
	case 5:
		s.bearSameID(!s.sameID)
	case 0:
		s.acceptAttempts(attemptPolicies()[s.dice.IntN(3)])
	case 1:
		s.share(!s.shared)
	default:
		s.authenticateBy([]ledger.ThreeDS{ledger.NoThreeDS, ledger.ThreeDS1, ledger.ThreeDS2}[s.dice.IntN(3)])
	}
}

func (s *simulation) authenticateBy(next ledger.ThreeDS) {
	s.save("3-D Secure "+string(next), "credit_3d", map[ledger.ThreeDS]string{ledger.NoThreeDS: "0", ledger.ThreeDS1: "1", ledger.ThreeDS2: "2"}[next], func() { s.threeDS = next })
}

func (s *simulation) acceptAttempts(next ledger.Attempts) {
	s.save("attempts "+string(next), "threeds_attempts", string(next), func() { s.attempts = next })
}

func attemptPolicies() []ledger.Attempts {
	return []ledger.Attempts{ledger.AcceptAttempts, ledger.ProtectedAttempts, ledger.FullOnly}
}

// share says whether other shops use the merchant too, which a shop can say that marks
// its trading_ids.
func (s *simulation) share(next bool) {
	if s.mark == "" {
		return
	}
	s.save(fmt.Sprintf("shared merchant %v", next), "shared_merchant", map[bool]string{false: "0", true: "1"}[next], func() { s.shared = next })
}

// letGo says whether the rollback cancels at the centre what it finds authorised.
func (s *simulation) letGo(next bool) {
	s.save(fmt.Sprintf("rollback cancels what is alive %v", next), "rollback_cancels_alive", map[bool]string{false: "0", true: "1"}[next], func() { s.letsGo = next })
}

// bearSameID says under which trading_id a card is authorised again.
func (s *simulation) bearSameID(next bool) {
	s.save(fmt.Sprintf("the same trading_id %v", next), "reauthorize_same_id", map[bool]string{false: "0", true: "1"}[next], func() { s.sameID = next })
}

func (s *simulation) save(what, name, value string, saved func()) {
	s.do(0, what, 0, func() string {
		_, err := s.app.Settings.Save(context.Background(), func(v *setting.Values) error { return v.Set(name, value) }, "staff:1")
		if err != nil {
			s.t.Fatal(err)
		}
		saved()
		return "saved"
	})
}

// hostile is what the centre does wrong with telegrams and notices; of those that are lost
// 091 alone tells.
func hostile() paygentsim.Faults {
	f, err := paygentsim.FaultsHostile.Faults()
	if err != nil {
		panic(err)
	}
	f.NoticeLost = .15
	return f
}

// node is one of the shop's, on the database that all share.
type node struct {
	name string
	app  *app.App
	down int           // steps until somebody starts it again
	fast time.Duration // how far its clock is ahead; beyond 5 s it takes no work
	set  time.Time     // … since when
}

// openNodes adds nodes to the one the rig opened.
func (s *simulation) openNodes(n int) {
	s.nodes = []*node{{name: s.node, app: s.app}} // the first one's clock is right
	for i := 1; i < n; i++ {
		n := &node{name: "node-" + strconv.Itoa(i+1)}
		s.nodes = append(s.nodes, n)
		s.setClock(n)
		s.start(n)
	}
	s.t.Cleanup(func() {
		for _, n := range s.nodes {
			s.use(n)
			s.close()
		}
	})
	s.use(s.nodes[0])
}

// use makes a node the one that acts.
func (s *simulation) use(n *node) {
	s.node, s.app = n.name, n.app
	if a := n.app; a != nil {
		s.DB, s.Store, s.Drafts, s.Reader = a.DB, a.Store, a.Drafts, a.Reader
	}
}

// pick lets some living node act; one that is down comes up by and by.
func (s *simulation) pick() {
	for _, n := range s.nodes {
		if n.app == nil {
			if n.down--; n.down <= 0 {
				s.start(n)
			}
		}
	}
	s.use(s.alive())
}

// alive is a living node whose clock is right. Where the first one, whose always is, is down
// and no other is fit, somebody starts it.
func (s *simulation) alive() *node {
	at := s.dice.IntN(len(s.nodes))
	for i := range s.nodes {
		if n := s.nodes[(at+i)%len(s.nodes)]; n.app != nil && !n.wrong() {
			return n
		}
	}
	s.start(s.nodes[0])
	return s.nodes[0]
}

// wrong reports a clock with which nobody is sent to the node.
func (n *node) wrong() bool { return n.fast.Abs() >= 5*time.Second }

// clocks sets the clock of a node: right, a little off, or far off. The first one's is
// right.
func (s *simulation) clocks() {
	if len(s.nodes) > 1 {
		s.setClock(s.nodes[1+s.dice.IntN(len(s.nodes)-1)])
	}
}

func (s *simulation) setClock(n *node) {
	ms := time.Millisecond
	n.fast = []time.Duration{0, 300 * ms, 950 * ms, -300 * ms, -950 * ms, 8 * time.Second, -8 * time.Second, time.Hour, -time.Hour}[s.dice.IntN(9)]
	n.set = s.Now()
	s.note("the clock of %s is ahead by %v", n.name, n.fast)
}

// farOff lets the nodes whose clocks are far off look for work, which they must not take.
func (s *simulation) farOff() {
	for _, n := range s.nodes {
		if n.app == nil || !n.wrong() || s.Now().Before(n.set.Add(time.Minute)) { // in which it may not have noticed yet
			continue
		}
		worked, _, err := n.app.Step(context.Background())
		if err != nil {
			s.t.Fatal(err)
		}
		if worked {
			s.bad(0, "%s works, with its clock ahead by %v", n.name, n.fast)
		}
		s.cover("clock", "*", map[bool]string{false: "far behind: takes no work", true: "far ahead: takes no work"}[n.fast > 0])
	}
}

// current is the node that acts.
func (s *simulation) current() *node {
	for _, n := range s.nodes {
		if n.app == s.app && s.app != nil {
			return n
		}
	}
	return nil
}

func (s *simulation) start(n *node) {
	s.node, s.app = n.name, nil
	s.clock = func() time.Time { return s.Now().Add(n.fast) }
	s.open()
	s.app.SetDatabaseClock(s.Now)
	n.app = s.app
	s.note("%s starts", n.name)
}

// crashed ends the node that acts, and starts it again: soon or late, under its own name
// or as a new one. Another takes over meanwhile; without one, notices meet a closed door.
func (s *simulation) crashed() {
	n := s.current()
	s.close()
	n.app = nil
	if s.chosen(20) {
		s.renamed++
		n.name = "node-" + strconv.Itoa(10+s.renamed) // its leases have to run out
	}
	if n.down = []int{0, 0, 3, 30}[s.dice.IntN(4)]; n.down > 0 {
		for _, other := range s.nodes {
			if other.app != nil && !other.wrong() {
				s.note("%s stays down", n.name)
				s.use(other)
				return
			}
		}
	}
	s.Advance([]time.Duration{0, 0, 20 * time.Second, 3 * time.Minute}[s.dice.IntN(4)])
	for range 20 {
		if worked, _, err := s.sim.Step(context.Background()); err != nil || !worked {
			break
		}
	}
	s.start(n)
}
