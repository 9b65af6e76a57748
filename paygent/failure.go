package paygent

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
)

// explain turns what net/http says into a code of the connection module and one sentence
// that says what to look at.
//
// A refused certificate says nothing about the telegram once it was sent: the centre asks for
// the certificate after it has the request, and that it goes no further is a guess [C].
func (c *Client) explain(ctx context.Context, host string, err error) (code, sentence string) {
	if s := c.explainTLS(host, err); s != "" {
		return CodeCertificate, s
	}
	var dns *net.DNSError
	var op *net.OpError
	isOp := errors.As(err, &op)
	switch {
	case isOp && op.Op == "proxyconnect":
		return CodeConnection, fmt.Sprintf("the proxy does not answer (%v); check %s, %s and %s", op.Err, KeyProxyServerName, KeyProxyServerIP, KeyProxyServerPort)
	case timedOut(ctx, err):
		return CodeConnection, fmt.Sprintf("%s did not answer in time (%s)", host, KeyTimeout)
	case errors.Is(err, context.Canceled):
		return CodeConnection, "the caller gave up"
	case errors.As(err, &dns):
		return CodeConnection, fmt.Sprintf("the name %s is not found; check DNS and %s", dns.Name, c.addresses())
	case isOp && op.Op == "dial":
		return CodeConnection, fmt.Sprintf("%s cannot be reached (%v); check the firewall and %s", host, op.Err, c.addresses())
	}
	return CodeConnection, fmt.Sprintf("the connection to %s failed: %v", host, err)
}

// addresses names what to look at when the wrong server answers.
func (c *Client) addresses() string {
	if c.link {
		return "the address of the link type (リクエスト先URL)"
	}
	return "the addresses (url.NN) of the configuration"
}

func timedOut(ctx context.Context, err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded) ||
		errors.As(err, &n) && n.Timeout()
}

// explainTLS returns the sentence of a certificate's error, empty for any other.
func (c *Client) explainTLS(host string, err error) string {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var op *net.OpError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &authority) && c.config.NoCAFile:
		return fmt.Sprintf("the certificate of %s is not signed by a CA that this computer trusts; check %s", host, c.addresses())
	case errors.As(err, &authority):
		return fmt.Sprintf("the certificate of %s is not signed by a CA in %s; put the connection kit's CA file there (%s)", host, c.config.CAFilePath, KeyCAFilePath)
	case errors.As(err, &name):
		return fmt.Sprintf("the certificate of %s is for another server; check %s", host, c.addresses())
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("the certificate of %s is not valid at this computer's time; check the clock (%s)", host, invalid.Detail)
	case errors.As(err, &invalid):
		return fmt.Sprintf("the certificate of %s is not valid: %v", host, invalid)
	case errors.As(err, &op) && op.Op == "remote error" && c.link: // how crypto/tls hands on an alert
		return fmt.Sprintf("%s refused the connection (%v); check %s", host, op.Err, c.addresses())
	case errors.As(err, &op) && op.Op == "remote error" && c.config.NoClientCert:
		return fmt.Sprintf("%s refused the connection (%v), perhaps for want of a client certificate; take %s out unless the contract says so", host, op.Err, KeyNotUseClient)
	case errors.As(err, &op) && op.Op == "remote error":
		return fmt.Sprintf("%s refused the client certificate or the connection (%v); check that %s is this contract's certificate (%s)",
			host, op.Err, c.config.ClientFilePath, KeyClientFilePath)
	case errors.As(err, &record):
		return fmt.Sprintf("%s does not speak TLS; check %s", host, c.addresses())
	}
	return ""
}

// failureText returns code and detail of a telegram's error.
func failureText(err error) (code, detail string) {
	var unknown *UnknownError
	var declined *DeclinedError
	var rejected *RejectedError
	switch {
	case errors.As(err, &unknown):
		return unknown.Code, unknown.Detail
	case errors.As(err, &declined):
		return declined.Code, declined.Detail
	case errors.As(err, &rejected):
		return rejected.Code, rejected.Detail
	}
	return "", ""
}

// answerOf returns the answer that an error carries, or nil.
func answerOf(err error) *Response {
	var unknown *UnknownError
	var declined *DeclinedError
	var rejected *RejectedError
	switch {
	case errors.As(err, &unknown):
		return unknown.Response
	case errors.As(err, &declined):
		return declined.Response
	case errors.As(err, &rejected):
		return rejected.Response
	}
	return nil
}
