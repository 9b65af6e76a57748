package exttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const program = `package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"kessai/paygent"
)

type answer string

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

func main() {
	client, err := paygent.New(paygent.Options{
		Config:     &paygent.Config{URLs: map[string]string{"02": "https://centre.example/"}},
		MerchantID: "1234", ConnectID: "conn01", ConnectPassword: "pass01",
		Transport: answer("\r\nresult=1\r\nresponse_code=2003\r\npayment_id=7"),
	})
	if err != nil {
		panic(err)
	}
	_, err = client.Authorize(context.Background(), paygent.AuthorizeRequest{TradingID: "1", Amount: 1, PaymentClass: paygent.LumpSum, CardToken: "t"})
	var declined *paygent.DeclinedError
	fmt.Println(errors.As(err, &declined), declined.Code, declined.PaymentID)
}
`

func TestAnotherModuleCanUseIt(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "go.sum", string(sums))
	put(t, dir, "go.mod", "module example.com/shop\n\ngo 1.26.0\n\nrequire kessai v0.0.0\n\nreplace kessai => "+root+"\n")
	put(t, dir, "main.go", program)
	if got := goTool(t, dir, "run", "-mod=mod", "."); got != "true 2003 7\n" {
		t.Errorf("the program says %q", got)
	}
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func goTool(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, &stderr)
	}
	return string(out)
}

// What paygent draws in: the standard library, x/text, pkcs8 with its scrypt, and cp932.
func TestDependencies(t *testing.T) {
	t.Parallel()
	allowed := regexp.MustCompile(`^(kessai/(paygent|internal/cp932)|golang\.org/x/text/.*|golang\.org/x/crypto/(pbkdf2|scrypt)|github\.com/youmark/pkcs8)$`)
	found := strings.Fields(goTool(t, "..", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "."))
	for _, path := range found {
		if !allowed.MatchString(path) {
			t.Errorf("paygent depends on %s", path)
		}
	}
	if !slices.Contains(found, "kessai/internal/cp932") {
		t.Errorf("the list is not paygent's: %v", found)
	}
}
