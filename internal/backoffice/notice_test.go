package backoffice_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/store"
	"kessai/internal/web/webtest"
)

const inboxPath = "/admin/paygent_payment/notice"

// malformed is a verified notice with nothing in it that could be used, of an order or of none.
func (r *rig) malformed(id order.ID, noticeID int64) {
	r.t.Helper()
	n := r.notice(id, noticeID, ledger.ParkMalformed)
	n.PaymentID = ""
	if id == 0 {
		n.TradingID = "<i>x</i>"
	}
	if got, err := r.ledger.Receive(r.t.Context(), n); err != nil || got.State != ledger.NoticeParked || got.OrderID != id {
		r.t.Fatalf("%+v, %v", got, err)
	}
}

func (r *rig) openAlerts() int64 {
	r.t.Helper()
	n, err := r.Reader.OpenAlertCount(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// TestInboxAcknowledged: a notice that nothing can be done with is closed by hand, with who
// and why; whether it has an order or not.
func TestInboxAcknowledged(t *testing.T) {
	t.Parallel()
	for name, ordered := range map[string]bool{"of an order": true, "of the shop": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := loggedIn(t)
			var id order.ID
			if ordered {
				id = r.paid(1)
			}
			r.malformed(id, 70)
			p := r.Get(inboxPath)
			if p.Find("#inbox li").Length() != 1 || p.Find("#inbox li a[href$='/edit']").Length() != map[bool]int{true: 1}[ordered] || p.Find("#inbox i").Length() != 0 {
				t.Fatalf("%s", webtest.Text(p.Document, "main"))
			}
			if said := webtest.Text(p.Document, "#inbox"); !strings.Contains(said, "必要な項目がない通知です。") || !strings.Contains(said, "保留") {
				t.Errorf("%s", said)
			}
			p = r.Submit(p, "#inbox form[action$=retry]", nil)
			if said := webtest.Text(p.Document, "main"); !strings.Contains(said, "反映できませんでした") || r.openAlerts() != 1 {
				t.Errorf("after a retry: %s", said)
			}
			p = r.Submit(p, "#inbox form[action$=acknowledge]", nil)
			if said := webtest.Text(p.Document, "main"); !strings.Contains(said, "確認した内容を") || r.openAlerts() != 1 {
				t.Errorf("without a reason: %s", said)
			}
			reason := p.Find("#inbox textarea").AttrOr("name", "")
			shown, answer := p, url.Values{reason: {"<b>電話で確認</b>"}}
			for range 2 { // a double click
				p = r.Submit(shown, "#inbox form[action$=acknowledge]", answer)
				if said := webtest.Text(p.Document, "main"); !strings.Contains(said, "確認済みにしました") {
					t.Errorf("%s", said)
				}
			}
			if r.openAlerts() != 0 || p.Find("#inbox form[action$=acknowledge]").Length() != 0 || p.Find("#inbox b").Length() != 0 {
				t.Errorf("%d alerts are open: %s", r.openAlerts(), webtest.Text(p.Document, "main"))
			}
			said := webtest.Text(p.Document, "#inbox")
			if ordered {
				said = webtest.Text(r.Get(editPath(id)).Document, "#timeline")
			}
			if !strings.Contains(said, "<b>電話で確認</b>") || !strings.Contains(said, "山田 花子") {
				t.Errorf("who and why: %s", said)
			}
		})
	}
}

// TestSeenBeforeItCameUpAgain: a form closes the alert that it showed, of an order or of the shop.
func TestSeenBeforeItCameUpAgain(t *testing.T) {
	t.Parallel()
	for name, ordered := range map[string]bool{"of an order": true, "of the shop": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := loggedIn(t)
			var id order.ID
			if ordered {
				id = r.paid(1)
			}
			r.malformed(id, 70)
			old := r.Get(inboxPath)
			n, err := r.Reader.Inbox(t.Context(), store.NoticeFilter{States: []ledger.NoticeState{ledger.NoticeParked}, Size: 1})
			if err != nil {
				t.Fatal(err)
			}
			alert := ledger.ParkedAlert(n.Notices[0])
			r.Advance(time.Minute)
			alert.At = r.Now()
			if ordered {
				r.change(id, func(l *ledger.Ledger) {
					l.Alerts = append(l.Alerts, ledger.AlertChange{Kind: alert.Kind, Cause: alert.Cause, At: r.Now(), Close: true})
				})
				r.change(id, func(l *ledger.Ledger) { l.Alerts = append(l.Alerts, alert) })
			} else if err := errors.Join(r.Store.CloseShopAlert(t.Context(), alert.Kind, alert.Cause, r.Now()), r.Store.OpenShopAlert(t.Context(), alert)); err != nil {
				t.Fatal(err)
			}
			answer := func(p webtest.Page) url.Values {
				return url.Values{p.Find("#inbox textarea").AttrOr("name", ""): {"確認しました"}}
			}
			p := r.Submit(old, "#inbox form[action$=acknowledge]", answer(old))
			if said := webtest.Text(p.Document, "main"); !strings.Contains(said, "再び発生しています") || r.openAlerts() != 1 {
				t.Errorf("%d alerts are open: %s", r.openAlerts(), said)
			}
			p = r.Get(inboxPath)
			if r.Submit(p, "#inbox form[action$=acknowledge]", answer(p)); r.openAlerts() != 0 {
				t.Errorf("%d alerts are open", r.openAlerts())
			}
		})
	}
}

// TestContradictionAcknowledged on the order's page; what ends by itself has no such form.
func TestContradictionAcknowledged(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(1)
	r.change(id, func(l *ledger.Ledger) {
		for _, k := range []ledger.AlertKind{ledger.AlertContradiction, ledger.AlertDouble} {
			l.Alerts = append(l.Alerts, ledger.AlertChange{Kind: k, Cause: l.CurrentID + ":x", At: r.Now()})
		}
	})
	p := r.Get(editPath(id))
	forms := p.Find("#attention form[action$='/alert']")
	if forms.Length() != 1 {
		t.Fatalf("%d forms", forms.Length())
	}
	reason := forms.Find("textarea").AttrOr("name", "")
	answer := url.Values{reason: {"確認しました"}}
	action := forms.AttrOr("action", "") // the form of one order at the page of another
	forms.SetAttr("action", strings.Replace(action, "/"+id.String()+"/", "/"+r.paid(2).String()+"/", 1))
	if r.Submit(p, "#attention form[action$='/alert']", answer); r.openAlerts() != 2 {
		t.Errorf("%d alerts are open", r.openAlerts())
	}
	forms.SetAttr("action", action)
	r.Submit(p, "#attention form[action$='/alert']", answer)
	p = r.Submit(p, "#attention form[action$='/alert']", answer) // a double click
	if r.openAlerts() != 1 || strings.Count(webtest.Text(p.Document, "#timeline"), "確認した内容：確認しました") != 1 {
		t.Errorf("%d alerts are open: %s", r.openAlerts(), webtest.Text(p.Document, "#timeline"))
	}
	if _, err := r.ledger.Acknowledge(t.Context(), ledger.Acknowledge{Order: id, Kind: ledger.AlertDouble, Cause: r.view(id).CurrentID + ":x", Reason: "x", Actor: "staff:1", Key: "k"}); err == nil || r.openAlerts() != 1 {
		t.Errorf("closed by hand: %v", err)
	}
}
