package app

import (
	"fmt"
	"net/url"

	"kessai/internal/mail"
	"kessai/internal/order"
)

// openMail makes the worker that delivers the outbox: to a mail server, or as files.
func (a *App) openMail() error {
	sender, err := mailSender(string(a.config.Mail.URL), a.config.Mail.Dir)
	if err != nil {
		return err
	}
	public, err := url.Parse(a.config.PublicURL)
	if err != nil {
		return fmt.Errorf("public_url: %w", err)
	}
	a.Mail, err = mail.New(mail.Options{
		DB: a.DB, Sender: sender, Now: a.deps.Now, Owner: a.deps.Node, Host: public.Hostname(), Log: a.deps.Log,
		OrderURL: func(id order.ID) string {
			return a.kernel.URL(a.kernel.AdminURL(fmt.Sprintf("/order/%d/edit", int64(id))))
		},
	})
	return err
}

func mailSender(address, dir string) (mail.Sender, error) {
	if address != "" {
		return mail.NewSMTP(address)
	}
	return mail.Dir(dir), nil
}
