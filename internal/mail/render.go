package mail

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
)

//go:embed templates
var templateFiles embed.FS

func parseTemplates() (*template.Template, error) {
	return template.New("mail").Option("missingkey=error").ParseFS(templateFiles, "templates/*.txt")
}

// renderer turns facts into messages.
type renderer struct {
	templates *template.Template
	host      string
	orderURL  func(order.ID) string
}

// message renders one mail. Its date is that of its queueing, so that a repeated mail
// is the same mail.
func (r *renderer) message(w row, f facts) (Message, error) {
	m := Message{ID: messageID(w.id, r.host), Date: w.queuedAt.In(order.JST())}
	var err error
	if m.From, err = parseAddress(f.shop.name, f.shop.email01); err != nil {
		return Message{}, fmt.Errorf("the shop's 送信元メールアドレス (email01): %w", err)
	}
	if m.ReplyTo, err = parseAddress("", or(f.shop.email03, f.shop.email01)); err != nil {
		return Message{}, fmt.Errorf("the shop's 返信受付メールアドレス (email03): %w", err)
	}
	back, err := parseAddress("", or(f.shop.email04, f.shop.email01))
	if err != nil {
		return Message{}, fmt.Errorf("the shop's 送信エラー受付メールアドレス (email04): %w", err)
	}
	m.ReturnPath = back.Addr
	m.To, m.Subject = Address{Addr: m.From.Addr}, staffSubject(w.kind)
	if w.kind == ledger.MailOrder {
		if m.To, err = parseAddress("", f.head.email); err != nil {
			return Message{}, fmt.Errorf("the order's mail address: %w", err)
		}
		m.Bcc, m.Subject = Address{Addr: m.From.Addr}, or(f.shop.subject, "ご注文ありがとうございます")
	}
	m.Subject = fmt.Sprintf("[%s] %s", oneLine(f.shop.name), oneLine(m.Subject))
	m.Body, err = r.body(w, f)
	return m, err
}

// messageID belongs to the row of the outbox.
func messageID(id, host string) string { return "kessai." + strings.ToLower(id) + "@" + host }

func staffSubject(kind ledger.MailKind) string {
	if kind == ledger.MailTampered {
		return "【ペイジェント】決済金額改竄検知"
	}
	return "【ペイジェント】ステータス不整合のお知らせ"
}

func (r *renderer) body(w row, f facts) (string, error) {
	var data any
	name := string(w.kind) + ".txt"
	switch w.kind {
	case ledger.MailOrder:
		data = orderText(f)
	case ledger.MailMismatch, ledger.MailTampered:
		var said ledger.EventData
		if err := json.Unmarshal([]byte(w.data), &said); err != nil {
			return "", fmt.Errorf("mail: the facts of %s: %w", w.id, err)
		}
		data = r.staffText(w, said, f)
	default:
		return "", fmt.Errorf("mail: there is no text for %q", w.kind)
	}
	var b bytes.Buffer
	if err := r.templates.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("mail: %w", err)
	}
	return b.String(), nil
}

// staffMail is what the mails to staff say.
type staffMail struct {
	Shop, No, Status     string
	TradingID, PaymentID string
	PaymentStatus        string
	Amount, Total        string
	URL                  string
}

func (r *renderer) staffText(w row, said ledger.EventData, f facts) staffMail {
	s := staffMail{
		Shop: oneLine(f.shop.name), No: or(f.head.no, f.head.id.String()), Status: f.head.status.Name(),
		TradingID: dash(said.TradingID), PaymentID: dash(said.PaygentID), PaymentStatus: dash(statusText(said.Status)),
		Amount: yen(said.Amount), Total: yen(f.head.total),
	}
	if r.orderURL != nil {
		s.URL = r.orderURL(w.order)
	}
	return s
}

func statusText(code string) string {
	name := payment.Status(code).Name()
	if name == code {
		return code
	}
	return code + " " + name
}

func dash(s string) string { return or(oneLine(s), "－") }

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// yen is an amount as EC-CUBE's mails write it.
func yen(y order.Yen) string { return strings.Replace(y.String(), "¥", "￥", 1) }

// pt is a number of points with its thousands parted.
func pt(n int64) string { return strings.Replace(order.Yen(n).String(), "¥", "", 1) }

// stamp is a time as EC-CUBE's mails write it: the hour without a leading zero.
func stamp(t time.Time) string {
	t = t.In(order.JST())
	return t.Format("2006/01/02 ") + strconv.Itoa(t.Hour()) + t.Format(":04:05")
}
