package paygent

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// idleTimeout is below the five seconds after which many servers close an idle
// connection: a telegram written to a connection that is just being closed would have an
// unknown outcome.
const idleTimeout = 4 * time.Second

const maxResponseHeader = 64 << 10

// newTransport makes the connection to the centre as the configuration says:
//   - TLS 1.2 exactly, because the centre asks for the client certificate by renegotiation,
//     which 1.3 does not have (protocol.md §1.3, libraries.md §12);
//   - the server's name is verified, which the connection module does not do;
//   - HTTP/1.1, kept alive; no proxy but the configured one.
func newTransport(c *Config, passphrase Secret, clock func() time.Time) (*http.Transport, *tls.Certificate, error) {
	cert, err := c.clientCertificate(passphrase, clock())
	if err != nil {
		return nil, nil, err
	}
	pool, err := c.caPool()
	if err != nil {
		return nil, nil, err
	}
	conf := &tls.Config{
		RootCAs:       pool,
		MinVersion:    tls.VersionTLS12,
		MaxVersion:    tls.VersionTLS12,
		Renegotiation: tls.RenegotiateOnceAsClient,
		Time:          clock,
	}
	if cert != nil {
		// Sent whatever CAs the server names, as the connection module does.
		conf.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	t := &http.Transport{
		TLSClientConfig:        conf,
		Protocols:              protocols,
		DisableCompression:     true,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    8, // bulk work in parallel
		MaxResponseHeaderBytes: maxResponseHeader,
	}
	if host, port, ok := c.Proxy(); ok {
		t.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(port))})
	}
	return t, cert, nil
}
