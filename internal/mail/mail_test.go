package mail

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
)

const id1 = "01JQR5V6T0000000000000000A"

// bench is a database with one order (id 1) and a Sender that can be told to fail.
type bench struct {
	db   *database.DB
	log  bytes.Buffer
	mu   sync.Mutex
	at   time.Time
	fail error
	sent []Message
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

// Send implements Sender.
func (b *bench) Send(_ context.Context, m Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		return b.fail
	}
	b.sent = append(b.sent, m)
	return nil
}

func newBench(t *testing.T, db *database.DB) *bench {
	t.Helper()
	b := &bench{db: db, at: time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC)}
	b.exec(t, `UPDATE dtb_base_info SET shop_name = '決済ショップ', email01 = 'shop@example.com', email03 = 'reply@example.com', email04 = 'bounce@example.com'`)
	addOrder(t, b)
	return b
}

func (b *bench) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	err := b.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func (b *bench) worker(t *testing.T, owner string, s Sender) *Worker {
	t.Helper()
	w, err := New(Options{DB: b.db, Sender: s, Now: b.now, Owner: owner, Host: "shop.example.jp", Log: slog.New(slog.NewTextHandler(&b.log, nil)),
		OrderURL: func(id order.ID) string { return "https://shop.example.jp/admin/order/" + id.String() + "/edit" }})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (b *bench) queue(t *testing.T, id string, kind ledger.MailKind, data ledger.EventData) {
	t.Helper()
	text, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	b.exec(t, `INSERT INTO plg_kessai_outbox (id, order_id, kind, cause, data, queued_at, attempts, next_at, owner, last_error) VALUES (?, 1, ?, ?, ?, ?, 0, ?, '', '')`,
		id, string(kind), id, string(text), b.now().UnixMilli(), b.now().UnixMilli())
}

// addOrder is a member's order with two rates, a discount, points and two addresses.
func addOrder(t *testing.T, b *bench) {
	t.Helper()
	at := database.At(time.Date(2026, 3, 31, 23, 9, 5, 0, time.UTC))
	day := database.At(time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC))
	b.exec(t, `INSERT INTO dtb_customer (id, customer_status_id, name01, name02, email, secret_key, point, buy_times, buy_total, create_date, update_date, discriminator_type, password)
		VALUES (1, 2, '山田', '太郎', 'taro@example.com', 'x', 0, 0, 0, ?, ?, 'customer', 'x')`, at, at)
	b.exec(t, `INSERT INTO dtb_order (id, customer_id, pref_id, order_no, message, name01, name02, kana01, kana02, company_name, email, phone_number, postal_code, addr01, addr02,
		subtotal, discount, delivery_fee_total, charge, tax, total, payment_total, payment_method, create_date, update_date, order_date, add_point, use_point,
		order_status_id, complete_mail_message, discriminator_type)
		VALUES (1, 1, 27, 'A-0001', ?, '山田', '太郎', 'ヤマダ', 'タロウ', '株式会社ヤマダ', 'taro@example.com', '0612345678', '5300001', '大阪市北区', '梅田2-4-9',
		5116, 600, 2000, 330, 574, 6846, 6846, 'クレジットカード', ?, ?, ?, 70, 100, 1, ?, 'order')`,
		"熨斗をお願いします。\r\n名前は\x07不要です。", at, at, at, "銀行振込ではありません。\nありがとうございます。")
	for i, s := range []struct{ name, date any }{{"太郎", day}, {"花\n子", nil}} {
		b.exec(t, `INSERT INTO dtb_shipping (id, order_id, pref_id, name01, name02, kana01, kana02, phone_number, postal_code, addr01, addr02, delivery_name, delivery_time, delivery_date,
			create_date, update_date, discriminator_type) VALUES (?, 1, 13, '山田', ?, ?, ?, '0312345678', '1000001', '千代田区', '千代田1-1', 'サンプル業者', ?, ?, ?, ?, 'shipping')`,
			i+1, s.name, []any{"ヤマダ", nil}[i], []any{"タロウ", nil}[i], []any{"午前", nil}[i], s.date, at, at)
	}
	item := func(kind, shipping int, name, code any, price, quantity, tax, rate, taxType, display int, categories ...any) {
		categories = append(categories, nil, nil)
		b.exec(t, `INSERT INTO dtb_order_item (order_id, order_item_type_id, shipping_id, product_name, product_code, price, quantity, tax, tax_rate, tax_adjust, tax_type_id,
			tax_display_type_id, rounding_type_id, class_category_name1, class_category_name2, discriminator_type) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, 1, ?, ?, 'orderitem')`,
			kind, shipping, name, code, price, quantity, tax, rate, taxType, display, categories[0], categories[1])
	}
	item(1, 1, "手ぬぐい", "tenugui-01", 2000, 1, 200, 10, 1, 1, "藍", "大")
	item(1, 2, "煎茶", nil, 900, 3, 72, 8, 1, 1)
	item(2, 1, "送料", nil, 1000, 1, 91, 10, 1, 2)
	item(2, 2, "送料", nil, 1000, 1, 91, 10, 1, 2)
	item(3, 1, "手数料", nil, 330, 1, 30, 10, 1, 2)
	item(4, 1, "割引", nil, -500, 1, 0, 10, 1, 2)
	item(6, 1, "ポイント", nil, -100, 1, 0, 0, 2, 2)
}

func step(t *testing.T, w *Worker) (bool, time.Time) {
	t.Helper()
	worked, next, err := w.Step(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return worked, next
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	want, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s:\n%s", name, diff)
	}
}

func TestOrderMail(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		b.queue(t, id1, ledger.MailOrder, ledger.EventData{})
		w := b.worker(t, "n1", b)
		if worked, _ := step(t, w); !worked {
			t.Fatal("nothing was done")
		}
		if worked, next := step(t, w); worked || !next.IsZero() {
			t.Errorf("again: %v, %v", worked, next)
		}
		if len(b.sent) != 1 {
			t.Fatalf("sent %d", len(b.sent))
		}
		m := b.sent[0]
		golden(t, "order.txt", m.Body)
		m.Body = ""
		shop := Address{Name: "決済ショップ", Addr: "shop@example.com"}
		want := Message{ID: "kessai.01jqr5v6t0000000000000000a@shop.example.jp", Date: b.at.In(order.JST()), From: shop, To: Address{Addr: "taro@example.com"},
			Bcc: Address{Addr: shop.Addr}, ReplyTo: Address{Addr: "reply@example.com"}, ReturnPath: "bounce@example.com", Subject: "[決済ショップ] ご注文ありがとうございます"}
		if diff := cmp.Diff(want, m); diff != "" {
			t.Error(diff)
		}
		var subject, body, kind string
		var sent database.Time
		err := db.Read().QueryRow(t.Context(), `SELECT mail_subject, mail_body, send_date, discriminator_type FROM dtb_mail_history WHERE order_id = 1 AND creator_id IS NULL`).Scan(&subject, &body, &sent, &kind)
		if err != nil || subject != want.Subject || body != b.sent[0].Body || !sent.Equal(b.at) || kind != "mailhistory" {
			t.Errorf("history: %q %q %v %v", subject, kind, sent, err)
		}
	})
}

func TestStaffMails(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	data := ledger.EventData{TradingID: "1_2", PaygentID: "900000000000000001", Status: "40", Amount: 9000}
	b.queue(t, "01JQR5V6T0000000000000000B", ledger.MailMismatch, data)
	b.queue(t, "01JQR5V6T0000000000000000C", ledger.MailTampered, data)
	w := b.worker(t, "n1", b)
	step(t, w)
	step(t, w)
	golden(t, "mismatch.txt", b.sent[0].Body)
	golden(t, "wrong_amount.txt", b.sent[1].Body)
	for i, want := range []string{"[決済ショップ] 【ペイジェント】ステータス不整合のお知らせ", "[決済ショップ] 【ペイジェント】決済金額改竄検知"} {
		if m := b.sent[i]; m.Subject != want || m.To.Addr != "shop@example.com" || m.Bcc.Addr != "" || m.ReturnPath != "bounce@example.com" {
			t.Errorf("%+v", m)
		}
	}
	var history int
	if err := b.db.Read().QueryRow(t.Context(), "SELECT COUNT(*) FROM dtb_mail_history").Scan(&history); err != nil || history != 0 {
		t.Errorf("mails to staff stand in the buyer's history: %d, %v", history, err)
	}
}

// TestRetry: a failed mail comes back later and later, keeps its Message-ID and date,
// and is given up after five days; another node does not take it meanwhile.
func TestRetry(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		b.queue(t, id1, ledger.MailOrder, ledger.EventData{})
		w, other := b.worker(t, "n1", b), b.worker(t, "n2", b)
		begun := b.at
		b.fail = errors.New("550 no such user: taro@example.com")
		for i, wait := range []time.Duration{1, 5, 15, 60, 180, 180} {
			if worked, _ := step(t, w); !worked {
				t.Fatalf("try %d: nothing was due", i+1)
			}
			worked, next := step(t, other)
			if want := b.at.Add(wait * time.Minute); worked || !next.Equal(want) {
				t.Errorf("try %d: next %v, want %v", i+1, next, want)
			}
			b.at = next
		}
		b.fail = nil
		step(t, other)
		if len(b.sent) != 1 || !b.sent[0].Date.Equal(begun) || !strings.Contains(b.sent[0].ID, strings.ToLower(id1)) {
			t.Errorf("%+v", b.sent)
		}
		const id2 = "01JQR5V6T0000000000000000D"
		b.queue(t, id2, ledger.MailMismatch, ledger.EventData{})
		b.fail = errors.New("421 later: taro@example.com")
		for range 100 {
			worked, next := step(t, w)
			if !worked && next.IsZero() {
				break
			}
			if !worked {
				b.at = next
			}
		}
		left, err := w.Undelivered(t.Context())
		if err != nil || len(left) != 1 || left[0].ID != id2 || left[0].Why != "421 later: ***" || b.at.Sub(left[0].QueuedAt) < giveUpAfter {
			t.Errorf("%+v, %v", left, err)
		}
		if strings.Contains(b.log.String(), "taro@") {
			t.Error("an address stands in the log")
		}
	})
}

// TestOrderGone: a mail about an order that was deleted is not tried for days.
func TestOrderGone(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	b.queue(t, id1, ledger.MailOrder, ledger.EventData{})
	b.exec(t, "DELETE FROM dtb_order_item")
	b.exec(t, "DELETE FROM dtb_shipping")
	b.exec(t, "DELETE FROM dtb_order")
	w := b.worker(t, "n1", b)
	step(t, w)
	if worked, next := step(t, w); worked || !next.IsZero() || len(b.sent) != 0 {
		t.Errorf("it is due at %v, sent %+v", next, b.sent)
	}
	if left, err := w.Undelivered(t.Context()); err != nil || len(left) != 1 || left[0].Attempts != 1 {
		t.Errorf("%+v, %v", left, err)
	}
}

// TestCrash: a mail whose node died after sending is sent again, under the same id, and
// recorded once.
func TestCrash(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		b.queue(t, id1, ledger.MailOrder, ledger.EventData{})
		ctx, cancel := context.WithCancelCause(t.Context())
		dying := b.worker(t, "n1", sendFunc(func(m Message) error {
			cancel(errors.New("killed"))
			return errors.Join(b.Send(ctx, m), ctx.Err()) // out, but nobody hears of it
		}))
		if _, _, err := dying.Step(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		w := b.worker(t, "n2", b)
		worked, next := step(t, w)
		if worked || !next.Equal(b.at.Add(lease)) {
			t.Errorf("the lease is not kept: %v, %v", worked, next)
		}
		b.at = next
		step(t, w)
		if len(b.sent) != 2 || b.sent[0].ID != b.sent[1].ID || !b.sent[0].Date.Equal(b.sent[1].Date) {
			t.Errorf("%+v", b.sent)
		}
		var history int
		if err := db.Read().QueryRow(t.Context(), "SELECT COUNT(*) FROM dtb_mail_history").Scan(&history); err != nil || history != 1 {
			t.Errorf("%d in the history, %v", history, err)
		}
	})
}

type sendFunc func(Message) error

func (f sendFunc) Send(_ context.Context, m Message) error { return f(m) }

// TestSeveralNodes: every mail once, whoever takes it.
func TestSeveralNodes(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db *database.DB) {
		b := newBench(t, db)
		for i := range 12 {
			b.queue(t, fmt.Sprintf("01JQR5V6T00000000000000%03d", i), ledger.MailMismatch, ledger.EventData{})
		}
		var wg sync.WaitGroup
		for n := range 3 {
			w := b.worker(t, fmt.Sprintf("n%d", n), b)
			w.o.Log = slog.New(slog.DiscardHandler)
			wg.Go(func() {
				for idle := 0; idle < 3; {
					worked, _, err := w.Step(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					if !worked {
						idle++
					}
				}
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		for _, m := range b.sent {
			seen[m.ID] = true
		}
		if len(b.sent) != 12 || len(seen) != 12 {
			t.Errorf("%d mails, %d different", len(b.sent), len(seen))
		}
	})
}

// TestUnusable: what cannot be rendered waits for staff and does not hold up others.
func TestUnusable(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	b.queue(t, id1, ledger.MailOrder, ledger.EventData{})
	b.queue(t, "01JQR5V6T0000000000000000E", ledger.MailMismatch, ledger.EventData{})
	b.exec(t, "UPDATE dtb_order SET email = 'taro@example.com, eve@example.com'")
	b.exec(t, "UPDATE plg_kessai_outbox SET data = '{' WHERE kind = 'mismatch'")
	b.queue(t, "01JQR5V6T0000000000000000F", ledger.MailTampered, ledger.EventData{})
	w := b.worker(t, "n1", b)
	for range 3 {
		if worked, _ := step(t, w); !worked {
			t.Fatal("a mail holds up others")
		}
	}
	if len(b.sent) != 1 || !strings.Contains(b.sent[0].Subject, "改竄") {
		t.Errorf("%+v", b.sent)
	}
	b.exec(t, "UPDATE dtb_order SET email = 'taro@example.com'")
	b.at = b.at.Add(time.Minute)
	step(t, w)
	step(t, w)
	if len(b.sent) != 2 {
		t.Errorf("a mended mail was not sent: %+v", b.sent)
	}
}

// TestEml parses back what Dir wrote.
func TestEml(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	dir := filepath.Join(t.TempDir(), "mail")
	for range 2 { // a repeated mail replaces its file
		b.exec(t, "DELETE FROM plg_kessai_outbox")
		b.queue(t, id1, ledger.MailOrder, ledger.EventData{})
		step(t, b.worker(t, "n1", Dir(dir)))
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "kessai.01jqr5v6t0000000000000000a.eml" {
		t.Fatalf("%v, %v", entries, err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, entries[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	checkWire(t, raw)
}

// checkWire reads a mail as a mail program does.
func checkWire(t *testing.T, raw []byte) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "[決済ショップ] ご注文ありがとうございます" {
		t.Errorf("subject %q, %v", subject, err)
	}
	from, err := m.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != "決済ショップ" || from[0].Address != "shop@example.com" {
		t.Errorf("from %v, %v", from, err)
	}
	for header, want := range map[string]string{"Message-Id": "<kessai.01jqr5v6t0000000000000000a@shop.example.jp>", "Date": "Wed, 01 Apr 2026 12:00:00 +0900",
		"To": "<taro@example.com>", "Reply-To": "<reply@example.com>", "Bcc": "", "Content-Type": "text/plain; charset=UTF-8"} {
		if got := m.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "order.txt", strings.TrimRight(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n")+"\n")
}

// TestSMTP delivers to a mail server that takes one mail.
func TestSMTP(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	b.queue(t, id1, ledger.MailOrder, ledger.EventData{})
	got := make(chan delivery, 1)
	sender, err := NewSMTP("smtp://" + listen(t, got))
	if err != nil {
		t.Fatal(err)
	}
	step(t, b.worker(t, "n1", sender))
	select {
	case d := <-got:
		if d.from != "<bounce@example.com>" || !cmp.Equal(d.to, []string{"<taro@example.com>", "<shop@example.com>"}) {
			t.Errorf("from %s to %v", d.from, d.to)
		}
		checkWire(t, d.data)
	case <-time.After(10 * time.Second):
		t.Fatalf("no mail: %s", b.log.String())
	}
	for _, bad := range []string{"", "http://x", "smtp://", "smtp://u:verysecret@h:x"} {
		if _, err := NewSMTP(bad); err == nil || strings.Contains(err.Error(), "verysecret") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestPasswordNeverInClear: with a password the connection must be encrypted.
func TestPasswordNeverInClear(t *testing.T) {
	t.Parallel()
	for address, mandatory := range map[string]bool{"smtp://u:p@mail.example.jp": true, "smtp://mail.example.jp": false, "smtp://u:p@127.0.0.1": false} {
		s, err := NewSMTP(address)
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.client()
		if err != nil {
			t.Fatal(err)
		}
		if got := c.TLSPolicy() == "TLSMandatory"; got != mandatory {
			t.Errorf("%s: %s", address, c.TLSPolicy())
		}
	}
}

type delivery struct {
	from string
	to   []string
	data []byte
}

// listen serves SMTP for one mail.
func listen(t *testing.T, got chan<- delivery) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = c.Close() }()
		serve(c, got)
	}()
	return l.Addr().String()
}

func serve(c net.Conn, got chan<- delivery) {
	var d delivery
	say := func(s string) { _, _ = io.WriteString(c, s+"\r\n") }
	in := bufio.NewReader(c)
	say("220 test")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
		case "MAIL":
			d.from, _, _ = strings.Cut(line[len("MAIL FROM:"):], " ")
			say("250 ok")
		case "RCPT":
			d.to = append(d.to, line[len("RCPT TO:"):])
			say("250 ok")
		case "DATA":
			say("354 go on")
			for {
				text, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if text == ".\r\n" {
					break
				}
				d.data = append(d.data, strings.TrimPrefix(text, ".")...)
			}
			say("250 ok")
			got <- d
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	if got := redact("550 5.1.1 <taro@example.com>: User <山田@x> (a@b) unknown\r\nx"); got != "550 5.1.1 <***>: User <***> (***) unknown x" {
		t.Errorf("%q", got)
	}
	if got := len([]rune(redact(strings.Repeat("長", 900)))); got != 500 {
		t.Errorf("%d runes", got)
	}
}
