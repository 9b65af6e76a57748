package paygent

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

const telegramVersion = "1.0"

// Options say who talks to the centre, and how.
type Options struct {
	Config          *Config
	MerchantID      string // マーチャントID, digits
	ConnectID       string // 接続ID; empty: the configuration's default_id
	ConnectPassword Secret // 接続パスワード; empty: the configuration's default_password
	KeyPassphrase   Secret // of the client certificate's key; empty: DefaultPassphrase

	// Identification of the shop system, sent with every telegram where it is not empty
	// (protocol.md §1.7): partner, eccube_version, eccube_plugin_version.
	Partner       string
	ShopVersion   string
	PluginVersion string

	Transport http.RoundTripper // replaces TLS, certificate and proxy: for simulators and tests
	WireLog   WireLog           // nil: nothing is logged
	Clock     func() time.Time  // nil: time.Now. Certificates are judged and records dated by it
}

// Client sends telegrams. It is safe for concurrent use.
type Client struct {
	config    *Config
	common    Params // without telegram_kind and telegram_version
	trailer   Params
	transport http.RoundTripper
	cert      *tls.Certificate // nil with a transport of the caller's
	link      bool             // of the link type: no configuration file stands behind it
	log       WireLog
	clock     func() time.Time
}

// New makes a client. Unless Options.Transport is given it reads the client certificate,
// its key and the CA file; an error is a *ConfigError that says what to mend.
func New(o Options) (*Client, error) {
	if o.Config == nil {
		return nil, &ConfigError{Code: CodeConfMissing, Detail: "no configuration is given"}
	}
	if o.Config.Timeout < 0 {
		return nil, &ConfigError{Code: CodeModule, Key: KeyTimeout, Detail: "the time-out must not be negative"}
	}
	c := &Client{config: o.Config, transport: o.Transport, log: o.WireLog, clock: o.Clock}
	if c.clock == nil {
		c.clock = time.Now
	}
	if err := c.setIdentity(o); err != nil {
		return nil, err
	}
	if c.transport != nil {
		return c, nil
	}
	transport, cert, err := newTransport(o.Config, o.KeyPassphrase, c.clock)
	if err != nil {
		return nil, err
	}
	c.transport, c.cert = transport, cert
	return c, nil
}

func (c *Client) setIdentity(o Options) error {
	if o.ConnectID == "" {
		o.ConnectID = o.Config.DefaultID
	}
	if o.ConnectPassword == "" {
		o.ConnectPassword = o.Config.DefaultPassword
	}
	switch {
	case !isDigits(o.MerchantID):
		return &ConfigError{Code: CodeConfInvalid, Key: "merchant_id", Detail: "the merchant id (マーチャントID) must be digits"}
	case o.ConnectID == "":
		return &ConfigError{Code: CodeConfInvalid, Key: KeyDefaultID, Detail: "the connect id (接続ID) is missing"}
	case o.ConnectPassword == "":
		return &ConfigError{Code: CodeConfInvalid, Key: KeyDefaultPassword, Detail: "the connect password (接続パスワード) is missing"}
	}
	c.common = Params{{"merchant_id", o.MerchantID}, {"connect_id", o.ConnectID}, {"connect_password", string(o.ConnectPassword)}}
	c.trailer.addIf("partner", o.Partner)
	c.trailer.addIf("eccube_version", o.ShopVersion)
	c.trailer.addIf("eccube_plugin_version", o.PluginVersion)
	return nil
}

// Config returns the configuration the client was made with.
func (c *Client) Config() *Config { return c.config }

// Close closes idle connections. Telegrams under way go on.
func (c *Client) Close() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Format keeps passwords out of anything printed.
func (c Client) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "paygent.Client(merchant %s)", c.common.Get("merchant_id"))
}

// Request is one telegram. Params follow the common ones, which the client adds itself.
type Request struct {
	Kind   Kind
	Params Params
}

// Do sends a telegram of any kind and reads its answer. The answer is returned without
// error for result 0, and for 7 of an authorisation; what other errors mean is in the
// package's documentation. Do honours ctx, and the configuration's timeout as an upper bound.
func (c *Client) Do(ctx context.Context, request Request) (*Response, error) {
	x := &exchange{client: c, request: request, failure: Failure{Kind: request.Kind, TradingID: request.Params.Get("trading_id")}}
	x.encode = func() (string, []byte, error) { return c.encode(request) }
	x.decode = x.parse
	return x.do(ctx)
}

// encode returns address and body of a telegram.
func (c *Client) encode(r Request) (address string, data []byte, err error) {
	if len(r.Kind) != 3 || !isDigits(string(r.Kind)) {
		return "", nil, &ConfigError{Code: CodeFixedValue, Key: "telegram_kind", Detail: fmt.Sprintf("%q is not a telegram kind of three digits", string(r.Kind))}
	}
	if address, err = c.config.URL(r.Kind); err != nil {
		return "", nil, err
	}
	if err := checkNames(r.Params); err != nil {
		return address, nil, err
	}
	if c.config.Reference(r.Kind) && c.config.SelectMaxCount <= 0 {
		return address, nil, &ConfigError{Code: CodeModule, File: c.config.File, Key: KeySelectMaxCount, Detail: "the number of rows must be above 0"}
	}
	e := &encoder{kind: r.Kind, utf8: c.config.UTF8(r.Kind), out: make([]byte, 0, 1024), scratch: make([]byte, 0, 128)}
	if err := c.addAll(e, r); err != nil {
		return address, nil, err
	}
	return address, e.out, e.checkSize(address)
}

func (c *Client) addAll(e *encoder, r Request) error {
	head := [...]Param{{"telegram_kind", string(r.Kind)}, {"telegram_version", telegramVersion}}
	for _, part := range [...]Params{c.common, head[:], r.Params, c.limit(r), c.trailer} {
		for _, p := range part {
			if err := e.add(p.Name, p.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// limit adds limit_count to reference telegrams that have none (protocol.md §1.7).
func (c *Client) limit(r Request) Params {
	if _, given := r.Params.Lookup("limit_count"); given || !c.config.Reference(r.Kind) {
		return nil
	}
	return Params{{"limit_count", fmt.Sprint(c.config.SelectMaxCount)}}
}

// checkNames refuses what the client itself adds, and names given twice: which of two
// values the centre would take is not known.
func checkNames(params Params) error {
	for i, p := range params {
		switch p.Name {
		case "merchant_id", "connect_id", "connect_password", "telegram_kind", "telegram_version",
			"partner", "eccube_version", "eccube_plugin_version":
			return badFormat(p.Name, "the client adds it itself")
		}
		if slices.ContainsFunc(params[:i], func(q Param) bool { return q.Name == p.Name }) {
			return badFormat(p.Name, "it is given twice")
		}
	}
	return nil
}

// codeOf is the connection module's code for something that stopped a telegram.
func codeOf(err error) string {
	var conf *ConfigError
	var encoding *EncodingError
	var field *FieldError
	switch {
	case errors.As(err, &conf):
		return conf.Code
	case errors.As(err, &encoding):
		return CodeEncoding
	case errors.As(err, &field):
		return CodeParameter
	}
	return CodeConnection
}
