package paygent

import (
	"strconv"
	"time"
)

// Notice is one change of one payment: a difference notification (決済情報差分通知), or a record
// of telegram 091 (protocol.md §7.2, §7.6).
type Notice struct {
	NoticeID      int64     // payment_notice_id, one ascending sequence per merchant
	ChangeDate    time.Time // change_date
	PaymentID     string
	BasePaymentID string // the payment that this one corrects
	TradingID     string // may be empty: a card validity check
	Type          PaymentType
	Status        PaymentStatus
	Amount        Yen
	SiteID        string
	InitDate      time.Time // payment_init_date
	PaymentDate   time.Time // payment_date, the zero time unless paid

	// What some types tell beside it (protocol.md §7.2); none of it is in the hash.
	ClearDetail     string       // clear_detail, virtual account: 03, 04 and 05 are not what was claimed
	PaymentClass    PaymentClass // card
	SplitCount      int          // card
	CustomerID      string       // card of the link type: whose card was stored
	CustomerCardID  string       // and which
	PaidyPaymentID  string       // Paidy
	ReceiptNumber   string       // convenience store
	ReceiptPrintURL string       // convenience store
	UsableStores    string       // convenience store: ConveniStores splits it
	LimitDate       time.Time    // payment_limit_date: a day or a moment, as the centre told it
	Unusable        []string     // of these, the items that could not be read; Fields has them

	Fields      Params   // everything received, in its order; after ParseNotice without hc
	Undecodable []string // items with bytes that are not Windows-31J; their values hold U+FFFD

	// Of ParseNotice only:
	Verified bool // the hash is right, whatever else is wrong
	Key      int  // index of the key that fitted
}

// maxNoticeID keeps ids within what every database's integers hold.
const maxNoticeIDDigits = 18

// readNotice fills the typed values from Fields.
func readNotice(n *Notice) error {
	f := fieldReader{fields: n.Fields}
	n.NoticeID = f.noticeID("payment_notice_id")
	n.PaymentID = f.paymentID("payment_id")
	n.Type = PaymentType(f.code("payment_type"))
	n.Status = PaymentStatus(f.code("payment_status"))
	n.Amount = f.yen("payment_amount")
	n.ChangeDate = f.time("change_date")
	n.InitDate = f.time("payment_init_date")
	n.PaymentDate = f.time("payment_date")
	n.TradingID = n.Fields.Get("trading_id")
	n.BasePaymentID = n.Fields.Get("base_payment_id")
	n.SiteID = n.Fields.Get("site_id")
	n.readDetails()
	return f.err
}

// readDetails never fails: what moves money is above, and must not be lost for a detail.
func (n *Notice) readDetails() {
	get := n.Fields.Get
	n.ClearDetail, n.PaymentClass = get("clear_detail"), PaymentClass(get("payment_class"))
	n.CustomerID, n.CustomerCardID, n.PaidyPaymentID = get("customer_id"), get("customer_card_id"), get("paidy_payment_id")
	n.ReceiptNumber, n.ReceiptPrintURL, n.UsableStores = get("receipt_number"), get("receipt_print_url"), get("usable_cvs_company_id")
	if v := get("split_count"); v != "" {
		split, err := strconv.Atoi(v)
		if err != nil || split < 0 {
			split, n.Unusable = 0, append(n.Unusable, "split_count")
		}
		n.SplitCount = split
	}
	if v := get("payment_limit_date"); v != "" {
		limit, err := parseMoment(v)
		if err != nil {
			n.Unusable = append(n.Unusable, "payment_limit_date")
		}
		n.LimitDate = limit
	}
}

// parseMoment reads a day or a time: which of both payment_limit_date is, is not public [C].
func parseMoment(s string) (time.Time, error) {
	if len(s) == len("20060102") {
		return parseDay(s)
	}
	return ParseTime(s)
}

func (f *fieldReader) noticeID(name string) int64 {
	v := f.fields.Get(name)
	if !isDigits(v) || len(v) > maxNoticeIDDigits {
		f.fail(name, "%q is not 1 to %d digits", v, maxNoticeIDDigits)
		return 0
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		f.fail(name, "%w", err)
	}
	return n
}

func (n Notice) addDetails(p *Params) {
	p.addIf("clear_detail", n.ClearDetail)
	p.addIf("payment_class", string(n.PaymentClass))
	if n.SplitCount > 0 {
		p.Add("split_count", strconv.Itoa(n.SplitCount))
	}
	p.addIf("customer_id", n.CustomerID)
	p.addIf("customer_card_id", n.CustomerCardID)
	p.addIf("paidy_payment_id", n.PaidyPaymentID)
	p.addIf("receipt_number", n.ReceiptNumber)
	p.addIf("receipt_print_url", n.ReceiptPrintURL)
	p.addIf("usable_cvs_company_id", n.UsableStores)
	if _, given := n.Fields.Lookup("payment_limit_date"); !given && !n.LimitDate.IsZero() {
		p.Add("payment_limit_date", n.LimitDate.In(jst).Format("20060102"))
	}
}

// wire returns the notice's items as they are sent: the typed values, then whatever else
// Fields holds.
func (n Notice) wire() Params {
	p := Params{
		{"payment_notice_id", strconv.FormatInt(n.NoticeID, 10)}, {"change_date", FormatTime(n.ChangeDate)},
		{"payment_id", n.PaymentID}, {"trading_id", n.TradingID}, {"payment_type", string(n.Type)}, {"site_id", n.SiteID},
		{"payment_status", string(n.Status)}, {"payment_amount", n.Amount.String()},
		{"payment_init_date", FormatTime(n.InitDate)}, {"payment_date", FormatTime(n.PaymentDate)},
	}
	p.addIf("base_payment_id", n.BasePaymentID)
	n.addDetails(&p)
	for _, item := range n.Fields {
		if _, typed := p.Lookup(item.Name); !typed && item.Name != "hc" {
			p.Add(item.Name, item.Value)
		}
	}
	return p
}
