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
	return f.err
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
	for _, item := range n.Fields {
		if _, typed := p.Lookup(item.Name); !typed && item.Name != "hc" {
			p.Add(item.Name, item.Value)
		}
	}
	return p
}
