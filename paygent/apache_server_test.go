package paygent

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"text/template"
	"time"
)

const apacheModules = "/usr/lib/apache2/modules"

var apacheConf = template.Must(template.New("httpd.conf").Parse(`
ServerRoot "{{.Dir}}"
DefaultRuntimeDir "{{.Dir}}"
PidFile "{{.Dir}}/apache.pid"
ServerName localhost
Listen 127.0.0.1:{{.Port}}
{{range .Modules}}LoadModule {{.}}_module ` + apacheModules + `/mod_{{.}}.so
{{end}}
{{if .Root}}User nobody
Group nogroup
{{end}}
StartServers 1
ThreadsPerChild 8
MaxRequestWorkers 16
ErrorLog "{{.Dir}}/error.log"
LogLevel warn ssl:info
SSLEngine on
SSLProtocol TLSv1.2
SSLSessionCache none
SSLCertificateFile "{{.Dir}}/server.pem"
SSLCACertificateFile "{{.Dir}}/ca.crt"
ProxyPass "/n/" "http://{{.Centre}}/n/"
<Location "/n/card/">
  SSLVerifyClient require
  SSLVerifyDepth 2
  SSLRenegBufferSize 131072
  RequestHeader set X-Client "%{SSL_CLIENT_S_DN_CN}s"
</Location>
<Location "/n/ref/">
  SSLVerifyClient require
  SSLVerifyDepth 2
  SSLRenegBufferSize 131072
</Location>
`))

// startApache runs Debian's Apache until the test ends, with a certificate of ca for that
// name, valid around testNow moved by shift.
func startApache(t *testing.T, ca authority, name string, shift time.Duration) *apache {
	t.Helper()
	program := needProgram(t, "apache2")
	a := &apache{dir: t.TempDir()}
	key := ecKey(t)
	pem := bytes.Join([][]byte{block("CERTIFICATE", ca.issue(key, name, shift)), pkcs8Block(t, key, "")}, nil)
	centre := serve(t, a.answer)
	for range 5 { // somebody may have taken the port meanwhile
		port := freePort(t)
		a.address = "https://localhost:" + port
		a.configure(t, map[string]any{
			"Dir": a.dir, "Port": port, "Root": os.Geteuid() == 0, "Centre": strings.TrimPrefix(centre, "http://"),
			"Modules": []string{"mpm_event", "authz_core", "ssl", "proxy", "proxy_http", "headers", "reqtimeout"},
		}, pem, ca.pem())
		if a.run(t, program, "127.0.0.1:"+port) {
			return a
		}
	}
	t.Fatalf("Apache does not start:\n%s", a.log())
	return nil
}

func (a *apache) configure(t *testing.T, values map[string]any, server, ca []byte) {
	t.Helper()
	var conf bytes.Buffer
	if err := apacheConf.Execute(&conf, values); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"httpd.conf": conf.Bytes(), "server.pem": server, "ca.crt": ca} {
		if err := os.WriteFile(filepath.Join(a.dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// run starts Apache in the foreground, and waits until it listens; false if it ends before.
func (a *apache) run(t *testing.T, program, address string) bool {
	t.Helper()
	cmd := exec.Command(program, "-f", filepath.Join(a.dir, "httpd.conf"), "-DFOREGROUND")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM} // it has children
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-ended
		}
	})
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case <-ended:
			t.Logf("Apache ended: %s", &output)
			return false
		default:
		}
		if conn, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			conn.Close()
			return true
		}
	}
	return false
}

var _ http.HandlerFunc = (*apache)(nil).answer
