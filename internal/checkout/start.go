package checkout

import (
	"net/http"
	"strconv"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/web"
)

// start takes the confirmed order: the total is computed once more, and if it is
// not the one shown the buyer confirms again. An order of ours goes on to its
// payment page, any other is placed here.
func (c *Checkout) start(w http.ResponseWriter, r *http.Request) error {
	id, err := c.order(r)
	if err != nil {
		return err
	}
	shown, err := strconv.ParseInt(r.PostFormValue("total"), 10, 64)
	if err != nil {
		return problem.Wrap(err, problem.Invalid, "form.unreadable", nil)
	}
	l, err := c.Ledger.View(r.Context(), id)
	if err != nil {
		return err
	}
	if l.Order.Status != order.Processing {
		return c.dispatch(w, r, id, ledger.Next(l))
	}
	was, is, changed, err := c.Host.Recheck(r.Context(), id)
	switch {
	case err != nil:
		return err
	case changed:
		return c.confirmAgain(w, r, id, was, is)
	case is != order.Yen(shown):
		return c.confirmAgain(w, r, id, order.Yen(shown), is)
	}
	if l.Order.Paygent() && is > 0 {
		return web.Redirect(w, r, c.address(pathCard, id))
	}
	step, err := c.Ledger.Place(r.Context(), id, is)
	if err != nil {
		return c.elsewhere(w, r, id, err)
	}
	return c.dispatch(w, r, id, step)
}

// back leads from the payment page to ご注文手続き; the order stays as it is.
func (c *Checkout) back(w http.ResponseWriter, r *http.Request) error {
	return web.Redirect(w, r, c.Host.Procedure)
}

// giveUp ends the buyer's attempt. While its outcome is open nobody may: the buyer
// is shown that it is being asked for. What was placed meanwhile is placed.
func (c *Checkout) giveUp(w http.ResponseWriter, r *http.Request) error {
	id, err := c.order(r)
	if err != nil {
		return err
	}
	err = c.Ledger.GiveUp(r.Context(), id)
	if problem.Is(err, "operation.open") {
		if err := web.PutFlash(r, web.Warning, "お支払いの結果を確認しているため、いまは中止できません。"); err != nil {
			return err
		}
	}
	if err != nil {
		return c.elsewhere(w, r, id, err)
	}
	l, err := c.Ledger.View(r.Context(), id)
	if err != nil {
		return err
	}
	if step := ledger.Next(l); step.Kind != ledger.StepPay {
		return c.dispatch(w, r, id, step)
	}
	if err := web.PutFlash(r, web.Info, "お支払いを中止しました。カートの内容はそのままです。"); err != nil {
		return err
	}
	return web.Redirect(w, r, c.Host.Cart)
}
