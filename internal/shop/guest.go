package shop

import (
	"net/http"

	"kessai/internal/web"
)

// loginPage is the data of the choice between ways to order. Members log in later.
type loginPage struct{ Guest string }

// buyStep begins the checkout of one cart.
func (s *Shop) buyStep(w http.ResponseWriter, r *http.Request) error {
	b, err := s.basket(r)
	if err != nil {
		return err
	}
	key := r.PathValue("key")
	if b.byKey(key) < 0 || b.cut {
		return elsewhere{"/cart"}
	}
	web.SessionOf(r.Context()).Put(sessionCurrent, key)
	if _, err := s.currentCart(r); err != nil {
		return err
	}
	if _, known := guestOf(r); known {
		return web.Redirect(w, r, "/shopping")
	}
	return web.Redirect(w, r, "/shopping/login")
}

func (s *Shop) showLogin(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.currentCart(r); err != nil {
		return err
	}
	return s.login.Render(w, r, web.Frame{Title: "ご購入手続き", Narrow: true}, loginPage{Guest: "/shopping/nonmember"})
}

func (s *Shop) showGuest(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.currentCart(r); err != nil {
		return err
	}
	guest, _ := guestOf(r)
	return s.renderGuest(w, r, formOf(guest), nil)
}

func (s *Shop) renderGuest(w http.ResponseWriter, r *http.Request, f addressForm, e web.Errors) error {
	page := f.fields(e, "")
	page.Mail = f.mail(e)
	page.Action, page.Button, page.Back = "/shopping/nonmember", "次へ", web.Link{Title: "カートに戻る", URL: "/cart"}
	page.Intro = "ご注文者様の情報をご入力ください。お届け先は、次の画面で変更できます。"
	return s.guest.Render(w, r, web.Frame{Title: "お客様情報の入力", Step: web.StepCustomer, Errors: e, Narrow: true}, page)
}

// saveGuest keeps the details in the session; the order gets them on ご注文手続き.
func (s *Shop) saveGuest(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.currentCart(r); err != nil {
		return err
	}
	f, e, err := web.Decode[addressForm](r)
	if err != nil {
		return err
	}
	a := f.address()
	if e = f.check(a, e); e.Any() {
		return s.renderGuest(w, r, f, e)
	}
	if err := keepGuest(r, a); err != nil {
		return err
	}
	return web.Redirect(w, r, "/shopping")
}
