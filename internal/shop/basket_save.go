package shop

import (
	"context"

	"kessai/internal/database"
)

// saveBasket writes what differs from before. Carts that became empty go.
func (s *Shop) saveBasket(ctx context.Context, tx *database.Tx, before []cart, b *basket) error {
	was := map[int64]cart{}
	for _, c := range before {
		was[c.ID] = c
	}
	var kept []cart
	for _, c := range b.Carts {
		if len(c.Items) == 0 && c.state != running {
			if err := deleteCart(ctx, tx, c.ID); err != nil {
				return err
			}
			continue
		}
		if !sameCart(was[c.ID], c) {
			if err := s.saveCart(ctx, tx, was[c.ID], c); err != nil {
				return err
			}
		}
		kept = append(kept, c)
	}
	b.Carts = kept
	return nil
}

func (s *Shop) saveCart(ctx context.Context, tx *database.Tx, was, is cart) error {
	for _, i := range was.Items {
		if is.item(i.ClassID) < 0 {
			if err := deleteCartItem(ctx, tx, i.ID); err != nil {
				return err
			}
		}
	}
	for _, i := range is.Items {
		write := updateCartItem
		if i.ID == 0 {
			write = func(ctx context.Context, tx *database.Tx, i cartItem) error { return insertCartItem(ctx, tx, is.ID, i) }
		}
		if err := write(ctx, tx, i); err != nil {
			return err
		}
	}
	return updateCart(ctx, tx, is, s.Now())
}
