package shop

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"kessai/internal/database"
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
	c, d, err := s.begin(r)
	if err != nil {
		return visit{}, err
	}
	return s.computed(r.Context(), c, d, chosen)
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

// currentCart is the cart at the checkout. One that lost something has to be seen by
// the buyer first.
func (s *Shop) currentCart(r *http.Request) (cart, error) {
	b, err := s.basket(r)
	if err != nil {
		return cart{}, err
	}
	n := b.byKey(web.SessionOf(r.Context()).Get(sessionCurrent))
	if n < 0 && len(b.Carts) == 1 {
		n = 0
	}
	if n < 0 || b.cut || b.Carts[n].state == running {
		return cart{}, elsewhere{"/cart"}
	}
	return b.Carts[n], nil
}

// openDraft loads the cart's order, or begins one. The cart gets its pre_order_id
// first, so that two requests at once, or a crash between, come to one order.
func (s *Shop) openDraft(r *http.Request, c *cart, guest order.Address) (store.Draft, error) {
	if c.PreOrderID == "" {
		if err := s.link(r, c); err != nil {
			return store.Draft{}, err
		}
	}
	d, err := s.Drafts.Load(r.Context(), c.PreOrderID)
	switch {
	case problem.Is(err, "order.unknown"):
		d = store.Draft{PreOrderID: c.PreOrderID, Shippings: []store.Shipping{{}}}
	case err != nil:
		return store.Draft{}, wrap("the cart's order", err)
	case d.Status != order.Processing:
		return store.Draft{}, elsewhere{"/cart"}
	case len(d.Shippings) != 1:
		return store.Draft{}, errors.New("shop: an order in 8 has not one destination")
	}
	d.Device = deviceOf(r)
	if to := &d.Shippings[0].Address; *to == (order.Address{}) || *to == destination(d.Buyer) {
		*to = destination(guest)
	}
	d.Buyer = guest
	return d, nil
}

// destination is the address as a shipping has it.
func destination(a order.Address) order.Address {
	a.Email = ""
	return a
}

func deviceOf(r *http.Request) store.Device {
	if strings.Contains(r.UserAgent(), "Mobile") {
		return store.Mobile
	}
	return store.PC
}

// link gives the cart a pre_order_id, or learns the one it got meanwhile.
func (s *Shop) link(r *http.Request, c *cart) error {
	id, err := order.NewPreOrderID(s.Rand)
	if err != nil {
		return err
	}
	b, err := s.changeBasket(r, func(_ context.Context, _ *database.Tx, b *basket) error {
		if n := b.byKey(c.Key); n >= 0 && b.Carts[n].PreOrderID == "" {
			b.Carts[n].PreOrderID = id
		}
		return nil
	})
	if err != nil {
		return err
	}
	n := b.byKey(c.Key)
	if n < 0 || b.cut {
		return elsewhere{"/cart"}
	}
	*c = b.Carts[n]
	return nil
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

// fill computes a draft's items and totals; rows it has already keep their ids.
func fill(d *store.Draft, p order.Draft) error {
	totals, items, err := order.Calculate(p)
	if err != nil {
		return err
	}
	free := slices.Clone(d.Items)
	for n := range items {
		at := slices.IndexFunc(free, func(i order.Item) bool {
			return i.Type == items[n].Type && i.ProductClassID == items[n].ProductClassID && i.ShippingID == items[n].ShippingID
		})
		if at >= 0 {
			items[n].ID = free[at].ID
			free = slices.Delete(free, at, at+1)
		}
	}
	d.Items, d.Totals = items, totals
	return nil
}

// keep writes the draft. Another request may have created it meanwhile.
func (s *Shop) keep(ctx context.Context, v *visit) error {
	d := v.draft
	err := error(nil)
	if d.ID == 0 {
		_, err = s.Drafts.Create(ctx, d)
	} else {
		err = s.Drafts.Save(ctx, d)
	}
	switch {
	case problem.Is(err, "order.not_draft"):
		return elsewhere{"/cart"}
	case err != nil && !problem.Is(err, "order.draft_exists"):
		return wrap("keep the order", err)
	}
	v.draft, err = s.Drafts.Load(ctx, d.PreOrderID)
	return wrap("the cart's order", err)
}
