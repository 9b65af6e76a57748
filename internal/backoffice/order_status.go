package backoffice

import (
	"encoding/hex"
	"net/http"
	"strconv"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/web"
)

// statusForm is what a button of 対応状況 sends.
type statusForm struct {
	From   int16  `form:"from"` // as it was shown
	To     int16  `form:"to"`
	Living string `form:"living"` // what becomes of the payment
	Key    string `form:"key"`
}

// statuses are the buttons of what staff may change the status to, or why they may not.
func (b *BackOffice) statuses(f orderFacts) ([]web.Confirm, string, error) {
	if err := ledger.MaySave(f.ledger); err != nil {
		return nil, reasonWords(err), nil
	}
	var out []web.Confirm
	for _, to := range order.Reachable(f.order.Status) {
		choices := []ledger.Living{ledger.LivingAsk}
		if to == order.Canceled && ledger.Asks(f.ledger) != nil {
			choices = []ledger.Living{ledger.LivingCancel, ledger.LivingKeep}
		}
		for _, living := range choices {
			key, err := b.key()
			if err != nil {
				return nil, "", err
			}
			c := b.statusQuestion(f, to, living)
			c.Hidden = []web.Fact{
				{Name: "from", Value: strconv.Itoa(int(f.order.Status))}, {Name: "to", Value: strconv.Itoa(int(to))},
				{Name: "living", Value: string(living)}, {Name: "key", Value: key},
			}
			out = append(out, c)
		}
	}
	return out, "", nil
}

// statusQuestion asks before a change of the status; where a payment is alive, what
// becomes of it is part of the question, and cancelling it comes first.
func (b *BackOffice) statusQuestion(f orderFacts, to order.Status, living ledger.Living) web.Confirm {
	c := web.Confirm{
		ID:     "ask-status-" + strconv.Itoa(int(to)) + string(living),
		Action: b.url("/order/" + f.order.ID.String() + "/status"),
		Title:  "対応状況を「" + to.Name() + "」に変更しますか？",
		Open:   to.Name(), Button: "変更する", Safe: "閉じる", Back: b.orderURL(f.order.ID), Small: true,
		Danger: to == order.Canceled || to == order.Returned,
		Facts: []web.Fact{
			{Name: "注文番号", Value: orderNo(f.order)}, {Name: "お名前", Value: buyerName(f.order)},
			{Name: "変更", Value: f.order.Status.Name() + " → " + to.Name()},
		},
		Consequence: statusEffects(f, to),
	}
	switch p := ledger.Asks(f.ledger); {
	case p == nil:
	case living == ledger.LivingCancel:
		c.Open, c.Button = to.Name()+"（決済も取り消す）", "注文と決済を取り消す"
		c.Consequence = cancelWords(f, p, true)
	case living == ledger.LivingKeep:
		c.Open, c.Button = to.Name()+"（決済は残す）", "注文だけを取り消す"
		c.Extra = []string{"ペイジェントの決済（" + p.Worth().String() + "）は取り消しません。購入者に請求されることがあります。"}
	}
	return c
}

// changeStatus runs a button of 対応状況, once per button shown.
func (b *BackOffice) changeStatus(w http.ResponseWriter, r *http.Request) error {
	id, f, err := b.orderOf(r)
	if err != nil {
		return err
	}
	form, wrong, err := web.Decode[statusForm](r)
	if err != nil {
		return err
	}
	to, living := order.Status(form.To), ledger.Living(form.Living)
	if wrong.Any() || !goodKey(form.Key) || !to.Valid() || living != ledger.LivingAsk && living != ledger.LivingCancel && living != ledger.LivingKeep {
		return problem.New(problem.Invalid, "form.unreadable", nil)
	}
	if ok, err := b.Kernel.Confirmed(w, r, web.Admin, web.Frame{Group: "受注管理", Menu: menuList}, b.statusQuestion(f, to, living)); !ok {
		return err
	}
	result, err := b.Ledger.ChangeStatus(r.Context(), ledger.StatusChange{
		Order: id, From: order.Status(form.From), To: to, Living: living, Actor: actorOf(r), Key: "status-" + form.Key,
	})
	if living == ledger.LivingCancel && (err == nil && result.Operation.ID != "" || problem.CategoryOf(err) == problem.Internal) {
		if err != nil { // what came of it may only not have been written yet
			b.Log.ErrorContext(r.Context(), "cancellation with the order not finished", "order", int64(id), "error", err)
			result.Operation.State = payment.UnknownState
		}
		tone, lines, _ := outcome(payment.CancelButton, result, nil)
		return b.said(w, r, id, tone, lines)
	}
	return b.done(w, r, id, err, "対応状況の変更", "対応状況を「"+to.Name()+"」に変更しました。")
}

// orderOf reads the order of the path for a question about it.
func (b *BackOffice) orderOf(r *http.Request) (id order.ID, f orderFacts, err error) {
	if id, err = orderID(r); err != nil {
		return id, f, err
	}
	if f.order, err = b.Reader.Order(r.Context(), id); err != nil {
		return id, f, err
	}
	f.ledger, err = b.Ledger.View(r.Context(), id)
	return id, f, err
}

// done leads back to the order and says what was done, or why it was not.
func (b *BackOffice) done(w http.ResponseWriter, r *http.Request, id order.ID, err error, what, success string) error {
	switch problem.CategoryOf(err) {
	case problem.NotNow, problem.Conflict, problem.Invalid:
		return b.said(w, r, id, web.Danger, []string{what + "は行われませんでした。", reasonWords(err)})
	}
	if err != nil {
		return err
	}
	b.Log.InfoContext(r.Context(), "staff changed an order", "member", member(r.Context()).ID, "order", int64(id), "do", what)
	return b.said(w, r, id, web.Success, []string{success})
}

func (b *BackOffice) said(w http.ResponseWriter, r *http.Request, id order.ID, tone web.Tone, lines []string) error {
	if err := web.PutFlash(r, tone, lines...); err != nil {
		return err
	}
	return web.Redirect(w, r, b.orderURL(id))
}

func actorOf(r *http.Request) ledger.Actor {
	return ledger.Actor(actorStaff + strconv.FormatInt(member(r.Context()).ID, 10))
}

// goodKey: forms are made by our own pages.
func goodKey(key string) bool {
	raw, err := hex.DecodeString(key)
	return err == nil && len(raw) == keyBytes
}

// statusEffects says what a change of the status does to stock and points.
func statusEffects(f orderFacts, to order.Status) string {
	used, given := f.order.Totals.UsePoint > 0, strconv.FormatInt(f.order.Totals.AddPoint, 10)+"pt"
	switch {
	case f.order.Status == order.Returned && to == order.Delivered:
		return "返品を取り消します。利用ポイントと加算ポイントを返品前に戻します。在庫は変わりません。"
	case f.order.Status == order.Canceled:
		return "注文を復活し、在庫をもう一度引き当てます。" + when(used, "利用ポイントも差し引きます。")
	case to == order.Canceled:
		return "注文は取消しになり、在庫" + when(used, "と利用ポイント") + "が戻ります。"
	case to == order.Paid:
		return "入金日を現在の日時にします。"
	case to == order.Delivered:
		return "発送日を記録します。" + when(f.order.CustomerID != 0, "会員に加算ポイント（"+given+"）を付与します。")
	case to == order.Returned:
		return "在庫は戻りません。" + when(used, "利用ポイントを戻します。") + when(f.order.CustomerID != 0, "加算ポイント（"+given+"）を取り消します。")
	}
	return ""
}

func when(is bool, words string) string {
	if is {
		return words
	}
	return ""
}
