package checkout

import (
	"net/http"
	"strconv"
	"strings"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/web"
)

// cardPage is the card page's data.
type cardPage struct {
	Order   string // token
	Key     string
	Summary Summary
	Browser Browser
	Classes []classChoice
	Refusal *refusal
	Wrong   wrongFields
	Action  string
	Back    string
}

// The fields an error can be beside. The page's script speaks for the others.
const (
	fieldCard  = "card_number"
	fieldClass = "payment_class"
)

// wrongFields are the sentences beside them.
type wrongFields struct{ Card, Class string }

// classChoice is one choice of 支払い回数.
type classChoice struct {
	Value, Label string
	Chosen       bool
}

// refusal is why the last try failed, and what the buyer can do.
type refusal struct{ Title, Advice string }

// showCard shows the card page if that is where the order is.
func (c *Checkout) showCard(w http.ResponseWriter, r *http.Request) error {
	id, err := c.order(r)
	if err != nil {
		return err
	}
	l, err := c.Ledger.View(r.Context(), id)
	if err != nil {
		return err
	}
	step := ledger.Next(l)
	if step.Kind != ledger.StepPay {
		return c.dispatch(w, r, id, step)
	}
	if !l.Order.Paygent() || l.Order.Total <= 0 {
		return web.Redirect(w, r, c.Host.Procedure)
	}
	policy, err := c.Ledger.Policy(r.Context())
	if err != nil {
		return err
	}
	if policy.RefusesCards() { // before a card is typed for nothing
		return c.elsewhere(w, r, id, problem.New(problem.Misset, "card.no_three_ds", nil))
	}
	return c.renderCard(w, r, id, step, web.Errors{})
}

func (c *Checkout) renderCard(w http.ResponseWriter, r *http.Request, id order.ID, step ledger.Step, errs web.Errors) error {
	summary, err := c.Summary(r.Context(), id)
	if err != nil {
		return err
	}
	browser, err := c.Browser(r.Context())
	if err != nil {
		return err
	}
	key, err := c.key()
	if err != nil {
		return err
	}
	refused := refusalOf(step.Refusal)
	if errs.Any() {
		refused = nil // that was the try before; this one never got that far
	}
	page := cardPage{
		Order: c.Tokens.For(id), Key: key, Summary: summary, Browser: browser, Refusal: refused,
		Wrong:   wrongFields{Card: errs.On(fieldCard), Class: errs.On(fieldClass)},
		Classes: classChoices(browser.Classes, r.PostFormValue(fieldClass)), Action: pathCard, Back: pathBack,
	}
	frame := web.Frame{
		Title: "クレジットカードでのお支払い", Step: web.StepConfirm, Payment: true, Errors: errs,
		Outside: []string{browser.TokenScript},
		Policy:  web.Policy{Script: []string{browser.TokenOrigin}, Connect: []string{browser.TokenOrigin}},
	}
	return c.card.Render(w, r, frame, page)
}

// payCard takes the one-time token the buyer's browser got from Paygent, and pays.
// The card itself never comes here.
func (c *Checkout) payCard(w http.ResponseWriter, r *http.Request) error {
	id, err := c.order(r)
	if err != nil {
		return err
	}
	in, err := c.readCard(r, id)
	if err != nil {
		return c.cardAgain(w, r, id, err)
	}
	result, err := c.Ledger.Begin(r.Context(), in)
	if err != nil {
		return c.cardAgain(w, r, id, err)
	}
	return c.dispatch(w, r, id, result.Step)
}

// readCard reads the form. The total is the order's as it stands: the page shows it.
func (c *Checkout) readCard(r *http.Request, id order.ID) (ledger.Begin, error) {
	shown, err := strconv.ParseInt(r.PostFormValue("total"), 10, 64)
	if err != nil {
		return ledger.Begin{}, problem.Wrap(err, problem.Invalid, "form.unreadable", nil)
	}
	class, count, _ := strings.Cut(r.PostFormValue(fieldClass), "-")
	split := 0
	if count != "" {
		if split, err = strconv.Atoi(count); err != nil {
			return ledger.Begin{}, problem.New(problem.Invalid, "payment.class", nil).On(fieldClass)
		}
	}
	token := strings.TrimSpace(r.PostFormValue("card_token"))
	if token == "" || len(token) > 200 {
		return ledger.Begin{}, problem.New(problem.Invalid, "card.token_missing", nil).On(fieldCard)
	}
	key := r.PostFormValue("key")
	if len(key) != 32 {
		return ledger.Begin{}, problem.New(problem.Invalid, "form.unreadable", nil)
	}
	return ledger.Begin{
		Order: id, Amount: order.Yen(shown), Beside: ledger.Beside{Token: ledger.CardToken(token)}, PaymentClass: class, SplitCount: split,
		Actor: ledger.Buyer, Key: "card:" + key,
	}, nil
}

// cardAgain shows the card page with what was wrong, or where the order is instead.
func (c *Checkout) cardAgain(w http.ResponseWriter, r *http.Request, id order.ID, err error) error {
	p, ok := problem.As(err)
	if !ok || p.Field == "" {
		return c.elsewhere(w, r, id, err)
	}
	l, viewErr := c.Ledger.View(r.Context(), id)
	if viewErr != nil {
		return viewErr
	}
	step := ledger.Next(l)
	if step.Kind != ledger.StepPay {
		return c.dispatch(w, r, id, step)
	}
	var errs web.Errors
	errs.Add(err)
	return c.renderCard(w, r, id, step, errs)
}

// classChoices names the payment classes in the manual's words.
func classChoices(classes []string, chosen string) []classChoice {
	var list []classChoice
	for i, v := range classes {
		label := v
		class, count, split := strings.Cut(v, "-")
		switch {
		case class == "10":
			label = "一括払い"
		case split:
			label = "分割" + count + "回払い"
		case class == "80":
			label = "リボ払い"
		case class == "21":
			label = "ボーナス一括払い"
		}
		list = append(list, classChoice{Value: v, Label: label, Chosen: v == chosen || (chosen == "" && i == 0)})
	}
	return list
}
