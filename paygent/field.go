package paygent

import (
	"fmt"
)

// FieldProblem is what is wrong with a parameter.
type FieldProblem string

// Problems of a parameter.
const (
	FieldMissing FieldProblem = "missing"  // it must be given
	FieldTooLong FieldProblem = "too_long" // more than Limit characters; the centre would say P009
	FieldFormat  FieldProblem = "format"   // characters or form that it does not take; the centre would say P008
	FieldRange   FieldProblem = "range"    // a number or a choice out of its range; the centre would say P010
)

// FieldError says which parameter of a telegram cannot be sent and why. It is found with
// errors.As in the *RejectedError of a telegram. Nothing was sent.
type FieldError struct {
	Field   string // the parameter's name on the wire; empty: the telegram as a whole
	Problem FieldProblem
	Limit   int    // characters, with FieldTooLong; full-width where the field is
	Detail  string // one sentence's end: "must be …". It never holds the value
}

// Label is the parameter's Japanese name, empty if it has none that people know.
func (e *FieldError) Label() string { return FieldLabel(e.Field) }

func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Detail
	}
	return "parameter " + labelled(e.Field) + ": " + e.Detail
}

func labelled(field string) string {
	if label := FieldLabel(field); label != "" {
		return field + " (" + label + ")"
	}
	return field
}

func missing(field string) *FieldError {
	return &FieldError{Field: field, Problem: FieldMissing, Detail: "is missing"}
}

func tooLong(field string, limit int) *FieldError {
	return &FieldError{Field: field, Problem: FieldTooLong, Limit: limit, Detail: fmt.Sprintf("has more than %d characters", limit)}
}

func badFormat(field, detail string) *FieldError {
	return &FieldError{Field: field, Problem: FieldFormat, Detail: detail}
}

func outOfRange(field, detail string) *FieldError {
	return &FieldError{Field: field, Problem: FieldRange, Detail: detail}
}

// FieldLabel is a parameter's Japanese name as the shop's pages and the manual spell it
// (storefront.md §5.3, protocol.md §1.7), empty if it has none.
func FieldLabel(field string) string {
	switch field {
	case "customer_family_name":
		return "ご注文者お名前(姓)"
	case "customer_name":
		return "ご注文者お名前(名)"
	case "customer_family_name_kana":
		return "ご注文者お名前(フリガナ)姓"
	case "customer_name_kana":
		return "ご注文者お名前(フリガナ)名"
	case "customer_tel":
		return "ご注文者電話番号"
	case "payment_amount", "amount", "id":
		return "決済金額"
	case "trading_id":
		return "マーチャント取引ID"
	case "payment_id":
		return "決済ID"
	case "payment_notice_id":
		return "決済通知ID"
	case "merchant_id", "seq_merchant_id":
		return "マーチャントID"
	case "site_id":
		return "サイトID"
	}
	return shopFieldLabel(field)
}

// shopFieldLabel names what the shop's staff set.
func shopFieldLabel(field string) string {
	switch field {
	case "payment_limit_date", "asp_payment_term", "payment_term_day", "payment_term_min":
		return "支払期限日"
	case "payment_class":
		return "支払区分"
	case "split_count":
		return "支払い回数"
	case "payment_detail", "claim_kanji", "merchant_name":
		return "店舗名"
	case "payment_detail_kana", "claim_kana":
		return "店舗名(カナ)"
	case "copy_right":
		return "コピーライト"
	case "free_memo":
		return "自由メモ欄"
	case "cvs_company_id":
		return "コンビニ"
	case "career_type":
		return "キャリア決済選択"
	case "customer_card_id":
		return "登録カード"
	case "card_number":
		return "カード番号"
	case "card_valid_term":
		return "有効期限"
	case "card_conf_number":
		return "セキュリティコード"
	case "cardholder_name":
		return "カード名義"
	}
	return technicalFieldLabel(field)
}

// technicalFieldLabel names what neither the shop's pages nor its settings show: whoever
// reads of one has a program to mend, in Japanese all the same.
func technicalFieldLabel(field string) string {
	switch field {
	case "customer_id":
		return "顧客ID"
	case "receipt_name":
		return "受取人名"
	case "receipt_name_kana":
		return "受取人名(カナ)"
	case "card_token":
		return "トークン"
	case "card_set_method":
		return "カード情報の指定方法"
	case "security_code_token":
		return "セキュリティコードトークン利用"
	case "stock_card_mode":
		return "カード情報お預かりモード"
	case "3dsecure_use_type":
		return "3Dセキュアのバージョン"
	case "3ds_auth_id":
		return "3Dセキュア認証ID"
	case "login_type":
		return "ログイン方法"
	case "purchase_count":
		return "購入回数"
	case "activity_count_day", "activity_count_year":
		return "取引回数"
	case "threedsecure_ryaku":
		return "3Dセキュア不要区分"
	case "PaRes", "MD":
		return "3Dセキュア認証結果"
	case "cvs_type":
		return "コンビニ接続タイプ"
	case "pc_mobile_type":
		return "端末種別"
	case "paidy_payment_id":
		return "Paidy決済ID"
	case "limit_count":
		return "最大検索数"
	}
	return addressFieldLabel(field)
}

func addressFieldLabel(field string) string {
	switch field {
	case "return_url", "term_url", "redirect_url":
		return "戻りURL"
	case "stop_return_url", "cancel_url":
		return "中止時の戻りURL"
	case "other_url":
		return "その他の戻りURL"
	case "inform_url":
		return "通知先URL"
	case "banner_url":
		return "バナーURL"
	}
	return ""
}
