package gateway_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/payment"
	"kessai/paygent"
)

func keys(k ...gateway.NoticeKey) func(context.Context) ([]gateway.NoticeKey, error) {
	return func(context.Context) ([]gateway.NoticeKey, error) { return k, nil }
}

func signed(t *testing.T, n paygent.Notice, key paygent.Secret) []byte {
	t.Helper()
	form, err := paygent.SignNotice(n, key)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(form.Encode())
}

var told = paygent.Notice{
	NoticeID: 1001, PaymentID: "77", TradingID: "52", Type: "02", Status: "40", Amount: 3300, BasePaymentID: "76",
	PaymentDate: time.Date(2026, 4, 1, 12, 0, 0, 0, paygent.JST()),
}

// TestNoticesBelongToTheKeyThatFits: current or former (money.md §10).
func TestNoticesBelongToTheKeyThatFits(t *testing.T) {
	t.Parallel()
	verify := gateway.VerifyNotice(keys(
		gateway.NoticeKey{Key: "new", Environment: payment.Production, MerchantID: "m2"},
		gateway.NoticeKey{Key: "", Environment: payment.Simulator, MerchantID: "m0"},
		gateway.NoticeKey{Key: "old", Environment: payment.Test, MerchantID: "m1"},
	))
	for key, want := range map[paygent.Secret]ledger.Notice{"new": {Environment: payment.Production, MerchantID: "m2"}, "old": {Environment: payment.Test, MerchantID: "m1"}} {
		got, err := verify(t.Context(), signed(t, told, key))
		if err != nil {
			t.Fatal(err)
		}
		want.NoticeID, want.PaymentID, want.TradingID, want.Type, want.Status, want.Amount, want.BaseID = 1001, "77", "52", "02", "40", 3300, "76"
		want.PaymentDate, want.Digest = told.PaymentDate, got.Digest
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// TestHowTheHolderPays: what cannot be sent again is left out, however long it is.
func TestHowTheHolderPays(t *testing.T) {
	t.Parallel()
	verify := gateway.VerifyNotice(keys(gateway.NoticeKey{Key: "k", Environment: payment.Test, MerchantID: "m"}))
	for _, tt := range []struct {
		class     paygent.PaymentClass
		split     int
		wantClass string
		wantSplit int
	}{{"10", 0, "10", 0}, {"61", 3, "61", 3}, {"80", 0, "80", 0}, {"23", 0, "23", 0}, {"", 0, "", 0}, {"61", 0, "", 0}, {"61", 1, "", 0}, {"61", 1 << 40, "", 0}, {"10", 7, "10", 0}, {"123456789", 0, "", 0}} {
		n := told
		n.PaymentClass, n.SplitCount = tt.class, tt.split
		got, err := verify(t.Context(), signed(t, n, "k"))
		if err != nil || got.PaymentClass != tt.wantClass || got.SplitCount != tt.wantSplit {
			t.Errorf("%s-%d: %s-%d, %v", tt.class, tt.split, got.PaymentClass, got.SplitCount, err)
		}
	}
}

// TestRefusedNotices are Paygent's in no way that can be proved.
func TestRefusedNotices(t *testing.T) {
	t.Parallel()
	right := gateway.NoticeKey{Key: "k", Environment: payment.Test, MerchantID: "m"}
	for name, tt := range map[string]struct {
		keys []gateway.NoticeKey
		body []byte
	}{
		"another key":   {[]gateway.NoticeKey{right}, signed(t, told, "x")},
		"no key at all": {nil, signed(t, told, "k")},
		"an empty key":  {[]gateway.NoticeKey{{Environment: payment.Test}}, signed(t, told, "k")},
		"no hash":       {[]gateway.NoticeKey{right}, []byte("payment_notice_id=1")},
		"nothing":       {[]gateway.NoticeKey{right}, nil},
		"garbage":       {[]gateway.NoticeKey{right}, []byte("%zz=%")},
	} {
		n, err := gateway.VerifyNotice(keys(tt.keys...))(t.Context(), tt.body)
		if !errors.Is(err, notice.ErrRefused) || n != (ledger.Notice{}) {
			t.Errorf("%s: %+v, %v", name, n, err)
		}
	}
	away := errors.New("the database is away")
	_, err := gateway.VerifyNotice(func(context.Context) ([]gateway.NoticeKey, error) { return nil, away })(t.Context(), signed(t, told, "k"))
	if !errors.Is(err, away) || errors.Is(err, notice.ErrRefused) { // the centre has to come again
		t.Errorf("without settings: %v", err)
	}
}

// TestMalformedNotices have a right hash, so they are kept.
func TestMalformedNotices(t *testing.T) {
	t.Parallel()
	verify := gateway.VerifyNotice(keys(gateway.NoticeKey{Key: "k", Environment: payment.Test, MerchantID: "m"}))
	bad := told
	bad.Status = ""
	n, err := verify(t.Context(), signed(t, bad, "k"))
	if err != nil || n.Reason != ledger.ParkMalformed || n.NoticeID != 1001 || n.Digest == "" {
		t.Errorf("%+v, %v", n, err)
	}
	// One that only its date spoils is no twin of the whole one.
	form, err := paygent.SignNotice(told, "k")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := verify(t.Context(), []byte(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	form.Set("payment_date", "yesterday") // the hash does not cover it
	if n, err = verify(t.Context(), []byte(form.Encode())); err != nil || n.Reason != ledger.ParkMalformed || n.Digest == whole.Digest {
		t.Errorf("%+v, %v", n, err)
	}
}

// TestDigest tells a duplicate from a conflict: hashed items and status count. The date does
// not, which is compared where both carry one.
func TestDigest(t *testing.T) {
	t.Parallel()
	verify := gateway.VerifyNotice(keys(gateway.NoticeKey{Key: "k", Environment: payment.Test, MerchantID: "m"}))
	digest := func(change func(*paygent.Notice)) string {
		n := told
		change(&n)
		got, err := verify(t.Context(), signed(t, n, "k"))
		if err != nil {
			t.Fatal(err)
		}
		return got.Digest
	}
	same := digest(func(*paygent.Notice) {})
	for name, change := range map[string]func(*paygent.Notice){
		"id": func(n *paygent.Notice) { n.NoticeID++ }, "payment_id": func(n *paygent.Notice) { n.PaymentID = "78" }, "trading_id": func(n *paygent.Notice) { n.TradingID = "53" },
		"type": func(n *paygent.Notice) { n.Type = "03" }, "amount": func(n *paygent.Notice) { n.Amount++ }, "status": func(n *paygent.Notice) { n.Status = "41" },
	} {
		if digest(change) == same {
			t.Errorf("another %s makes no other digest", name)
		}
	}
	for _, date := range []time.Time{{}, told.PaymentDate.Add(time.Second)} {
		if digest(func(n *paygent.Notice) { n.PaymentDate = date }) != same {
			t.Errorf("the date %s makes another digest", date)
		}
	}
	if digest(func(n *paygent.Notice) { n.ChangeDate = n.PaymentDate.Add(time.Hour) }) != same || digest(func(*paygent.Notice) {}) != same {
		t.Error("the same told again makes another digest")
	}
}
