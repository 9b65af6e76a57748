package paygent

import (
	"bytes"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// The centre asks for the client certificate only after it has the request, by
// renegotiation (protocol.md §1.3). Go's server cannot do that; openssl's can.
func TestRenegotiation(t *testing.T) {
	t.Parallel()
	openssl := needOpenSSL(t)
	ca := newAuthority(t)
	serverKey, key := ecKey(t), ecKey(t)
	server := write(t, "server.pem", block("CERTIFICATE", ca.issue(serverKey, "localhost", 0)), pkcs8Block(t, serverKey, ""))
	config := kit(t, append(block("CERTIFICATE", ca.issue(key, "merchant-x", 0)), pkcs8Block(t, key, "changeit")...), ca.pem(), "")
	s := startOpenSSL(t, openssl, "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-tls1_2", "-cert", server, "-CAfile", config.CAFilePath,
		"-attime", "1775001600") // testNow
	port := s.expect(`ACCEPT 127\.0\.0\.1:(\d+)`)
	config.URLs = map[string]string{"02": "https://localhost:" + port}
	config.Timeout = 20 * time.Second
	done := make(chan error, 1)
	client, ctx := tlsClient(t, config), t.Context()
	go func() { done <- capture(ctx, client) }()
	s.expect("telegram_kind=022[^\n]*(payment_id=1)")
	if strings.Contains(s.output(), "merchant-x") {
		t.Fatal("the client certificate was shown at once: this is not the centre's way")
	}
	s.send("R\n")
	s.expect("(merchant-x)")
	s.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 24\r\n\r\n\r\nresult=0\r\npayment_id=1")
	if err := <-done; err != nil {
		t.Errorf("%v\n%s", err, s.output())
	}
}

// openSSL is a process that is spoken to through its terminal.
type openSSL struct {
	t     *testing.T
	stdin io.Writer
	mu    sync.Mutex
	out   bytes.Buffer
}

func startOpenSSL(t *testing.T, path string, args ...string) *openSSL {
	t.Helper()
	s := &openSSL{t: t}
	cmd := exec.Command(path, args...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.stdin, cmd.Stdout, cmd.Stderr = stdin, s, s
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return s
}

func (s *openSSL) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

func (s *openSSL) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

func (s *openSSL) send(text string) {
	s.t.Helper()
	if _, err := io.WriteString(s.stdin, text); err != nil {
		s.t.Fatal(err)
	}
}

// expect waits for the pattern and returns its first group.
func (s *openSSL) expect(pattern string) string {
	s.t.Helper()
	re := regexp.MustCompile(pattern)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if m := re.FindStringSubmatch(s.output()); m != nil {
			return m[1]
		}
	}
	s.t.Fatalf("openssl did not say %s:\n%s", pattern, s.output())
	return ""
}
