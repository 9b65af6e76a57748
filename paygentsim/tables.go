package paygentsim

import "slices"

// maxTrading is the longest trading_id, a guess (protocol.md §17.2).
const maxTrading = 25

// named are the rows of telegrams about a payment that exists.
func named() []field {
	return []field{may("payment_id", digits(), 18), may("trading_id", word(), maxTrading), may("site_id", digits(), 4)}
}

// amountField is an amount of at least a yen.
func amountField(name string, required bool) field {
	return field{name, required, yen(), 8, "P008"}
}

func cardFields() []field {
	return []field{
		may("card_token", word(), 100), may("card_number", cardNo(), 16), may("card_valid_term", mmyy(), 4), may("card_conf_number", cvc(), 4),
		choose("security_code_use", "0", "1"),
	}
}

func ownerFields() []field {
	return []field{may("customer_id", word(), 25), may("customer_card_id", digits(), 16)}
}

// table020 is protocol.md §5.1.1.
func table020() []field {
	return slices.Concat([]field{
		amountField("payment_amount", true), mustChoose("payment_class", "10", "61", "80", "23", "21"),
		{"split_count", false, oneOf("2", "3", "4", "5", "6", "10", "12", "15", "18", "20", "24", "02", "03", "04", "05", "06"), 0, "P010"},
		may("site_id", digits(), 4), may("trading_id", word(), maxTrading), may("ref_trading_id", word(), maxTrading),
		choose("sales_mode", "0", "1"),
	}, cardFields(), []field{choose("stock_card_mode", "0", "1")}, ownerFields(), []field{
		choose("security_code_token", "0", "1"), choose("3dsecure_use_type", "1", "2"), choose("3dsecure_ryaku", "0", "1"),
		may("http_accept", ascii(), 0), may("http_user_agent", ascii(), 0), may("term_url", address(), 0), may("3ds_auth_id", uuid(), 36),
	})
}

// table024 is the old end of 3-D Secure 1.0, protocol.md §10.2.
func table024() []field {
	return append(named(), need("PaRes", ascii(), 0), need("MD", ascii(), 1024))
}

// table025 to table027 are protocol.md §11.
func table025() []field {
	return slices.Concat([]field{may("trading_id", word(), maxTrading), need("customer_id", word(), 25)}, cardFields(), []field{
		may("cardholder_name", ascii(), 45), choose("card_brand", "V", "M", "X", "C", "J"), choose("valid_check_flg", "0", "1"),
		may("add_info1", plainText(), 0), may("add_info2", plainText(), 0), may("add_info3", plainText(), 0), may("add_info4", plainText(), 0),
		may("site_id", digits(), 4),
	})
}

func table026() []field {
	return []field{may("trading_id", word(), maxTrading), need("customer_id", word(), 25), need("customer_card_id", digits(), 16)}
}

func table027() []field {
	return []field{may("trading_id", word(), maxTrading), need("customer_id", word(), 25), may("customer_card_id", digits(), 16),
		{"limit_count", false, between(1, 99999), 5, "P008"}}
}

// table028 is protocol.md §5.1.3, for 028 and 029.
func table028() []field {
	return append(named(), amountField("payment_amount", true), mustChoose("reduction_flag", "0", "1"))
}

// table090 has the parameters of a list inquiry; the public record knows none but limit_count.
func table090() []field {
	return append(named(), choose("payment_type", "01", "02", "03", "05", "06", "22"), may("payment_status", digits(), 2),
		field{"limit_count", false, between(1, 99999), 5, "P008"})
}

func table091() []field {
	return []field{may("trading_id", word(), maxTrading), may("payment_notice_id", digits(), 18)}
}

// nameFields are a buyer's names as the telegrams that issue numbers carry them.
func nameFields(kanji, kana int, required bool) []field {
	return []field{
		{"customer_family_name", required, fullWidth(), kanji, "P008"}, {"customer_name", required, fullWidth(), kanji, "P008"},
		may("customer_family_name_kana", halfKana(), kana), may("customer_name_kana", halfKana(), kana),
	}
}

// table010 is protocol.md §5.3.
func table010() []field {
	return slices.Concat([]field{may("trading_id", word(), maxTrading), amountField("payment_amount", true)}, nameFields(12, 12, false), []field{
		need("payment_detail", fullWidth(), 64), need("payment_detail_kana", halfKana(), 64),
		{"payment_limit_date", false, between(0, 60), 2, "P010"}, may("site_id", digits(), 4),
	})
}

// table030 is protocol.md §5.4.
func table030() []field {
	return slices.Concat([]field{may("trading_id", word(), maxTrading), amountField("payment_amount", true)}, nameFields(20, 14, true), []field{
		need("customer_tel", digits(), 11), {"payment_limit_date", false, between(1, 60), 2, "P010"},
		{"cvs_company_id", true, oneOf(storeIDs()...), 0, "P010"}, choose("cvs_type", "01", "02", "03", "04"), mustChoose("sales_type", "1", "3"),
		may("site_id", digits(), 4),
	})
}

// table060 is protocol.md §5.5.
func table060() []field {
	return slices.Concat([]field{need("trading_id", word(), maxTrading), amountField("amount", true),
		need("claim_kana", halfKana(), 64), may("claim_kanji", fullWidth(), 64), may("merchant_name", fullWidth(), 64),
	}, nameFields(12, 12, false), []field{
		may("receipt_name", fullWidth(), 64), may("receipt_name_kana", halfKana(), 64), {"asp_payment_term", false, shape{"0DDmmmm", isASPTerm}, 7, "P010"},
		may("return_url", address(), 0), may("stop_return_url", address(), 0), may("copy_right", ascii(), 128), may("free_memo", fullWidth(), 256),
		choose("pc_mobile_type", "0", "1", "2", "3", "4"), may("site_id", digits(), 4),
	})
}

// table104 and table100 are protocol.md §5.7.1.
func table104() []field {
	return []field{may("trading_id", word(), maxTrading), mustChoose("career_type", carrierAu, carrierDocomo), mustChoose("pc_mobile_type", "0", "1", "2", "3", "4"),
		need("redirect_url", address(), 0), need("cancel_url", address(), 0)}
}

func table100() []field {
	return []field{may("trading_id", word(), maxTrading), amountField("amount", true), mustChoose("career_type", carrierAu, carrierDocomo, carrierSoftBank),
		mustChoose("pc_mobile_type", "0", "1", "2", "3", "4"), need("return_url", address(), 0), need("cancel_url", address(), 0),
		may("other_url", address(), 0), may("open_id", ascii(), 256), may("uid", ascii(), 256), may("site_id", digits(), 4)}
}

func table103() []field { return append(named(), amountField("amount", true)) }

func table342() []field { return append(named(), amountField("amount", false)) }

func table343() []field {
	return []field{may("trading_id", word(), maxTrading), need("paidy_payment_id", word(), 64), may("site_id", digits(), 4)}
}
