package backoffice_test

import (
	"slices"
	"strings"
	"testing"

	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/web/webtest"
)

// TestSaleBesideAnotherMethod: an order that got another method at EC-CUBE keeps its card. Its question
// says so before 売上; a page from before the change is refused with the reason, and nothing is sent.
func TestSaleBesideAnotherMethod(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	before := r.Get(editPath(id))
	if before.Find("dialog[id^=ask-capture] input[name=apart]").Length() != 0 {
		t.Error("nothing is apart yet")
	}
	r.Exec("UPDATE dtb_order SET payment_id = (SELECT MIN(id) FROM dtb_payment WHERE method_class LIKE '%Cash'), payment_method = '銀行振込' WHERE id = ?", int64(id))
	p := r.press(before, "capture")
	if got := flash(p); !strings.Contains(got, "注文のお支払い方法は「銀行振込」に変更されています。") || r.centre.count(payment.Capture) != 0 {
		t.Errorf("%s, %d captures", got, r.centre.count(payment.Capture))
	}
	p = r.Get(editPath(id))
	if got := webtest.Texts(p.Document, "dialog[id^=ask-capture] li, dialog[id^=ask-capture] p"); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "「銀行振込」に変更されています。") }) {
		t.Errorf("the question says %v", got)
	}
	if p = r.press(p, "capture"); !strings.Contains(flash(p), "売上に成功しました。") || r.centre.count(payment.Capture) != 1 || r.Status(id) == order.Canceled {
		t.Errorf("%s, %d captures", flash(p), r.centre.count(payment.Capture))
	}
}
