package gateway_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/gateway"
	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
	"kessai/paygentsim"
)

// Bytes of the rig's buyer in Windows-31J.
const (
	yamada     = "\x8e\x52\x93\x63"                                                         // 山田
	taro       = "\x91\xbe\x98\x59"                                                         // 太郎
	yamadaKana = "\xd4\xcf\xc0"                                                             // ﾔﾏﾀ: ﾞ is taken out
	taroKana   = "\xc0\xdb\xb0"                                                             // ﾀﾛｰ
	taroHyphen = "\xc0\xdb-"                                                                // ﾀﾛ-
	shopKana   = "\x83\x50\x83\x62\x83\x54\x83\x43\x83\x56\x83\x87\x81\x5b\x83\x65\x83\x93" // ケッサイショーテン
	shopNarrow = "\xb9\xaf\xbb\xb2\xbc\xae-\xc3\xdd"                                        // ｹｯｻｲｼｮ-ﾃﾝ
	shopName   = "\x8c\x88\x8d\xcf\x8f\xa4\x93\x58"                                         // 決済商店
	memo       = "\x8c\x88\x8d\xcf"                                                         // 決済
)

type items = map[string]string

// with is a with some items changed; an empty one is taken out.
func with(a items, more items) items {
	out := maps.Clone(a)
	for name, value := range more {
		if out[name] = value; value == "" {
			delete(out, name)
		}
	}
	return out
}

// sends fails unless the command's telegram carries exactly these items.
func (r *rig) sends(want items, c ledger.Command) ledger.Answer {
	r.t.Helper()
	before := r.count()
	a := r.Execute(r.t.Context(), c)
	if r.count() != before+1 {
		r.t.Fatalf("%d telegrams: %+v", r.count()-before, a)
	}
	if diff := cmp.Diff(want, r.last()); diff != "" {
		r.t.Errorf("%s (-want +got):\n%s", c.Kind, diff)
	}
	return a
}

// TestCardTelegrams: the items of each way of a 020, and of what changes one.
func TestCardTelegrams(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	base := items{"telegram_kind": "020", "trading_id": "52", "payment_amount": "3300", "payment_class": "10", "security_code_use": "1"}
	skipped := with(base, items{"3dsecure_use_type": "1", "3dsecure_ryaku": "1"})
	c := r.command(payment.Authorize)
	c.Beside.Token = "tok_1" // 2021: what is sent is what counts here

	a := r.sends(with(skipped, items{"card_token": "tok_1"}), c)
	if a.Outcome != ledger.Decline || !a.Final || a.Code != "2021" {
		t.Errorf("%+v", a)
	}
	instalments := c
	instalments.PaymentClass, instalments.SplitCount = "61", 3
	r.sends(with(skipped, items{"card_token": "tok_1", "payment_class": "61", "split_count": "3"}), instalments)
	bonus := c
	bonus.PaymentClass = "21"
	r.sends(with(skipped, items{"card_token": "tok_1", "payment_class": "23"}), bonus)

	stored := c
	stored.StoredCard = "10000001"
	card := items{"stock_card_mode": "1", "customer_id": "7", "customer_card_id": "10000001"}
	r.sends(with(with(skipped, card), items{"card_token": "tok_1", "security_code_token": "1"}), stored)
	stored.Beside.Token = ""
	r.sends(with(skipped, card), stored) // the centre misses the code

	one := c
	one.ThreeDS, one.Beside.UserAgent = ledger.ThreeDS1, "Mozilla/5.0 (x)"
	first := items{"card_token": "tok_1", "3dsecure_use_type": "1", "term_url": "https://shop.example/3ds?k=3", "http_accept": "*/*", "http_user_agent": "Mozilla/5.0 (x)"}
	r.sends(with(base, first), one)
	one.Beside.Accept = "text/html"
	r.sends(with(with(base, first), items{"http_accept": "text/html"}), one)

	two := c
	two.ThreeDS, two.AuthID = ledger.ThreeDS2, "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
	r.sends(with(base, items{"card_token": "tok_1", "3dsecure_use_type": "2", "3ds_auth_id": two.AuthID}), two)

	again := c
	again.TradingID, again.ReferenceID, again.Amount, again.Beside.Token = "52_2", "52", 4400, ""
	again.ThreeDS, again.StoredCard = ledger.ThreeDS2, "10000001" // of the payment before: neither goes along
	r.sends(items{"telegram_kind": "020", "trading_id": "52_2", "ref_trading_id": "52", "payment_amount": "4400", "payment_class": "10", "3dsecure_ryaku": "1"}, again)
	again.TradingID = "52" // the original's way, by the same id
	r.sends(items{"telegram_kind": "020", "trading_id": "52", "ref_trading_id": "52", "payment_amount": "4400", "payment_class": "10", "3dsecure_ryaku": "1"}, again)

	for _, kind := range []payment.Kind{payment.CancelAuthorization, payment.Capture, payment.CancelCapture, payment.CaptureCarrier, payment.CancelCarrier,
		payment.CancelPaidy, payment.CapturePaidy} {
		change := r.command(kind)
		change.PaymentID = "900000077"
		r.sends(items{"telegram_kind": kind.Telegram(), "payment_id": "900000077", "trading_id": "52"}, change)
	}
}

// TestWithoutSecurityCode: where staff ask for none, none is checked, but one that was
// entered is.
func TestWithoutSecurityCode(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(r *rig, _ *paygentsim.Merchant) { r.settings.Card.UseSecurityCode = false })
	c := r.command(payment.Authorize)
	c.Beside.Token = "tok_1"
	want := items{"telegram_kind": "020", "trading_id": "52", "payment_amount": "3300", "payment_class": "10", "3dsecure_use_type": "1", "3dsecure_ryaku": "1", "card_token": "tok_1"}
	r.sends(want, c)
	c.StoredCard = "10000001"
	r.sends(with(want, items{"security_code_use": "1", "security_code_token": "1", "stock_card_mode": "1", "customer_id": "7", "customer_card_id": "10000001"}), c)
}

// TestNumberTelegrams: 010, 030 and 060 with a buyer made to fit.
func TestNumberTelegrams(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	names := items{"trading_id": "52", "customer_family_name": yamada, "customer_name": taro, "customer_family_name_kana": yamadaKana}

	r.sends(with(names, items{"telegram_kind": "010", "payment_amount": "3300", "customer_name_kana": taroHyphen, "payment_limit_date": "30",
		"payment_detail": shopKana, "payment_detail_kana": shopNarrow}), r.command(payment.ApplyATM))

	conveni := r.command(payment.ApplyConveni)
	conveni.TradingID, conveni.Beside.Store = "53", "00C002"
	r.sends(with(names, items{"telegram_kind": "030", "trading_id": "53", "payment_amount": "3300", "customer_name_kana": taroKana, "customer_tel": "0312345678",
		"payment_limit_date": "15", "cvs_company_id": "00C002", "sales_type": "1"}), conveni)

	r.sends(with(names, items{"telegram_kind": "060", "amount": "3300", "customer_name_kana": taroHyphen, "asp_payment_term": "0070000",
		"merchant_name": shopName, "claim_kanji": shopName, "claim_kana": shopNarrow, "copy_right": "(C) kessai", "free_memo": memo,
		"return_url": "https://shop.example/ok?k=1", "stop_return_url": "https://shop.example/stop?k=2"}), r.command(payment.ApplyBank))
}

// TestLimitsAreTheSettings: of the version the operation was planned under.
func TestLimitsAreTheSettings(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(r *rig, _ *paygentsim.Merchant) {
		r.settings.ATM.LimitDays, r.settings.Conveni.LimitDays, r.settings.Bank.LimitDays = 0, 60, 99
	})
	conveni := r.command(payment.ApplyConveni)
	conveni.Beside.Store = "00C001"
	for name, c := range map[string]struct {
		command ledger.Command
		item    string
		want    string
		limit   time.Time
	}{
		"atm":     {r.command(payment.ApplyATM), "payment_limit_date", "0", time.Date(2026, 4, 1, 23, 59, 59, 0, paygent.JST())},
		"conveni": {conveni, "payment_limit_date", "60", time.Date(2026, 5, 31, 23, 59, 59, 0, paygent.JST())},
		"bank":    {r.command(payment.ApplyBank), "asp_payment_term", "0990000", begin().AddDate(0, 0, 99)},
	} {
		c.command.TradingID = name
		a := r.succeed(c.command)
		if got := r.last()[c.item]; got != c.want || !a.LimitAt.Equal(c.limit) {
			t.Errorf("%s: %q until %s", name, got, a.LimitAt)
		}
	}
}

// TestCarrierTelegrams: 104, 100 and 103.
func TestCarrierTelegrams(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for brand, career := range map[payment.Brand]string{payment.AU: "4", payment.Docomo: "5"} {
		login := r.command(payment.LoginCarrier)
		login.Brand = brand
		r.sends(items{"telegram_kind": "104", "trading_id": "52", "career_type": career, "pc_mobile_type": "0",
			"redirect_url": "https://shop.example/ok?k=1", "cancel_url": "https://shop.example/stop?k=2"}, login)
	}
	for brand, more := range map[payment.Brand]items{
		payment.AU:       {"career_type": "4", "open_id": "oid"},
		payment.Docomo:   {"career_type": "5", "open_id": "oid", "other_url": "https://shop.example/stop?k=2"},
		payment.SoftBank: {"career_type": "6"},
	} {
		apply := r.command(payment.ApplyCarrier)
		apply.Brand, apply.Beside.OpenID = brand, ledger.Secret(more["open_id"])
		r.sends(with(items{"telegram_kind": "100", "trading_id": "52", "amount": "3300", "pc_mobile_type": "0",
			"return_url": "https://shop.example/ok?k=1", "cancel_url": "https://shop.example/stop?k=2"}, more), apply)
	}
	correct := r.command(payment.CorrectCarrier)
	correct.PaymentID, correct.Amount, correct.Was = "900000077", 3000, total
	r.sends(items{"telegram_kind": "103", "trading_id": "52", "payment_id": "900000077", "amount": "3000"}, correct)
}

// TestRefundTelegrams: what is given back is the difference, and everything names none.
func TestRefundTelegrams(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.command(payment.RefundPaidy)
	c.PaymentID, c.Was = "900000077", total
	base := items{"telegram_kind": "342", "trading_id": "52", "payment_id": "900000077"}
	c.Amount = 3000
	r.sends(with(base, items{"amount": "300"}), c)
	c.Amount = 1
	r.sends(with(base, items{"amount": "3299"}), c)
	c.Amount = 0
	r.sends(base, c)
	before := r.count()
	for name, bad := range map[string]func(*ledger.Command){
		"nothing":   func(c *ledger.Command) { c.Amount = total }, // would be everything
		"more":      func(c *ledger.Command) { c.Amount = total + 1 },
		"negative":  func(c *ledger.Command) { c.Amount = -1 },
		"not told":  func(c *ledger.Command) { c.Amount, c.Was = 3000, 0 },
		"of no one": func(c *ledger.Command) { c.Amount, c.PaymentID = 3000, "" },
	} {
		c := c
		bad(&c)
		if a := r.Execute(t.Context(), c); a.Outcome != ledger.Reject || !a.NotSent || a.Detail == "" {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if r.count() != before {
		t.Error("something was sent")
	}
}

// TestStoredCardTelegrams: 025, 026 and 027.
func TestStoredCardTelegrams(t *testing.T) {
	t.Parallel()
	for flag, check := range map[string]bool{"0": false, "1": true} {
		r := newRig(t, func(r *rig, _ *paygentsim.Merchant) { r.settings.Card.ValidCheck = check })
		c := r.command(payment.StoreCard)
		c.Beside.Token = "tok_1"
		r.sends(items{"telegram_kind": "025", "trading_id": "0", "customer_id": "7", "card_token": "tok_1", "valid_check_flg": flag}, c)
	}
	r := newRig(t)
	c := r.command(payment.DeleteCard)
	c.StoredCard = "10000001"
	r.sends(items{"telegram_kind": "026", "trading_id": "0", "customer_id": "7", "customer_card_id": "10000001"}, c)
}

// TestLinkRequests: the items of the original, in either order of the hash, which the
// centre checks.
func TestLinkRequests(t *testing.T) {
	t.Parallel()
	for _, hash := range []paygent.LinkOrder{paygent.LinkECCUBE, paygent.LinkStandard} {
		r := newRig(t, func(r *rig, _ *paygentsim.Merchant) { r.hash = hash })
		c := r.command(payment.OpenLink)
		c.Method = payment.Conveni
		a := r.succeed(c)
		if !a.LimitAt.Equal(time.Date(2026, 4, 6, 23, 59, 59, 0, paygent.JST())) || a.Needs.URL == "" || a.Needs.Action != "" {
			t.Errorf("%+v", a)
		}
		want := items{
			"trading_id": "52", "payment_type": "03", "id": "3300", "seq_merchant_id": "12345", "payment_term_day": "5", "payment_class": "1", "use_card_conf_number": "1",
			"fix_params": "customer_family_name,customer_name,customer_family_name_kana,customer_name_kana,customer_tel", "inform_url": "https://shop.example/note",
			"customer_id": "7", "stock_card_mode": "1", "merchant_name": "決済商店", "copy_right": "(C) kessai", "free_memo": "決済",
			"customer_family_name": "山田", "customer_name": "太郎", "customer_family_name_kana": "ﾔﾏﾀﾞ", "customer_name_kana": "ﾀﾛ-", "customer_tel": "0312345678",
			"return_url": "https://shop.example/ok?k=1", "stop_return_url": "https://shop.example/stop?k=2", "re_payment_type": "1", "isbtob": "1",
		}
		if diff := cmp.Diff(want, with(r.last(), items{"hc": ""})); diff != "" {
			t.Error(diff)
		}
	}
}

// TestLinkMethods: the page offers the order's method alone.
func TestLinkMethods(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for method, code := range map[payment.Method]string{payment.Card: "02", payment.Conveni: "03", payment.ATM: "01", payment.Bank: "05", payment.Carrier: "06"} {
		c := r.command(payment.OpenLink)
		c.Method, c.TradingID = method, string(method)
		r.succeed(c)
		if got := r.last()["payment_type"]; got != code {
			t.Errorf("%s is %s", method, got)
		}
	}
	before := r.count()
	for _, method := range []payment.Method{payment.None, ""} {
		c := r.command(payment.OpenLink)
		c.Method = method
		if a := r.Execute(t.Context(), c); a.Outcome != ledger.Reject || !a.NotSent || a.Detail == "" || r.count() != before {
			t.Errorf("%q: %+v", method, a)
		}
	}
}

// TestLinkSettings: a guest has no cards, the shop's own return address wins, and where
// staff offer no storing it is switched off.
func TestLinkSettings(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(r *rig, _ *paygentsim.Merchant) {
		r.settings.Link = gateway.LinkSettings{LimitDays: 60, ReturnURL: "https://shop.example/thanks", Classes: "0"}
	})
	c := r.command(payment.OpenLink)
	c.Method, c.Returns.Note, c.TradingID = payment.Card, "", "m"
	r.succeed(c)
	got := r.last()
	for name, want := range map[string]string{"customer_id": "7", "stock_card_mode": "0", "return_url": "https://shop.example/thanks", "payment_term_day": "60",
		"payment_class": "0", "use_card_conf_number": "0", "inform_url": "", "merchant_name": "", "copy_right": "", "free_memo": ""} {
		if got[name] != want {
			t.Errorf("%s is %q", name, got[name])
		}
	}
	c.CustomerID, c.TradingID = 0, "g"
	r.succeed(c)
	for _, name := range []string{"customer_id", "stock_card_mode"} {
		if value, ok := r.last()[name]; ok {
			t.Errorf("a guest's %s is %q", name, value)
		}
	}
}

// TestWithoutALink: the address is missing, and the sentence says so.
func TestWithoutALink(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := gateway.New(func(ctx context.Context, v int64) (gateway.Centre, error) {
		c, err := r.centre(ctx, v)
		c.Link = nil
		return c, err
	}, begin)
	c := r.command(payment.OpenLink)
	c.Method = payment.Card
	if a := g.Execute(t.Context(), c); a.Outcome != ledger.Reject || !a.NotSent || a.Code != paygent.CodeConfInvalid || !strings.Contains(a.Detail, "リクエスト先URL") || r.count() > 0 {
		t.Errorf("%+v", a)
	}
}
