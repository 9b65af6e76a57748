package paygentsim

import (
	"slices"
	"strings"
)

// tableLink is protocol.md §8.2. Lengths are those of Windows-31J, though the request is
// UTF-8.
func tableLink() []field {
	return slices.Concat([]field{
		need("trading_id", word(), maxTrading), {"payment_type", false, shape{"payment types joined by commas", isTypeList}, 0, "P010"},
		may("fix_params", ascii(), 0), amountField("id", true), may("inform_url", address(), 0), need("seq_merchant_id", digits(), 10),
		{"payment_term_day", false, between(2, 60), 2, "P010"}, {"payment_term_min", false, between(5, 2880), 4, "P010"},
		choose("payment_class", "0", "1", "2"), choose("use_card_conf_number", "0", "1"), may("customer_id", word(), 25),
		choose("threedsecure_ryaku", "0", "1"), choose("stock_card_mode", "0", "1", "2"),
		may("merchant_name", fullWidth(), 64), may("banner_url", address(), 0), may("copy_right", ascii(), 128), may("free_memo", fullWidth(), 256),
		may("payment_detail", fullWidth(), 64), may("payment_detail_kana", halfKana(), 64),
	}, nameFields(12, 12, false), []field{
		may("customer_tel", digits(), 11), may("return_url", address(), 0), may("stop_return_url", address(), 0),
		choose("re_payment_type", "0", "1"), choose("isbtob", "0", "1"), choose("finish_disable", "0", "1"), choose("sales_flg", "0", "1"),
		choose("appendix", "0", "1"), may("language_code", ascii(), 5), choose("currency_code", "JPY"),
		choose("mail_send_flg_success", "0", "1"), choose("mail_send_flg_failure", "0", "1"),
	})
}

// isTypeList accepts one or several known payment types.
func isTypeList(s string) bool {
	for t := range strings.SplitSeq(s, ",") {
		if PaymentType(t).Name() == "不明" {
			return false
		}
	}
	return true
}
