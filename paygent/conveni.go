package paygent

import (
	"context"
	"strings"
	"time"
)

// ConveniStore is cvs_company_id, a chain of convenience stores (protocol.md §12.1).
type ConveniStore string

// Chains of today.
const (
	SevenEleven   ConveniStore = "00C001" // セブン-イレブン
	Lawson        ConveniStore = "00C002" // ローソン
	Ministop      ConveniStore = "00C004" // ミニストップ
	FamilyMart    ConveniStore = "00C005" // ファミリーマート
	DailyYamazaki ConveniStore = "00C014" // デイリーヤマザキ
	Seicomart     ConveniStore = "00C016" // セイコーマート
)

// Name is the Japanese name, or the code itself where it is not known.
func (s ConveniStore) Name() string {
	switch s {
	case SevenEleven:
		return "セブン-イレブン"
	case Lawson:
		return "ローソン"
	case Ministop:
		return "ミニストップ"
	case FamilyMart:
		return "ファミリーマート"
	case "00C006":
		return "サンクス"
	case "00C007":
		return "サークルK"
	case DailyYamazaki:
		return "デイリーヤマザキ"
	case Seicomart:
		return "セイコーマート"
	}
	return string(s)
}

// ConveniStores splits usable_cvs_company_id, in which one receipt number's stores are
// joined by hyphens.
func ConveniStores(joined string) []ConveniStore {
	var stores []ConveniStore
	for code := range strings.SplitSeq(joined, "-") {
		if code != "" {
			stores = append(stores, ConveniStore(code))
		}
	}
	return stores
}

// ConveniRequest is telegram 030 (protocol.md §5.4).
type ConveniRequest struct {
	TradingID string
	Amount    Yen
	Buyer     Buyer  // the names are required, kana are not
	Tel       string // required; at most 11 digits
	Limit     Days   // 1 to 60; left to the centre: 30
	Store     ConveniStore
	StoreType string // cvs_type, 01 to 04 as the contract's connection type groups stores; empty: not sent
	Postpaid  bool   // sales_type 3 後払い instead of 1 前払い
	SiteID    string
	Extra     Params
}

// ConveniApplication is the answer to 030: what the buyer shows at the store.
type ConveniApplication struct {
	PaymentID       string
	TradingID       string
	ReceiptNumber   string
	ReceiptPrintURL string         // 払込票URL, Seven-Eleven
	UsableStores    []ConveniStore // where the number is good
	Store           ConveniStore
	LimitDate       time.Time // お支払期日, a day in JST
	Fields          Params    // the whole answer
}

// ApplyConveni sends 030 (コンビニ決済(番号方式)申込): the payment waits in status 10.
func (c *Client) ApplyConveni(ctx context.Context, q ConveniRequest) (*ConveniApplication, error) {
	b := builder{kind: KindConveni}
	q.add(&b)
	r, err := b.do(ctx, c, q.SiteID, q.Extra)
	if err != nil {
		return nil, err
	}
	if err := sameSettlement(r, q.TradingID, "", true); err != nil {
		return nil, err
	}
	f := fieldReader{fields: r.Fields}
	a := &ConveniApplication{
		PaymentID: r.Get("payment_id"), TradingID: r.Get("trading_id"),
		ReceiptNumber: f.required("receipt_number"), ReceiptPrintURL: r.Get("receipt_print_url"),
		UsableStores: ConveniStores(r.Get("usable_cvs_company_id")), Store: ConveniStore(r.Get("cvs_company_id")),
		LimitDate: f.day("payment_limit_date"), Fields: r.Fields,
	}
	return trusted(a, r, q.TradingID, f.err)
}

func (q ConveniRequest) add(b *builder) {
	b.need("trading_id", q.TradingID)
	b.amount("payment_amount", q.Amount)
	if q.Buyer.FamilyName == "" {
		b.fail(missing("customer_family_name"))
	}
	if q.Buyer.GivenName == "" {
		b.fail(missing("customer_name"))
	}
	q.Buyer.add(b)
	b.needText("customer_tel", q.Tel)
	b.days("payment_limit_date", q.Limit, 1, 60)
	b.need("cvs_company_id", string(q.Store))
	b.choice("cvs_type", q.StoreType, "01", "02", "03", "04")
	salesType := "1"
	if q.Postpaid {
		salesType = "3"
	}
	b.params.Add("sales_type", salesType)
}
