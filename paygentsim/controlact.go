package paygentsim

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
)

func (s *Sim) controlCorrect(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	amount, ok := number(r.FormValue("amount"))
	if !ok {
		reject(w, r, http.StatusBadRequest, "invalid_amount", errors.New("amount: a whole number of yen is needed"))
		return
	}
	p, err := s.Correct(r.PathValue("id"), amount)
	if err != nil {
		fail(w, r, err)
		return
	}
	done(w, r, p, "corrected")
}

func (s *Sim) controlWithhold(w http.ResponseWriter, r *http.Request) {
	n, err := s.WithholdNotices(r.PathValue("id"))
	if err != nil {
		fail(w, r, err)
		return
	}
	done(w, r, map[string]int{"withheld": n}, "withheld")
}

// controlForeign makes a payment of another shop; every part has a default.
func (s *Sim) controlForeign(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	amount, ok := number(cmp.Or(r.FormValue("amount"), "1000"))
	if !ok {
		amount = 0 // refused below, with its sentence
	}
	p, err := s.Foreign(cmp.Or(r.FormValue("merchant_id"), s.Merchants()[0].MerchantID), cmp.Or(r.FormValue("trading_id"), "other-shop"),
		PaymentType(cmp.Or(r.FormValue("payment_type"), string(TypeCard))), amount)
	if err != nil {
		fail(w, r, err)
		return
	}
	done(w, r, p, "foreign")
}

func (s *Sim) controlPurge(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	through, ok := number(r.FormValue("through"))
	if !ok {
		reject(w, r, http.StatusBadRequest, "invalid_id", fmt.Errorf("through %q: a payment_notice_id is needed", r.FormValue("through")))
		return
	}
	if err := s.PurgeDifferences(cmp.Or(r.FormValue("merchant_id"), s.Merchants()[0].MerchantID), through); err != nil {
		fail(w, r, err)
		return
	}
	done(w, r, map[string]int64{"purged_through": through}, "purged")
}

// controlProfile switches to a profile, for the page.
func (s *Sim) controlProfile(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	faults, err := Profile(r.FormValue("profile")).Faults()
	if err == nil {
		err = s.SetFaults(faults)
	}
	if err != nil {
		reject(w, r, http.StatusBadRequest, "invalid_faults", err)
		return
	}
	done(w, r, faults, "profile")
}
