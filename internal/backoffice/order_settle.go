package backoffice

import (
	"net/http"
	"strconv"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/web"
)

// settleView asks staff what became of an operation about which everything is silent,
// with what there is to decide by (money.md §3).
type settleView struct {
	Action    string
	Operation string
	TakesBack bool // staff said that it took effect, and the change of the amount waits for its payment_id
	Cancels   bool // whoever cancelled it there, it is gone
	Sent      time.Time
	TradingID string
	Amount    order.Yen
	Answer    string // to the telegram itself
	Asked     int
	Answers   []answerView // newest first
	Reason    web.Field
}

// answerView is what one inquiry answered.
type answerView struct {
	At   time.Time
	Text string
}

// shownAnswers is how many of the inquiries are listed.
const shownAnswers = 10

// viewSettle is nil where staff have nothing to settle by hand.
func (b *BackOffice) viewSettle(f orderFacts, p *ledger.Payment) *settleView {
	for _, op := range f.ledger.Operations {
		back := ledger.TakesBack(f.ledger, op.ID)
		if op.PaymentID != p.ID || op.State != payment.UnknownState && !back || ledger.MaySettleByHand(f.ledger, op.ID, b.Now()) != nil {
			continue
		}
		v := &settleView{
			TakesBack: back, Cancels: op.Kind == payment.CancelAuthorization || op.Kind == payment.CancelCapture,
			Action: b.url("/order/" + f.order.ID.String() + "/operation/" + op.ID), Operation: op.ID, Sent: op.SentAt,
			TradingID: p.TradingID, Amount: op.Amount, Answer: codeWords(op.Code, op.Detail), Asked: op.Asked,
			Reason: web.Field{Kind: web.KindTextArea, Name: "reason[" + op.ID + "]", Label: "確認した内容", Required: true, Rows: 2, MaxLength: reasonLength,
				Hint: "ペイジェントオンラインで確認した内容を入力してください。決済履歴に残ります。"},
		}
		for _, e := range f.timeline {
			if e.Kind == ledger.EventInquired && e.OperationID == op.ID && len(v.Answers) < shownAnswers {
				v.Answers = append(v.Answers, answerView{At: e.At, Text: inquiredWords(e)})
			}
		}
		return v
	}
	return nil
}

// reasonLength is the longest reason that is kept.
const reasonLength = 500

// settleForm is what the question sends.
type settleForm struct {
	Happened string            `form:"happened"` // yes or no
	Reasons  map[string]string `form:"reason"`   // by operation
}

// settleUnknown writes what staff know of an operation, after the question was answered.
func (b *BackOffice) settleUnknown(w http.ResponseWriter, r *http.Request) error {
	id, err := orderID(r)
	if err != nil {
		return err
	}
	form, _, err := web.Decode[settleForm](r)
	if err != nil {
		return err
	}
	operation := r.PathValue("operation")
	reason := form.Reasons[operation]
	if form.Happened != "yes" && form.Happened != "no" || len([]rune(reason)) > reasonLength {
		return problem.New(problem.Invalid, "form.unreadable", nil)
	}
	in := ledger.SettleUnknown{
		Order: id, Operation: operation, Happened: form.Happened == "yes", Reason: reason,
		Actor: ledger.Actor(actorStaff + strconv.FormatInt(member(r.Context()).ID, 10)),
	}
	if reason != "" {
		if ok, err := b.Kernel.Confirmed(w, r, web.Admin, web.Frame{Group: "受注管理", Menu: menuList}, b.settleQuestion(in)); !ok {
			return err
		}
	}
	tone, lines := web.Success, []string{"結果を確定しました。"}
	got, err := b.Ledger.SettleUnknown(r.Context(), in)
	switch {
	case err != nil && problem.CategoryOf(err) == problem.Internal:
		return err
	case err != nil:
		tone, lines = web.Danger, []string{"結果は確定されませんでした。", reasonWords(err)}
	case got.Operation.Cause != "staff":
		tone, lines = web.Info, []string{"ペイジェントへの照会で結果が分かったため、その内容で確定しました。"}
	}
	if err := web.PutFlash(r, tone, lines...); err != nil {
		return err
	}
	return web.Redirect(w, r, b.orderURL(id))
}

// settleQuestion asks once more: nobody asks the centre after it.
func (b *BackOffice) settleQuestion(in ledger.SettleUnknown) web.Confirm {
	c := web.Confirm{
		ID: "ask-settle", Title: "結果を確定しますか？", Safe: "閉じる", Back: b.orderURL(in.Order), Danger: true,
		Facts:       []web.Fact{{Name: "確認した内容", Value: in.Reason}},
		Button:      "「処理されていた」と確定する",
		Consequence: "ペイジェントで処理されていたものとして、注文に反映します。",
	}
	if !in.Happened {
		c.Button, c.Consequence = "「処理されていない」と確定する", "ペイジェントで処理されていなかったものとして、注文に反映します。"
	}
	return c
}

// inquiredWords are what one inquiry answered.
func inquiredWords(e ledger.Event) string {
	d := e.Data
	switch ledger.FindingKind(d.Text) {
	case ledger.Found:
		return join(statusWords(payment.Status(d.Status)), d.Amount.String())
	case ledger.NoSuch:
		return join("該当する決済がありません。", codeWords(d.Code, d.Detail))
	case ledger.NoAnswer:
		return join("回答がありません。", codeWords(d.Code, d.Detail))
	}
	return statusWords(payment.Status(d.Status))
}
