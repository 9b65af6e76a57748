package shop

import (
	"context"
	"net/http"

	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/web"
)

// Completed clears the cart that a placed order was made from, and lets the session
// forget the guest. What was put into the cart after the order stays. Once is as
// good as many times; an order that is still before the buyer clears nothing.
func (s *Shop) Completed(_ http.ResponseWriter, r *http.Request, id order.ID) error {
	d, err := s.Drafts.LoadByID(r.Context(), id)
	if err != nil {
		return wrap("completed", err)
	}
	if state := stateOf(d.Status); d.PreOrderID == "" || state == draft || state == running {
		return nil
	}
	var key string
	err = s.DB.Write(r.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
		key, err = s.clear(ctx, tx, d.PreOrderID)
		return err
	})
	if err != nil || key == "" {
		return err
	}
	session := web.SessionOf(r.Context())
	if o := ownerOf(r); o.prefix != "" && key[:min(len(key), len(o.prefix))] == o.prefix {
		session.Remove(sessionCurrent)
		if stateOf(d.Status) == placed {
			session.Remove(sessionGuest)
		}
	}
	return nil
}

// clear takes the ordered things out of the order's cart and tells its key.
func (s *Shop) clear(ctx context.Context, tx *database.Tx, preOrderID string) (string, error) {
	id, err := cartOf(ctx, tx, preOrderID)
	if err != nil || id == 0 {
		return "", err
	}
	carts, err := readCarts(ctx, tx, []int64{id}, tx.ForUpdate())
	if err != nil || len(carts) == 0 {
		return "", err
	}
	b := basket{Carts: carts}
	if err := b.Carts[0].findOrder(ctx, tx); err != nil {
		return "", err
	}
	before := b.copy()
	b.resolve()
	return carts[0].Key, s.saveBasket(ctx, tx, before, &b)
}
