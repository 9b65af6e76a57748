package checkout

import (
	"net/http"

	"kessai/internal/ledger"
	"kessai/internal/web"
)

// completePage is the data of ご注文完了.
type completePage struct {
	Summary Summary
	Top     string
}

// closedPage is the data of an order that is over.
type closedPage struct {
	Summary Summary
	Top     string
}

// showComplete thanks for a placed order.
func (c *Checkout) showComplete(w http.ResponseWriter, r *http.Request) error {
	id, err := c.order(r)
	if err != nil {
		return err
	}
	l, err := c.Ledger.View(r.Context(), id)
	if err != nil {
		return err
	}
	step := ledger.Next(l)
	if step.Kind == ledger.StepPay || step.Kind == ledger.StepWait {
		return c.dispatch(w, r, id, step)
	}
	summary, err := c.Summary(r.Context(), id)
	if err != nil {
		return err
	}
	if err := c.Host.Completed(w, r, id); err != nil {
		return err
	}
	if step.Kind == ledger.StepCanceled {
		return c.closed.Render(w, r, web.Frame{Title: "このご注文は取り消されました", Narrow: true}, closedPage{Summary: summary, Top: c.Host.Top})
	}
	return c.complete.Render(w, r, web.Frame{Title: "ご注文完了", Step: web.StepComplete, Narrow: true}, completePage{Summary: summary, Top: c.Host.Top})
}
