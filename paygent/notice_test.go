package paygent

import (
	"encoding/hex"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const testNoticeKey Secret = "NOTICEKEY0000001"

func someNotice() Notice {
	return Notice{
		NoticeID: 1001, ChangeDate: time.Date(2025, 4, 1, 12, 0, 1, 0, JST()), PaymentID: "900000001", TradingID: "52",
		Type: TypeCard, Status: StatusAuthOK, Amount: 3300, SiteID: "1", InitDate: time.Date(2025, 4, 1, 12, 0, 0, 0, JST()),
		Fields: Params{{"payment_class", "10"}, {"customer_family_name", "髙橋"}},
	}
}

func signed(t *testing.T, n Notice) string {
	t.Helper()
	form, err := SignNotice(n, testNoticeKey)
	if err != nil {
		t.Fatal(err)
	}
	return form.Encode()
}

func TestNoticeKeys(t *testing.T) {
	t.Parallel()
	body := []byte(signed(t, someNotice()))
	for name, c := range map[string]struct {
		keys []Secret
		key  int
		err  error
	}{
		"current":       {[]Secret{testNoticeKey, "OLD"}, 0, nil},
		"former":        {[]Secret{"NEW", "", testNoticeKey}, 2, nil},
		"none":          {nil, 0, ErrNoKey},
		"empty":         {[]Secret{""}, 0, ErrNoKey},
		"empty, twice":  {[]Secret{"", ""}, 0, ErrNoKey},
		"wrong":         {[]Secret{"NOTICEKEY0000002"}, 0, ErrBadHash},
		"prefix of key": {[]Secret{testNoticeKey[:15]}, 0, ErrBadHash},
	} {
		n, err := ParseNotice(body, c.keys...)
		if !errors.Is(err, c.err) || n.Key != c.key || n.Verified != (c.err == nil) {
			t.Errorf("%s: key %d, verified %v, %v", name, n.Key, n.Verified, err)
		}
	}
	// A notification that somebody without the key has hashed must not pass because a key is empty.
	unkeyed := signedWith(t, someNotice(), "x")
	if _, err := ParseNotice([]byte(strings.Replace(unkeyed, "hc=", "hc=e3", 1)), "", testNoticeKey); !errors.Is(err, ErrBadHash) {
		t.Error(err)
	}
	if _, err := SignNotice(someNotice(), ""); !errors.Is(err, ErrNoKey) {
		t.Error(err)
	}
}

func signedWith(t *testing.T, n Notice, key Secret) string {
	t.Helper()
	form, err := SignNotice(n, key)
	if err != nil {
		t.Fatal(err)
	}
	return form.Encode()
}

// Every item the hash covers protects itself; status and dates are not covered (§7.3).
func TestTamperedNotice(t *testing.T) {
	t.Parallel()
	form, err := SignNotice(someNotice(), testNoticeKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range noticeHashed() {
		changed := url.Values{}
		for k, v := range form {
			changed[k] = v
		}
		changed.Set(name, form.Get(name)+"0")
		if _, err := ParseNotice([]byte(changed.Encode()), testNoticeKey); !errors.Is(err, ErrBadHash) {
			t.Errorf("%s changed: %v", name, err)
		}
	}
	for _, change := range []string{"hc=" + strings.Repeat("0", 64), "hc=", "hc=" + strings.ToUpper(form.Get("hc"))} {
		body := strings.Replace(form.Encode(), "hc="+form.Get("hc"), change, 1)
		if _, err := ParseNotice([]byte(body), testNoticeKey); !errors.Is(err, ErrBadHash) {
			t.Errorf("%s: %v", change, err)
		}
	}
	form.Set("payment_status", "40")
	n, err := ParseNotice([]byte(form.Encode()), testNoticeKey)
	if err != nil || n.Status != StatusCleared {
		t.Errorf("the status is not covered: %v", err)
	}
}

func TestUnreadableNotice(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"payment_id twice": signed(t, someNotice()) + "&payment_id=2",
		"hc twice":         signed(t, someNotice()) + "&hc=0",
		"percent":          "a=%", "percent 1": "a=%4", "percent G": "a=%4G",
		"too many": manyItems(maxItems + 1),
	} {
		n, err := ParseNotice([]byte(body), testNoticeKey)
		if !errors.Is(err, ErrMalformed) || n.Verified {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func manyItems(n int) string {
	form := url.Values{}
	for i := range n {
		form.Set("x"+strconv.Itoa(i), "")
	}
	return form.Encode()
}

// Right hash, unusable values: from the centre, to be kept, not to be believed.
func TestVerifiedButMalformed(t *testing.T) {
	t.Parallel()
	for name, set := range map[string][2]string{
		"no id": {"payment_notice_id", ""}, "id": {"payment_notice_id", "-1"}, "long id": {"payment_notice_id", "1234567890123456789"},
		"payment_id": {"payment_id", "x"}, "type": {"payment_type", "2"}, "status": {"payment_status", ""},
		"amount": {"payment_amount", "1.0"}, "change_date": {"change_date", "2025"}, "payment_date": {"payment_date", "20250101"},
	} {
		form, err := SignNotice(someNotice(), testNoticeKey)
		if err != nil {
			t.Fatal(err)
		}
		form.Set(set[0], set[1])
		var raw Params
		for k := range form {
			raw.Add(k, form.Get(k))
		}
		sum := hashOf(raw, noticeHashed(), testNoticeKey)
		form.Set("hc", hex.EncodeToString(sum[:]))
		n, err := ParseNotice([]byte(form.Encode()), testNoticeKey)
		if !errors.Is(err, ErrMalformed) || !n.Verified || n.Fields.Get("trading_id") != "52" || !strings.Contains(err.Error(), set[0]) {
			t.Errorf("%s: %v, verified %v", name, err, n.Verified)
		}
	}
}

func TestNoticeWithBadBytes(t *testing.T) {
	t.Parallel()
	n, err := ParseNotice([]byte(signed(t, someNotice())+"&note=%83%FF"), testNoticeKey)
	if err != nil || n.Fields.Get("note") != "\uFFFD\uFFFD" {
		t.Errorf("%q, %v", n.Fields.Get("note"), err)
	}
	if diff := cmp.Diff([]string{"note"}, n.Undecodable); diff != "" {
		t.Error(diff)
	}
	bad := someNotice()
	bad.Fields.Add("note", "🍣")
	if _, err := SignNotice(bad, testNoticeKey); err == nil || !strings.Contains(err.Error(), "note") {
		t.Error(err)
	}
}

func TestSignedNoticesComeBack(t *testing.T) {
	t.Parallel()
	second := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "second"), 0).In(JST())
	})
	rapid.Check(t, func(t *rapid.T) {
		key := Secret(rapid.StringMatching(`[A-Za-z0-9]{1,16}`).Draw(t, "key"))
		n := Notice{
			NoticeID: rapid.Int64Range(0, 999999999999999999).Draw(t, "id"), PaymentID: rapid.StringMatching(`[0-9]{1,18}`).Draw(t, "payment"),
			TradingID: rapid.StringMatching(`[A-Za-z0-9_-]{0,25}`).Draw(t, "trading"), Type: PaymentType(rapid.StringMatching(`[0-9]{2}`).Draw(t, "type")),
			Status: PaymentStatus(rapid.StringMatching(`[0-9]{2}`).Draw(t, "status")), Amount: Yen(rapid.Int64Min(0).Draw(t, "amount")),
			BasePaymentID: rapid.StringMatching(`([0-9]{1,18})?`).Draw(t, "base"),
			ChangeDate:    second.Draw(t, "changed"), InitDate: second.Draw(t, "init"), PaymentDate: second.Draw(t, "paid"),
			Fields: Params{{"memo", rapid.StringMatching(`[ -~ァ-ヶ一-龠]{0,9}`).Draw(t, "memo")}},
		}
		form, err := SignNotice(n, key)
		if err != nil {
			t.Skip("a character outside Windows-31J")
		}
		got, err := ParseNotice([]byte(form.Encode()), key)
		if err != nil {
			t.Fatal(err)
		}
		if got.Fields.Get("memo") != n.Fields.Get("memo") {
			t.Fatalf("memo %q", got.Fields.Get("memo"))
		}
		got.Fields, n.Fields, n.Verified = nil, nil, true
		if diff := cmp.Diff(n, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzParseNotice(f *testing.F) {
	f.Add("payment_notice_id=1001&payment_id=900000001&trading_id=52&payment_type=02&payment_amount=3300&payment_status=20&hc=457cbc6289e5e7bd6e29a1803b90ca46605dc14debee179344840b6c22ac37bb")
	f.Add("a=%83%5C&b=+&c")
	f.Add("%")
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > fuzzSize {
			return
		}
		n, err := ParseNotice([]byte(body), testNoticeKey, "OTHER")
		if err == nil && (!n.Verified || n.PaymentID == "") {
			t.Fatalf("accepted %+v", n)
		}
		raw, err := parseForm([]byte(body))
		if err != nil {
			return
		}
		form, err := url.ParseQuery(strings.ReplaceAll(body, ";", "%3B"))
		if err != nil {
			t.Fatalf("net/url refuses: %v", err)
		}
		for _, item := range raw {
			if got := form.Get(item.Name); got != item.Value {
				t.Fatalf("%q: %q, net/url %q", item.Name, item.Value, got)
			}
		}
		if len(form) != len(raw) {
			t.Fatalf("%d items, net/url %d", len(raw), len(form))
		}
	})
}
