package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store"
)

// Shop is a database with what a test needs of a shop.
type Shop struct {
	DB     *database.DB
	Store  *store.Store
	Drafts *store.Drafts
	Reader *store.Reader
	Card   int64 // dtb_payment.id of the card

	t     testing.TB
	mu    sync.Mutex
	now   time.Time
	count uint64
}

// New makes a shop in a migrated database.
func New(t testing.TB, db *database.DB) *Shop {
	t.Helper()
	s := &Shop{DB: db, t: t, now: dbtest.Now()}
	s.Store = store.New(db, s.Now)
	s.Drafts = store.NewDrafts(db, s.Now, nil)
	s.Reader = store.NewReader(db)
	s.Card = s.insert(`INSERT INTO dtb_payment (payment_method, charge, sort_no, fixed, method_class, visible, create_date, update_date, discriminator_type)
VALUES (?, 0, 10, ?, ?, ?, ?, ?, 'payment')`, "ペイジェントクレジット", true, payment.Scheme{Method: payment.Card, System: payment.Module}.Class(), true, s.date(), s.date())
	return s
}

// Now is the shop's clock. It stands still until Advance.
func (s *Shop) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Advance moves the clock.
func (s *Shop) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// ID is a new ULID of the shop's clock; ids ascend.
func (s *Shop) ID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	var entropy [10]byte
	binary.BigEndian.PutUint64(entropy[2:], s.count)
	return ulid.MustNew(ulid.Timestamp(s.now), bytes.NewReader(entropy[:])).String()
}

func (s *Shop) date() database.Time { return database.At(s.Now()) }

// Class makes a product with one class and this much stock.
func (s *Shop) Class(name string, stock int64) int64 {
	s.t.Helper()
	return s.class(name, stock, false)
}

// Unlimited makes a product without a limited stock.
func (s *Shop) Unlimited(name string) int64 {
	s.t.Helper()
	return s.class(name, nil, true)
}

func (s *Shop) class(name string, stock any, unlimited bool) int64 {
	s.t.Helper()
	product := s.insert(`INSERT INTO dtb_product (product_status_id, name, create_date, update_date, discriminator_type)
VALUES (1, ?, ?, ?, 'product')`, name, s.date(), s.date())
	class := s.insert(`INSERT INTO dtb_product_class (product_id, sale_type_id, stock, stock_unlimited, price02, visible, create_date, update_date, currency_code, discriminator_type)
VALUES (?, 1, ?, ?, 1000, ?, ?, ?, 'JPY', 'productclass')`, product, stock, unlimited, true, s.date(), s.date())
	s.insert(`INSERT INTO dtb_product_stock (product_class_id, stock, create_date, update_date, discriminator_type)
VALUES (?, ?, ?, ?, 'productstock')`, class, stock, s.date(), s.date())
	return class
}

// Member makes a customer with points.
func (s *Shop) Member(points int64) int64 {
	s.t.Helper()
	return s.insert(`INSERT INTO dtb_customer (customer_status_id, name01, name02, email, password, secret_key, point, create_date, update_date, discriminator_type)
VALUES (2, '山田', '太郎', 'taro@example.com', 'x', ?, ?, ?, ?, 'customer')`, s.ID(), points, s.date(), s.date())
}

// Wanted describes an order in 8.
type Wanted struct {
	Lines    []order.Movement // quantity 1,100 yen each
	Customer int64
	UsePoint int64
	Edit     func(*store.Draft)
}

// Order makes an order in 8, to be paid by card.
func (s *Shop) Order(w Wanted) order.ID {
	s.t.Helper()
	id, err := s.Drafts.Create(context.Background(), s.Draft(w))
	if err != nil {
		s.t.Fatalf("create order: %v", err)
	}
	return id
}

// Draft is the order that Order makes.
func (s *Shop) Draft(w Wanted) store.Draft {
	s.t.Helper()
	pre := sha256.Sum256([]byte(s.ID()))
	d := store.Draft{
		PreOrderID: fmt.Sprintf("%x", pre[:20]), CustomerID: w.Customer, Device: store.PC, Buyer: Buyer(),
		PaymentRow: s.Card, PaymentName: "ペイジェントクレジット",
		Shippings: []store.Shipping{{DeliveryID: 1, DeliveryName: "サンプル業者", Address: Destination()}},
	}
	for n, m := range w.Lines {
		d.Items = append(d.Items, order.Item{
			Type: order.ItemProduct, ProductClassID: m.ProductClassID, Name: fmt.Sprintf("商品%d", n+1), Code: fmt.Sprintf("item-%d", n+1),
			Price: 1000, Quantity: m.Quantity, Tax: 100, TaxRate: 10, TaxType: order.Taxable, TaxDisplayType: order.TaxExcluded,
			RoundingType: 1, PointRate: order.PointPercent(1),
		})
	}
	if w.UsePoint > 0 {
		d.Items = append(d.Items, order.PointItem(w.UsePoint, 1))
	}
	totals, err := order.Sum(d.Items)
	if err != nil {
		s.t.Fatalf("sum: %v", err)
	}
	d.Totals, d.Totals.UsePoint = totals, w.UsePoint
	if w.Edit != nil {
		w.Edit(&d)
	}
	return d
}

// Buyer is an invented person.
func Buyer() order.Address {
	a := Destination()
	a.Email = "taro@example.com"
	return a
}

// Destination is where the person lives.
func Destination() order.Address {
	return order.Address{
		Name01: "山田", Name02: "太郎", Kana01: "ヤマダ", Kana02: "タロウ", PostalCode: "5300001", PrefID: 27,
		Addr01: "大阪市北区", Addr02: "梅田2-4-9", Phone: "0612345678",
	}
}

// Stock is what both stock columns of a class say.
func (s *Shop) Stock(class int64) (inStock, inClass int64) {
	s.t.Helper()
	return s.Number("SELECT stock FROM dtb_product_stock WHERE product_class_id = ?", class),
		s.Number("SELECT stock FROM dtb_product_class WHERE id = ?", class)
}

// Points is a member's balance.
func (s *Shop) Points(customer int64) int64 {
	s.t.Helper()
	return s.Number("SELECT point FROM dtb_customer WHERE id = ?", customer)
}

// Status is an order's status as EC-CUBE sees it.
func (s *Shop) Status(id order.ID) order.Status {
	s.t.Helper()
	return order.Status(s.Number("SELECT order_status_id FROM dtb_order WHERE id = ?", int64(id)))
}

// Number reads one whole number.
func (s *Shop) Number(query string, args ...any) int64 {
	s.t.Helper()
	n, found, err := database.One(context.Background(), s.DB.Read(), func(row database.Row) (n int64, err error) {
		err = row.Scan(database.Whole(&n, "test", nil))
		return n, err
	}, query, args...)
	if err != nil || !found {
		s.t.Fatalf("%s: found %v, %v", query, found, err)
	}
	return n
}

// Exec runs a statement in a transaction of its own.
func (s *Shop) Exec(query string, args ...any) {
	s.t.Helper()
	err := s.DB.Write(context.Background(), func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
}

func (s *Shop) insert(query string, args ...any) (id int64) {
	s.t.Helper()
	err := s.DB.Write(context.Background(), func(ctx context.Context, tx *database.Tx) (err error) {
		id, err = tx.InsertID(ctx, query, args...)
		return err
	})
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return id
}
