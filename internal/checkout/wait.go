package checkout

import (
	"net/http"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/web"
)

// waitPage is the data of 確認中.
type waitPage struct {
	Summary Summary
	Since   time.Time
	Unknown bool
	Self    string
}

// refreshAfter is how soon 確認中 looks again.
const refreshAfter = 4 * time.Second

// showWait tells that the payment is being confirmed, until it is known.
func (c *Checkout) showWait(w http.ResponseWriter, r *http.Request) error {
	id, err := c.order(r)
	if err != nil {
		return err
	}
	l, err := c.Ledger.View(r.Context(), id)
	if err != nil {
		return err
	}
	step := ledger.Next(l)
	if step.Kind != ledger.StepWait {
		return c.dispatch(w, r, id, step)
	}
	summary, err := c.Summary(r.Context(), id)
	if err != nil {
		return err
	}
	frame := web.Frame{Title: "お支払いを確認しています", Step: web.StepConfirm, Payment: true, Narrow: true, Refresh: refreshAfter}
	return c.wait.Render(w, r, frame, waitPage{Summary: summary, Since: step.Since, Unknown: step.Unknown, Self: c.address(pathWait, id)})
}
