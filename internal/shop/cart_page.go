package shop

import (
	"context"
	"net/http"
	"slices"

	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/web"
)

// cartPage is the data of ショッピングカート.
type cartPage struct {
	Carts   []cartView
	Several bool
	Nothing web.Empty
}

// cartView is one cart: a sale type is bought by itself.
type cartView struct {
	Key      string
	Number   int
	Lines    []cartLine
	Quantity int64
	Total    order.Yen
	Free     order.Yen // this much more and delivery is free; 0 = no such offer
	Running  *runningOrder
}

// runningOrder is an order in 7 made from the cart.
type runningOrder struct {
	Resume string
	GiveUp string
	Token  string
}

// cartLine is one line of it.
type cartLine struct {
	Class    class
	Art      art
	Price    order.Yen
	Amount   order.Yen
	Quantity int64
	Less     bool // there is a smaller quantity
	More     bool
}

func (s *Shop) showCart(w http.ResponseWriter, r *http.Request) error {
	b, err := s.basket(r)
	if err != nil {
		return err
	}
	page := cartPage{
		Several: len(b.Carts) > 1,
		Nothing: web.Empty{
			Icon: "cart", Title: "現在カート内に商品はございません。",
			Link: &web.Link{Title: "商品一覧へ", URL: "/"},
		},
	}
	for n, c := range b.Carts {
		page.Carts = append(page.Carts, s.cartView(b, c, n+1))
	}
	return s.cart.Render(w, r, web.Frame{Title: "ショッピングカート", Step: web.StepCart}, page)
}

func (s *Shop) cartView(b basket, c cart, number int) cartView {
	v := cartView{Key: c.Key, Number: number, Quantity: c.Quantity(), Total: c.Total()}
	if free := b.base.Prices.DeliveryFreeAmount; free > c.Total() {
		v.Free = free - c.Total()
	}
	if c.state == running {
		v.Running = &runningOrder{Resume: s.CheckoutURL(c.order), GiveUp: pathGiveUp, Token: s.OrderToken(c.order)}
	}
	for _, i := range c.Items {
		v.Lines = append(v.Lines, cartLine{
			Class: i.Class, Art: artOf(product{ID: i.Class.ProductID, Name: i.Class.Name, words: i.Class.words}), Price: i.Price, Amount: i.Amount(), Quantity: i.Quantity,
			Less: i.Quantity > 1, More: i.Quantity < i.Class.Most(),
		})
	}
	return v
}

// quantityForm carries the quantity that the page showed, so that a second click
// changes nothing more.
type quantityForm struct {
	Quantity int64 `form:"quantity"`
}

// changeCart is up, down or remove of one class.
func (s *Shop) changeCart(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "class")
	if err != nil {
		return err
	}
	f, e, err := web.Decode[quantityForm](r)
	if err != nil {
		return err
	}
	var to int64
	switch r.PathValue("operation") {
	case "up":
		to = f.Quantity + 1
	case "down":
		to = f.Quantity - 1
	case "remove":
		e = nil
	default:
		return problem.New(problem.NotFound, "", nil)
	}
	if e.Any() || to < 0 || to > plenty {
		return problem.New(problem.Invalid, "form.unreadable", nil)
	}
	_, err = s.changeBasket(r, func(_ context.Context, _ *database.Tx, b *basket) error {
		b.set(id, to)
		return nil
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/cart")
}

// set changes a class's quantity, 0 takes it out. What is being paid stays.
func (b *basket) set(class, quantity int64) {
	for n := range b.Carts {
		c := &b.Carts[n]
		at := c.item(class)
		if at < 0 || c.state == running {
			continue
		}
		if quantity == 0 {
			c.Items = slices.Delete(slices.Clone(c.Items), at, at+1)
			continue
		}
		c.Items[at].Quantity = quantity
	}
}
