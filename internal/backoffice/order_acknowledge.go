package backoffice

import (
	"net/http"
	"strconv"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/web"
)

// ackView is the form by which staff close an alert by hand (確認済み).
type ackView struct {
	Action string
	Hidden []web.Fact
	Reason web.Field
}

// acked is what it sends. The reason is named by the key, for a page has several.
type acked struct {
	Order   int64             `form:"order"` // 0: an alert of the shop
	Kind    string            `form:"kind"`
	Cause   string            `form:"cause"`
	Opened  int64             `form:"opened"` // Unix milliseconds: an alert that came up again was not seen
	Key     string            `form:"key"`
	Reasons map[string]string `form:"reason"`
}

// ackButton is nil where an alert ends by itself.
func (b *BackOffice) ackButton(action string, id order.ID, at order.Status, kind ledger.AlertKind, cause string, opened time.Time) (*ackView, error) {
	if !ledger.MayAcknowledge(kind, cause, at) {
		return nil, nil
	}
	return b.ackForm(action, id, kind, cause, opened)
}

func (b *BackOffice) ackForm(action string, id order.ID, kind ledger.AlertKind, cause string, opened time.Time) (*ackView, error) {
	key, err := b.key()
	if err != nil {
		return nil, err
	}
	return &ackView{
		Action: action,
		Hidden: []web.Fact{{Name: "order", Value: id.String()}, {Name: "kind", Value: string(kind)}, {Name: "cause", Value: cause},
			{Name: "opened", Value: strconv.FormatInt(opened.UnixMilli(), 10)}, {Name: "key", Value: key}},
		Reason: web.Field{Kind: web.KindTextArea, Name: "reason[" + key + "]", Label: "確認した内容", Required: true, Rows: 2, MaxLength: reasonLength,
			Hint: "ペイジェントオンラインなどで確認した内容を入力してください。担当者名とともに残ります。"},
	}, nil
}

// acknowledge closes an alert that staff have seen to, once per form shown. The page of an
// order closes alerts of that order only.
func (b *BackOffice) acknowledge(r *http.Request, fits func(order.ID) bool) error {
	form, wrong, err := web.Decode[acked](r)
	if err != nil {
		return err
	}
	if wrong.Any() || form.Opened <= 0 || !goodKey(form.Key) || !fits(order.ID(form.Order)) {
		return problem.New(problem.Invalid, "form.unreadable", nil)
	}
	_, err = b.Ledger.Acknowledge(r.Context(), ledger.Acknowledge{
		Order: order.ID(form.Order), Kind: ledger.AlertKind(form.Kind), Cause: form.Cause, Opened: time.UnixMilli(form.Opened), Reason: form.Reasons[form.Key], Actor: actorOf(r), Key: "ack-" + form.Key,
	})
	return err
}

const (
	ackWhat = "要対応の確認"
	ackDone = "要対応を確認済みにしました。"
)

// acknowledgeOrder leads back to the order.
func (b *BackOffice) acknowledgeOrder(w http.ResponseWriter, r *http.Request) error {
	id, err := orderID(r)
	if err != nil {
		return err
	}
	return b.done(w, r, id, b.acknowledge(r, func(of order.ID) bool { return of == id }), ackWhat, ackDone)
}
