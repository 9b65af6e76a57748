package backoffice

import (
	"strings"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/web"
)

// shown are the manual's buttons of a payment (2.2.2): the amount is changed by
// オーソリ変更 before 売上, and by 売上変更 after it.
func shown(p *ledger.Payment) []payment.Button {
	all := []payment.Button{payment.SaleButton, payment.CancelButton}
	switch {
	case !p.Method.Captures():
		return nil
	case p.Method == payment.Card && p.Phase != payment.Captured:
		return append(all, payment.AuthChangeButton)
	}
	return append(all, payment.SaleChangeButton)
}

// buttons are the payment's, each with its question, or grey with the reason.
func (b *BackOffice) buttons(f orderFacts, p *ledger.Payment, refused map[payment.Button]error) ([]web.Confirm, error) {
	var out []web.Confirm
	for _, do := range shown(p) {
		c := b.question(f, p, do)
		err := refused[do]
		if err == nil && changes(do) && f.order.Totals.PaymentTotal == p.Amount {
			err = problem.New(problem.NotNow, "payment.amount_same", problem.Args{"Amount": p.Amount})
		}
		if err != nil {
			c.Reason = reasonWords(err)
			out = append(out, c)
			continue
		}
		key, err := b.key()
		if err != nil {
			return nil, err
		}
		c.Hidden = []web.Fact{
			{Name: "do", Value: string(do)}, {Name: "amount", Value: amountValue(p.Amount)},
			{Name: "total", Value: amountValue(f.order.Totals.PaymentTotal)}, {Name: "key", Value: key},
		}
		if ledger.PaysOtherwise(f.ledger, p) {
			c.Hidden = append(c.Hidden, web.Fact{Name: "apart", Value: "1"})
		}
		out = append(out, c)
	}
	return out, nil
}

// changes reports the buttons that change the amount.
func changes(do payment.Button) bool {
	return do == payment.AuthChangeButton || do == payment.SaleChangeButton
}

// question asks before an operation: order, amount, and what will happen.
func (b *BackOffice) question(f orderFacts, p *ledger.Payment, do payment.Button) web.Confirm {
	c := web.Confirm{
		ID:     "ask-" + string(do) + "-" + strings.ToLower(p.ID),
		Action: b.url("/order/" + f.order.ID.String() + "/payment/" + p.ID),
		Open:   do.Name(), Danger: do == payment.CancelButton, Safe: "閉じる", Back: b.orderURL(f.order.ID),
		Facts: []web.Fact{
			{Name: "注文番号", Value: orderNo(f.order)}, {Name: "お名前", Value: buyerName(f.order)},
			{Name: "決済ステータス", Value: paymentStatus(p)}, {Name: "金額", Value: p.Amount.String()},
		},
	}
	current := p.ID == f.ledger.CurrentID && !ledger.KeptApart(f.ledger, p)
	total := f.order.Totals.PaymentTotal
	c.Title, c.Button = do.Name()+"処理を実行しますか？", do.Name()+"処理を実行する"
	switch {
	case changes(do):
		c.Facts = append(c.Facts, web.Fact{Name: "変更後の金額", Value: total.String()})
		c.Consequence, c.Extra = changeWords(p, total)
		return c
	case do == payment.SaleButton:
		c.Consequence = p.Amount.String() + "の売上を確定し、購入者に請求します。"
		if ledger.PaysOtherwise(f.ledger, p) {
			c.Extra = append(c.Extra, "注文のお支払い方法は「"+f.ledger.Order.PaymentMethod+"」に変更されています。")
		}
	default:
		c.Consequence = cancelWords(f, p, current)
	}
	if current && total != p.Amount {
		c.Extra = append(c.Extra, "注文のお支払い合計（"+total.String()+"）とペイジェントの金額（"+p.Amount.String()+"）が異なります。")
	}
	return c
}

// changeWords say how the amount is changed (money.md §8), and what is lost by it
// (manual 2.5).
func changeWords(p *ledger.Payment, total order.Yen) (string, []string) {
	if p.Method != payment.Card {
		return "ペイジェントの金額を" + p.Amount.String() + "から" + total.String() + "に変更します。", nil
	}
	var extra []string
	if p.ThreeDS != ledger.NoThreeDS || p.Protected {
		extra = append(extra, "変更後のデータは3Dセキュア未使用の決済となり、チャージバックの対象となりません。")
	}
	return total.String() + "の決済を新しく作成してから、" + p.Amount.String() + "の決済を取り消します。", extra
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
