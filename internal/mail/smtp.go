package mail

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// SMTP delivers to a mail server.
type SMTP struct {
	host    string
	options []gomail.Option
}

// sendTimeout is well below the lease of a claimed row.
const sendTimeout = 45 * time.Second

// NewSMTP reads smtp://user:password@host:587 (STARTTLS where the server offers it,
// always where there is a password) or smtps://…:465. Its errors never repeat the URL.
func NewSMTP(address string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("mail: the server must be given as smtp://user:password@host:587 or smtps://…")
	}
	port, policy := 587, gomail.TLSOpportunistic
	if u.Scheme == "smtps" {
		port = 465
	}
	if text := u.Port(); text != "" {
		if port, err = strconv.Atoi(text); err != nil {
			return nil, errors.New("mail: the server's port is no number")
		}
	}
	password, hasPassword := u.User.Password()
	if hasPassword && !loopback(u.Hostname()) {
		policy = gomail.TLSMandatory // a password never goes out in clear
	}
	s := &SMTP{host: u.Hostname(), options: []gomail.Option{gomail.WithTimeout(sendTimeout / 3), gomail.WithTLSPolicy(policy), gomail.WithPort(port)}}
	if u.Scheme == "smtps" {
		s.options = append(s.options, gomail.WithSSL())
	}
	if hasPassword {
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	if _, err := s.client(); err != nil {
		return nil, err
	}
	return s, nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// client is new for every mail: go-mail's is for one connection.
func (s *SMTP) client() (*gomail.Client, error) {
	c, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return c, nil
}

// Send implements Sender.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg, err := compose(m)
	if err != nil {
		return err
	}
	c, err := s.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	if err := c.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("mail server %s: %w", s.host, err)
	}
	return nil
}
