package database

import (
	"context"
	"fmt"
	"time"
)

// good is one product of the demo catalogue.
type good struct {
	category    string
	name        string
	list, about string // description_list, description_detail
	search      string
	taxRate     int // of its own, 0 for the shop's
	kinds       []kind
}

// kind is one product class.
type kind struct {
	code      string
	size      string // class categories, empty without classes
	color     string
	price     int64 // without tax
	stock     int64
	unlimited bool
	limit     int64 // sale_limit, 0 for none
}

func demoGoods() []good {
	return []good{
		{
			category: "台所の道具", name: "会津塗 汁椀「夜桜」", search: "椀 漆器 食器 ギフト",
			list:  "お一人さま2点まで。手になじむ丸みの漆塗りの椀です。",
			about: "下地から上塗りまでを会津の工房で仕上げた、木地の軽さが持ち味の汁椀です。口径11.5cm。\n数に限りがあるため、1回のご注文につき2点までとさせていただきます。",
			kinds: []kind{{code: "wan-yozakura", price: 6400, stock: 12, limit: 2}},
		},
		{
			category: "台所の道具", name: "南部鉄器 急須「霰」0.6L", search: "鉄瓶 急須 茶器",
			list:  "次回の入荷をお待ちください。霰文様を打ち出した小ぶりの急須です。",
			about: "内側に琺瑯を施し、茶葉の香りを損ないません。茶こし付き。満水容量0.6L、重さ約1.3kg。\n一つずつ鋳込むため、入荷までお時間をいただいております。",
			kinds: []kind{{code: "kyusu-arare", price: 9800}},
		},
		{
			category: "布のもの", name: "手ぬぐい「青海波」", search: "手拭い てぬぐい 注染",
			list:  "注染で染めた、使うほどやわらかくなる手ぬぐい。",
			about: "裏表なく染まる注染の手ぬぐいです。綿100%、約35cm × 90cm。\n端は切りっぱなしのため、水切れがよく乾きが早いのも特長です。",
			kinds: []kind{{code: "tenugui-seigaiha", price: 1200, stock: 50}},
		},
		{
			category: "布のもの", name: "綿麻ワークエプロン", search: "エプロン 前掛け 綿麻",
			list:  "台所でも庭仕事でも。サイズと色をお選びいただけます。",
			about: "洗いざらしの綿麻で仕立てた、肩に負担のかからないたすき掛けのエプロンです。\nMは着丈92cm、Lは着丈100cm。大きなポケットが二つ付いています。",
			kinds: []kind{
				{code: "apron-m-kon", size: "M", color: "紺", price: 4800, stock: 8},
				{code: "apron-m-kinari", size: "M", color: "生成り", price: 4800, stock: 5},
				{code: "apron-l-kon", size: "L", color: "紺", price: 5200, stock: 3},
				{code: "apron-l-kinari", size: "L", color: "生成り", price: 5200},
			},
		},
		{
			category: "食べもの・飲みもの", name: "深蒸し煎茶「朝霧」100g", search: "お茶 緑茶 煎茶", taxRate: 8,
			list:  "濃い緑とまろやかな甘み。毎日のお茶に。（軽減税率8%対象）",
			about: "朝霧の立つ山あいで育った茶葉を、通常の倍の時間をかけて蒸しました。\n内容量100g、賞味期限は製造から10か月です。",
			kinds: []kind{{code: "sencha-asagiri", price: 1000, stock: 200}},
		},
		{
			category: "紙のもの", name: "季節の絵はがき 5枚組", search: "はがき ハガキ 文具",
			list:  "四季の草花を活版で刷った絵はがき。",
			about: "やわらかな風合いの越前和紙に、梅・桜・朝顔・紅葉・椿を一枚ずつ活版印刷しました。\nご注文のつど刷り増しいたしますので、在庫を気にせずお求めいただけます。",
			kinds: []kind{{code: "hagaki-shiki", price: 500, unlimited: true}},
		},
	}
}

// SeedCatalogue fills an embedded shop with the demo shop's goods: one with
// classes, one sold out, one without limit of stock, one with a sale limit and one
// at the reduced tax rate. now becomes the time of their making.
func SeedCatalogue(ctx context.Context, db *DB, now time.Time) error {
	return db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		s := seeder{tx: tx, now: At(now), categories: map[string]int64{}, classes: map[string]int64{}, values: map[string]int64{}}
		goods := demoGoods()
		for i, g := range goods {
			// The list shows the newest first: the last of the table comes on top.
			if err := s.good(ctx, g, now.Add(time.Duration(i+1-len(goods))*time.Second)); err != nil {
				return fmt.Errorf("demo catalogue: %s: %w", g.name, err)
			}
		}
		return s.exec(ctx, `UPDATE dtb_base_info SET option_product_tax_rule = ?, update_date = ? WHERE id = 1`, true, s.now)
	})
}
