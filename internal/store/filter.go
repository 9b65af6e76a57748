package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/huandu/go-sqlbuilder"

	"kessai/internal/database"
	"kessai/internal/order"
)

// Filter chooses orders (admin.md §3.1). Empty fields choose nothing out. Wildcards
// in texts are ordinary characters.
type Filter struct {
	Scope    Scope
	Keyword  string         // 注文番号・お名前・会社名・メールアドレス・電話番号
	Statuses []order.Status // none: all but 7 and 8

	Name           string // 注文者名: family and given name joined
	Kana           string
	Company        string
	Email          string
	Phone          string
	OrderNo        string  // exact
	TrackingNumber string  // exact
	PaymentRows    []int64 // dtb_payment.id
	Product        string
	TotalMin       *order.Yen
	TotalMax       *order.Yen
	Ordered        Span
	Paid           Span
	Updated        Span
	Delivery       Span // お届け日
	Mail           ShippingMail
	Attention      bool // only orders with an open alert

	IDs []order.ID // of After: only these; empty chooses nothing out

	Page int // from 1
	Size int // 0: 50
}

// Scope says which orders a list is about.
type Scope string

const (
	// PaygentOrders are those with a payment at Paygent, whatever their method is
	// now, and those whose method is ours (money.md §6).
	PaygentOrders Scope = ""
	AllOrders     Scope = "all"
)

// Span is a time range: from From on, before To. Zero is open.
type Span struct{ From, To time.Time }

// ShippingMail is 出荷メール.
type ShippingMail string

const (
	MailAny    ShippingMail = ""
	MailUnsent ShippingMail = "unsent" // 未送信
	MailSent   ShippingMail = "sent"   // 送信済
)

// ourClasses is how the method_class of our payment rows begins.
const ourClasses = `Plugin\PaygentPayment\`

// scope limits a search to the orders it is about.
func (r *Reader) scope(ctx context.Context, sb *sqlbuilder.SelectBuilder, f Filter) error {
	if f.Scope == AllOrders {
		return nil
	}
	rows, err := database.List(ctx, r.db.Read(), database.Scalar[int64],
		"SELECT id FROM dtb_payment WHERE SUBSTR(method_class, 1, ?) = ?", len(ourClasses), ourClasses)
	if err != nil {
		return err
	}
	ours := "EXISTS (SELECT 1 FROM plg_kessai_payment x WHERE x.order_id = o.id)"
	if len(rows) > 0 {
		ours = sb.Or(ours, sb.In("o.payment_id", sqlbuilder.Flatten(rows)...))
	}
	sb.Where(ours)
	return nil
}

// apply adds the filter's conditions.
func (f Filter) apply(sb *sqlbuilder.SelectBuilder) {
	if len(f.Statuses) > 0 {
		in := sb.In("o.order_status_id", sqlbuilder.Flatten(f.Statuses)...)
		if slices.Contains(f.Statuses, order.InProgress) { // which the shop's own are
			in = sb.Or(in, sb.NotIn("o.order_status_id", sqlbuilder.Flatten(order.Statuses())...))
		}
		sb.Where(in)
	} else {
		sb.Where(sb.NotIn("o.order_status_id", int64(order.Pending), int64(order.Processing)))
	}
	if k := strings.TrimSpace(f.Keyword); k != "" {
		sb.Where(sb.Or(keyword(sb, k)...))
	}
	for _, c := range []struct{ column, text string }{
		{fullName, joined(f.Name)}, {fullKana, joined(f.Kana)}, {"o.company_name", f.Company}, {"o.email", f.Email}, {"o.phone_number", digits(f.Phone)},
	} {
		if strings.TrimSpace(c.text) != "" {
			sb.Where(contains(sb, c.column, strings.TrimSpace(c.text)))
		}
	}
	if f.OrderNo != "" {
		sb.Where(sb.Equal("o.order_no", f.OrderNo))
	}
	if len(f.PaymentRows) > 0 {
		sb.Where(sb.In("o.payment_id", sqlbuilder.Flatten(f.PaymentRows)...))
	}
	if f.TotalMin != nil {
		sb.Where(sb.GreaterEqualThan("o.payment_total", int64(*f.TotalMin)))
	}
	if f.TotalMax != nil {
		sb.Where(sb.LessEqualThan("o.payment_total", int64(*f.TotalMax)))
	}
	within(sb, "o.order_date", f.Ordered)
	within(sb, "o.payment_date", f.Paid)
	within(sb, "o.update_date", f.Updated)
	f.below(sb)
}

// below adds the conditions on an order's rows and alerts.
func (f Filter) below(sb *sqlbuilder.SelectBuilder) {
	const shipping = "EXISTS (SELECT 1 FROM dtb_shipping s WHERE s.order_id = o.id AND "
	if f.TrackingNumber != "" {
		sb.Where(shipping + sb.Equal("s.tracking_number", f.TrackingNumber) + ")")
	}
	if f.Delivery != (Span{}) {
		sb.Where(shipping + sb.And(between(sb, "s.delivery_date", f.Delivery)...) + ")")
	}
	switch f.Mail {
	case MailUnsent:
		sb.Where(shipping + "s.mail_send_date IS NULL)")
	case MailSent:
		sb.Where(shipping + "s.mail_send_date IS NOT NULL)")
	}
	if f.Product != "" {
		sb.Where("EXISTS (SELECT 1 FROM dtb_order_item i WHERE i.order_id = o.id AND " + contains(sb, "i.product_name", f.Product) + ")")
	}
	if f.Attention {
		sb.Where("EXISTS (SELECT 1 FROM plg_kessai_alert a WHERE a.order_id = o.id AND a.closed_at IS NULL)")
	}
}

const (
	fullName = "CONCAT(o.name01, o.name02)"
	fullKana = "CONCAT(COALESCE(o.kana01, ''), COALESCE(o.kana02, ''))"
)

// minPhone is how many digits a keyword needs to be looked for in telephone
// numbers: order 2 should not find everybody with a 2 in theirs.
const minPhone = 4

// keyword matches a number, a name in one or two parts, a company, an address or a
// telephone number.
func keyword(sb *sqlbuilder.SelectBuilder, k string) []string {
	either := []string{
		contains(sb, fullName, joined(k)), contains(sb, fullKana, joined(k)),
		contains(sb, "o.company_name", k), contains(sb, "o.order_no", k), contains(sb, "o.email", k),
	}
	if id, err := strconv.ParseInt(k, 10, 32); err == nil {
		either = append(either, sb.Equal("o.id", id))
	}
	if strings.Trim(k, "0123456789-") == "" && len(digits(k)) >= minPhone {
		either = append(either, contains(sb, "o.phone_number", digits(k)))
	}
	return either
}

// contains matches a text anywhere in a column, without regard to case.
func contains(sb *sqlbuilder.SelectBuilder, column, text string) string {
	return "LOWER(" + column + ") LIKE LOWER(" + sb.Var(database.Contains(text)) + ") ESCAPE '!'"
}

func within(sb *sqlbuilder.SelectBuilder, column string, s Span) { sb.Where(between(sb, column, s)...) }

func between(sb *sqlbuilder.SelectBuilder, column string, s Span) (out []string) {
	if !s.From.IsZero() {
		out = append(out, sb.GreaterEqualThan(column, database.At(s.From)))
	}
	if !s.To.IsZero() {
		out = append(out, sb.LessThan(column, database.At(s.To)))
	}
	return out
}

// joined is a name without the space people put between its parts.
func joined(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, name)
}

// digits is what a telephone number is stored as.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
