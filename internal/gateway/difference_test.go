package gateway_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
	"kessai/paygentsim"
)

func difference(id int64) ledger.DifferenceQuery {
	return ledger.DifferenceQuery{Environment: payment.Test, MerchantID: "12345", SettingsVersion: 1, NoticeID: id}
}

// TestDifferences come one by one, as the notices that they would have been.
func TestDifferences(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ask := func(id int64) ledger.Difference {
		t.Helper()
		d, err := r.Difference(t.Context(), difference(id))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := ask(0); d != (ledger.Difference{Kind: ledger.DifferenceNone}) || r.last()["payment_notice_id"] != "" || r.last()["trading_id"] != "0" {
		t.Errorf("%+v", d)
	}
	paymentID := r.authorised(good)
	c := r.command(payment.Capture)
	c.PaymentID = paymentID
	r.succeed(c)
	first, second := ask(0), ask(0)
	id := first.Notice.NoticeID
	want := ledger.Notice{Environment: payment.Test, MerchantID: "12345", NoticeID: id, PaymentID: paymentID, TradingID: "52", Type: "02", Status: payment.AuthOK, Amount: total,
		PaymentClass: "10", Digest: first.Notice.Digest}
	if diff := cmp.Diff(ledger.Difference{Kind: ledger.DifferenceFound, Notice: want}, first); diff != "" || len(want.Digest) != 64 {
		t.Error(diff)
	}
	if second.Notice.NoticeID != id+1 || second.Notice.Status != payment.Cleared || !second.Notice.PaymentDate.Equal(begin()) {
		t.Errorf("%+v", second)
	}
	if d := ask(0); d.Kind != ledger.DifferenceNone {
		t.Errorf("%+v", d)
	}
	if diff := cmp.Diff(first, ask(id)); diff != "" { // again, delivered or not
		t.Error(diff)
	}
	if d := ask(id + 2); d.Kind != ledger.DifferenceNone {
		t.Errorf("%+v", d)
	}
}

// TestDifferencesAreNotices: the digest does not depend on the way a difference came.
func TestDifferencesAreNotices(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.authorised(good)
	d, err := r.Difference(t.Context(), difference(0))
	if err != nil {
		t.Fatal(err)
	}
	n := d.Notice
	posted, err := gateway.VerifyNotice(keys(gateway.NoticeKey{Key: "k", Environment: payment.Test, MerchantID: "12345"}))(t.Context(), signed(t, paygent.Notice{
		NoticeID: n.NoticeID, PaymentID: n.PaymentID, TradingID: n.TradingID, Type: paygent.PaymentType(n.Type), Status: paygent.PaymentStatus(n.Status),
		Amount: paygent.Yen(n.Amount), PaymentDate: n.PaymentDate, ChangeDate: begin(), InitDate: begin(),
		PaymentClass: paygent.PaymentClass(n.PaymentClass), SplitCount: n.SplitCount,
	}, "k"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(n, posted); diff != "" {
		t.Error(diff)
	}
}

// TestPurgedDifferences: one is delivered, and earlier ones are gone.
func TestPurgedDifferences(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, trading := range []string{"52", "53"} {
		c := r.command(payment.Authorize)
		c.TradingID, c.Beside.Token = trading, r.token(good)
		r.succeed(c)
	}
	notices := r.sim.Notices()
	if err := r.sim.PurgeDifferences(r.merchant.MerchantID, notices[0].NoticeID); err != nil {
		t.Fatal(err)
	}
	d, err := r.Difference(t.Context(), difference(0))
	if err != nil || d.Kind != ledger.DifferencePurged || d.Notice.NoticeID != notices[1].NoticeID || d.Notice.TradingID != "53" {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err := r.Difference(t.Context(), difference(notices[0].NoticeID)); err != nil || d.Kind != ledger.DifferenceNone {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestUnansweredQuestions: an answer that is none says nothing, whatever was asked.
func TestUnansweredQuestions(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change  func(r *rig)
		version int64
		code    string
		notSent bool
	}{
		"wrong password": {func(*rig) {}, wrongVersion, "SIM001", false},
		"P code":         {func(r *rig) { r.stranger = true }, 1, "P015", false},
		"nobody listens": {func(r *rig) { r.away = true }, 1, paygent.CodeConnection, true},
		"garbage": {func(r *rig) {
			for _, kind := range []string{"091", "027", "094"} {
				if err := r.sim.ForceFault(kind, paygentsim.GarbageAfter); err != nil {
					r.t.Fatal(err)
				}
			}
		}, 1, "", false},
		"time-out": {func(r *rig) {
			for _, kind := range []string{"091", "027", "094"} {
				if err := r.sim.ForceFault(kind, paygentsim.TimeoutAfter); err != nil {
					r.t.Fatal(err)
				}
			}
		}, 1, paygent.CodeConnection, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.authorised(good)
			tt.change(r)
			q := difference(0)
			q.SettingsVersion = tt.version
			d, err := r.Difference(t.Context(), q)
			var none *ledger.NoAnswerError
			if !errors.As(err, &none) || none.NotSent != tt.notSent || tt.code != "" && none.Code != tt.code || d != (ledger.Difference{}) {
				t.Errorf("091: %+v, %v", d, err)
			}
			cards, err := r.CardList(t.Context(), gatewayCards(tt.version, member))
			if !errors.As(err, &none) || none.NotSent != tt.notSent || tt.code != "" && none.Code != tt.code || cards != nil {
				t.Errorf("027: %v, %v", cards, err)
			}
			f := r.Inquire(t.Context(), ledger.Inquiry{SettingsVersion: tt.version, PaymentID: id})
			if f.Kind != ledger.NoAnswer || f.Code == "" || tt.code != "" && f.Code != tt.code || f.PaymentID != "" {
				t.Errorf("094: %+v", f)
			}
		})
	}
}

// TestSeveralAreNoAnswer: 094 by a trading_id that several payments share settles nothing.
func TestSeveralAreNoAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.authorised(good)
	c := r.command(payment.Authorize)
	c.ReferenceID = "52"
	second := r.succeed(c).PaymentID
	if f := r.Inquire(t.Context(), ledger.Inquiry{SettingsVersion: 1, TradingID: "52"}); f.Kind != ledger.NoAnswer || f.Code != "SIM004" {
		t.Errorf("%+v", f)
	}
	for _, id := range []string{first, second} {
		if f := r.Inquire(t.Context(), ledger.Inquiry{SettingsVersion: 1, PaymentID: id, TradingID: "52"}); f.Kind != ledger.Found || f.PaymentID != id || f.Brand != payment.NoBrand {
			t.Errorf("%+v", f)
		}
	}
	if f := r.Inquire(t.Context(), ledger.Inquiry{SettingsVersion: 1, TradingID: "53"}); f.Kind != ledger.NoSuch {
		t.Errorf("%+v", f)
	}
}
