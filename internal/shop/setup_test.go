package shop

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/order"
	"kessai/internal/store"
	"kessai/internal/web"
)

// bundle is a shop with the demo catalogue, served.
type bundle struct {
	t      *testing.T
	db     *database.DB
	drafts *store.Drafts
	shop   *Shop
	server *httptest.Server

	mu  sync.Mutex
	now time.Time
}

func (b *bundle) Now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func setup(t *testing.T) *bundle {
	t.Helper()
	return setupOn(t, dbtest.SQLite(t, dbtest.Catalogue))
}

func setupOn(t *testing.T, db *database.DB) *bundle {
	t.Helper()
	b := &bundle{t: t, db: db, now: dbtest.Now().Add(time.Hour)}
	b.drafts = store.NewDrafts(db, b.Now, nil)
	kernel, err := web.New(web.Options{
		PublicURL: &url.URL{Scheme: "http", Host: "shop.example"}, DB: db, Now: b.Now, Rand: rand.Reader,
		Log: slog.New(slog.NewTextHandler(testLog{t}, nil)),
		Around: func(_ web.Face, r *http.Request) (web.Around, error) {
			n, err := b.shop.CartCount(r)
			return web.Around{ShopName: "けっさい商店", Environment: web.Simulator, CartCount: n, Links: Links()}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.shop, err = New(Deps{
		DB: db, Drafts: b.drafts, Kernel: kernel, Now: b.Now, Rand: rand.Reader,
		OrderToken:  func(id order.ID) string { return fmt.Sprintf("token-%d", id) },
		CheckoutURL: func(id order.ID) string { return fmt.Sprintf("/pay?o=token-%d", id) },
	})
	if err != nil {
		t.Fatal(err)
	}
	// What package checkout calls when an order is complete and when its total changed.
	kernel.Shop().Handle("GET /test/completed/{id}", func(w http.ResponseWriter, r *http.Request) error {
		id, err := pathID(r, "id")
		if err != nil {
			return err
		}
		if err := b.shop.Completed(w, r, order.ID(id)); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
	kernel.Shop().Handle("GET /test/again/{id}", func(w http.ResponseWriter, r *http.Request) error {
		id, err := pathID(r, "id")
		if err != nil {
			return err
		}
		old, now, _, err := b.shop.Recalculate(r.Context(), order.ID(id))
		if err != nil {
			return err
		}
		to, err := b.shop.ConfirmAgain(r, order.ID(id), old, now)
		if err != nil {
			return err
		}
		return web.Redirect(w, r, to)
	})
	b.server = httptest.NewServer(kernel.Handler())
	t.Cleanup(b.server.Close)
	return b
}

type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) { return l.t.Output().Write(p) }

// exec changes what staff would change.
func (b *bundle) exec(query string, args ...any) {
	b.t.Helper()
	err := b.db.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
}

// number reads one whole number.
func (b *bundle) number(query string, args ...any) int64 {
	b.t.Helper()
	n, found, err := database.One(context.Background(), b.db.Read(), func(row database.Row) (n int64, err error) {
		err = row.Scan(database.Whole(&n, "test", nil))
		return n, err
	}, query, args...)
	if err != nil || !found {
		b.t.Fatalf("%s: found %v, %v", query, found, err)
	}
	return n
}

// class is the id of a product class by its code.
func (b *bundle) class(code string) int64 {
	b.t.Helper()
	return b.number("SELECT id FROM dtb_product_class WHERE product_code = ?", code)
}

// productOf is the id of a class's product.
func (b *bundle) productOf(code string) int64 {
	b.t.Helper()
	return b.number("SELECT product_id FROM dtb_product_class WHERE product_code = ?", code)
}

// buyer is a browser with cookies of its own.
type buyer struct {
	*bundle
	client *http.Client
}

func (b *bundle) buyer() *buyer {
	b.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return &buyer{b, &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

// page is an answer, redirects followed.
type page struct {
	*goquery.Document
	t      *testing.T
	status int
	path   string
}

func (y *buyer) get(path string) page {
	y.t.Helper()
	return y.send(http.MethodGet, path, nil)
}

func (y *buyer) post(path string, fields ...string) page {
	y.t.Helper()
	form := url.Values{}
	for n := 0; n+1 < len(fields); n += 2 {
		form.Set(fields[n], fields[n+1])
	}
	return y.send(http.MethodPost, path, strings.NewReader(form.Encode()))
}

func (y *buyer) send(method, path string, body io.Reader) page {
	y.t.Helper()
	req, err := http.NewRequestWithContext(y.t.Context(), method, y.server.URL+path, body)
	if err != nil {
		y.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := y.client.Do(req)
	if err != nil {
		y.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	doc, err := goquery.NewDocumentFromReader(res.Body)
	if err != nil {
		y.t.Fatal(err)
	}
	return page{doc, y.t, res.StatusCode, res.Request.URL.RequestURI()}
}

// at fails the test unless the page is this one.
func (p page) at(path string, status int) page {
	p.t.Helper()
	if p.path != path || p.status != status {
		p.t.Fatalf("at %s with %d, want %s with %d\n%s", p.path, p.status, path, status, squeeze(p.Find("main").Text()))
	}
	return p
}

// says fails the test unless what the selector finds contains the text.
func (p page) says(selector, text string) page {
	p.t.Helper()
	if got := squeeze(p.Find(selector).Text()); !strings.Contains(got, text) {
		p.t.Errorf("%s: %s says %q, want %q in it", p.path, selector, got, text)
	}
	return p
}

// has fails the test unless the selector finds this many.
func (p page) has(selector string, n int) page {
	p.t.Helper()
	if got := p.Find(selector).Length(); got != n {
		p.t.Errorf("%s: %d of %s, want %d", p.path, got, selector, n)
	}
	return p
}

func (p page) value(selector string) string { return p.Find(selector).AttrOr("value", "") }

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func guestFields() []string {
	return []string{
		"name01", "山田", "name02", "太郎", "kana01", "やまだ", "kana02", "タロウ", "company_name", "",
		"postal_code", "530-0001", "pref", "27", "addr01", "大阪市北区", "addr02", "梅田2-4-9", "phone_number", "06-1234-5678",
		"email", "taro@example.com", "email_confirm", "taro@example.com",
	}
}

// add puts a class into the cart.
func (y *buyer) add(code string, quantity int64) page {
	y.t.Helper()
	return y.post(fmt.Sprintf("/products/add_cart/%d", y.productOf(code)),
		"ProductClass", fmt.Sprint(y.class(code)), "quantity", fmt.Sprint(quantity))
}

// procedure brings a buyer with a tenugui to ご注文手続き.
func (y *buyer) procedure() page {
	y.t.Helper()
	y.add("tenugui-seigaiha", 2).at("/cart", 200)
	y.get(y.get("/cart").Find("a[href^='/cart/buystep/']").AttrOr("href", "")).at("/shopping/login", 200)
	return y.post("/shopping/nonmember", guestFields()...).at("/shopping", 200)
}

// confirm brings the buyer on to ご注文内容のご確認, by 銀行振込.
func (y *buyer) confirm() page {
	y.t.Helper()
	y.procedure()
	return y.post("/shopping/confirm", "delivery", "1", "time_1", "2", "payment", "3", "message", "").at("/shopping/confirm", 200)
}
