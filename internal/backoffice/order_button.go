package backoffice

import (
	"strings"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/web"
)

// The two buttons of the manual (2.2.2), as the form names them.
const (
	doCapture = "capture"
	doCancel  = "cancel"
)

func doName(do string) string {
	if do == doCapture {
		return "売上"
	}
	return "取消"
}

// buttons are 売上 and 取消, each with its question, or grey with the reason.
func (b *BackOffice) buttons(f orderFacts, p *ledger.Payment, allowed ledger.Allowed) ([]web.Confirm, error) {
	var out []web.Confirm
	for _, one := range []struct {
		do  string
		err error
	}{{doCapture, allowed.Capture}, {doCancel, allowed.Cancel}} {
		c := b.question(f, p, one.do)
		if one.err != nil {
			c.Reason = reasonWords(one.err)
			out = append(out, c)
			continue
		}
		key, err := b.key()
		if err != nil {
			return nil, err
		}
		c.Hidden = []web.Fact{{Name: "do", Value: one.do}, {Name: "amount", Value: amountValue(p.Amount)}, {Name: "key", Value: key}}
		out = append(out, c)
	}
	return out, nil
}

// question asks before an operation: order, amount, and what will happen.
func (b *BackOffice) question(f orderFacts, p *ledger.Payment, do string) web.Confirm {
	c := web.Confirm{
		ID:     "ask-" + do + "-" + strings.ToLower(p.ID),
		Action: b.url("/order/" + f.order.ID.String() + "/payment/" + p.ID),
		Open:   doName(do), Danger: do == doCancel, Safe: "閉じる", Back: b.orderURL(f.order.ID),
		Facts: []web.Fact{
			{Name: "注文番号", Value: orderNo(f.order)}, {Name: "お名前", Value: buyerName(f.order)},
			{Name: "決済ステータス", Value: paymentStatus(p)}, {Name: "金額", Value: p.Amount.String()},
		},
	}
	current := p.ID == f.ledger.CurrentID
	if do == doCapture {
		c.Title, c.Button = "売上処理を実行しますか？", "売上処理を実行する"
		c.Consequence = p.Amount.String() + "の売上を確定し、購入者に請求します。"
	} else {
		c.Title, c.Button = "取消処理を実行しますか？", "取消処理を実行する"
		c.Consequence = cancelWords(f, p, current)
	}
	if total := f.order.Totals.PaymentTotal; current && total != p.Amount {
		c.Extra = append(c.Extra, "注文のお支払い合計（"+total.String()+"）とペイジェントの金額（"+p.Amount.String()+"）が異なります。")
	}
	return c
}

// cancelWords say what a cancellation does to the money, and then to the order and
// its goods by the state table (money.md §6).
func cancelWords(f orderFacts, p *ledger.Payment, current bool) string {
	said := "オーソリを取り消します。購入者への請求はありません。"
	if p.Phase == payment.Captured {
		said = "売上を取り消し、" + p.Amount.String() + "を購入者に返金します。元に戻せません。"
	}
	switch {
	case !current:
		return said + "注文の対応状況と在庫は変わりません。"
	case f.order.Status == order.Delivered || f.order.Status == order.Returned:
		return said + "対応状況は「" + f.order.Status.Name() + "」のままで、在庫は戻りません。"
	case f.order.Status == order.Canceled:
		return said + "対応状況は「注文取消し」のままです。"
	case f.order.Totals.UsePoint > 0:
		return said + "注文は取消しになり、在庫と利用ポイントが戻ります。"
	}
	return said + "注文は取消しになり、在庫が戻ります。"
}
