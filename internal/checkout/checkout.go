package checkout

import (
	"context"
	"embed"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/web"
)

//go:embed templates
var templates embed.FS

//go:embed assets
var scripts embed.FS

// Host is the shop around the payment pages: the embedded one, or EC-CUBE.
type Host struct {
	// Recheck computes the order's total from today's prices and saves it if it changed.
	Recheck func(ctx context.Context, id order.ID) (old, now order.Yen, changed bool, err error)
	// Completed is told that the buyer's order is placed, so that the cart can go.
	Completed func(w http.ResponseWriter, r *http.Request, id order.ID) error
	// ConfirmAgain is where a buyer sees ご注文内容のご確認 with the old and the new total.
	ConfirmAgain func(r *http.Request, id order.ID, old, now order.Yen) (string, error)
	Procedure    string // ご注文手続き
	Cart         string
	Top          string
}

// Browser is what the card page needs in the buyer's browser.
type Browser struct {
	TokenScript  string // address of PaygentToken.js
	TokenOrigin  string // its origin, for the page's policy
	MerchantID   string
	TokenKey     string // public by nature: it only makes tokens
	SecurityCode bool
	Classes      []string // payment classes offered: 10, 61-2, 80 …
}

// Summary is what the pages show of an order.
type Summary struct {
	No       string
	Total    order.Yen
	Method   string
	ShopName string
	Email    string
	Items    []SummaryItem
}

// SummaryItem is one line of it.
type SummaryItem struct {
	Name     string
	Quantity int64
	Amount   order.Yen
}

// Deps is what the pages need.
type Deps struct {
	Kernel  *web.Kernel
	Ledger  *ledger.Service
	Summary func(ctx context.Context, id order.ID) (Summary, error)
	Browser func(ctx context.Context) (Browser, error)
	Host    Host
	Tokens  *Tokens
	Now     func() time.Time
	Rand    io.Reader
}

// Checkout is the slice.
type Checkout struct {
	Deps
	card     *web.Page[cardPage]
	wait     *web.Page[waitPage]
	complete *web.Page[completePage]
	closed   *web.Page[closedPage]
}

// The slice's addresses.
const (
	pathCheckout = "/shopping/checkout"
	pathCard     = "/paygent_payment/payment_credit"
	pathBack     = pathCard + "/back"
	pathWait     = "/shopping/wait"
	pathGiveUp   = "/shopping/giveup"
	pathComplete = "/shopping/complete"
)

// New mounts the slice.
func New(d Deps) (*Checkout, error) {
	if err := d.Kernel.AddAssets("checkout", scripts, "assets"); err != nil {
		return nil, err
	}
	set := d.Kernel.Templates(templates, "templates")
	c := &Checkout{
		Deps:     d,
		card:     web.NewPage[cardPage](set, "card.html", web.Shop).Script("checkout/card.js"),
		wait:     web.NewPage[waitPage](set, "wait.html", web.Shop),
		complete: web.NewPage[completePage](set, "complete.html", web.Shop),
		closed:   web.NewPage[closedPage](set, "closed.html", web.Shop),
	}
	if err := set.Err(); err != nil {
		return nil, err
	}
	r := d.Kernel.Shop()
	r.Handle("POST "+pathCheckout, c.start)
	r.Handle("GET "+pathCard, c.showCard)
	r.Handle("POST "+pathCard, c.payCard)
	r.Handle("GET "+pathBack, c.back)
	r.Handle("GET "+pathWait, c.showWait)
	r.Handle("POST "+pathGiveUp, c.giveUp)
	r.Handle("GET "+pathComplete, c.showComplete)
	return c, nil
}

// URL is where a buyer goes on with an order.
func (c *Checkout) URL(id order.ID) string { return c.address(pathCard, id) }

func (c *Checkout) address(path string, id order.ID) string {
	return path + "?o=" + url.QueryEscape(c.Tokens.For(id))
}

// order reads which order a request is about.
func (c *Checkout) order(r *http.Request) (order.ID, error) { return c.Tokens.Read(r.FormValue("o")) }

// key makes an idempotency key: one per page shown.
func (c *Checkout) key() (string, error) {
	b := make([]byte, 16)
	if _, err := io.ReadFull(c.Rand, b); err != nil {
		return "", err
	}
	return hex.EncodeToString(b), nil
}
