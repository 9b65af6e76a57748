package reconcile_test

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"kessai/internal/database/dbtest"
	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/reconcile"
	"kessai/internal/store/storetest"
	"kessai/paygent"
	"kessai/paygentsim"
)

// rig is a shop's core and a simulated centre on one clock, driven from one goroutine.
type rig struct {
	*storetest.Shop
	t         *testing.T
	sim       *paygentsim.Sim
	merchant  paygentsim.Merchant
	service   *ledger.Service
	resolver  *reconcile.Resolver
	watcher   *reconcile.Watcher
	confirmer *notice.Confirmer
	class     int64
}

const telegramTimeout = 35 * time.Second

// zeros is randomness for a test in one goroutine: ids differ by its counter.
type counter struct{ n byte }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		c.n++
		p[i] = c.n
	}
	return len(p), nil
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, Shop: storetest.New(t, dbtest.SQLite(t))}
	r.class = r.Class("白磁の器", 10)
	receiver := http.NewServeMux()
	sim, err := paygentsim.New(paygentsim.Options{
		Clock: r.Now, Seed: 1, NoticeURL: "http://shop.example" + notice.Path, NoticeClient: paygentsim.InProcess(receiver),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	r.sim, r.merchant = sim, sim.Merchants()[0]
	kit := t.TempDir()
	if err := sim.WriteKit(kit, "https://127.0.0.1:8443", nil); err != nil {
		t.Fatal(err)
	}
	conf, err := paygent.ReadConfig(filepath.Join(kit, paygentsim.KitConf))
	if err != nil {
		t.Fatal(err)
	}
	client, err := paygent.New(paygent.Options{
		Config: conf, MerchantID: r.merchant.MerchantID, ConnectID: r.merchant.ConnectID,
		ConnectPassword: paygent.Secret(string(r.merchant.ConnectPassword)), Transport: sim.Transport(), Clock: r.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	r.service = ledger.New(ledger.Deps{
		Store: r.Store, Now: r.Now, Rand: &counter{}, Node: "node-1", Log: log,
		Gateway: gateway.New(func(context.Context, int64) (*paygent.Client, gateway.CardSettings, error) {
			return client, gateway.CardSettings{}, nil
		}),
		Policy: func(context.Context) (ledger.Policy, error) {
			return ledger.Policy{
				Version: 1, Environment: payment.Simulator, MerchantID: r.merchant.MerchantID, TelegramTimeout: telegramTimeout,
				Confirm: ledger.ConfirmRisky, PaymentClasses: []string{"10", "61-3"},
			}, nil
		},
	})
	keys := func(context.Context) ([]gateway.NoticeKey, error) {
		return []gateway.NoticeKey{{Key: paygent.Secret(string(r.merchant.NoticeKey)), Environment: payment.Simulator, MerchantID: r.merchant.MerchantID}}, nil
	}
	receiver.Handle("POST "+notice.Path, notice.NewReceiver(gateway.VerifyNotice(keys), r.service, log))
	r.resolver = reconcile.NewResolver(r.service, r.Store, r.Now, log)
	r.watcher = reconcile.NewWatcher(r.service, r.Store, r.Now, log)
	r.confirmer = notice.NewConfirmer(r.service, r.Store, "node-1", r.Now, log)
	return r
}

// order makes an order for some of the class, 1,100 yen each.
func (r *rig) order(quantity int64) order.ID {
	return r.Order(storetest.Wanted{Lines: []order.Movement{{ProductClassID: r.class, Quantity: quantity}}})
}

// pay submits the card page with a card.
func (r *rig) pay(id order.ID, card, key string) (ledger.Result, error) {
	r.t.Helper()
	token, err := r.sim.Token(r.merchant.MerchantID, card, "1230", "123")
	if err != nil {
		r.t.Fatal(err)
	}
	return r.service.Authorize(r.t.Context(), ledger.Authorize{
		Order: id, Amount: r.view(id).Order.Total, Token: ledger.CardToken(token), PaymentClass: "10", Actor: ledger.Buyer, Key: key,
	})
}

func (r *rig) view(id order.ID) *ledger.Ledger {
	r.t.Helper()
	l, err := r.Store.View(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return l
}

// change presses 売上 or 取消.
func (r *rig) change(id order.ID, capture bool, key string) (ledger.Result, error) {
	p := r.view(id).Current()
	return r.service.Change(r.t.Context(), ledger.Change{
		Order: id, PaymentID: p.ID, Capture: capture, Amount: p.Amount, Actor: "staff:1", Key: key,
	})
}

// settle runs every worker until nothing is due.
func (r *rig) settle() {
	r.t.Helper()
	for range 200 {
		any := false
		for _, step := range []func(context.Context) (bool, time.Time, error){r.sim.Step, r.resolver.Step, r.confirmer.Step, r.watcher.Step} {
			worked, _, err := step(r.t.Context())
			if err != nil {
				r.t.Fatal(err)
			}
			any = any || worked
		}
		if !any {
			return
		}
	}
	r.t.Fatal("the workers do not come to rest")
}

// wait lets time pass, with the workers at work.
func (r *rig) wait(d time.Duration) {
	for end := r.Now().Add(d); r.Now().Before(end); {
		r.Advance(min(10*time.Second, end.Sub(r.Now())))
		r.settle()
	}
}

// charged sums what the centre holds or has taken.
func (r *rig) charged() (alive int64, authorisations int) {
	for _, p := range r.sim.Payments() {
		if payment.Status(p.Status).Alive() {
			alive += p.Amount
		}
		authorisations++
	}
	return alive, authorisations
}

// expect compares an order with what it should have come to.
func (r *rig) expect(id order.ID, status order.Status, phase payment.Phase, stock int64) {
	r.t.Helper()
	l := r.view(id)
	if l.Order.Status != status {
		r.t.Errorf("order is %s, not %s", l.Order.Status.Name(), status.Name())
	}
	if p := l.Current(); p == nil || p.Phase != phase {
		r.t.Errorf("payment is %+v, not %s", p, phase)
	}
	if inStock, inClass := r.Stock(r.class); inStock != stock || inClass != stock {
		r.t.Errorf("stock is %d and %d, not %d", inStock, inClass, stock)
	}
	if open := l.OpenOperation(); open != nil {
		r.t.Errorf("still open: %+v", open)
	}
}

func TestBuyCaptureNotice(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(2)
	result, err := r.pay(id, "4900000000000000", "k1")
	if err != nil {
		t.Fatal(err)
	}
	if result.Step.Kind != ledger.StepComplete {
		t.Fatalf("the buyer is at %+v", result.Step)
	}
	r.settle()
	r.expect(id, order.New, payment.Authorised, 8)
	if _, err := r.change(id, true, "c1"); err != nil {
		t.Fatal(err)
	}
	if s := r.view(id).Current().Situation; s != payment.Sold {
		t.Errorf("ペイジェント状況 is %q", s)
	}
	r.settle()
	r.expect(id, order.Paid, payment.Captured, 8)
	if alive, n := r.charged(); alive != 2200 || n != 1 {
		t.Errorf("the centre holds %d in %d payments", alive, n)
	}
	if _, err := r.change(id, false, "x1"); err != nil {
		t.Fatal(err)
	}
	r.settle()
	r.expect(id, order.Canceled, payment.Ended, 10)
	if alive, _ := r.charged(); alive != 0 {
		t.Errorf("the centre still holds %d", alive)
	}
}

func TestDeclinedThenAnotherCard(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.order(1)
	result, err := r.pay(id, "4900000000008101", "k1")
	if err != nil {
		t.Fatal(err)
	}
	if result.Step.Kind != ledger.StepPay || result.Step.Refusal == nil || result.Step.Refusal.Code != "2003" {
		t.Fatalf("the buyer is at %+v", result.Step)
	}
	r.settle()
	r.expect(id, order.Processing, payment.Ended, 10)
	if result, err = r.pay(id, "4900000000000000", "k2"); err != nil || result.Step.Kind != ledger.StepComplete {
		t.Fatalf("the buyer is at %+v (%v)", result.Step, err)
	}
	r.settle()
	r.expect(id, order.New, payment.Authorised, 9)
	if alive, _ := r.charged(); alive != 1100 {
		t.Errorf("the centre holds %d", alive)
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, card string
		status     order.Status
		phase      payment.Phase
		stock      int64
		alive      int64
	}{
		{"time-out after the effect", "4900000000009001", order.New, payment.Authorised, 9, 1100},
		{"time-out before the effect", "4900000000009002", order.Processing, payment.Ended, 10, 0},
		{"cut after the effect", "4900000000009004", order.New, payment.Authorised, 9, 1100},
		{"garbage after the effect", "4900000000009005", order.New, payment.Authorised, 9, 1100},
		{"503 after the effect", "4900000000009006", order.New, payment.Authorised, 9, 1100},
		{"503 before the effect", "4900000000009007", order.Processing, payment.Ended, 10, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.order(1)
			result, err := r.pay(id, tt.card, "k1")
			if err != nil {
				t.Fatal(err)
			}
			if result.Step.Kind != ledger.StepWait || !result.Step.Unknown {
				t.Fatalf("the buyer is at %+v", result.Step)
			}
			// Pressing again, or paying anew from another tab, sends nothing.
			if again, err := r.pay(id, "4900000000000000", "k1"); err != nil || !again.Replayed {
				t.Errorf("the same submit again: %+v, %v", again, err)
			}
			if _, err := r.pay(id, "4900000000000000", "k2"); !problem.Is(err, "order.payment_running") {
				t.Errorf("another submit: %v", err)
			}
			if err := r.service.GiveUp(t.Context(), id); !problem.Is(err, "operation.open") {
				t.Errorf("giving up: %v", err)
			}
			r.wait(4 * time.Minute)
			r.expect(id, tt.status, tt.phase, tt.stock)
			if alive, n := r.charged(); alive != tt.alive || n > 1 {
				t.Errorf("the centre holds %d in %d payments", alive, n)
			}
		})
	}
}

func TestStaffChangesUnknown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		capture bool
		fault   paygentsim.Fault
		status  order.Status
		phase   payment.Phase
		stock   int64
	}{
		{"capture took effect", true, paygentsim.TimeoutAfter, order.Paid, payment.Captured, 9},
		{"capture did not", true, paygentsim.TimeoutBefore, order.New, payment.Authorised, 9},
		{"cancel took effect", false, paygentsim.TimeoutAfter, order.Canceled, payment.Ended, 10},
		{"cancel did not", false, paygentsim.TimeoutBefore, order.New, payment.Authorised, 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.order(1)
			if _, err := r.pay(id, "4900000000000000", "k1"); err != nil {
				t.Fatal(err)
			}
			r.settle()
			telegram := "022"
			if !tt.capture {
				telegram = "021"
			}
			if err := r.sim.ForceFault(telegram, tt.fault); err != nil {
				t.Fatal(err)
			}
			if _, err := r.change(id, tt.capture, "c1"); err != nil {
				t.Fatal(err)
			}
			if _, err := r.change(id, tt.capture, "c2"); !problem.Is(err, "operation.unknown") {
				t.Errorf("pressing again: %v", err)
			}
			r.wait(4 * time.Minute)
			r.expect(id, tt.status, tt.phase, tt.stock)
		})
	}
}
