package paygentsim

import (
	"strings"
	"time"
)

// Delivery is how far a notice has come on its way to the shop.
type Delivery string

// The ends and the beginning of a delivery.
const (
	DeliveryPending  Delivery = "pending"
	DeliveryAccepted Delivery = "accepted" // the shop answered result=0
	DeliveryGivenUp  Delivery = "given_up" // a day has passed; 091 keeps it
	DeliveryLost     Delivery = "lost"     // a fault: never sent
	DeliveryNone     Delivery = "none"     // withheld, or nobody to send it to
)

// Notice is one difference: what the shop is told of a status change, by POST or by
// 091. It keeps the payment as it was at the change. protocol.md §7.
type Notice struct {
	NoticeID     int64       `json:"payment_notice_id"`
	MerchantID   string      `json:"merchant_id"`
	PaymentID    string      `json:"payment_id"`
	TradingID    string      `json:"trading_id"`
	Type         PaymentType `json:"payment_type"`
	Status       Status      `json:"payment_status"`
	Amount       int64       `json:"payment_amount"`
	SiteID       string      `json:"site_id"`
	PaymentClass string      `json:"payment_class,omitempty"`
	SplitCount   string      `json:"split_count,omitempty"`
	BaseID       string      `json:"base_payment_id,omitempty"`
	Details      []Item      `json:"details,omitempty"`
	ChangedAt    time.Time   `json:"changed_at"`
	InitAt       time.Time   `json:"init_at"`
	PaidAt       time.Time   `json:"paid_at,omitzero"`

	Delivery Delivery    `json:"delivery"`
	Due      time.Time   `json:"due,omitzero"` // the next attempt, while one is due
	Until    time.Time   `json:"until"`        // given up afterwards
	Attempts int         `json:"attempts"`
	Failures int         `json:"failures"` // since it was last accepted or resent
	Answer   string      `json:"answer,omitempty"`
	Fault    NoticeFault `json:"fault,omitempty"`
	Held     bool        `json:"held,omitempty"`   // waits for a later one to arrive first
	Again    bool        `json:"again,omitempty"`  // is sent once more although accepted
	Spoilt   bool        `json:"spoilt,omitempty"` // the next attempt carries a wrong hc
}

func (n *Notice) clone() *Notice { m := *n; return &m }

// giveUpAfter and purgeAfter are best guesses, protocol.md §18, 3 and 5.
const (
	giveUpAfter = 24 * time.Hour
	purgeAfter  = 30 * 24 * time.Hour
	holdFor     = 5 * time.Minute
)

// retryAfter is the pause before the next attempt after n failed ones.
func retryAfter(failures int) time.Duration {
	pauses := [...]time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute}
	return pauses[min(max(failures, 1), len(pauses))-1]
}

// newNotice tells of p's present status, which it came to at changed. A notice with
// nowhere to go exists for 091.
func newNotice(p *Payment, id int64, changed, now time.Time, url string, f NoticeFault, late time.Duration) *Notice {
	n := &Notice{
		NoticeID: id, MerchantID: p.MerchantID, PaymentID: p.PaymentID, TradingID: p.TradingID, Type: p.Type,
		Status: p.Status, Amount: p.Amount, SiteID: p.SiteID, PaymentClass: p.PaymentClass, SplitCount: p.SplitCount,
		BaseID: p.BaseID, Details: toldDetails(p), ChangedAt: changed, InitAt: p.InitAt, PaidAt: p.PaidAt,
		Delivery: DeliveryPending, Due: now, Until: now.Add(giveUpAfter), Fault: f,
	}
	if url == "" {
		n.Delivery, n.Due, n.Fault = DeliveryNone, time.Time{}, NoNoticeFault
		return n
	}
	switch f {
	case NoticeLate:
		n.Due = now.Add(late)
		n.Until = n.Due.Add(giveUpAfter)
	case NoticeReordered:
		n.Held, n.Due = true, now.Add(holdFor)
	case NoticeDuplicate:
		n.Again = true
	case NoticeBadHash:
		n.Spoilt = true
	case NoticeLost:
		n.Delivery, n.Due = DeliveryLost, time.Time{}
	}
	return n
}

// toldDetails are the items of p that a difference carries, protocol.md §7.2 and §7.6: what
// the buyer needs to pay at a store, a card stored on the link type's page, Paidy's own id.
func toldDetails(p *Payment) []Item {
	told := ""
	switch {
	case p.Type == TypePaidy:
		told = " paidy_payment_id "
	case p.Type == TypeCard:
		told = " customer_id customer_card_id "
	case p.Type == TypeConveni && p.Status == Applied:
		told = " receipt_number usable_cvs_company_id receipt_print_url payment_limit_date customer_family_name customer_name" +
			" customer_family_name_kana customer_name_kana customer_tel "
	}
	var out []Item
	for _, i := range p.Details {
		if strings.Contains(told, " "+i.Name+" ") {
			out = append(out, i)
		}
	}
	return out
}

// settle records one attempt: the shop's answer and whether it was result=0.
func (n *Notice) settle(accepted bool, answer string, now time.Time) {
	n.Attempts++
	n.Answer = answer
	n.Held, n.Spoilt = false, false
	switch {
	case accepted && n.Again:
		n.Again, n.Failures = false, 0
		n.Delivery, n.Due = DeliveryAccepted, now.Add(retryAfter(1))
	case accepted:
		n.Failures = 0
		n.Delivery, n.Due = DeliveryAccepted, time.Time{}
	case !now.Before(n.Until):
		n.Delivery, n.Due = DeliveryGivenUp, time.Time{}
	default:
		n.Failures++
		n.Delivery, n.Due = DeliveryPending, now.Add(retryAfter(n.Failures))
	}
}
