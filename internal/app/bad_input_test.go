package app_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kessai/internal/app"
	"kessai/internal/checkout"
	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/internal/setting"
	"kessai/internal/web/webtest"
	"kessai/internal/wording"
	"kessai/paygentsim"
)

// overTLS leaves the connection to the client, certificate and all.
func overTLS(*rig) http.RoundTripper { return nil }

// cardPage opens the card page of an order as its buyer.
func (r *rig) cardPage(c *webtest.Client, id order.ID) webtest.Page {
	r.t.Helper()
	key, _, err := app.OpenSettings(context.Background(), r.config, r.deps(), r.DB)
	if err != nil {
		r.t.Fatal(err)
	}
	token := checkout.NewTokens(key.Derive("order token"), r.Now).For(id)
	page := c.Get("/paygent_payment/payment_credit?o=" + token)
	if page.Status != http.StatusOK || page.Find("#card-form").Length() != 1 {
		r.t.Fatalf("the card page is %d at %s:\n%s", page.Status, page.Path, page.Text())
	}
	return page
}

// payPage submits the card page.
func (r *rig) payPage(c *webtest.Client, id order.ID) webtest.Page {
	r.t.Helper()
	return c.Submit(r.cardPage(c, id), "#card-form", url.Values{"card_token": {string(r.token(goodCard))}})
}

// TestCentreOutOfReach: where nothing can be sent to the centre the buyer is told
// politely, the log names file, key and remedy in one sentence, and once it is mended
// the order is paid.
func TestCentreOutOfReach(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		code   string
		broken func(r *rig)
		said   []string
		mend   func(r *rig)
	}{
		{
			name: "expired certificate", code: "E02004",
			broken: func(r *rig) {
				r.close()
				r.Advance(11 * 365 * 24 * time.Hour)
				r.open()
			},
			said: []string{paygentsim.KitClient, "client_file_path", "expired on", "new"},
			mend: func(r *rig) {
				r.writeKit()
				r.importKit(r.app.Settings)
				r.serveCentre()
			},
		},
		{
			name: "nobody listens", code: "E02005",
			broken: func(*rig) {},
			said:   []string{"127.0.0.1:", "connection refused", "check the firewall", "url.NN", "configuration"},
			mend:   func(r *rig) { r.serveCentre() },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, rigOptions{baseURL: "https://" + freeAddress(t), transact: overTLS})
			tt.broken(r)
			id := r.oneOrder(10, 2)
			client := webtest.NewClient(t, r.app.Handler())
			page := r.payPage(client, id)
			text := page.Find("#refusal").Text()
			if page.Status != http.StatusOK || !strings.Contains(text, "決済に失敗しました。（"+tt.code+"）") || !strings.Contains(text, "カードへの請求は行われていません") {
				t.Errorf("the buyer reads (%d): %s", page.Status, strings.TrimSpace(text))
			}
			log := r.log.take()
			if !slices.ContainsFunc(strings.Split(log, "\n"), func(line string) bool {
				return strings.Contains(line, "level=ERROR") && containsAll(line, append(tt.said, tt.code)...)
			}) {
				t.Errorf("no line of the log says %v:\n%s", tt.said, log)
			}
			r.politely(log)
			l := r.view(id)
			if l.Order.Status != order.Processing || l.Hold != nil || l.OpenOperation() != nil {
				t.Errorf("the order is %s with %v", l.Order.Status.Name(), l.Hold)
			}
			tt.mend(r)
			if page := r.payPage(client, id); !strings.HasPrefix(page.Path, "/shopping/complete") {
				t.Errorf("paid again the buyer is at %s: %s\n%s", page.Path, page.Find("#refusal").Text(), r.log.take())
			}
			if alive, n := r.atCentre(id); alive != r.view(id).Order.Total || n != 1 {
				t.Errorf("the centre holds %d in %d payments", alive, n)
			}
		})
	}
}

func containsAll(text string, parts ...string) bool {
	return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(text, p) })
}

// politely: what went wrong outside leaves no trace of the program's inside, and no secret.
func (r *rig) politely(log string) {
	r.t.Helper()
	for _, no := range []string{
		"goroutine ", "panic", ".go:", r.merchant.ConnectPassword.Reveal(), r.merchant.NoticeKey.Reveal(), paygentsim.KitPassphrase, "PRIVATE KEY",
	} {
		if strings.Contains(log, no) {
			r.t.Errorf("the log holds %q:\n%s", no, log)
		}
	}
}

// freeAddress is one at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	return l.Addr().String()
}

// writeKit makes a new kit for the address of the old one.
func (r *rig) writeKit() {
	r.t.Helper()
	if err := r.sim.WriteKit(r.kit, r.baseURL, nil); err != nil {
		r.t.Fatal(err)
	}
}

// serveCentre listens at the kit's address.
func (r *rig) serveCentre() {
	r.t.Helper()
	conf, err := r.sim.TLSConfig()
	if err != nil {
		r.t.Fatal(err)
	}
	l, err := tls.Listen("tcp", strings.TrimPrefix(r.baseURL, "https://"), conf)
	if err != nil {
		r.t.Fatal(err)
	}
	server := &http.Server{Handler: r.sim.Handler(), ReadHeaderTimeout: time.Minute}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(l) }) // ends with the server
	r.t.Cleanup(func() {
		if err := server.Close(); err != nil {
			r.t.Error(err)
		}
		served.Wait()
	})
}

// TestWrongKit: a kit that cannot work is refused with one sentence that names file,
// key and remedy, and the one in force goes on working.
func TestWrongKit(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{})
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, dir string)
		said  []string
	}{
		{"time-out is no number", replaceIn(paygentsim.KitConf, "timeout_value=35", "timeout_value=soon"),
			[]string{paygentsim.KitConf, "timeout_value", "seconds"}},
		{"certificate without a path", replaceIn(paygentsim.KitConf, "client_file_path=/", "client_file_path=./"),
			[]string{paygentsim.KitConf, "client_file_path", "absolute"}},
		{"key of another certificate", foreignKey(r), []string{paygentsim.KitClient, "does not belong to the certificate"}},
		{"not PEM", replaceIn(paygentsim.KitClient, "-----BEGIN", "=====BEGIN"), []string{paygentsim.KitClient, "no certificate"}},
	} {
		dir := t.TempDir()
		if err := r.sim.WriteKit(dir, r.baseURL, nil); err != nil {
			t.Fatal(err)
		}
		tt.spoil(t, dir)
		files, err := setting.ReadKit(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.app.Settings.ImportKit(t.Context(), files, true, "staff:1")
		if err == nil {
			t.Errorf("%s: taken", tt.name)
			continue
		}
		sentence := wording.En(err)
		t.Logf("%s: %s", tt.name, sentence)
		if !containsAll(sentence, tt.said...) || strings.Contains(sentence, "\n") {
			t.Errorf("%s: %s", tt.name, sentence)
		}
	}
	if result, err := r.pay(r.oneOrder(10, 1), goodCard, "k1"); err != nil || result.Step.Kind != ledger.StepComplete {
		t.Errorf("with the kit in force: %+v, %v", result.Step, err)
	}
}

func replaceIn(file, old, with string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		name := filepath.Join(dir, file)
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), old) {
			t.Fatalf("%s has no %q", file, old)
		}
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(text), old, with)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// foreignKey puts the private key of the rig's own kit into another one.
func foreignKey(r *rig) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		own, other := blocks(t, filepath.Join(r.kit, paygentsim.KitClient)), blocks(t, filepath.Join(dir, paygentsim.KitClient))
		var mixed []byte
		for _, b := range other {
			if strings.Contains(b.Type, "PRIVATE KEY") {
				b = own[slices.IndexFunc(own, func(b *pem.Block) bool { return strings.Contains(b.Type, "PRIVATE KEY") })]
			}
			mixed = append(mixed, pem.EncodeToMemory(b)...)
		}
		if err := os.WriteFile(filepath.Join(dir, paygentsim.KitClient), mixed, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func blocks(t *testing.T, file string) (all []*pem.Block) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for b, rest := pem.Decode(text); b != nil; b, rest = pem.Decode(rest) {
		all = append(all, b)
	}
	return all
}

// TestSpoiltKitOnNode: what somebody does to the files a kit was laid out as does not
// last: the database has the kit.
func TestSpoiltKitOnNode(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{baseURL: "https://" + freeAddress(t), transact: overTLS})
	r.serveCentre()
	for _, name := range []string{paygentsim.KitConf, paygentsim.KitClient, paygentsim.KitCA} {
		if result, err := r.pay(r.oneOrder(10, 1), goodCard, "k-"+name); err != nil || result.Step.Kind != ledger.StepComplete {
			t.Fatalf("before %s is spoilt: %+v, %v", name, result, err)
		}
		file := filepath.Join(setting.KitDir(r.config.DataDir), name)
		if err := os.WriteFile(file, []byte("spoilt"), 0o600); err != nil {
			t.Fatal(err)
		}
		r.close()
		r.open()
	}
	if result, err := r.pay(r.oneOrder(10, 1), goodCard, "last"); err != nil || result.Step.Kind != ledger.StepComplete {
		t.Errorf("%+v, %v", result, err)
	}
}

// TestGarbageNotices: what is no notice of Paygent's gets result=1 and a line in the
// log; nothing is stored, nothing falls over, and a true notice is still taken.
func TestGarbageNotices(t *testing.T) {
	t.Parallel()
	r := newRig(t, rigOptions{})
	id := r.oneOrder(10, 1)
	if _, err := r.pay(id, goodCard, "k1"); err != nil {
		t.Fatal(err)
	}
	p := r.view(id).Current()
	forged := url.Values{
		"payment_notice_id": {"1"}, "payment_id": {p.PaymentID}, "trading_id": {p.TradingID}, "payment_type": {"02"},
		"payment_status": {"40"}, "payment_amount": {"1100"},
	}
	signed := url.Values{}
	for k, v := range forged {
		signed[k] = v
	}
	signed.Set("hc", strings.Repeat("0", 64))
	for name, body := range map[string]string{
		"nothing":       "",
		"zeros":         strings.Repeat("\x00", 3000),
		"broken escape": "payment_notice_id=%zz&hc=%",
		"no text":       "\xff\xfe\x81\x00=\x1f\x8b&&&===",
		"json":          `{"payment_id":"1"}`,
		"too long":      "payment_id=" + strings.Repeat("9", 1<<20),
		"without hash":  forged.Encode(),
		"wrong hash":    signed.Encode(),
		"hash of half":  strings.TrimSuffix(signed.Encode(), "00"),
	} {
		r.log.take()
		status, answer := r.post(http.MethodPost, body)
		if status != http.StatusOK || answer != "result=1" {
			t.Errorf("%s: %d %q", name, status, answer)
		}
		log := r.log.take()
		if !strings.Contains(log, `msg="notice refused"`) || len(log) > 2000 || strings.Contains(log, "\x00") {
			t.Errorf("%s: the log has %d bytes: %.500s", name, len(log), log)
		}
		r.politely(log)
	}
	if status, answer := r.post(http.MethodGet, ""); status >= http.StatusInternalServerError || strings.Contains(answer, "result=0") {
		t.Errorf("GET: %d %q", status, answer)
	}
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_notice"); n != 0 {
		t.Errorf("%d notices are stored", n)
	}
	r.idle(true)
	if n := r.Number("SELECT COUNT(*) FROM plg_kessai_notice WHERE state = 'applied'"); n != 1 {
		t.Errorf("%d true notices are applied", n)
	}
}

// post sends a body to where notices come in.
func (r *rig) post(method, body string) (status int, answer string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, publicURL+notice.Path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := paygentsim.InProcess(r.app.Handler()).RoundTrip(req)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, readAll(r.t, resp)
}
