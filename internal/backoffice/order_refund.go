package backoffice

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/store"
	"kessai/internal/web"
)

// refundView is the form of 返金済み(手動) in its plainest shape.
type refundView struct {
	ID     string
	Left   order.Yen
	Amount string // what is offered: the difference, or all
	Today  string
	Ask    web.Confirm
}

// refundForm is what it sends.
type refundForm struct {
	Amount string `form:"amount"`
	Left   string `form:"left"`
	Day    string `form:"day"`
	How    string `form:"how"`
	Key    string `form:"key"`
}

// refundable: 返金済み(手動) cures the alert, and no telegram returns the money.
func refundable(f orderFacts, a store.Alert) bool {
	switch a.Kind {
	case ledger.AlertDouble, ledger.AlertPaidCanceled, ledger.AlertAmountOpen, ledger.AlertStockShort, ledger.AlertKept:
		return ledger.MayRefundByHand(f.ledger, a.Cause) == nil
	}
	return false
}

func (b *BackOffice) refundForm(f orderFacts, paymentID string) (*refundView, error) {
	key, err := b.key()
	if err != nil {
		return nil, err
	}
	p := paymentByID(f.ledger, paymentID)
	v := &refundView{ID: "refund-" + strings.ToLower(p.ID), Left: p.Worth(), Amount: amountValue(p.Worth()), Today: b.Now().In(order.JST()).Format(time.DateOnly)}
	if over := p.Worth() - f.ledger.Order.Total; p.ID == f.ledger.CurrentID && over > 0 && f.ledger.Order.Status != order.Canceled {
		v.Amount = amountValue(over)
	}
	v.Ask = b.refundQuestion(f, p)
	v.Ask.Form = v.ID
	v.Ask.Hidden = []web.Fact{{Name: "key", Value: key}, {Name: "left", Value: amountValue(p.Worth())}}
	return v, nil
}

func (b *BackOffice) refundQuestion(f orderFacts, p *ledger.Payment) web.Confirm {
	return web.Confirm{
		ID:     "ask-refund-" + strings.ToLower(p.ID),
		Action: b.url("/order/" + f.order.ID.String() + "/payment/" + p.ID + "/refund"),
		Title:  "返金済みとして記録しますか？", Open: "返金済みを記録する", Button: "記録する", Safe: "閉じる", Back: b.orderURL(f.order.ID),
		Facts: []web.Fact{
			{Name: "注文番号", Value: orderNo(f.order)}, {Name: "お名前", Value: buyerName(f.order)}, {Name: "決済の残り", Value: p.Worth().String()},
		},
		Consequence: "すでに返金したことを記録するだけです。ペイジェントから返金は行われません。記録は取り消せません。",
	}
}

// refundByHand records a refund, once per form shown.
func (b *BackOffice) refundByHand(w http.ResponseWriter, r *http.Request) error {
	id, err := orderID(r)
	if err != nil {
		return err
	}
	form, _, err := web.Decode[refundForm](r)
	if err != nil {
		return err
	}
	if !goodKey(form.Key) {
		return problem.New(problem.Invalid, "form.unreadable", nil)
	}
	f, p, err := b.paymentOf(r, id)
	if err != nil {
		return err
	}
	if ok, err := b.Kernel.Confirmed(w, r, web.Admin, web.Frame{Group: "受注管理", Menu: menuList}, b.refundQuestion(f, p)); !ok {
		return err
	}
	// What was typed wrongly is nothing, which the ledger refuses in words.
	amount, _ := strconv.ParseInt(form.Amount, 10, 64)
	left, _ := strconv.ParseInt(form.Left, 10, 64)
	day, _ := time.ParseInLocation(time.DateOnly, form.Day, order.JST())
	_, err = b.Ledger.RefundByHand(r.Context(), ledger.HandRefund{
		Order: id, PaymentID: p.ID, Amount: order.Yen(amount), Left: order.Yen(left), Day: day, How: form.How, Actor: actorOf(r), Key: "refund-" + form.Key,
	})
	return b.done(w, r, id, err, "返金の記録", "返金済み(手動)を記録しました。")
}

func paymentByID(l *ledger.Ledger, id string) *ledger.Payment {
	for _, p := range l.Payments {
		if p.ID == id {
			return p
		}
	}
	return &ledger.Payment{}
}

// revivable: taking the order in again cures the alert.
func revivable(f orderFacts, a store.Alert) bool {
	switch a.Kind {
	case ledger.AlertPaidCanceled, ledger.AlertStockShort, ledger.AlertKept:
		return ledger.MayRevive(f.ledger) == nil
	}
	return false
}

func (b *BackOffice) reviveButton(f orderFacts) (*web.Confirm, error) {
	key, err := b.key()
	if err != nil {
		return nil, err
	}
	c := b.reviveQuestion(f)
	c.Hidden = []web.Fact{{Name: "key", Value: key}}
	return &c, nil
}

func (b *BackOffice) reviveQuestion(f orderFacts) web.Confirm {
	return web.Confirm{
		ID: "ask-revive", Action: b.url("/order/" + f.order.ID.String() + "/revive"),
		Title: "注文を復活しますか？", Open: "注文を復活する", Button: "復活する", Safe: "閉じる", Back: b.orderURL(f.order.ID),
		Facts: []web.Fact{
			{Name: "注文番号", Value: orderNo(f.order)}, {Name: "お名前", Value: buyerName(f.order)}, {Name: "お支払い合計", Value: f.order.Totals.PaymentTotal.String()},
		},
		Consequence: "在庫をもう一度引き当て、入金をこの注文の入金とします。在庫が足りないときは復活できません。",
	}
}

// revive takes an order in again, once per button shown.
func (b *BackOffice) revive(w http.ResponseWriter, r *http.Request) error {
	id, f, err := b.orderOf(r)
	if err != nil {
		return err
	}
	form, _, err := web.Decode[struct {
		Key string `form:"key"`
	}](r)
	if err != nil {
		return err
	}
	if !goodKey(form.Key) {
		return problem.New(problem.Invalid, "form.unreadable", nil)
	}
	if ok, err := b.Kernel.Confirmed(w, r, web.Admin, web.Frame{Group: "受注管理", Menu: menuList}, b.reviveQuestion(f)); !ok {
		return err
	}
	_, err = b.Ledger.Revive(r.Context(), ledger.Revive{Order: id, Actor: actorOf(r), Key: "revive-" + form.Key})
	return b.done(w, r, id, err, "注文の復活", "注文を復活しました。")
}
