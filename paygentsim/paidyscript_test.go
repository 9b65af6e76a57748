package paygentsim_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// chromium finds the browser; only outside of CI may it be missing.
func chromium(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("chromium is needed:", err)
		}
		t.Skip("chromium is not installed:", err)
	}
	return path
}

// TestPaidyScriptInChromium launches Paidy's window on a shop's page with a strict policy,
// lets a cheating buyer lower the amount, and sees what the page is told.
func TestPaidyScriptInChromium(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	b := setup(t, paidyMerchant())
	sim := httptest.NewServer(b.sim.BrowserHandler())
	defer sim.Close()
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-x' "+sim.URL+"; connect-src "+sim.URL)
		_, _ = io.WriteString(w, `<!DOCTYPE html><html lang="ja"><meta charset="utf-8"><body><script src="`+sim.URL+`/paidy/paidy.js"></script><script nonce="x">
			function tell(data) {
				var i = document.createElement("i");
				i.textContent = [data.status, data.amount, data.currency, String(data.id).slice(0, 4)].join(" ");
				document.body.appendChild(i);
			}
			var payload = `+paidyOrder+`;
			function by(id) { return document.getElementById("paidy-simulator-" + id); }
			Paidy.configure({ api_key: "pk_test_1", logo_url: "", closed: function (closedData) {
				tell(closedData);
				Paidy.configure({ api_key: "pk_test_1", closed: function (data) {
					tell(data);
					Paidy.configure({ api_key: "pk_test_1", closed: tell }).launch(payload);
					by("reject").click();
				} }).launch(payload);
				by("amount").value = "80";
				by("authorize").click();
			} }).launch(payload);
			by("close").click();
		</script>`)
	}))
	defer shop.Close()
	out, err := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
		"--user-data-dir="+filepath.Join(t.TempDir(), "profile"), "--virtual-time-budget=5000", "--dump-dom", shop.URL).Output()
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	for _, want := range []string{"<i>closed 4080 JPY null</i>", "<i>authorized 80 JPY pay_</i>", "<i>rejected 4080 JPY pay_</i>"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	if p := b.sim.Payments(); len(p) != 1 || p[0].Amount != 80 || p[0].TradingID != "100" {
		t.Errorf("payments %+v", p)
	}
}
