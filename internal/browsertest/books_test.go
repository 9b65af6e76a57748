package browsertest

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"

	"kessai/internal/database"
	"kessai/paygentsim"
)

// telegrams are how many of a kind reached the centre.
func (w *world) telegrams(kind string) int {
	n := 0
	for _, r := range w.sim.Requests() {
		if r.Kind == kind {
			n++
		}
	}
	return n
}

// alive are the payments that stand at the centre.
func (w *world) alive() []paygentsim.Payment {
	var live []paygentsim.Payment
	for _, p := range w.sim.Payments() {
		if p.Status.Live() {
			live = append(live, p)
		}
	}
	return live
}

// charged fails the test unless the centre holds one living payment of this amount.
func (w *world) charged(amount int64) paygentsim.Payment {
	w.t.Helper()
	live := w.alive()
	if len(live) != 1 || live[0].Amount != amount {
		w.t.Fatalf("living payments = %+v, want one of %d yen", live, amount)
	}
	return live[0]
}

// exec changes the shop's database as somebody else would.
func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.ok(w.app.DB.Write(w.t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}))
}

// number reads one whole number.
func (w *world) number(query string, args ...any) int64 {
	w.t.Helper()
	n, found, err := database.One(w.t.Context(), w.app.DB.Read(), func(row database.Row) (n int64, err error) {
		err = row.Scan(database.Whole(&n, "test", nil))
		return n, err
	}, query, args...)
	w.ok(err)
	if !found {
		w.t.Fatalf("%s: nothing found", query)
	}
	return n
}

// letter is a mail as the buyer reads it.
type letter struct{ To, Subject, Text string }

// letters are the mails written so far.
func (w *world) letters() []letter {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.config.Mail.Dir, "*.eml"))
	w.ok(err)
	var all []letter
	for _, f := range files {
		raw, err := os.ReadFile(f)
		w.ok(err)
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		w.ok(err)
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		w.ok(err)
		var body io.Reader = m.Body
		switch strings.ToLower(m.Header.Get("Content-Transfer-Encoding")) {
		case "quoted-printable":
			body = quotedprintable.NewReader(m.Body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, m.Body)
		}
		text, err := io.ReadAll(body)
		w.ok(err)
		all = append(all, letter{m.Header.Get("To"), subject, string(text)})
	}
	return all
}
