package mail

import (
	"context"
	"fmt"
	netmail "net/mail"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Sender delivers one message. An error means that it has to be tried again.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Message is one mail, rendered. Addresses are checked.
type Message struct {
	ID         string // of the Message-ID, without <>
	Date       time.Time
	From       Address
	To         Address
	Bcc        Address // empty: none
	ReplyTo    Address
	ReturnPath string
	Subject    string
	Body       string // lines end with \n
}

// Address is a mail address with an optional name.
type Address struct{ Name, Addr string }

// parseAddress takes a bare address, as EC-CUBE's columns hold it.
func parseAddress(name, addr string) (Address, error) {
	parsed, err := netmail.ParseAddress(addr)
	if err != nil || parsed.Name != "" || parsed.Address != addr {
		// The address is personal data: the error does not repeat it.
		return Address{}, fmt.Errorf("an address of %d characters cannot be used", len(addr))
	}
	return Address{Name: oneLine(name), Addr: parsed.Address}, nil
}

// compose makes the message as it goes over the wire.
func compose(m Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP), gomail.WithNoDefaultUserAgent())
	for _, step := range []error{
		msg.FromFormat(m.From.Name, m.From.Addr), msg.EnvelopeFrom(m.ReturnPath), msg.To(m.To.Addr), msg.ReplyTo(m.ReplyTo.Addr),
	} {
		if step != nil {
			return nil, fmt.Errorf("compose the mail: %w", step)
		}
	}
	if m.Bcc.Addr != "" {
		if err := msg.Bcc(m.Bcc.Addr); err != nil {
			return nil, fmt.Errorf("compose the mail: %w", err)
		}
	}
	msg.SetMessageIDWithValue(m.ID)
	msg.SetDateWithValue(m.Date)
	msg.Subject(m.Subject)
	msg.SetBodyString(gomail.TypeTextPlain, m.Body)
	return msg, nil
}
