package gateway

import (
	"errors"
	"fmt"

	"kessai/internal/ledger"
	"kessai/internal/payment"
	"kessai/paygent"
)

// done is the answer of a telegram that succeeded.
func done(paymentID string) ledger.Answer {
	return ledger.Answer{Outcome: ledger.Success, PaymentID: paymentID}
}

// answerOf turns an error of a telegram that changes something into an answer.
func answerOf(err error, kind payment.Kind) ledger.Answer {
	var declined *paygent.DeclinedError
	var rejected *paygent.RejectedError
	var unknown *paygent.UnknownError
	switch {
	case errors.As(err, &declined):
		return ledger.Answer{
			Outcome: ledger.Decline, Final: isFinal(kind, declined.Code), IDInUse: isIDInUse(declined.Code),
			PaymentID: declined.PaymentID, Code: declined.Code, Detail: declined.Detail,
		}
	case errors.As(err, &rejected):
		a := ledger.Answer{Outcome: ledger.Reject, Final: true, NotSent: rejected.NotSent, PaymentID: rejected.PaymentID, Code: rejected.Code, Detail: rejected.Detail}
		if sentence := unfit(rejected); sentence != "" {
			a.Detail = sentence
		}
		return a
	case errors.As(err, &unknown) && unknown.Err == nil && unknown.Response != nil && unknown.Response.Result == paygent.ResultUnknown:
		// The centre itself does not know (結果不明): a refusal that asks first. With an error
		// beside it the answer says nothing that could be trusted.
		return ledger.Answer{Outcome: ledger.Decline, PaymentID: unknown.PaymentID, Code: unknown.Code, Detail: unknown.Detail}
	case errors.As(err, &unknown):
		return ledger.Answer{Outcome: ledger.Mystery, Code: unknown.Code}
	}
	return ledger.Answer{Outcome: ledger.Mystery, Code: paygent.CodeConnection}
}

// unfit says which field cannot be sent and why, in the words of the shop's pages
// (storefront.md §5.3); empty for any other error. It never holds the value.
func unfit(err error) string {
	var character *paygent.EncodingError
	if errors.As(err, &character) {
		return named(character.Label(), character.Field) + "は形式が正しくないか使用できない文字が含まれています。"
	}
	var field *paygent.FieldError
	if !errors.As(err, &field) || field.Field == "" {
		return ""
	}
	name := named(field.Label(), field.Field)
	switch field.Problem {
	case paygent.FieldMissing:
		return name + "が入力されていません。"
	case paygent.FieldTooLong:
		return fmt.Sprintf("%sは%d文字以内を設定してください。", name, field.Limit)
	case paygent.FieldRange:
		return name + "の値が範囲外です。"
	default:
		return name + "は形式が正しくないか使用できない文字が含まれています。"
	}
}

func named(label, field string) string {
	if label == "" {
		return field
	}
	return label
}
