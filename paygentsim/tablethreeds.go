package paygentsim

import "slices"

// table450 is protocol.md §10.3, without the rows whose meaning the issuer alone judges.
func table450() []field {
	return slices.Concat([]field{
		may("trading_id", word(), maxTrading), mustChoose("authentication_type", "01"), need("term_url", address(), 0),
		may("merchant_name", plainText(), 100), amountField("payment_amount", true), choose("currency_code", "JPY"),
		mustChoose("card_set_method", "token", "customer", "direct"), may("card_token", word(), 100),
	}, ownerFields(), []field{
		may("card_number", cardNo(), 16), may("card_valid_term", mmyy(), 4), may("cardholder_name", ascii(), 45),
	}, riskFields(), addressFields("bill"), addressFields("ship"), phoneFields(), []field{
		may("email_address", mail(), 256), may("site_id", digits(), 4),
	})
}

// riskFields tell the issuer of the buyer's history.
func riskFields() []field {
	return []field{
		choose("login_type", "01", "02"), may("login_date", minute(), 12),
		choose("account_indicator", "01", "02", "03", "04", "05"), may("account_change_date", date(), 8),
		choose("account_change_indicator", "01", "02", "03", "04"), may("account_create_date", date(), 8),
		may("password_change_date", date(), 8), choose("password_change_indicator", "01", "02", "03", "04", "05"),
		may("purchase_count", digits(), 4), may("activity_count_day", digits(), 3), may("activity_count_year", digits(), 3),
		may("ship_address_use_date", date(), 8), choose("ship_address_use_indicator", "01", "02", "03", "04"),
		choose("address_match", "01", "02"), choose("reorder_indicator", "01", "02"), may("shipping_indicator", digits(), 2),
	}
}

// addressFields have EMV 3-D Secure's lengths: in characters there, in bytes here, so
// four bytes a character are let through.
func addressFields(whose string) []field {
	name := whose + "_address_"
	return []field{
		may(name+"city", plainText(), 200), may(name+"country", digits(), 3), may(name+"line1", plainText(), 200),
		may(name+"line2", plainText(), 200), may(name+"line3", plainText(), 200), may(name+"post_code", ascii(), 16), may(name+"state", word(), 3),
	}
}

func phoneFields() []field {
	var out []field
	for _, kind := range []string{"home", "mobile", "work"} {
		out = append(out, may(kind+"_phone_cc", digits(), 3), may(kind+"_phone_subscriber", digits(), 15))
	}
	return out
}
