package reconcile_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

// methodOrder is an order of one, to be paid by a method of the scheme.
func (r *rig) methodOrder(s payment.Scheme) order.ID {
	r.t.Helper()
	id := r.order(1)
	r.become(id, s)
	return id
}

func module(m payment.Method) payment.Scheme {
	return payment.Scheme{Method: m, System: payment.Module}
}

// begin submits the payment page of the order's method.
func (r *rig) begin(id order.ID, key string, beside ledger.Beside, brand ...payment.Brand) (ledger.Result, error) {
	in := ledger.Begin{Order: id, Amount: r.view(id).Order.Total, Beside: beside, PaymentClass: "10", Actor: ledger.Buyer, Key: key}
	if len(brand) > 0 {
		in.Brand = brand[0]
	}
	return r.service.Begin(r.t.Context(), in)
}

// visit is a buyer who goes where needs lead and presses a button there: what their
// browser then brings back to the shop.
func (r *rig) visit(n ledger.Needs, button string) url.Values {
	r.t.Helper()
	form, address := url.Values{}, n.Action
	if n.URL != "" {
		u, err := url.Parse(n.URL)
		if err != nil {
			r.t.Fatal(err)
		}
		form = u.Query()
		address, _, _ = strings.Cut(n.URL, "?")
	}
	for _, f := range n.Fields {
		form.Set(f[0], f[1])
	}
	form.Set("do", button)
	q := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	r.sim.Handler().ServeHTTP(w, q)
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || to.Host != "shop.example" {
		r.t.Fatalf("the buyer is at %q, %v, and sees:\n%s", to, err, w.Body)
	}
	return to.Query()
}

// loggedInAt is an order whose buyer came back from the carrier's login with an open_id.
func (r *rig) loggedInAt(brand payment.Brand) (order.ID, ledger.Secret) {
	r.t.Helper()
	id := r.methodOrder(module(payment.Carrier))
	got, err := r.begin(id, r.key(id), ledger.Beside{}, brand)
	if err != nil || got.Step.Kind != ledger.StepPage {
		r.t.Fatalf("%+v, %v", got, err)
	}
	return id, ledger.Secret(r.visit(got.Step.Needs, "ok").Get("open_id"))
}

// atCarrier is an order whose buyer is at the carrier's page to agree.
func (r *rig) atCarrier(brand payment.Brand) order.ID {
	r.t.Helper()
	if brand == payment.SoftBank {
		id := r.methodOrder(module(payment.Carrier))
		if got, err := r.begin(id, r.key(id), ledger.Beside{}, brand); err != nil || got.Step.Kind != ledger.StepPage {
			r.t.Fatalf("%+v, %v", got, err)
		}
		return id
	}
	id, openID := r.loggedInAt(brand)
	got, err := r.service.LoggedIn(r.t.Context(), ledger.LoggedIn{Order: id, PaymentID: r.view(id).CurrentID, OpenID: openID})
	if err != nil || got.Step.Kind != ledger.StepPage {
		r.t.Fatalf("%+v, %v", got, err)
	}
	return id
}

// carrierPaid is an order paid at a carrier, its notices delivered.
func (r *rig) carrierPaid(brand payment.Brand) order.ID {
	r.t.Helper()
	id := r.atCarrier(brand)
	r.visit(r.view(id).Current().Needs, "pay")
	r.settle()
	r.expectPaid(id)
	return id
}

// paidyPaid is an order whose buyer agreed in Paidy's window, its notices delivered.
func (r *rig) paidyPaid() order.ID {
	r.t.Helper()
	id := r.methodOrder(module(payment.Paidy))
	if _, err := r.begin(id, r.key(id), ledger.Beside{}); err != nil {
		r.t.Fatal(err)
	}
	p := r.view(id).Current()
	body := fmt.Sprintf(`{"api_key":%[1]q,"decision":"authorized","payload":{"amount":%[2]d,"currency":"JPY","order":{"items":[{"quantity":1,"title":"x","unit_price":%[2]d}],"order_ref":%[3]q}}}`, r.merchant.PaidyKey, int64(p.Amount), p.TradingID)
	w := httptest.NewRecorder()
	r.sim.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/paidy/payments", strings.NewReader(body)))
	var got struct{ Status string }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Status != "authorized" {
		r.t.Fatalf("%v: %s", err, w.Body)
	}
	r.settle()
	r.expectPaid(id)
	return id
}

func (r *rig) expectPaid(id order.ID) {
	r.t.Helper()
	l := r.view(id)
	if p := l.Current(); l.Order.Status != order.New || p == nil || p.Phase != payment.Authorised || p.PaymentID == "" {
		r.t.Fatalf("in %s, %+v", l.Order.Status.Name(), p)
	}
}
