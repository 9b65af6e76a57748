package shop

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kessai/internal/database"
	"kessai/internal/web"
)

// What a session remembers.
const (
	sessionPrefix  = "shop.cart"    // the random part of its carts' keys
	sessionCarts   = "shop.carts"   // their ids: cart_key has no index
	sessionCurrent = "shop.current" // key of the cart at the checkout
	sessionGuest   = "shop.guest"   // the guest's details
	sessionChanged = "shop.changed" // an order whose total changed: id, old, new
)

// basket is all carts of one session.
type basket struct {
	Carts []cart
	base  base
	said  []string // what settling changed
	cut   bool     // there is less in it than the buyer wanted
}

// Quantity is how many things are in all carts.
func (b basket) Quantity() (sum int64) {
	for _, c := range b.Carts {
		sum += c.Quantity()
	}
	return sum
}

func (b basket) byKey(key string) int {
	return slices.IndexFunc(b.Carts, func(c cart) bool { return c.Key == key })
}

// owner is what says which carts are a visitor's.
type owner struct {
	prefix string
	ids    []int64
}

func ownerOf(r *http.Request) owner {
	s := web.SessionOf(r.Context())
	o := owner{prefix: s.Get(sessionPrefix)}
	for text := range strings.SplitSeq(s.Get(sessionCarts), ",") {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			o.ids = append(o.ids, id)
		}
	}
	return o
}

// basket reads a visitor's carts, settled; what settling changed is saved and said
// on the next page.
func (s *Shop) basket(r *http.Request) (basket, error) {
	b, err := s.loadBasket(r.Context(), s.DB.Read(), ownerOf(r), "")
	if err != nil {
		return basket{}, err
	}
	if len(b.Carts) == 0 || !b.tidy() {
		return b, nil
	}
	return s.changeBasket(r, func(context.Context, *database.Tx, *basket) error { return nil })
}

// changeBasket lets change work on the carts, settles them and writes the
// difference, in one transaction.
func (s *Shop) changeBasket(r *http.Request, change func(context.Context, *database.Tx, *basket) error) (basket, error) {
	var b basket
	o := ownerOf(r)
	err := s.DB.Write(r.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
		if b, err = s.loadBasket(ctx, tx, o, tx.ForUpdate()); err != nil {
			return err
		}
		before := b.copy()
		b.resolve()
		if err := change(ctx, tx, &b); err != nil {
			return err
		}
		b.tidy()
		return s.saveBasket(ctx, tx, before, &b)
	})
	if err != nil {
		return basket{}, err
	}
	b.remember(r, o)
	if len(b.said) > 0 {
		return b, web.PutFlash(r, web.Warning, b.said...)
	}
	return b, nil
}

func (s *Shop) loadBasket(ctx context.Context, q database.Querier, o owner, lock string) (basket, error) {
	carts, err := readCarts(ctx, q, o.ids, lock)
	if err != nil {
		return basket{}, err
	}
	b := basket{Carts: slices.DeleteFunc(carts, func(c cart) bool {
		return o.prefix == "" || !strings.HasPrefix(c.Key, o.prefix+"_")
	})}
	if b.base, err = s.settings(ctx, q); err != nil {
		return basket{}, err
	}
	if err := b.fillClasses(ctx, q); err != nil {
		return basket{}, err
	}
	for n := range b.Carts {
		if err := b.Carts[n].findOrder(ctx, q); err != nil {
			return basket{}, err
		}
	}
	return b, nil
}

func (b *basket) fillClasses(ctx context.Context, q database.Querier) error {
	var ids []int64
	for _, c := range b.Carts {
		for _, i := range c.Items {
			ids = append(ids, i.ClassID)
		}
	}
	classes, err := b.base.classes(ctx, q, ids)
	if err != nil {
		return err
	}
	for _, c := range b.Carts {
		for n := range c.Items {
			c.Items[n].Class = classes[c.Items[n].ClassID]
		}
	}
	return nil
}

// findOrder learns where the cart's order stands.
func (c *cart) findOrder(ctx context.Context, q database.Querier) error {
	if c.PreOrderID == "" {
		return nil
	}
	id, status, found, err := orderMadeFrom(ctx, q, c.PreOrderID)
	if err != nil || !found {
		return err
	}
	c.order, c.state = id, stateOf(status)
	c.taken, err = orderedQuantities(ctx, q, id)
	return err
}

func (b *basket) copy() []cart {
	out := slices.Clone(b.Carts)
	for n := range out {
		out[n].Items = slices.Clone(out[n].Items)
	}
	return out
}

func (b *basket) resolve() {
	for n := range b.Carts {
		b.Carts[n].resolve()
	}
}

// tidy settles every cart and reports whether anything is to be written.
func (b *basket) tidy() bool {
	before := b.copy()
	b.resolve()
	for n := range b.Carts {
		said, cut := b.Carts[n].settle()
		b.said, b.cut = append(b.said, said...), b.cut || cut
	}
	return !slices.EqualFunc(before, b.Carts, sameCart) ||
		slices.ContainsFunc(b.Carts, func(c cart) bool { return len(c.Items) == 0 })
}

func sameCart(a, b cart) bool {
	return a.PreOrderID == b.PreOrderID && slices.EqualFunc(a.Items, b.Items, func(i, j cartItem) bool {
		return i.ID == j.ID && i.Price == j.Price && i.Quantity == j.Quantity
	})
}

// remember keeps in the session which carts are the visitor's.
func (b basket) remember(r *http.Request, o owner) {
	ids := make([]string, len(b.Carts))
	for n, c := range b.Carts {
		ids[n] = strconv.FormatInt(c.ID, 10)
	}
	s := web.SessionOf(r.Context())
	if list := strings.Join(ids, ","); list != s.Get(sessionCarts) {
		s.Put(sessionCarts, list)
	}
	if len(b.Carts) == 0 {
		return
	}
	if prefix, _, _ := strings.Cut(b.Carts[0].Key, "_"); prefix != o.prefix {
		s.Put(sessionPrefix, prefix)
	}
}

const keyLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newPrefix draws the 32 characters of a session's cart keys.
func newPrefix(random io.Reader) (string, error) {
	out := make([]byte, 0, 32)
	var b [1]byte
	for len(out) < cap(out) {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", err
		}
		if int(b[0]) < 256-256%len(keyLetters) {
			out = append(out, keyLetters[int(b[0])%len(keyLetters)])
		}
	}
	return string(out), nil
}
