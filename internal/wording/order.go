package wording

func orderSentences() map[string]Sentence {
	return map[string]Sentence{
		"order.unknown":            {"ご注文が見つかりません。", "There is no such order."},
		"order.transition_refused": {"{from} から {to} にはステータス変更できません。", "An order cannot go from {from} to {to}."},
		"order.no_lines":           {"カートに商品がありません。", "There is nothing in the order."},
		"order.quantity_invalid":   {"「{name}」の数量は1以上を入力してください。", "The quantity of {name} must be 1 or more."},
		"order.point_invalid":      {"利用ポイントは0以上の整数で入力してください。", "Points to use must be 0 or more."},
		"order.total_too_large":    {"購入金額の上限を超えております。", "The total exceeds the largest amount."},
		"order.total_negative":     {"金額がマイナスになるため登録できません。", "The total would be negative."},
		"order.item_invalid":       {"「{name}」の金額を計算できません。（{column}）", "The amount of {name} cannot be computed ({column})."},
		"order.shipment_unknown":   {"システムエラーが発生しました。", "The order has no such shipment ({id})."},
		"order.other_method":       {"お支払方法が変更されています。もう一度お手続きください。", "The payment method has changed to {Method}."},
		"order.amount_changed":     {"ご注文金額が{Old}から{New}に変わりました。内容をご確認のうえ、もう一度お手続きください。", "The order's amount changed from {Old} to {New}."},
		"order.payment_running":    {"このご注文のお支払い手続きが進行中です。完了するまでお待ちください。", "A payment of order {Order} is under way."},
		"order.canceled":           {"このご注文は取り消されています。", "Order {Order} is cancelled."},
		"order.already_placed":     {"このご注文はすでに受け付けています。", "Order {Order} is placed already."},
		"order.nothing_to_pay":     {"お支払いいただく金額がありません。", "There is nothing to pay."},
		"order.status":             {"対応状況が「{Status}」のため、この操作は行えません。", "The order's status {Status} does not allow it."},
		"order.busy":               {"ほかの操作と重なったため更新できませんでした。もう一度お試しください。", "Order {Order} kept changing meanwhile. Try again."},
		"order.not_draft":          {"このご注文は変更できません。（{Status}）", "Order {Order} is no draft any more (status {Status})."},
		"order.shipping_unknown":   {"システムエラーが発生しました。", "The order has no shipping {ID}."},
		"order.item_unknown":       {"システムエラーが発生しました。", "The order has no line {ID}."},
		"tax_rule.missing":         {"適用できる税率が設定されていません。", "No tax rule applies."},
		"tax_rule.invalid":         {"税率設定(ID {id})が正しくありません。", "Tax rule {id} is not valid."},
		"delivery.fee_missing":     {"配送方法(ID {delivery})の{pref}への送料が設定されていません。", "Delivery {delivery} has no fee for {pref}."},
		"shop.base_invalid":        {"店舗設定の送料無料条件またはポイント設定が正しくありません。", "The shop's free delivery or point setting is not valid."},
		"shop.order_no_format":     {"注文番号の書式「{format}」が正しくありません。", "The order number format {format} is not valid."},
	}
}
