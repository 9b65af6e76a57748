package checkout_test

import (
	"net/http"
	"strings"
	"testing"

	"kessai/internal/web/webtest"
)

// pages are one of each of the slice, with the card page first.
func (r *rig) pages() map[string]webtest.Page {
	r.t.Helper()
	all := map[string]webtest.Page{"card": r.card()}
	all["declined"] = r.pay(all["card"], declinedCard)
	all["wait"] = r.pay(all["declined"], lostAnswer)
	_, _, err := r.app.Step(r.t.Context())
	r.ok(err)
	all["complete"] = r.Get(all["wait"].Path)
	r.at(all["complete"], pathComplete, http.StatusOK)
	r.cancel()
	all["closed"] = r.Get(all["complete"].Path)
	return all
}

// TestCardPage: what the page's script and the browser's autofill rely on.
func TestCardPage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.card()
	for id, autocomplete := range map[string]string{"f-card_number": "cc-number", "f-card_expiry": "cc-exp", "f-card_cvc": "cc-csc", "f-card_name": "cc-name"} {
		input := p.Find("input#" + id)
		if _, named := input.Attr("name"); named || input.Length() != 1 || input.AttrOr("autocomplete", "") != autocomplete {
			t.Errorf("#%s: found %d, has a name: %v, autocomplete %q", id, input.Length(), named, input.AttrOr("autocomplete", ""))
		}
		if p.Find(`label[for="`+id+`"]`).Length() != 1 || p.Find("#"+id+"-error").Length() != 1 {
			t.Errorf("#%s has no label or no place for its error", id)
		}
	}
	form := p.Find("#card-form")
	if form.AttrOr("data-merchant", "") != r.merchant.MerchantID || form.AttrOr("data-key", "") != r.merchant.TokenKey.Reveal() {
		t.Error("the script does not get what makes a token")
	}
	if p.Find(`script[src="http://centre.example/js/PaygentToken.js"]`).Length() != 1 {
		t.Error("PaygentToken.js is not loaded from where the settings say")
	}
	if got := webtest.Texts(p.Document, "#f-payment_class option"); len(got) < 3 || got[0] != "一括払い" {
		t.Errorf("classes %q", got)
	}
	r.says(p, ".pay-items", "手ぬぐい「青海波」")
	r.says(p, "#pay-button", webtest.Text(p.Document, ".bar-total strong"))
	r.says(p, ".foot-environment", "シミュレータ")
}

// TestHeaders: no page of an order is kept by anybody, and only the card page may
// load from Paygent.
func TestHeaders(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, p := range r.pages() {
		if got := p.Header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
		if got := p.Header.Get("Referrer-Policy"); got == "" || strings.Contains(got, "unsafe") {
			t.Errorf("%s: Referrer-Policy %q: the address holds the order's token", name, got)
		}
		policy := p.Header.Get("Content-Security-Policy")
		outside := strings.Contains(policy, "http://centre.example")
		if card := name == "card" || name == "declined"; outside != card {
			t.Errorf("%s: reaches Paygent: %v, want %v: %s", name, outside, card, policy)
		}
		if strings.Contains(policy, "unsafe-inline") || strings.Contains(policy, "*") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %s", name, policy)
		}
	}
}

// TestSecrets: the token key is public by nature; nothing else of the contract is on
// any page.
func TestSecrets(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := r.merchant
	for name, p := range r.pages() {
		html, err := p.Html()
		r.ok(err)
		for what, secret := range map[string]string{
			"connect_password": m.ConnectPassword.Reveal(), "connect_id": m.ConnectID, "notice key": m.NoticeKey.Reveal(), "token hash key": m.TokenHashKey.Reveal(),
		} {
			if strings.Contains(html, secret) {
				t.Errorf("%s holds the %s", name, what)
			}
		}
		if got, want := strings.Contains(html, m.TokenKey.Reveal()), name == "card" || name == "declined"; got != want {
			t.Errorf("%s holds the token key: %v, want %v", name, got, want)
		}
	}
}

// TestInjection: what a person wrote is text on every page, whatever it looks like.
func TestInjection(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const bad = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	card := r.card()
	r.exec("UPDATE dtb_order SET name01 = ?, name02 = ?, company_name = ?, message = ?, payment_method = ?, email = ?", bad, bad, bad, bad, bad, bad)
	r.exec("UPDATE dtb_order_item SET product_name = ?", bad)
	r.exec("UPDATE dtb_base_info SET shop_name = ?", bad)
	all := map[string]webtest.Page{"card": r.Get(pathCard + "?o=" + named(card))}
	all["declined"] = r.pay(all["card"], declinedCard)
	all["wait"] = r.pay(all["declined"], lostAnswer)
	_, _, err := r.app.Step(t.Context())
	r.ok(err)
	all["complete"] = r.Get(all["wait"].Path)
	for name, p := range all {
		if p.Status != http.StatusOK {
			t.Errorf("%s: status %d", name, p.Status)
		}
		p.Find("script").Each(func(_ int, s *sel) {
			if strings.Contains(s.Text(), "alert(1)") {
				t.Errorf("%s runs what a person wrote", name)
			}
		})
		if n := p.Find("[onerror], img[src=x]").Length(); n != 0 {
			t.Errorf("%s: %d elements made of what a person wrote", name, n)
		}
		r.says(p, "body", "<script>alert(1)</script>")
	}
}
