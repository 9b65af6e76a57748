package app

import (
	"context"
	"net/http"

	"kessai/internal/backoffice"
	"kessai/internal/checkout"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/shop"
	"kessai/internal/web"
)

// mountShop mounts the embedded shop. It and checkout know each other through
// functions only, which both get here.
func (a *App) mountShop(context.Context) error {
	tokens := checkout.NewTokens(a.key.Derive("order token"), a.deps.Now)
	var err error
	a.shop, err = shop.New(shop.Deps{
		DB: a.DB, Drafts: a.Drafts, Kernel: a.kernel, Now: a.deps.Now, Rand: a.deps.Rand,
		OrderToken:  tokens.For,
		CheckoutURL: func(id order.ID) string { return a.checkout.URL(id) },
	})
	if err != nil {
		return err
	}
	a.checkout, err = checkout.New(checkout.Deps{
		Kernel: a.kernel, Ledger: a.Ledger, Summary: a.summary, Browser: a.browser, Tokens: tokens, Now: a.deps.Now, Rand: a.deps.Rand,
		Host: checkout.Host{
			Recheck: a.shop.Recalculate, Completed: a.shop.Completed, ConfirmAgain: a.shop.ConfirmAgain,
			Procedure: "/shopping", Cart: "/cart", Top: "/",
		},
	})
	return err
}

func (a *App) mountBackOffice(context.Context) (err error) {
	a.office, err = backoffice.New(backoffice.Deps{
		Kernel: a.kernel, Ledger: a.Ledger, Reader: a.Reader, Staff: a.Staff, Jobs: a.Jobs, RollbackTerm: a.rollbackTerm, Now: a.deps.Now, Rand: a.deps.Rand, Log: a.deps.Log,
	})
	return err
}

// summary is what the payment pages show of an order.
func (a *App) summary(ctx context.Context, id order.ID) (checkout.Summary, error) {
	v, err := a.Reader.Order(ctx, id)
	if err != nil {
		return checkout.Summary{}, err
	}
	name, err := a.Reader.ShopName(ctx)
	if err != nil {
		return checkout.Summary{}, err
	}
	s := checkout.Summary{No: v.No, Total: v.Totals.Total, Method: v.PaymentName, ShopName: name, Email: v.Buyer.Email}
	for _, i := range v.Items {
		if i.IsProduct() || i.Total() != 0 {
			s.Items = append(s.Items, checkout.SummaryItem{Name: i.Title(), Quantity: i.Quantity, Amount: i.Total()})
		}
	}
	return s, nil
}

// around is what every page shows of the shop.
func (a *App) around(face web.Face, r *http.Request) (web.Around, error) {
	name, err := a.Reader.ShopName(r.Context())
	if err != nil {
		return web.Around{}, err
	}
	s, err := a.Settings.Load(r.Context())
	if err != nil {
		return web.Around{}, err
	}
	around := web.Around{ShopName: name, Environment: faceEnvironment(s.Values.Environment), Links: shop.Links()}
	if face == web.Admin {
		staff, err := a.office.Around(r)
		staff.ShopName, staff.Environment = around.ShopName, around.Environment
		return staff, err
	}
	around.CartCount, err = a.shop.CartCount(r)
	return around, err
}

func faceEnvironment(e payment.Environment) web.Environment {
	switch e {
	case payment.Test:
		return web.Test
	case payment.Production:
		return web.Production
	}
	return web.Simulator
}
