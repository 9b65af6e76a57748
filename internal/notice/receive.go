package notice

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"kessai/internal/ledger"
)

// Path is the address registered with Paygent (manual 1.4).
const Path = "/paygent_payment_difference_notice"

// bodyLimit is far above any notice and far below what could hurt.
const bodyLimit = 64 << 10

// Verify checks a notification's hash and parses it. It returns ErrRefused, wrapped,
// for anything that must not be stored.
type Verify func(ctx context.Context, body []byte) (ledger.Notice, error)

// ErrRefused is a notification that is not Paygent's, or not for us.
var ErrRefused = errors.New("notice: refused")

// Receiver answers Paygent.
type Receiver struct {
	verify Verify
	ledger *ledger.Service
	log    *slog.Logger
}

// NewReceiver makes a Receiver.
func NewReceiver(verify Verify, service *ledger.Service, log *slog.Logger) *Receiver {
	return &Receiver{verify: verify, ledger: service, log: log}
}

// ServeHTTP answers result=0 once the notice is stored, result=1 if it is not ours,
// and 503 if it could not be stored: then Paygent comes again.
func (rc *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if r.Method != http.MethodPost {
		rc.refuse(w, r, "method")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		rc.refuse(w, r, "unreadable or too long")
		return
	}
	n, err := rc.verify(ctx, body)
	if errors.Is(err, ErrRefused) {
		rc.refuse(w, r, err.Error())
		return
	}
	if err == nil {
		n, err = rc.ledger.Receive(context.WithoutCancel(ctx), n)
	}
	if err != nil {
		rc.log.ErrorContext(ctx, "notice not stored; the centre will come again", "error", err)
		answer(w, http.StatusServiceUnavailable, "result=1")
		return
	}
	rc.stored(ctx, n)
	answer(w, http.StatusOK, "result=0")
}

// stored leaves the line of a notice that was taken. One that is parked waits for a
// person, whom no line at the usual level would reach.
func (rc *Receiver) stored(ctx context.Context, n ledger.Notice) {
	level, what := slog.LevelInfo, "notice"
	if n.State == ledger.NoticeParked {
		level, what = slog.LevelWarn, "notice parked"
	}
	rc.log.Log(ctx, level, what, "notice", n.NoticeID, "order", int64(n.OrderID), "payment_id", n.PaymentID,
		"status", string(n.Status), "state", string(n.State), "reason", string(n.Reason))
}

// refuse answers result=1 and leaves one line: nothing of the body but its reason.
func (rc *Receiver) refuse(w http.ResponseWriter, r *http.Request, why string) {
	rc.log.WarnContext(r.Context(), "notice refused", "why", why, "method", r.Method)
	answer(w, http.StatusOK, "result=1")
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=Windows-31J")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // a client that went away comes again
}
