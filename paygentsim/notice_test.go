package paygentsim_test

import (
	"context"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/paygentsim"
)

func TestNoticeCarriesTheChange(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("52", good, fields{"payment_class": "61", "split_count": "3"})["payment_id"]
	b.clock.advance(time.Hour)
	b.send("022", fields{"payment_id": id})
	b.drain()
	want := []url.Values{
		noticeValues(id, "1", "20", "20261203180000", "", ""),
		noticeValues(id, "2", "40", "20261203190000", "20261203190000", ""),
	}
	// The hash has a test of its own, with the worked example.
	for i := range want {
		want[i].Set("hc", b.shop.forms[i].Get("hc"))
	}
	if diff := cmp.Diff(want, b.shop.forms); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	if hc := b.shop.forms[0].Get("hc"); len(hc) != 64 || hc == b.shop.forms[1].Get("hc") {
		t.Errorf("hc %q and %q", hc, b.shop.forms[1].Get("hc"))
	}
}

func noticeValues(id, notice, status, changed, paid, hc string) url.Values {
	return url.Values{
		"payment_notice_id": {notice}, "change_date": {changed}, "payment_id": {id}, "trading_id": {"52"},
		"payment_type": {"02"}, "site_id": {"1"}, "payment_status": {status}, "payment_amount": {"3300"},
		"payment_init_date": {"20261203180000"}, "payment_date": {paid}, "payment_class": {"61"}, "split_count": {"3"},
		"hc": {hc},
	}
}

func TestNoticeIsRetriedForADay(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	b.shop.says("result=1", 0)
	b.authorize("52", good, nil)
	var pauses []time.Duration
	for range 500 {
		worked, next, err := b.sim.Step(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if worked {
			continue
		}
		if n := b.sim.Notices()[0]; n.Delivery != paygentsim.DeliveryPending {
			break
		}
		pauses = append(pauses, next.Sub(b.clock.Now()))
		b.clock.advance(next.Sub(b.clock.Now()))
	}
	n := b.sim.Notices()[0]
	if n.Delivery != paygentsim.DeliveryGivenUp || len(b.shop.ids()) != n.Attempts || n.Attempts < 100 {
		t.Errorf("delivery %s after %d attempts, %d received", n.Delivery, n.Attempts, len(b.shop.ids()))
	}
	want := []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute, 10 * time.Minute}
	if diff := cmp.Diff(want, pauses[:5]); diff != "" {
		t.Errorf("pauses (-want +got):\n%s", diff)
	}
	if got := b.send("091", fields{"trading_id": "0"}); got["payment_notice_id"] != "1" {
		t.Errorf("091 does not know the given up notice: %v", got)
	}
}

func TestWhatCountsAsReceived(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer   string
		status   int
		accepted bool
	}{
		"plain":          {"result=0", 0, true},
		"with blanks":    {"result = 0", 0, true},
		"within a page":  {"<p>result=0</p>", 0, true},
		"refused":        {"result=1", 0, false},
		"empty":          {"", 0, false},
		"internal error": {"result=0", 500, false},
		"redirect":       {"result=0", 302, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, paygentsim.Options{})
			b.shop.says(tc.answer, tc.status)
			b.authorize("52", good, nil)
			b.drain()
			want := paygentsim.DeliveryPending
			if tc.accepted {
				want = paygentsim.DeliveryAccepted
			}
			if n := b.sim.Notices()[0]; n.Delivery != want {
				t.Errorf("delivery %s, want %s (%s)", n.Delivery, want, n.Answer)
			}
		})
	}
}

func TestRetryAfterTheShopComesBack(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	b.shop.says("", 503)
	b.authorize("52", good, nil)
	b.drain()
	b.shop.says("result=0", 0)
	b.drain()
	if got := len(b.shop.ids()); got != 1 {
		t.Fatalf("%d attempts before the pause is over", got)
	}
	b.clock.advance(10 * time.Second)
	b.drain()
	n := b.sim.Notices()[0]
	if n.Delivery != paygentsim.DeliveryAccepted || n.Attempts != 2 {
		t.Errorf("delivery %s after %d attempts", n.Delivery, n.Attempts)
	}
}

func TestSubscriptionDecides(t *testing.T) {
	t.Parallel()
	m := merchant()
	m.Subscribed = map[paygentsim.PaymentType][]paygentsim.Status{paygentsim.TypeCard: {paygentsim.Captured}}
	b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{m}})
	for i := range 3 {
		id := b.authorize(strconv.Itoa(i), good, nil)["payment_id"]
		b.send("022", fields{"payment_id": id})
	}
	b.drain()
	if diff := cmp.Diff([]string{"1", "2", "3"}, b.shop.ids()); diff != "" {
		t.Errorf("ids must have no gaps (-want +got):\n%s", diff)
	}
}

func TestEachMerchantHasItsOwnSequence(t *testing.T) {
	t.Parallel()
	other := paygentsim.Merchant{MerchantID: "67890", ConnectID: "c", ConnectPassword: "p"}
	b := setup(t, paygentsim.Options{Merchants: []paygentsim.Merchant{merchant(), other}})
	b.authorize("1", good, nil)
	b.authorize("1", "", fields{"merchant_id": "67890", "connect_id": "c", "connect_password": "p",
		"card_number": good, "card_valid_term": "1230"})
	b.drain()
	if diff := cmp.Diff([]string{"1", "1"}, b.shop.ids()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if _, signed := b.shop.forms[1]["hc"]; signed {
		t.Error("a merchant without a notice key got an hc")
	}
}

func TestShopMayAskBeforeItAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	b.shop.onPost = func(f url.Values) {
		if got := b.send("094", fields{"payment_id": f.Get("payment_id")}); got["payment_status"] != f.Get("payment_status") {
			t.Errorf("094 within a notice: %v", got)
		}
	}
	b.authorize("1", good, nil)
	b.drain()
	if n := b.sim.Notices()[0]; n.Delivery != paygentsim.DeliveryAccepted {
		t.Errorf("delivery %s", n.Delivery)
	}
}

func TestWithoutURL091AloneTells(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	b.sim.SetNoticeURL("")
	b.authorize("1", good, nil)
	b.drain()
	if n := b.sim.Notices()[0]; n.Delivery != paygentsim.DeliveryNone {
		t.Errorf("delivery %s", n.Delivery)
	}
	if got := b.send("091", nil); got["payment_notice_id"] != "1" {
		t.Errorf("091: %v", got)
	}
}

func TestDifferenceInquiry(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	next := func() string {
		got := b.send("091", fields{"trading_id": "0"})
		return got["success_code"] + " " + got["payment_notice_id"]
	}
	byID := func(id string) string {
		got := b.send("091", fields{"trading_id": "0", "payment_notice_id": id})
		return got["success_code"] + " " + got["payment_notice_id"]
	}
	for i := range 3 {
		b.authorize(strconv.Itoa(i+1), good, nil)
	}
	b.drain() // delivery by POST leaves 091 alone
	got := []string{byID("0"), byID("3"), next(), next(), byID("1"), next(), next(), byID("4"), byID("99")}
	want := []string{"1 ", "0 3", "0 1", "0 2", "0 1", "0 3", "1 ", "1 ", "1 "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("091 (-want +got):\n%s", diff)
	}
	if got := b.send("091", fields{"payment_notice_id": "x"}); got["response_code"] != "P008" {
		t.Errorf("odd id: %v", got)
	}
}

func TestDifferenceInquiryTellsTheRecord(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	id := b.authorize("52", good, fields{"sales_mode": "1"})["payment_id"]
	want := fields{
		"result": "0", "success_code": "0", "success_detail": "", "payment_notice_id": "1", "change_date": "20261203180000",
		"payment_id": id, "base_payment_id": "", "trading_id": "52", "payment_type": "02", "site_id": "1",
		"payment_status": "40", "payment_amount": "3300", "payment_init_date": "20261203180000",
		"payment_date": "20261203180000", "payment_class": "10", "split_count": "", "clear_detail": "",
	}
	if diff := cmp.Diff(want, b.send("091", nil)); diff != "" {
		t.Errorf("091 (-want +got):\n%s", diff)
	}
}

func TestPurgedDifferencesAreConfessed(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	b.authorize("1", good, nil)
	b.authorize("2", good, nil)
	b.send("091", nil) // 1 is delivered, 2 is not
	b.clock.advance(31 * day)
	if got := b.send("091", fields{"payment_notice_id": "2"}); got["success_code"] != "1" {
		t.Errorf("purged, by id: %v", got)
	}
	b.authorize("3", good, nil)
	if got := b.send("091", nil); got["success_code"] != "2" || got["payment_notice_id"] != "3" {
		t.Errorf("after a purge: %v", got)
	}
	b.authorize("4", good, nil)
	if got := b.send("091", nil); got["success_code"] != "0" || got["payment_notice_id"] != "4" {
		t.Errorf("then: %v", got)
	}
}

func TestALongStopDoesNotLoseThePending(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	b.authorize("1", good, nil)
	b.clock.advance(40 * day)
	b.drain()
	if diff := cmp.Diff([]string{"1"}, b.shop.ids()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestNoticeFaults(t *testing.T) {
	t.Parallel()
	two := func(t *testing.T, f paygentsim.NoticeFault) *bundle {
		b := setup(t, paygentsim.Options{})
		if err := b.sim.ForceNoticeFault(f); err != nil {
			t.Fatal(err)
		}
		b.authorize("1", good, nil)
		b.clock.advance(time.Second)
		b.authorize("2", good, nil)
		b.drain()
		return b
	}
	for f, tc := range map[paygentsim.NoticeFault]struct{ soon, later []string }{
		paygentsim.NoticeLate:      {[]string{"2"}, []string{"2", "1"}},
		paygentsim.NoticeDuplicate: {[]string{"1", "2"}, []string{"1", "2", "1"}},
		paygentsim.NoticeReordered: {[]string{"2", "1"}, []string{"2", "1"}},
		paygentsim.NoticeLost:      {[]string{"2"}, []string{"2"}},
		paygentsim.NoticeBadHash:   {[]string{"1", "2"}, []string{"1", "2"}},
	} {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			b := two(t, f)
			if diff := cmp.Diff(tc.soon, b.shop.ids()); diff != "" {
				t.Errorf("at once (-want +got):\n%s", diff)
			}
			b.clock.advance(2 * time.Hour)
			b.drain()
			if diff := cmp.Diff(tc.later, b.shop.ids()); diff != "" {
				t.Errorf("two hours later (-want +got):\n%s", diff)
			}
			if got := b.send("091", nil); got["payment_notice_id"] != "1" {
				t.Errorf("091 must know it all the same: %v", got)
			}
		})
	}
	if err := two(t, paygentsim.NoticeLost).sim.ForceNoticeFault("x"); err == nil {
		t.Error("an unknown fault was taken")
	}
}

func TestReorderedAloneArrivesInTheEnd(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	if err := b.sim.ForceNoticeFault(paygentsim.NoticeReordered); err != nil {
		t.Fatal(err)
	}
	b.authorize("1", good, nil)
	b.drain()
	if len(b.shop.ids()) != 0 {
		t.Fatal("sent at once")
	}
	b.clock.advance(5 * time.Minute)
	b.drain()
	if len(b.shop.ids()) != 1 {
		t.Fatal("never sent")
	}
}

func TestBadHashThenGood(t *testing.T) {
	t.Parallel()
	b := setup(t, paygentsim.Options{})
	if err := b.sim.ForceNoticeFault(paygentsim.NoticeBadHash); err != nil {
		t.Fatal(err)
	}
	b.shop.says("result=1", 0)
	b.authorize("1", good, nil)
	b.drain()
	b.shop.says("result=0", 0)
	b.clock.advance(time.Minute)
	b.drain()
	if len(b.shop.forms) != 2 {
		t.Fatalf("%d attempts", len(b.shop.forms))
	}
	if b.shop.forms[0].Get("hc") == b.shop.forms[1].Get("hc") {
		t.Error("both hashes are alike")
	}
}
