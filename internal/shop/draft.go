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
