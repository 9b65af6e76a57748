package paygent

// Buyer is who pays at a store, an ATM or a bank: as the buyer typed it. Fit makes each text
// what the telegram takes.
type Buyer struct {
	FamilyName     string // 姓
	GivenName      string // 名
	FamilyNameKana string // セイ
	GivenNameKana  string // メイ
}

func (n Buyer) add(b *builder) {
	b.text("customer_family_name", n.FamilyName)
	b.text("customer_name", n.GivenName)
	b.text("customer_family_name_kana", n.FamilyNameKana)
	b.text("customer_name_kana", n.GivenNameKana)
}
