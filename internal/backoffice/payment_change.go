package backoffice

import (
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/internal/web"
)

// changeForm is what a button of the order's page sends.
type changeForm struct {
	Do     string `form:"do"`
	Amount string `form:"amount"` // the amount that was shown, in yen
	Total  string `form:"total"`  // the order's total that was shown
	Apart  string `form:"apart"`  // the order was shown to be paid by another method
	Key    string `form:"key"`    // of the button that was shown
}

func amountValue(y order.Yen) string { return strconv.FormatInt(int64(y), 10) }

// read checks the form. It is made by our own page, so what does not fit was not
// typed by anybody.
func (c changeForm) read() (ledger.Change, error) {
	raw, keyErr := hex.DecodeString(c.Key)
	amount, amountErr := strconv.ParseInt(c.Amount, 10, 64)
	total, totalErr := strconv.ParseInt(c.Total, 10, 64)
	do := payment.Button(c.Do)
	if err := errors.Join(keyErr, amountErr, totalErr); err != nil || !slices.Contains(payment.Buttons(), do) || len(raw) != keyBytes || amount < 0 || total < 0 {
		return ledger.Change{}, problem.Wrap(err, problem.Invalid, "form.unreadable", nil)
	}
	// The page shows both amounts where they differ, so staff know.
	return ledger.Change{
		Button: do, Amount: order.Yen(amount), Total: order.Yen(total), Differs: amount != total, Apart: c.Apart != "", Key: c.Do + "-" + c.Key,
	}, nil
}

// changePayment runs a button, once per button shown, after the question was
// answered, and leads back to the order.
func (b *BackOffice) changePayment(w http.ResponseWriter, r *http.Request) error {
	id, err := orderID(r)
	if err != nil {
		return err
	}
	form, _, err := web.Decode[changeForm](r)
	if err != nil {
		return err
	}
	in, err := form.read()
	if err != nil {
		return err
	}
	f, p, err := b.paymentOf(r, id)
	if err != nil {
		return err
	}
	if ok, err := b.Kernel.Confirmed(w, r, web.Admin, web.Frame{Group: "受注管理", Menu: menuList}, b.question(f, p, in.Button)); !ok {
		return err
	}
	in.Order, in.PaymentID = id, p.ID
	in.Actor = ledger.Actor(actorStaff + strconv.FormatInt(member(r.Context()).ID, 10))
	result, err := b.Ledger.Change(r.Context(), in)
	if err != nil && problem.CategoryOf(err) == problem.Internal {
		// What came of it may only not have been written yet.
		b.Log.ErrorContext(r.Context(), "operation of a payment not finished", "order", int64(id), "do", string(in.Button), "error", err)
		result.Operation.State, err = payment.UnknownState, nil
	}
	tone, lines, err := outcome(in.Button, result, err)
	if err != nil {
		return err
	}
	b.Log.InfoContext(r.Context(), "staff operated a payment", "member", member(r.Context()).ID, "order", int64(id),
		"do", string(in.Button), "state", string(result.Operation.State), "replayed", result.Replayed)
	if err := web.PutFlash(r, tone, lines...); err != nil {
		return err
	}
	return web.Redirect(w, r, b.orderURL(id))
}

// paymentOf finds the payment that the path names among the order's.
func (b *BackOffice) paymentOf(r *http.Request, id order.ID) (orderFacts, *ledger.Payment, error) {
	var f orderFacts
	var err error
	if f.order, err = b.Reader.Order(r.Context(), id); err != nil {
		return f, nil, err
	}
	if f.ledger, err = b.Ledger.View(r.Context(), id); err != nil {
		return f, nil, err
	}
	for _, p := range f.ledger.Payments {
		if p.ID == r.PathValue("payment") {
			return f, p, nil
		}
	}
	return f, nil, problem.New(problem.NotFound, "payment.unknown", nil)
}

// outcome says what an operation came to. That it was not possible, or that the
// page was out of date, is said on the order's page; other errors are returned.
func outcome(do payment.Button, result ledger.Result, err error) (web.Tone, []string, error) {
	name := do.Name()
	switch problem.CategoryOf(err) {
	case problem.NotNow, problem.Conflict:
		return web.Danger, []string{name + "は行われませんでした。", reasonWords(err)}, nil
	}
	if err != nil {
		return "", nil, err
	}
	op := result.Operation
	switch op.State {
	case payment.Succeeded:
		return web.Success, []string{name + "に成功しました。"}, nil
	case payment.DeclinedOp, payment.RejectedOp:
		return web.Danger, failureWords(op), nil
	case payment.UnknownState:
		return web.Warning, []string{"結果を確認しています。",
			"ペイジェントから応答がありませんでした。自動で確認し、この画面に反映します。二重に処理されることはありません。"}, nil
	}
	return web.Info, []string{name + "を処理しています。", "完了すると、この画面に反映されます。二重に処理されることはありません。"}, nil
}
