package shop

import (
	"net/http"

	"kessai/internal/order"
	"kessai/internal/store"
	"kessai/internal/web"
)

func (s *Shop) showDestination(w http.ResponseWriter, r *http.Request) error {
	_, d, err := s.begin(r)
	if err != nil {
		return err
	}
	to := d.Shippings[0].Address
	return s.renderDestination(w, r, formOf(to), to != destination(d.Buyer), nil)
}

func (s *Shop) renderDestination(w http.ResponseWriter, r *http.Request, f addressForm, own bool, e web.Errors) error {
	page := f.fields(e, "shipping ")
	page.Action, page.Button, page.Back = "/shopping/shipping_edit", "お届け先を変更する", web.Link{Title: "ご注文手続きに戻る", URL: "/shopping"}
	page.CanRevert = own
	return s.guest.Render(w, r, web.Frame{Title: "お届け先の変更", Step: web.StepProcedure, Errors: e, Narrow: true}, page)
}

// saveDestination writes where the order goes; "same" makes it the buyer's address.
func (s *Shop) saveDestination(w http.ResponseWriter, r *http.Request) error {
	_, d, err := s.begin(r)
	if err != nil {
		return err
	}
	f, e, err := web.Decode[addressForm](r)
	if err != nil {
		return err
	}
	to := destination(d.Buyer)
	if r.PostForm.Get("same") == "" {
		to = destination(f.address())
		if e = f.checkDestination(to, e); e.Any() {
			return s.renderDestination(w, r, f, d.Shippings[0].Address != destination(d.Buyer), e)
		}
	}
	if _, err := s.visitWith(r, nil, func(d *store.Draft) { d.Shippings[0].Address = to }); err != nil {
		return err
	}
	return web.Redirect(w, r, "/shopping")
}

func (f addressForm) checkDestination(a order.Address, e web.Errors) web.Errors {
	e.AddAll(a.CheckDestination())
	return e.Label(addressLabels())
}
