package paygent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// LinkOptions say where the link type's requests go and how they are signed.
type LinkOptions struct {
	URL        string // リクエスト先URL, such as https://link.paygent.co.jp/v/u/request
	MerchantID string // マーチャントID, digits
	HashKey    Secret // リンク型ハッシュ値生成キー; empty: no hash is sent
	Order      LinkOrder

	// Identification of the shop system, outside of the hash (protocol.md §8.2).
	Partner       string // with LinkECCUBE: "lockon"
	ShopVersion   string
	PluginVersion string

	Timeout   time.Duration     // of a request; 0: that of its context only
	Random    io.Reader         // nil: the hash gets no suffix
	Transport http.RoundTripper // replaces TLS: for simulators and tests
	WireLog   WireLog
	Clock     func() time.Time // nil: time.Now
}

// Link opens payment pages of the link type (リンク型). It is safe for concurrent use if
// Random is.
type Link struct {
	options LinkOptions
	client  *Client
	trailer Params
}

// NewLink makes a Link.
func NewLink(o LinkOptions) (*Link, error) {
	switch {
	case !isCentreAddress(o.URL):
		return nil, &ConfigError{Code: CodeConfInvalid, Key: "link_url", Detail: "the address of the link type (リクエスト先URL) must be " + secureAddress}
	case !isDigits(o.MerchantID):
		return nil, &ConfigError{Code: CodeConfInvalid, Key: "merchant_id", Detail: "the merchant id (マーチャントID) must be digits"}
	case o.Order == "":
		o.Order = LinkStandard
	case o.Order != LinkStandard && o.Order != LinkECCUBE:
		return nil, &ConfigError{Code: CodeConfInvalid, Key: "hc", Detail: fmt.Sprintf("%q is no order of the hash", o.Order)}
	}
	c := &Client{config: &Config{Timeout: o.Timeout, NoClientCert: true, NoCAFile: true}, link: true, transport: o.Transport, log: o.WireLog, clock: o.Clock}
	if c.clock == nil {
		c.clock = time.Now
	}
	if c.transport == nil {
		transport, _, err := newTransport(c.config, "", c.clock)
		if err != nil {
			return nil, err
		}
		c.transport = transport
	}
	l := &Link{options: o, client: c}
	l.trailer.addIf("partner", o.Partner)
	l.trailer.addIf("eccube_version", o.ShopVersion)
	l.trailer.addIf("eccube_plugin_version", o.PluginVersion)
	return l, nil
}

func isCentreAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "https" || isLocalPlain(u))
}

// Form is the form with which the buyer's browser opens the page by itself, in UTF-8.
func (l *Link) Form(q LinkRequest) (Form, error) {
	params, err := l.params(q, false)
	if err != nil {
		return Form{}, err
	}
	return Form{Action: l.options.URL, Method: http.MethodPost, Charset: "UTF-8", Fields: params}, nil
}

func (l *Link) params(q LinkRequest, server bool) (Params, error) {
	b := builder{kind: KindLink}
	q.add(&b, l.options.MerchantID, l.options.HashKey != "")
	b.flag("isbtob", server)
	b.params = append(b.params, l.trailer...)
	if b.err != nil {
		return nil, notSent(Failure{Kind: KindLink, TradingID: q.TradingID}, codeOf(b.err), b.err.Error(), b.err)
	}
	if l.options.HashKey == "" {
		return b.params, nil
	}
	suffix, err := hashSuffix(l.options.Random)
	if err != nil {
		return nil, notSent(Failure{Kind: KindLink, TradingID: q.TradingID}, CodeOther, err.Error(), err)
	}
	b.params.Set("hc", linkHash(l.options.Order, b.params, l.options.HashKey)+suffix)
	return b.params, nil
}

// LinkPage is where the buyer pays (protocol.md §8.4). It is no payment yet: that is what
// notices tell.
type LinkPage struct {
	URL         string // send the buyer there
	TradingID   string
	Types       string    // payment_type, as asked
	LimitDate   time.Time // お支払期限
	GeneratedAt time.Time // trade_generation_date
	Fields      Params    // the whole answer
}

// Open asks for a payment page from server to server (isbtob). What errors mean is in the
// package's documentation; a request with an unknown outcome has made at most a page that
// nobody has seen.
func (l *Link) Open(ctx context.Context, q LinkRequest) (*LinkPage, error) {
	params, err := l.params(q, true)
	if err != nil {
		return nil, err
	}
	x := &exchange{client: l.client, request: Request{Kind: KindLink, Params: params}, failure: Failure{Kind: KindLink, TradingID: q.TradingID}}
	x.encode = func() (string, []byte, error) { return l.encode(params) }
	x.decode = func(text []byte, _ string) (*Response, error) { return parseLink(text) }
	r, err := x.do(ctx)
	if err != nil {
		return nil, err
	}
	return readLinkPage(r, q)
}

func (l *Link) encode(params Params) (string, []byte, error) {
	e := &encoder{kind: KindLink, utf8: true, out: make([]byte, 0, 1024), scratch: make([]byte, 0, 128)}
	for _, p := range params {
		if err := e.add(p.Name, p.Value); err != nil {
			return l.options.URL, nil, err
		}
	}
	return l.options.URL, e.out, e.checkSize(l.options.URL)
}

func readLinkPage(r *Response, q LinkRequest) (*LinkPage, error) {
	f := fieldReader{fields: r.Fields}
	p := &LinkPage{URL: f.address("url"), TradingID: r.Get("trading_id"), Types: r.Get("payment_type"),
		LimitDate: f.time("limit_date"), GeneratedAt: f.time("trade_generation_date"), Fields: r.Fields}
	if p.TradingID != "" && p.TradingID != q.TradingID {
		f.fail("trading_id", "the answer is about %q", p.TradingID)
	}
	return trusted(p, r, q.TradingID, f.err)
}

// parseLink reads lines key=value that end with CRLF, CR or LF, in UTF-8.
func parseLink(body []byte) (*Response, error) {
	r, d := &Response{Kind: KindLink}, decoder{utf8: true}
	text := string(bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF")))
	for line := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '\r' || c == '\n' }) {
		name, value, ok := strings.Cut(line, "=")
		if !ok || !utf8.ValidString(name) {
			continue
		}
		if have, twice := r.Fields.Lookup(name); twice && have != value {
			return r, errors.New("the answer has two values of " + name)
		}
		r.add(name, value, &d)
	}
	return r, r.fill()
}
