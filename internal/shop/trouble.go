package shop

import (
	"net/http"

	"kessai/internal/order"
	"kessai/internal/web"
)

// troublePage is 購入エラー: the sentence comes as a message from the page before.
type troublePage struct{ Cart string }

func (s *Shop) showTrouble(w http.ResponseWriter, r *http.Request) error {
	return s.trouble.Render(w, r, web.Frame{Title: "購入エラー", Narrow: true}, troublePage{Cart: "/cart"})
}

// tradePage is 特定商取引法に基づく表記.
type tradePage struct{ Rows []tradeRow }

// tradeRow is one row of it.
type tradeRow struct{ Name, Text string }

func (s *Shop) showTradeLaw(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), s.DB.Read()
	b, err := readBase(ctx, q)
	if err != nil {
		return err
	}
	rows, err := readTradeLaw(ctx, q)
	if err != nil {
		return err
	}
	page := tradePage{Rows: told(rows)}
	if len(page.Rows) == 0 {
		page.Rows = told(b.tradeRows())
	}
	return s.tradeLaw.Render(w, r, web.Frame{Title: "特定商取引法に基づく表記", Narrow: true}, page)
}

// tradeRows are the rows that the shop's settings know, for a shop that has not
// written its own.
func (b base) tradeRows() []tradeRow {
	postal := ""
	if len(b.PostalCode) == 7 {
		postal = "〒" + b.PostalCode[:3] + "-" + b.PostalCode[3:] + "\n"
	}
	return []tradeRow{
		{"販売業者", b.Company}, {"店名", b.ShopName},
		{"所在地", postal + order.PrefName(b.PrefID) + b.Addr01 + b.Addr02},
		{"電話番号", b.Phone}, {"メールアドレス", b.Email}, {"営業時間", b.Hours}, {"取り扱い商品", b.Goods},
	}
}

// told leaves out rows without a text.
func told(rows []tradeRow) []tradeRow {
	var out []tradeRow
	for _, t := range rows {
		if t.Text != "" {
			out = append(out, t)
		}
	}
	return out
}
