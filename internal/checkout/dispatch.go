package checkout

import (
	"net/http"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/web"
	"kessai/internal/wording"
)

// dispatch sends the buyer to the page of the step the order is at.
func (c *Checkout) dispatch(w http.ResponseWriter, r *http.Request, id order.ID, s ledger.Step) error {
	switch s.Kind {
	case ledger.StepPay:
		return web.Redirect(w, r, c.address(pathCard, id))
	case ledger.StepWait:
		return web.Redirect(w, r, c.address(pathWait, id))
	default:
		return web.Redirect(w, r, c.address(pathComplete, id))
	}
}

// elsewhere answers an error that only says that the order is not where the page
// thought: by showing where it is.
func (c *Checkout) elsewhere(w http.ResponseWriter, r *http.Request, id order.ID, err error) error {
	p, ok := problem.As(err)
	if !ok {
		return err
	}
	switch p.Code {
	case "order.payment_running", "order.already_placed", "order.canceled", "operation.open", "payment.alive":
		l, err := c.Ledger.View(r.Context(), id)
		if err != nil {
			return err
		}
		return c.dispatch(w, r, id, ledger.Next(l))
	case "order.amount_changed":
		was, _ := p.Args["Old"].(order.Yen)
		is, _ := p.Args["New"].(order.Yen)
		return c.confirmAgain(w, r, id, was, is)
	case "order.other_method":
		return c.tell(w, r, c.Host.Procedure, "お支払い方法が変更されています。もう一度ご確認ください。")
	case "card.too_many", "card.no_three_ds":
		return c.tell(w, r, c.Host.Procedure, wording.Ja(err))
	case "stock.short", "stock.gone", "point.short":
		return c.tell(w, r, c.Host.Cart, wording.Ja(err), "お支払いは行われていません。カートの内容をご確認のうえ、もう一度お手続きください。")
	}
	return err
}

// tell leads the buyer to where something can be done about it.
func (c *Checkout) tell(w http.ResponseWriter, r *http.Request, to string, lines ...string) error {
	if err := web.PutFlash(r, web.Warning, lines...); err != nil {
		return err
	}
	return web.Redirect(w, r, to)
}

func (c *Checkout) confirmAgain(w http.ResponseWriter, r *http.Request, id order.ID, was, is order.Yen) error {
	to, err := c.Host.ConfirmAgain(r, id, was, is)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to)
}
