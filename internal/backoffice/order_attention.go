package backoffice

import (
	"slices"
	"strconv"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/web"
)

// alertView is one open alert (要対応).
type alertView struct {
	alertWords
	Since   time.Time
	Details []web.Fact
	Revive  *web.Confirm // 注文を復活する
	Refund  *refundView  // 返金済み(手動)
	Ack     *ackView     // 確認済み
}

// viewAlerts shows the alerts, each with the ways out that have no place at a payment;
// one way is offered once.
func (b *BackOffice) viewAlerts(f orderFacts) ([]alertView, error) {
	var out []alertView
	offered := map[string]bool{}
	for _, a := range f.alerts {
		v := alertView{alertWords: wordsOfAlert(a.Kind), Since: a.OpenedAt, Details: dataFacts(a.Data)}
		var err error
		if revivable(f, a) && !offered["revive"] {
			offered["revive"] = true
			if v.Revive, err = b.reviveButton(f); err != nil {
				return nil, err
			}
		}
		if refundable(f, a) && !offered[a.Cause] {
			offered[a.Cause] = true
			if v.Refund, err = b.refundForm(f, a.Cause); err != nil {
				return nil, err
			}
		}
		if v.Ack, err = b.ackButton(b.url("/order/"+f.order.ID.String()+"/alert"), f.order.ID, f.order.Status, a.Kind, a.Cause, a.OpenedAt); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// noticeView is a notice that was not applied.
type noticeView struct {
	ID       int64
	Received time.Time
	Status   string
	Amount   order.Yen
	Parked   bool
	State    string
	Reason   string
}

// viewNotices shows the notices that wait or are parked; the others are in the timeline.
func viewNotices(list []ledger.Notice) []noticeView {
	var out []noticeView
	for _, n := range list {
		if !slices.Contains([]ledger.NoticeState{ledger.NoticeParked, ledger.NoticeReceived}, n.State) {
			continue
		}
		v := noticeView{
			ID: n.NoticeID, Received: n.ReceivedAt, Status: statusWords(n.Status), Amount: n.Amount,
			Parked: n.State == ledger.NoticeParked, State: noticeStateWords(n.State), Reason: parkWords(n.Reason),
		}
		if !v.Parked {
			v.Reason = "ペイジェントに照会して確認しています。"
		}
		out = append(out, v)
	}
	return out
}

// dataFacts are the facts of an event or alert that help to find a payment at
// Paygent. They never hold card numbers or anything about a person.
func dataFacts(d ledger.EventData) []web.Fact {
	var out []web.Fact
	add := func(name, value string) {
		if value != "" {
			out = append(out, web.Fact{Name: name, Value: value})
		}
	}
	add("マーチャント取引ID", d.TradingID)
	add("決済ID", d.PaygentID)
	if d.NoticeID != 0 {
		add("決済通知ID", strconv.FormatInt(d.NoticeID, 10))
	}
	if d.Amount != 0 {
		add("金額", d.Amount.String())
	}
	if d.Code != "" {
		add("コード", d.Code)
	}
	add("詳細", d.Detail)
	return out
}
