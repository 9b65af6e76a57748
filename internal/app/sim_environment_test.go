package app_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/reconcile"
	"kessai/internal/setting"
	"kessai/paygent"
	"kessai/paygentsim"
)

// place is an environment with the shop's merchant there. The first is the shop's own; at the
// second staff try something, and come back.
type place struct {
	env        payment.Environment
	merchant   paygentsim.Merchant
	storedCard string
	centre     *paygent.Client
}

func otherMerchant(m paygentsim.Merchant) paygentsim.Merchant {
	m.MerchantID, m.ConnectID, m.ConnectPassword, m.TokenKey = "54321", "conn02", "pass02", "test_tokenkey2"
	m.NoticeKey, m.ThreeDSKey, m.LinkKey, m.PaidyKey = "NOTICEKEY0000002", "TDSKEY0002", "LINKKEY0002", "pk_test_2"
	return m
}

// openPlaces makes the member's card known at both.
func (s *simulation) openPlaces() {
	for i, m := range s.sim.Merchants() {
		s.merchant = m
		s.keepCard()
		s.places = append(s.places, &place{[]payment.Environment{payment.Simulator, payment.Test}[i], m, s.storedCard, s.centre})
	}
	s.be(s.places[0])
}

func (s *simulation) be(at *place) {
	s.place, s.merchant, s.storedCard, s.centre = at, at.merchant, at.storedCard, at.centre
}

func (s *simulation) away() bool { return s.place != s.places[0] }

// of is the place of one of the centre's payments, or of ours.
func (s *simulation) placeOf(merchantID string) *place {
	for _, at := range s.places {
		if at.merchant.MerchantID == merchantID {
			return at
		}
	}
	s.t.Fatalf("nobody is merchant %s", merchantID)
	return nil
}

// environment is staff trying the other environment, or coming back from it.
func (s *simulation) environment() {
	to := s.places[0]
	if !s.away() {
		to = s.places[1]
	}
	for range 5 {
		if s.changeEnvironment(to); s.place == to || s.chosen(30) {
			return
		}
		s.settleSilent() // what is open, is brought to its end
		s.endTransit()
		s.untilDue(40*time.Minute, time.Minute)
	}
}

// changeEnvironment goes to a place, if nothing is open. Payments that live in a test are closed
// with their orders, the shop's own are kept.
func (s *simulation) changeEnvironment(to *place) {
	if s.place == to {
		return
	}
	s.place.storedCard = s.storedCard
	m := to.merchant
	values := map[string]string{
		"environment": string(to.env), "merchant_id": m.MerchantID, "connect_id": m.ConnectID, "connect_password": m.ConnectPassword.Reveal(),
		"notice_hash_key": m.NoticeKey.Reveal(), "token_key": m.TokenKey.Reveal(), "credit_3d_hash_key": m.ThreeDSKey.Reveal(), "hash_key": m.LinkKey.Reveal(),
	}
	change := func(v *setting.Values) error {
		var all error
		for name, value := range values {
			all = errors.Join(all, v.Set(name, value))
		}
		return all
	}
	from := s.place
	save := func(how string, by func(context.Context, func(*setting.Values) error, ledger.Actor) (int64, error)) {
		s.do(0, fmt.Sprintf("environment %s%s", to.env, how), 0, func() string {
			_, err := by(context.Background(), change, "staff:1")
			if err == nil {
				s.be(to)
				s.moved = true
			}
			result := s.outcome(ledger.Result{}, err)
			s.cover("environment", "to "+string(to.env), map[bool]string{true: "changed" + how, false: result}[err == nil])
			return result
		})
	}
	if save("", s.app.Settings.Save); s.place == to {
		return
	}
	if from == s.places[1] {
		s.closeTests()
	}
	if s.place != to {
		save(", keeping", s.app.Settings.SaveKeeping)
	}
}

// closeTests is the click that ends what lives in the test.
func (s *simulation) closeTests() {
	s.do(0, "the test's payments are closed", 8, func() string {
		n, err := reconcile.CloseTest(context.Background(), s.app.Ledger, s.Store, s.place.env, s.merchant.MerchantID, "staff:1", func(id order.ID, err error) error {
			s.note("  closing %d: %s", id, s.outcome(ledger.Result{}, err))
			return nil
		})
		if err != nil {
			s.t.Fatal(err)
		}
		s.covered.times[cell{"environment", "to " + string(s.places[0].env), "closed"}] += n
		return fmt.Sprint(n)
	})
}

// goHome leaves the test for good: sooner or later nothing is open there.
func (s *simulation) goHome() {
	for range 100 {
		if !s.away() || s.t.Failed() {
			return
		}
		s.settleSilent()
		s.endTransit()
		s.untilDue(2*time.Hour, time.Minute)
		s.closeTests()
		s.changeEnvironment(s.places[0])
	}
	s.bad(0, "the test cannot be left")
}
