package wording

func stockSentences() map[string]Sentence {
	return map[string]Sentence{
		"stock.short": {"「{Name}」の在庫が足りません。", "There is not enough stock of {Name}."},
		"stock.gone":  {"ご注文の商品が販売終了となったため、お手続きを進められません。", "An ordered product is no longer on sale."},
		"point.short": {"ご利用いただけるポイントが足りません。（残り{Left}ポイント）", "There are not enough points ({Left} left)."},
	}
}
