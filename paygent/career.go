package paygent

import "context"

// CareerType is career_type, a mobile carrier (protocol.md §5.7.1).
type CareerType string

// Carriers.
const (
	CareerAu       CareerType = "4" // auかんたん決済
	CareerDocomo   CareerType = "5" // d払い
	CareerSoftBank CareerType = "6" // ソフトバンク・ワイモバイルまとめて支払い
)

// Name is the Japanese name, or the code itself where it is not known.
func (t CareerType) Name() string {
	switch t {
	case CareerAu:
		return "auかんたん決済"
	case CareerDocomo:
		return "d払い"
	case CareerSoftBank:
		return "ソフトバンク・ワイモバイルまとめて支払い"
	}
	return string(t)
}

// MobileType is pc_mobile_type, the buyer's device (protocol.md §5.7.1).
type MobileType string

// Devices. A shop whose pages are the same everywhere sends DevicePC.
const (
	DevicePC         MobileType = "0"
	DeviceSmartphone MobileType = "4"
)

func (b *builder) mobile(t MobileType) {
	b.choice("pc_mobile_type", string(t), "0", "1", "2", "3", "4")
}

// CareerAuthRequest is telegram 104, for au and docomo only.
type CareerAuthRequest struct {
	TradingID   string
	Career      CareerType
	Device      MobileType // empty: DevicePC
	RedirectURL string     // where the buyer comes back authenticated, with open_id
	CancelURL   string     // where the buyer comes back otherwise
	SiteID      string
	Extra       Params
}

// CareerPage is where a carrier's buyer goes next: to an address (au, SoftBank), or on by a
// form (docomo). Exactly one of RedirectURL and RedirectHTML is filled.
type CareerPage struct {
	RedirectURL  string
	RedirectHTML string // a page from the centre: parse it, never echo it
	TradingID    string
	PaymentID    string // of 100 only
	Fields       Params // the whole answer
}

// RedirectForm is the form of RedirectHTML: post it from a page of your own.
func (p *CareerPage) RedirectForm() (Form, error) { return formOf(p.RedirectHTML, "Shift_JIS") }

// AuthenticateCareer sends 104 (携帯キャリア決済ユーザ認証).
func (c *Client) AuthenticateCareer(ctx context.Context, q CareerAuthRequest) (*CareerPage, error) {
	b := builder{kind: KindCareerAuthenticate}
	b.given("trading_id", q.TradingID)
	b.needChoice("career_type", string(q.Career), string(CareerAu), string(CareerDocomo))
	b.device(q.Device)
	b.needURL("redirect_url", q.RedirectURL)
	b.needURL("cancel_url", q.CancelURL)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	return readCareerPage(r, q.TradingID, false)
}

func (b *builder) device(t MobileType) {
	if t == "" {
		t = DevicePC
	}
	b.mobile(t)
}

// CareerRequest is telegram 100.
type CareerRequest struct {
	TradingID string
	Amount    Yen
	Career    CareerType
	Device    MobileType // empty: DevicePC
	ReturnURL string
	CancelURL string
	OtherURL  string // docomo only; empty: CancelURL, as the original sends
	OpenID    Secret // what the buyer brought back from 104 (au, docomo)
	UID       string // feature phones
	SiteID    string
	Extra     Params
}

// ApplyCareer sends 100 (携帯キャリア決済申込): the payment waits in status 10 until the buyer
// has agreed on the carrier's page.
func (c *Client) ApplyCareer(ctx context.Context, q CareerRequest) (*CareerPage, error) {
	b := builder{kind: KindCareer}
	b.need("trading_id", q.TradingID)
	b.amount("amount", q.Amount)
	b.needChoice("career_type", string(q.Career), "1", "2", "3", string(CareerAu), string(CareerDocomo), string(CareerSoftBank))
	b.device(q.Device)
	b.needURL("return_url", q.ReturnURL)
	b.needURL("cancel_url", q.CancelURL)
	if q.OtherURL != "" && q.Career != CareerDocomo {
		b.fail(outOfRange("other_url", "belongs to docomo only"))
	}
	if q.OtherURL == "" && q.Career == CareerDocomo { // for whatever is neither: [C]
		q.OtherURL = q.CancelURL
	}
	b.url("other_url", q.OtherURL)
	b.given("open_id", string(q.OpenID))
	b.given("uid", q.UID)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	return readCareerPage(r, q.TradingID, true)
}

func readCareerPage(r *Response, tradingID string, idRequired bool) (*CareerPage, error) {
	if err := sameSettlement(r, tradingID, "", idRequired); err != nil {
		return nil, err
	}
	p := &CareerPage{RedirectURL: r.Get("redirect_url"), RedirectHTML: r.Get("redirect_html"),
		TradingID: r.Get("trading_id"), PaymentID: r.Get("payment_id"), Fields: r.Fields}
	f := fieldReader{fields: r.Fields}
	switch {
	case p.RedirectURL == "" && p.RedirectHTML == "", p.RedirectURL != "" && p.RedirectHTML != "":
		f.fail("redirect_url", "the answer must have either an address or a page")
	case p.RedirectURL != "":
		f.address("redirect_url")
	}
	return trusted(p, r, tradingID, f.err)
}

// CaptureCareer sends 101 (携帯キャリア決済売上).
func (c *Client) CaptureCareer(ctx context.Context, q SettlementRequest) (*Settlement, error) {
	return c.settle(ctx, KindCareerCapture, q)
}

// CancelCareer sends 102 (携帯キャリア決済取消), before and after the capture.
func (c *Client) CancelCareer(ctx context.Context, q SettlementRequest) (*Settlement, error) {
	return c.settle(ctx, KindCareerCancel, q)
}

// CareerChangeRequest is telegram 103.
type CareerChangeRequest struct {
	PaymentID string
	TradingID string // optional
	Amount    Yen    // the new total
	SiteID    string
	Extra     Params
}

// ChangeCareer sends 103 (携帯キャリア決済補正).
func (c *Client) ChangeCareer(ctx context.Context, q CareerChangeRequest) (*Settlement, error) {
	b := builder{kind: KindCareerChange}
	b.paymentID(q.PaymentID)
	b.given("trading_id", q.TradingID)
	b.amount("amount", q.Amount)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	return readSettlement(r, q.TradingID, q.PaymentID)
}
