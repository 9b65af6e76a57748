package shop

import (
	"embed"
	"io"
	"net/http"
	"time"

	"kessai/internal/database"
	"kessai/internal/order"
	"kessai/internal/store"
	"kessai/internal/web"
)

//go:embed templates
var templates embed.FS

//go:embed assets
var assets embed.FS

// Deps is what the shop needs.
type Deps struct {
	DB     *database.DB
	Drafts *store.Drafts
	Kernel *web.Kernel
	// OrderToken names an order to package checkout, in the field "o".
	OrderToken func(order.ID) string
	// CheckoutURL is where a buyer goes on with an order in 7.
	CheckoutURL func(order.ID) string
	Now         func() time.Time
	Rand        io.Reader // safe for concurrent use
}

// Where package checkout takes over.
const (
	pathCheckout = "/shopping/checkout"
	pathGiveUp   = "/shopping/giveup"
)

// Shop is the slice.
type Shop struct {
	Deps
	list      *web.Page[listPage]
	detail    *web.Page[detailPage]
	cart      *web.Page[cartPage]
	login     *web.Page[loginPage]
	guest     *web.Page[addressPage]
	procedure *web.Page[procedurePage]
	confirm   *web.Page[confirmPage]
	trouble   *web.Page[troublePage]
	tradeLaw  *web.Page[tradePage]
}

// New parses the pages and mounts the routes.
func New(d Deps) (*Shop, error) {
	if err := d.Kernel.AddAssets("shop", assets, "assets"); err != nil {
		return nil, err
	}
	set := d.Kernel.Templates(templates, "templates", "art.html", "parts.html")
	s := &Shop{
		Deps:      d,
		list:      web.NewPage[listPage](set, "list.html", web.Shop),
		detail:    web.NewPage[detailPage](set, "detail.html", web.Shop),
		cart:      web.NewPage[cartPage](set, "cart.html", web.Shop),
		login:     web.NewPage[loginPage](set, "login.html", web.Shop),
		guest:     web.NewPage[addressPage](set, "address.html", web.Shop),
		procedure: web.NewPage[procedurePage](set, "procedure.html", web.Shop).Script("shop/procedure.js"),
		confirm:   web.NewPage[confirmPage](set, "confirm.html", web.Shop),
		trouble:   web.NewPage[troublePage](set, "trouble.html", web.Shop),
		tradeLaw:  web.NewPage[tradePage](set, "tradelaw.html", web.Shop),
	}
	if err := set.Err(); err != nil {
		return nil, err
	}
	s.mount(d.Kernel.Shop().With(led))
	return s, nil
}

func (s *Shop) mount(r *web.Routes) {
	r.Handle("GET /{$}", s.showList)
	r.Handle("GET /products/detail/{id}", s.showDetail)
	r.Handle("POST /products/add_cart/{id}", s.addToCart)
	r.Handle("GET /cart", s.showCart)
	r.Handle("POST /cart/{operation}/{class}", s.changeCart)
	r.Handle("GET /cart/buystep/{key}", s.buyStep)
	r.Handle("GET /shopping/login", s.showLogin)
	r.Handle("GET /shopping/nonmember", s.showGuest)
	r.Handle("POST /shopping/nonmember", s.saveGuest)
	r.Handle("GET /shopping/shipping_edit", s.showDestination)
	r.Handle("POST /shopping/shipping_edit", s.saveDestination)
	r.Handle("GET /shopping", s.showProcedure)
	r.Handle("POST /shopping/redirect_to", s.recompute)
	r.Handle("POST /shopping/confirm", s.choose)
	r.Handle("GET /shopping/confirm", s.showConfirm)
	r.Handle("GET /shopping/error", s.showTrouble)
	r.Handle("GET /help/tradelaw", s.showTradeLaw)
}

// Links are the pages that the shop's foot leads to.
func Links() []web.Link {
	return []web.Link{{Title: "特定商取引法に基づく表記", URL: "/help/tradelaw"}}
}

// CartCount is how many things the visitor's carts hold.
func (s *Shop) CartCount(r *http.Request) (int, error) {
	o := ownerOf(r)
	if o.prefix == "" {
		return 0, nil
	}
	carts, err := readCarts(r.Context(), s.DB.Read(), o.ids, "")
	return int(basket{Carts: carts}.Quantity()), err
}
