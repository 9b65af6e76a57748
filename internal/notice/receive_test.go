package notice_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/payment"
	"kessai/internal/store/storetest"
)

// silent is a centre that is not asked here.
type silent struct{ t *testing.T }

func (s silent) Execute(context.Context, ledger.Command) ledger.Answer {
	s.t.Error("a telegram")
	return ledger.Answer{}
}

func (s silent) Inquire(context.Context, ledger.Inquiry) ledger.Finding {
	s.t.Error("an inquiry delays the answer")
	return ledger.Finding{}
}

// broken is a store that is away.
type broken struct{ ledger.Store }

var errAway = errors.New("the database is away")

func (broken) StoredNotices(context.Context, payment.Environment, string, int64) ([]ledger.Notice, error) {
	return nil, errAway
}

func receiver(t *testing.T, verify notice.Verify, wrap func(ledger.Store) ledger.Store) (http.Handler, *storetest.Shop) {
	t.Helper()
	return receiverTo(t, verify, wrap, t.Output())
}

// receiverTo is receiver with its log elsewhere.
func receiverTo(t *testing.T, verify notice.Verify, wrap func(ledger.Store) ledger.Store, out io.Writer) (http.Handler, *storetest.Shop) {
	t.Helper()
	shop := storetest.New(t, dbtest.SQLite(t))
	log := slog.New(slog.NewTextHandler(out, nil))
	service := ledger.New(ledger.Deps{
		Store: wrap(shop.Store), Gateway: silent{t}, Now: shop.Now, Rand: strings.NewReader(strings.Repeat("0123456789", 100)), Node: "node-1", Log: log,
		Policy: func(context.Context) (ledger.Policy, error) {
			return ledger.Policy{Version: 1, Environment: payment.Test, MerchantID: "m", TelegramTimeout: 35 * time.Second, Confirm: ledger.ConfirmRisky}, nil
		},
	})
	return notice.NewReceiver(verify, service, log), shop
}

func sound(s ledger.Store) ledger.Store { return s }

// TestAnswers: result=0 only once it is stored (money.md §5).
func TestAnswers(t *testing.T) {
	t.Parallel()
	good := func(context.Context, []byte) (ledger.Notice, error) {
		return ledger.Notice{Environment: payment.Test, MerchantID: "m", NoticeID: 5, Digest: "d", PaymentID: "1", TradingID: "999", Type: "02", Status: "20", Amount: 1}, nil
	}
	refused := func(context.Context, []byte) (ledger.Notice, error) {
		return ledger.Notice{}, fmt.Errorf("%w: bad hash", notice.ErrRefused)
	}
	noSettings := func(context.Context, []byte) (ledger.Notice, error) { return ledger.Notice{}, errAway }
	for name, tt := range map[string]struct {
		method string
		body   io.Reader
		verify notice.Verify
		wrap   func(ledger.Store) ledger.Store
		status int
		said   string
		stored int64
	}{
		"stored":             {http.MethodPost, strings.NewReader("x"), good, sound, 200, "result=0", 1},
		"a wrong hash":       {http.MethodPost, strings.NewReader("x"), refused, sound, 200, "result=1", 0},
		"a GET":              {http.MethodGet, nil, good, sound, 200, "result=1", 0},
		"too long":           {http.MethodPost, strings.NewReader(strings.Repeat("x", 64<<10+1)), good, sound, 200, "result=1", 0},
		"as long as allowed": {http.MethodPost, strings.NewReader(strings.Repeat("x", 64<<10)), good, sound, 200, "result=0", 1},
		"cut":                {http.MethodPost, io.MultiReader(strings.NewReader("x"), cut{}), good, sound, 200, "result=1", 0},
		"no settings":        {http.MethodPost, strings.NewReader("x"), noSettings, sound, 503, "result=1", 0},
		"no database":        {http.MethodPost, strings.NewReader("x"), good, func(s ledger.Store) ledger.Store { return broken{s} }, 503, "result=1", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, shop := receiver(t, tt.verify, tt.wrap)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(tt.method, notice.Path, tt.body))
			if w.Code != tt.status || w.Body.String() != tt.said {
				t.Errorf("%d %q", w.Code, w.Body)
			}
			if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, "text/plain") {
				t.Errorf("as %s", got)
			}
			if n := shop.Number("SELECT COUNT(*) FROM plg_kessai_notice"); n != tt.stored {
				t.Errorf("%d stored", n)
			}
		})
	}
}

// cut is a body that ends in the middle.
type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestParkedIsAWarning: what waits for a person is in the log as a warning, with its
// reason; a notice that is none of ours is not.
func TestParkedIsAWarning(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reason ledger.ParkReason
		want   string
	}{
		"without what it needs": {ledger.ParkMalformed, "level=WARN msg=\"notice parked\" notice=5 order=0 payment_id=1 status=20 state=parked reason=malformed"},
		"not ours":              {ledger.NotParked, "level=INFO msg=notice notice=5 order=0 payment_id=1 status=20 state=foreign reason=\"\""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verify := func(context.Context, []byte) (ledger.Notice, error) {
				return ledger.Notice{Environment: payment.Test, MerchantID: "m", NoticeID: 5, Digest: "d", PaymentID: "1", TradingID: "999", Type: "02", Status: "20", Reason: tt.reason}, nil
			}
			var said bytes.Buffer
			h, _ := receiverTo(t, verify, sound, &said)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, notice.Path, strings.NewReader("x")))
			if w.Body.String() != "result=0" || !strings.Contains(said.String(), tt.want) {
				t.Errorf("answered %q, logged %q, want %q", w.Body, said.String(), tt.want)
			}
		})
	}
}

// TestACallerWhoGoesAway does not undo what is being stored.
func TestACallerWhoGoesAway(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	h, shop := receiver(t, func(context.Context, []byte) (ledger.Notice, error) {
		cancel()
		return ledger.Notice{Environment: payment.Test, MerchantID: "m", NoticeID: 5, Digest: "d", PaymentID: "1", TradingID: "999", Type: "02", Status: "20"}, nil
	}, sound)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, notice.Path, strings.NewReader("x")).WithContext(ctx))
	if n := shop.Number("SELECT COUNT(*) FROM plg_kessai_notice"); n != 1 || w.Body.String() != "result=0" {
		t.Errorf("%d stored, answered %q", n, w.Body)
	}
}
