package shop

import (
	"net/http"
	"strconv"

	"kessai/internal/order"
	"kessai/internal/web"
	"kessai/internal/wording"
)

// procedurePage is the data of ご注文手続き.
type procedurePage struct {
	Buyer       addressView
	Destination addressView
	Elsewhere   bool // delivered to somebody else
	Lines       []orderLine
	Deliveries  []deliveryChoice
	Date        *web.Field
	Payments    []paymentChoice
	Message     web.Field
	Totals      order.Totals
	Rates       []order.RateTotal
	Wrong       wrongChoices
	News        web.Message
	Ready       bool
}

// wrongChoices are the errors beside the two lists of choices.
type wrongChoices struct{ Delivery, Payment string }

// deliveryChoice is one delivery method with its times.
type deliveryChoice struct {
	ID       int64
	Title    string
	Fee      order.Yen
	Selected bool
	Time     *web.Field
}

// paymentChoice is one payment method.
type paymentChoice struct {
	ID       int64
	Name     string
	Charge   order.Yen
	Selected bool
}

func (s *Shop) showProcedure(w http.ResponseWriter, r *http.Request) error {
	v, err := s.visit(r, nil)
	if err != nil {
		return err
	}
	return s.renderProcedure(w, r, v)
}

// recompute saves what was chosen so far and shows the page again.
func (s *Shop) recompute(w http.ResponseWriter, r *http.Request) error {
	return s.take(w, r, "/shopping")
}

// choose checks what was chosen; the answer is ご注文内容のご確認.
func (s *Shop) choose(w http.ResponseWriter, r *http.Request) error {
	return s.take(w, r, "/shopping/confirm")
}

func (s *Shop) take(w http.ResponseWriter, r *http.Request, next string) error {
	f, err := readChoices(r)
	if err != nil {
		return err
	}
	v, err := s.visit(r, &f)
	if err != nil {
		return err
	}
	if v.errors.Any() || !v.ready() {
		return s.renderProcedure(w, r, v)
	}
	return web.Redirect(w, r, next)
}

func (s *Shop) renderProcedure(w http.ResponseWriter, r *http.Request, v visit) error {
	d, ship := v.draft, v.draft.Shippings[0]
	e := v.errors.Label(map[string]string{
		"delivery": "配送方法", "payment": "お支払方法", "message": "お問い合わせ", "date": "お届け日", timeField(ship.DeliveryID): "お届け時間",
	})
	page := procedurePage{
		Buyer: viewOf(d.Buyer), Destination: viewOf(ship.Address), Elsewhere: ship.Address != destination(d.Buyer),
		Lines: v.lines(), Deliveries: v.deliveryChoices(e), Date: v.dateField(e), Payments: v.paymentChoices(),
		Totals: d.Totals, Rates: order.TaxByRate(d.Items), Ready: v.ready(),
		Wrong: wrongChoices{Delivery: e.On("delivery"), Payment: e.On("payment")},
		Message: e.Put(web.Field{
			Kind: web.KindTextArea, Name: "message", Label: "お問い合わせ", Value: v.form.Message, Rows: 3,
			Hint: "配送やご注文についてのご要望がございましたらご記入ください。（3000文字まで）",
		}),
	}
	if len(v.news) > 0 {
		page.News = web.Message{Tone: web.Warning, Lines: v.news}
	}
	return s.procedure.Render(w, r, web.Frame{Title: "ご注文手続き", Step: web.StepProcedure, Errors: e}, page)
}

func (v visit) deliveryChoices(e web.Errors) []deliveryChoice {
	var out []deliveryChoice
	pref := v.draft.Shippings[0].Address.PrefID
	for _, d := range v.terms.deliveries {
		fee, _ := order.FeeFor(v.terms.fees, d.ID, pref) // offered only where there is one
		c := deliveryChoice{
			ID: d.ID, Title: d.Title(), Fee: fee,
			Selected: strconv.FormatInt(d.ID, 10) == v.form.Delivery,
		}
		if len(d.Times) > 0 {
			f := web.Field{Kind: web.KindSelect, Name: timeField(d.ID), Label: "お届け時間", Blank: "指定なし", Size: "s"}
			for _, t := range d.Times {
				f.Options = append(f.Options, web.Option{Value: strconv.FormatInt(t.ID, 10), Label: t.Name})
			}
			f.Value = v.form.times[f.Name]
			f = e.Put(f)
			c.Time = &f
		}
		out = append(out, c)
	}
	return out
}

func (v visit) dateField(e web.Errors) *web.Field {
	days := dates(v.classes, v.terms.base.now)
	if len(days) == 0 {
		return nil
	}
	f := web.Field{Kind: web.KindSelect, Name: "date", Label: "お届け日", Blank: "指定なし", Size: "s", Value: v.form.Date}
	for _, day := range days {
		f.Options = append(f.Options, web.Option{Value: day.Format(dateForm), Label: wording.Day(day)})
	}
	f = e.Put(f)
	return &f
}

func (v visit) paymentChoices() []paymentChoice {
	var out []paymentChoice
	for _, p := range v.offered {
		out = append(out, paymentChoice{
			ID: p.ID, Name: p.Name, Charge: p.Charge,
			Selected: strconv.FormatInt(p.ID, 10) == v.form.Payment,
		})
	}
	return out
}
