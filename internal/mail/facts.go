package mail

import (
	"context"
	"strings"
	"time"

	"kessai/internal/database"
	"kessai/internal/ledger"
	"kessai/internal/order"
)

// row is one claimed mail of the outbox.
type row struct {
	id       string
	order    order.ID
	kind     ledger.MailKind
	data     string // ledger.EventData as JSON
	queuedAt time.Time
	attempts int
}

// shop is what every mail needs of dtb_base_info.
type shop struct {
	name        string
	email01     string // 送信元, and where the shop reads
	email03     string // 返信先
	email04     string // エラー受付
	optionPoint bool
	subject     string // of the order mail's template
}

// facts are the shop and the order as they are when the mail is sent.
type facts struct {
	shop      shop
	head      head
	items     []order.Item
	shippings []shipping
}

type head struct {
	id                         order.ID
	no                         string
	status                     order.Status
	customer                   int64
	name01, name02             string
	kana01, kana02             string
	company                    string
	email, phone, postal       string
	pref, addr01, addr02       string
	message                    string
	method                     string
	orderDate                  time.Time
	subtotal, charge, delivery order.Yen
	total                      order.Yen
	usePoint, addPoint         int64
	completeMail               string
}

type shipping struct {
	id                   int64
	name01, name02       string
	kana01, kana02       string
	company              string
	phone, postal        string
	pref, addr01, addr02 string
	method, time         string
	date                 time.Time
}

// readFacts reads shop and order in one view of the database.
func readFacts(ctx context.Context, db *database.DB, id order.ID) (f facts, err error) {
	err = db.Snapshot(ctx, func(ctx context.Context, q database.Querier) error {
		if f.shop, err = readShop(ctx, q); err != nil {
			return err
		}
		if f.head, err = readHead(ctx, q, id); err != nil {
			return err
		}
		if f.items, err = readItems(ctx, q, id); err != nil {
			return err
		}
		f.shippings, err = readShippings(ctx, q, id)
		return err
	})
	return f, err
}

// oneLine keeps what a person typed into a one-line field from breaking the text.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\u2028' || r == '\u2029' }), " "))
}

// lines keeps line breaks, in one spelling, and no other control character.
func lines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}
