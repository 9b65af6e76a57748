package order

// Codes of the problems this package raises, each with the sentence intended for
// the person who reads it. {x} is an argument of the problem.
const (
	// forms (Address); the Field says which
	CodeFormRequired   = "form.required"    // 入力されていません。
	CodeFormNotChosen  = "form.not_chosen"  // 選択されていません。
	CodeFormTooLong    = "form.too_long"    // 値が長すぎます。{max}文字以内でなければなりません。
	CodeFormTooShort   = "form.too_short"   // 値が短すぎます。{min}文字以上でなければなりません。
	CodeFormKana       = "form.kana"        // カタカナで入力してください。
	CodeFormDigits     = "form.digits"      // 半角数字で入力してください。
	CodeFormPostalCode = "form.postal_code" // 郵便番号は7桁の半角数字で入力してください。
	CodeFormEmail      = "form.email"       // 有効なメールアドレスではありません。
	CodeFormCharacters = "form.characters"  // 使用できない文字が含まれています。

	// the order
	CodeTransitionRefused = "order.transition_refused" // {from} から {to} にはステータス変更できません
	CodeNoLines           = "order.no_lines"           // カートに商品がありません。
	CodeQuantityInvalid   = "order.quantity_invalid"   // 「{name}」の数量は1以上を入力してください。
	CodePointInvalid      = "order.point_invalid"      // 利用ポイントは0以上の整数で入力してください。
	CodeTotalTooLarge     = "order.total_too_large"    // 購入金額の上限を超えております。
	CodeTotalNegative     = "order.total_negative"     // 金額がマイナスになるため登録できません。
	CodeItemInvalid       = "order.item_invalid"       // 「{name}」の金額を計算できません。（{column}）

	// the shop's settings; staff must act
	CodeTaxRuleMissing = "tax_rule.missing"     // 適用できる税率が設定されていません。
	CodeTaxRuleInvalid = "tax_rule.invalid"     // 税率設定(ID {id})が正しくありません。
	CodeFeeMissing     = "delivery.fee_missing" // 配送方法(ID {delivery})の{pref}への送料が設定されていません。
	CodeShopInvalid    = "shop.base_invalid"    // 店舗設定の送料無料条件またはポイント設定が正しくありません。
	CodeOrderNoFormat  = "shop.order_no_format" // 注文番号の書式「{format}」が正しくありません。

	// our own mistake
	CodeShipmentUnknown = "order.shipment_unknown" // システムエラーが発生しました。
)
