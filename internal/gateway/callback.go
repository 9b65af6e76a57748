package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"kessai/internal/ledger"
	"kessai/internal/notice"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygent"
)

// NoticeKey is a key that notifications are hashed with, and whose they then are.
type NoticeKey struct {
	Key         paygent.Secret
	Environment payment.Environment
	MerchantID  string
}

// VerifyNotice makes the check of a notification's hash: the current key first, then
// former ones, whose notices belong to the environment they were for (money.md §10).
func VerifyNotice(keys func(ctx context.Context) ([]NoticeKey, error)) notice.Verify {
	return func(ctx context.Context, body []byte) (ledger.Notice, error) {
		known, err := keys(ctx)
		if err != nil {
			return ledger.Notice{}, err
		}
		secrets := make([]paygent.Secret, len(known))
		for i, k := range known {
			secrets[i] = k.Key
		}
		n, err := paygent.ParseNotice(body, secrets...)
		if err != nil && !(errors.Is(err, paygent.ErrMalformed) && n.Verified) {
			return ledger.Notice{}, fmt.Errorf("%w: %w", notice.ErrRefused, err)
		}
		got := noticeOf(n, known[n.Key].Environment, known[n.Key].MerchantID)
		if err != nil {
			got.Reason = ledger.ParkMalformed
			got.Digest = digest(n, "change_date", "payment_init_date", "payment_date") // never that of one that is whole
		}
		return got, nil
	}
}

// noticeOf is a difference as the ledger knows it, whichever way it came.
func noticeOf(n paygent.Notice, env payment.Environment, merchant string) ledger.Notice {
	class, split := chosen(n)
	return ledger.Notice{
		Environment: env, MerchantID: merchant,
		NoticeID: n.NoticeID, Digest: digest(n), PaymentID: n.PaymentID, TradingID: n.TradingID, Type: string(n.Type),
		Status: payment.Status(n.Status), Amount: order.Yen(n.Amount), BaseID: n.BasePaymentID, PaymentDate: n.PaymentDate,
		PaymentClass: class, SplitCount: split,
	}
}

// chosen is how a card's holder pays, empty where it is nothing that 020 would take: the
// hash does not cover it.
func chosen(n paygent.Notice) (class string, split int) {
	switch n.PaymentClass {
	case paygent.LumpSum, paygent.BonusLumpSum, paygent.Revolving:
		return string(n.PaymentClass), 0
	case paygent.Instalments:
		if n.SplitCount > 1 && n.SplitCount < 100 {
			return string(n.PaymentClass), n.SplitCount
		}
	}
	return "", 0
}

// digest tells a duplicate from a conflict: over what the hash covers, and the status that
// it does not. payment_date is compared beside it, where both carry one.
func digest(n paygent.Notice, more ...string) string {
	h := sha256.New()
	names := []string{"payment_notice_id", "payment_id", "trading_id", "payment_type", "payment_amount", "payment_status"}
	for _, name := range append(names, more...) {
		_, _ = fmt.Fprintf(h, "%s=%q\n", name, n.Fields.Get(name)) // a hash does not fail
	}
	return hex.EncodeToString(h.Sum(nil))
}
