package shop

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/store"
	"kessai/internal/web"
)

// elsewhere says that the visitor belongs on another page.
type elsewhere struct{ path string }

func (e elsewhere) Error() string { return "shop: the visitor belongs on " + e.path }

// led answers an elsewhere with the way there.
func led(next web.HandlerFunc) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := next(w, r)
		if to, ok := errors.AsType[elsewhere](err); ok {
			return web.Redirect(w, r, to.path)
		}
		return err
	}
}

// visit is a buyer at the checkout: the cart, its order in 8 and the choices.
type visit struct {
	cart    cart
	draft   store.Draft
	terms   terms
	offered []order.Payment
	classes []class
	form    choices    // what the page shows as chosen
	errors  web.Errors // of what the buyer chose just now
	news    []string   // what changed without the buyer
}

// ready reports whether the order can be confirmed.
func (v visit) ready() bool { return len(v.terms.deliveries) > 0 && len(v.offered) > 0 }

// visit finds the buyer's order in 8 or makes it, computed from today's prices.
// Who has no cart or gave no details yet is sent elsewhere. chosen may be nil.
func (s *Shop) visit(r *http.Request, chosen *choices) (visit, error) {
	return s.visitWith(r, chosen, func(*store.Draft) {})
}

// visitWith is visit with a change of the order before it is computed.
func (s *Shop) visitWith(r *http.Request, chosen *choices, change func(*store.Draft)) (visit, error) {
	var late error
	var id order.ID
	for range 3 {
		c, d, err := s.begin(r)
		if err != nil {
			return visit{}, err
		}
		id = d.ID
		change(&d)
		v, err := s.computed(r.Context(), c, d, chosen)
		if !overtaken(err) {
			return v, err
		}
		late = err
	}
	return visit{}, problem.Wrap(late, problem.Conflict, "order.busy", problem.Args{"Order": id})
}

// overtaken reports that another request of the buyer's wrote the order's rows
// between reading and writing.
func overtaken(err error) bool {
	return problem.Is(err, "order.item_unknown") || problem.Is(err, "order.shipping_unknown")
}

// begin finds the buyer's cart and its order in 8.
func (s *Shop) begin(r *http.Request) (cart, store.Draft, error) {
	c, err := s.currentCart(r)
	if err != nil {
		return cart{}, store.Draft{}, err
	}
	guest, ok := guestOf(r)
	if !ok {
		return cart{}, store.Draft{}, elsewhere{"/shopping/login"}
	}
	d, err := s.openDraft(r, &c, guest)
	return c, d, err
}

// computed brings the draft up to date with cart, prices and choices, and saves it.
func (s *Shop) computed(ctx context.Context, c cart, d store.Draft, chosen *choices) (visit, error) {
	v := visit{cart: c, draft: d}
	lines := make([]order.Line, 0, len(c.Items))
	for _, i := range c.Items {
		lines = append(lines, i.Class.line(i.Quantity, d.Shippings[0].ID))
		v.classes = append(v.classes, i.Class)
	}
	var err error
	if v.terms, err = s.terms(ctx, s.DB.Read(), c.SaleType(), d.Shippings[0].Address.PrefID); err != nil {
		return visit{}, err
	}
	if chosen != nil {
		v.choose(*chosen)
	}
	if len(v.terms.deliveries) == 0 {
		return v, nil // the page says so; there is nothing to compute
	}
	if err := v.compute(lines); err != nil {
		return visit{}, err
	}
	if chosen == nil {
		v.form = choicesOf(v.draft)
		v.notice(d)
	} else {
		v.checkPayment(chosen.Payment)
	}
	return v, s.keep(ctx, &v)
}

// compute fits delivery and payment to what is offered and adds everything up.
func (v *visit) compute(lines []order.Line) (err error) {
	ship := &v.draft.Shippings[0]
	taken, ok := v.terms.delivery(ship.DeliveryID)
	if !ok {
		taken = v.terms.deliveries[0]
	}
	time := taken.time(ship.TimeID)
	ship.DeliveryID, ship.DeliveryName, ship.TimeID, ship.Time = taken.ID, taken.Name, time.ID, time.Name
	p := v.terms.pricing(v.draft, lines)
	if v.offered, err = v.terms.offered(p); err != nil {
		return err
	}
	if len(v.offered) > 0 {
		n := max(0, slices.IndexFunc(v.offered, func(p order.Payment) bool { return p.ID == v.draft.PaymentRow }))
		p.Payment = &v.offered[n]
		v.draft.PaymentRow, v.draft.PaymentName = p.Payment.ID, p.Payment.Name
	} else {
		v.draft.PaymentRow, v.draft.PaymentName = 0, ""
	}
	return fill(&v.draft, p)
}

// notice says what became dearer or cheaper by itself since the order was last shown.
func (v *visit) notice(was store.Draft) {
	if was.ID == 0 {
		return
	}
	a, b := was.Totals, v.draft.Totals
	if a.DeliveryFeeTotal != b.DeliveryFeeTotal {
		v.news = append(v.news, "送料が更新されました。金額をご確認ください。")
	}
	if was.PaymentRow != v.draft.PaymentRow {
		v.news = append(v.news, "「"+was.PaymentName+"」は、このご注文にはご利用いただけなくなりました。お支払方法をご確認ください。")
	} else if a.Charge != b.Charge {
		v.news = append(v.news, "手数料が更新されました。金額をご確認ください。")
	}
}
