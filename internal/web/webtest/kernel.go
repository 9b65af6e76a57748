package webtest

import (
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"kessai/internal/database"
	"kessai/internal/web"
)

// Kernel makes a kernel on a database, with a shop's name and this clock. Its public
// address is http, so that cookies work on loopback.
func Kernel(t testing.TB, db *database.DB, now func() time.Time, change ...func(*web.Options)) *web.Kernel {
	t.Helper()
	o := web.Options{
		PublicURL: &url.URL{Scheme: "http", Host: "shop.test"},
		DB:        db, Now: now,
		Log: slog.New(web.LogHandler(slog.NewTextHandler(t.Output(), nil))),
		Around: func(web.Face, *http.Request) (web.Around, error) {
			return web.Around{ShopName: "試験の店", Environment: web.Simulator}, nil
		},
	}
	for _, f := range change {
		f(&o)
	}
	k, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
