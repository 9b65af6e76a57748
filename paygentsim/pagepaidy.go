package paygentsim

import (
	"encoding/json"
	"errors"
	"net/http"
)

// servePaidyScript is the stand-in for Paidy's script.
func servePaidyScript(w http.ResponseWriter, r *http.Request) {
	allowAnyOrigin(w.Header())
	http.ServeFileFS(w, r, pageFiles, "pages/paidy.js")
}

// paidyRequest is what the stand-in's window sends when its buyer has decided.
type paidyRequest struct {
	APIKey      string     `json:"api_key"`
	Decision    string     `json:"decision"` // authorized or rejected
	LoseWebhook bool       `json:"lose_webhook"`
	Payload     paidyOrder `json:"payload"`
}

// servePaidy takes a buyer's decision in Paidy's window. A cheating buyer may have edited
// the payload: nothing here compares it with anything, as at Paidy.
func (s *Sim) servePaidy(w http.ResponseWriter, r *http.Request) {
	allowAnyOrigin(w.Header())
	var req paidyRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<18)).Decode(&req); err != nil {
		writeError(w, http.StatusBadRequest, "invalid_request", err.Error())
		return
	}
	out, err := s.decidePaidy(&req)
	switch {
	case errors.Is(err, errPaidy):
		writeError(w, http.StatusBadRequest, "invalid_request", err.Error())
	case err != nil:
		s.opt.Log.ErrorContext(r.Context(), "Paidy's window could not be served", "error", err)
		writeError(w, http.StatusServiceUnavailable, "failed", "the simulator failed")
	default:
		w.Header().Set("Cache-Control", "no-store")
		writeJSON(w, out)
	}
}

func (s *Sim) decidePaidy(req *paidyRequest) (paidyPayment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.merchantOfPaidy(req.APIKey)
	switch {
	case s.closed:
		return paidyPayment{}, errClosed
	case m == nil:
		return paidyPayment{}, errors.Join(errPaidy, errors.New("unknown api_key"))
	case req.Decision != "authorized" && req.Decision != "rejected":
		return paidyPayment{}, errors.Join(errPaidy, errors.New("unknown decision"))
	case !m.contracted(TypePaidy):
		return paidyPayment{}, errors.Join(errPaidy, errors.New("the merchant has no contract for Paidy"))
	}
	if err := req.Payload.check(); err != nil {
		return paidyPayment{}, err
	}
	c := s.begin(s.now())
	out, err := s.settlePaidy(c, m, &req.Payload, req.Decision, !req.LoseWebhook)
	if err != nil {
		return paidyPayment{}, err
	}
	return out, s.commit(c)
}
