package shop

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"kessai/internal/database"
	"kessai/internal/web"
)

// addToCart puts a class into the cart of its sale type.
func (s *Shop) addToCart(w http.ResponseWriter, r *http.Request) error {
	p, err := s.product(r)
	if err != nil {
		return err
	}
	f, e, err := web.Decode[addForm](r)
	if err != nil {
		return err
	}
	c, quantity, e := f.read(p, e)
	if e.Any() {
		return s.renderDetail(w, r, p, f, e)
	}
	busy := false
	b, err := s.changeBasket(r, func(ctx context.Context, tx *database.Tx, b *basket) (err error) {
		busy, err = s.put(ctx, tx, b, c, quantity, ownerOf(r).prefix)
		return err
	})
	if err != nil {
		return err
	}
	switch {
	case busy:
		err = web.PutFlash(r, web.Warning, "お支払い手続き中のご注文があるため、追加できませんでした。先に、お手続きを続けるか、やめるかをお選びください。")
	case len(b.said) == 0:
		err = web.PutFlash(r, web.Success, "「"+c.Title()+"」をカートに追加しました。")
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/cart")
}

// put adds to the cart of the class's sale type, which it makes if there is none.
// A cart whose order is being paid takes nothing: busy.
func (s *Shop) put(ctx context.Context, tx *database.Tx, b *basket, c class, quantity int64, prefix string) (busy bool, err error) {
	n, err := s.cartFor(ctx, tx, b, c.SaleType, prefix)
	if err != nil {
		return false, err
	}
	into := &b.Carts[n]
	if into.state == running {
		return true, nil
	}
	if at := into.item(c.ID); at >= 0 {
		into.Items[at].Quantity = min(into.Items[at].Quantity+quantity, 2*plenty)
		return false, nil
	}
	into.Items = append(into.Items, cartItem{ClassID: c.ID, Price: c.PriceIncTax(), Quantity: quantity, Class: c})
	return false, nil
}

func (s *Shop) cartFor(ctx context.Context, tx *database.Tx, b *basket, saleType int64, prefix string) (int, error) {
	for n, c := range b.Carts {
		if c.SaleType() == saleType {
			return n, nil
		}
	}
	if len(b.Carts) > 0 {
		prefix, _, _ = strings.Cut(b.Carts[0].Key, "_")
	}
	if prefix == "" {
		var err error
		if prefix, err = newPrefix(s.Rand); err != nil {
			return 0, err
		}
	}
	key := prefix + "_" + strconv.FormatInt(saleType, 10)
	id, err := insertCart(ctx, tx, key, s.Now())
	b.Carts = append(b.Carts, cart{ID: id, Key: key})
	return len(b.Carts) - 1, err
}
