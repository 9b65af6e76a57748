package web_test

import (
	"fmt"
	"net/http"
	"time"

	"kessai/internal/order"
	"kessai/internal/web"
)

func sampleCart() galleryCart {
	return galleryCart{
		Lines:    []galleryLine{{"栗蒸し羊羹（一棹）", 2160, 4320, 2}, {"季節の上生菓子 六個詰め合わせ 化粧箱入り", 3240, 3240, 1}},
		Methods:  []web.Option{{Value: "1", Label: "クレジット", Hint: "VISA / Mastercard / JCB / AMEX / Diners", Selected: true}, {Value: "2", Label: "コンビニ決済(番号方式)", Hint: "お支払期限は5日後です"}},
		Subtotal: 7560, Fee: 1000, Discount: -480, Total: 8080,
	}
}

func sampleForm(e web.Errors) galleryForm {
	return galleryForm{
		Name: web.Row{Label: "お名前", Required: true, Fields: e.PutAll(web.Field{Name: "name01", Label: "姓", Value: "山田", Placeholder: "姓", Autocomplete: "family-name"},
			web.Field{Name: "name02", Label: "名", Placeholder: "名", Autocomplete: "given-name"})},
		Kana: web.Row{Label: "お名前(カナ)", Required: true, Fields: e.PutAll(web.Field{Name: "kana01", Label: "セイ", Value: "ヤマダ"},
			web.Field{Name: "kana02", Label: "メイ", Value: "たろう"})},
		Email:  e.Put(web.Field{Kind: web.KindEmail, Name: "email", Label: "メールアドレス", Value: "yamada@", Required: true, Autocomplete: "email", Hint: "ご注文の確認メールをお送りします。"}),
		Postal: web.Field{Name: "postal_code", Label: "郵便番号", Required: true, Before: "〒", Size: "s", InputMode: "numeric", Autocomplete: "postal-code", Placeholder: "例：5300001"},
		Pref:   web.Field{Kind: web.KindSelect, Name: "pref", Label: "都道府県", Blank: "都道府県を選択", Size: "m", Options: []web.Option{{Value: "13", Label: "東京都"}}},
		Pay:    web.Field{Kind: web.KindRadio, Name: "pay", Label: "支払い回数", Value: "10", Options: []web.Option{{Value: "10", Label: "一括払い"}, {Value: "61-3", Label: "分割3回払い"}, {Value: "80", Label: "リボ払い"}}},
		Keep:   web.Field{Kind: web.KindCheck, Name: "stock_new", Label: "カードを登録する", Value: "1", Hint: "次回以降の購入時にカード情報の入力を省略できます。"},
	}
}

func sampleList(r *http.Request) galleryList {
	states := []order.Status{order.New, order.Paid, order.InProgress, order.Canceled, order.Delivered, order.Pending, order.Returned}
	badges := []web.Badge{{Tone: web.Info, Text: "オーソリOK"}, {Tone: web.Success, Text: "消込済"}, {Tone: web.Warning, Text: "確認中"}, {Tone: web.Danger, Text: "エラー"}}
	list := galleryList{
		Pager: web.NewPager(r, 1234, 50, 10, 50, 100),
		Chips: []web.Chip{web.NewChip(r, "対応状況", "新規受付", "status", "1"), web.NewChip(r, "注文日", "2026/12/01～", "from", "")},
		Run: web.Confirm{ID: "run-sales", Form: "bulk", Action: "/admin/sales", Title: "売上処理を実行しますか？", Button: "売上処理を実行する", Open: "実行", Small: true,
			Facts: []web.Fact{{Name: "対象", Value: "選択した受注"}}, Consequence: "購入者へ請求が確定します。"},
	}
	for i := range 14 {
		list.Orders = append(list.Orders, galleryOrder{
			No: fmt.Sprint(10023 - i), Name: []string{"山田 太郎", "佐藤 花子", "株式会社長い名前の商店 鈴木 一郎"}[i%3], Method: []string{"クレジット", "コンビニ", "Paidy"}[i%3],
			At: galleryMoment().Add(-time.Duration(i) * 97 * time.Minute), Status: states[i%len(states)], Badge: badges[i%len(badges)], Total: order.Yen(4080 + i*11234),
		})
	}
	return list
}

func sampleEdit() galleryEdit {
	facts := []web.Fact{{Name: "注文番号", Value: "10023"}, {Name: "金額", Value: "¥4,080"}}
	return galleryEdit{
		Badge: web.Badge{Tone: web.Info, Text: "オーソリOK"}, Unknown: web.Badge{Tone: web.Warning, Text: "結果不明"},
		Asks: []web.Confirm{
			{ID: "ask-sales", Action: "/admin/sales", Title: "売上にしますか？", Facts: facts, Consequence: "購入者へ¥4,080の請求が確定します。", Button: "売上にする", Open: "売上"},
			{ID: "ask-cancel", Action: "/admin/cancel", Title: "オーソリを取消しますか？", Facts: facts, Consequence: "取消すと元に戻せません。注文は取消になり、在庫とポイントが戻ります。", Button: "取消する", Open: "オーソリ取消", Danger: true},
			{ID: "ask-change", Open: "オーソリ変更", Reason: "結果不明の処理があるため変更できません"},
		},
		Fields: []web.Field{
			{Kind: web.KindSelect, Name: "status", Label: "対応状況", Options: []web.Option{{Value: "1", Label: "新規受付"}}},
			{Name: "date", Label: "入金日", Kind: web.KindDate, Size: "s"},
			{Name: "note", Label: "ショップ用メモ欄", Kind: web.KindTextArea, Rows: 3},
		},
	}
}

func sampleSettings() []web.Field {
	return []web.Field{
		{Name: "merchant_id", Label: "マーチャントID", Required: true, Value: "12345", Size: "s"},
		{Name: "connect_password", Label: "接続パスワード", Kind: web.KindPassword, Required: true, Size: "m", Hint: "変更するときだけ入力してください。"},
		{Kind: web.KindRadio, Name: "system", Label: "システム種別", Required: true, Value: "1", Options: []web.Option{{Value: "1", Label: "モジュール型"}, {Value: "2", Label: "リンク型"}}},
		{Kind: web.KindChecks, Name: "methods", Label: "利用決済", Required: true, Error: "選択されていません。", Options: []web.Option{{Value: "1", Label: "クレジット", Selected: true}, {Value: "2", Label: "コンビニ(番号方式)"}, {Value: "3", Label: "ATM決済"}}},
		{Name: "days", Label: "支払期限日", Unit: "日", Size: "xs", Kind: web.KindNumber, Value: "5", Error: "1以上でなければなりません。"},
	}
}
