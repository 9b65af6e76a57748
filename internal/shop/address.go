package shop

import (
	"encoding/json"
	"net/http"
	"strconv"

	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/web"
)

// addressForm is お客様情報 as it is typed.
type addressForm struct {
	Name01     string `form:"name01"`
	Name02     string `form:"name02"`
	Kana01     string `form:"kana01"`
	Kana02     string `form:"kana02"`
	Company    string `form:"company_name"`
	PostalCode string `form:"postal_code"`
	Pref       string `form:"pref"`
	Addr01     string `form:"addr01"`
	Addr02     string `form:"addr02"`
	Phone      string `form:"phone_number"`
	Email      string `form:"email"`
	EmailAgain string `form:"email_confirm"`
}

// address is the form as it is kept; a prefecture that is none becomes 0.
func (f addressForm) address() order.Address {
	pref, _ := strconv.ParseInt(f.Pref, 10, 64)
	return order.Address{
		Name01: f.Name01, Name02: f.Name02, Kana01: f.Kana01, Kana02: f.Kana02, CompanyName: f.Company,
		PostalCode: f.PostalCode, PrefID: pref, Addr01: f.Addr01, Addr02: f.Addr02, Phone: f.Phone, Email: f.Email,
	}.Normalized()
}

func formOf(a order.Address) addressForm {
	f := addressForm{
		Name01: a.Name01, Name02: a.Name02, Kana01: a.Kana01, Kana02: a.Kana02, Company: a.CompanyName,
		PostalCode: a.PostalCode, Addr01: a.Addr01, Addr02: a.Addr02, Phone: a.Phone, Email: a.Email, EmailAgain: a.Email,
	}
	if a.PrefID != 0 {
		f.Pref = strconv.FormatInt(a.PrefID, 10)
	}
	return f
}

// check is what is wrong with a buyer's details, besides what is in e.
func (f addressForm) check(a order.Address, e web.Errors) web.Errors {
	e.AddAll(a.Check())
	if e.On("email") == "" && f.EmailAgain != f.Email {
		e.Add(problem.New(problem.Invalid, "form.mismatch", nil).On("email_confirm"))
	}
	return e.Label(addressLabels())
}

func addressLabels() map[string]string {
	return map[string]string{
		"name01": "お名前(姓)", "name02": "お名前(名)", "kana01": "フリガナ(セイ)", "kana02": "フリガナ(メイ)", "company_name": "会社名",
		"postal_code": "郵便番号", "pref": "都道府県", "addr01": "市区町村名", "addr02": "番地・ビル名", "phone_number": "電話番号",
		"email": "メールアドレス", "email_confirm": "メールアドレス(確認)",
	}
}

// addressPage is the data of お客様情報 and of お届け先の変更.
type addressPage struct {
	Action    string
	Intro     string
	Name      web.Row
	Kana      web.Row
	Company   web.Field
	Postal    web.Field
	Pref      web.Field
	Addr01    web.Field
	Addr02    web.Field
	Phone     web.Field
	Mail      []web.Field // none for a destination
	Button    string
	Back      web.Link
	CanRevert bool // a destination of its own can become the buyer's again
}

// fields draws the form. section is "shipping " where it is not the buyer's own
// address, for the browser's memory.
func (f addressForm) fields(e web.Errors, section string) addressPage {
	text := func(name, label, value, autocomplete string) web.Field {
		field := web.Field{Name: name, Label: label, Value: value, Required: true}
		if autocomplete != "" {
			field.Autocomplete = section + autocomplete
		}
		return e.Put(field)
	}
	p := addressPage{
		Name: web.Row{Label: "お名前", Required: true, Fields: []web.Field{
			text("name01", "姓", f.Name01, "family-name"), text("name02", "名", f.Name02, "given-name")}},
		Kana: web.Row{Label: "お名前(フリガナ)", Required: true, Fields: []web.Field{
			text("kana01", "セイ", f.Kana01, ""), text("kana02", "メイ", f.Kana02, "")}},
		Company: text("company_name", "会社名", f.Company, "organization"),
		Postal:  text("postal_code", "郵便番号", f.PostalCode, "postal-code"),
		Pref:    text("pref", "都道府県", f.Pref, "address-level1"),
		Addr01:  text("addr01", "市区町村名", f.Addr01, "address-level2"),
		Addr02:  text("addr02", "番地・ビル名", f.Addr02, "address-line1"),
		Phone:   text("phone_number", "電話番号", f.Phone, "tel"),
	}
	for n, ex := range [][2]string{{"姓", "セイ"}, {"名", "メイ"}} {
		p.Name.Fields[n].Placeholder, p.Kana.Fields[n].Placeholder = ex[0], ex[1]
	}
	p.Company.Required = false
	p.Postal.Before, p.Postal.InputMode, p.Postal.Size, p.Postal.Hint = "〒", "numeric", "s", "例：1000001（ハイフンはなくてもかまいません）"
	p.Pref.Kind, p.Pref.Size, p.Pref.Blank = web.KindSelect, "s", "都道府県を選択"
	for _, pref := range order.Prefs() {
		p.Pref.Options = append(p.Pref.Options, web.Option{Value: strconv.FormatInt(pref.ID, 10), Label: pref.Name})
	}
	p.Addr01.Placeholder, p.Addr02.Placeholder = "例：大阪市北区", "例：西梅田1丁目6-8"
	p.Phone.Kind, p.Phone.InputMode, p.Phone.Size, p.Phone.Placeholder = web.KindTel, "tel", "m", "例：0312345678"
	return p
}

func (f addressForm) mail(e web.Errors) []web.Field {
	fields := []web.Field{
		{Kind: web.KindEmail, Name: "email", Label: "メールアドレス", Value: f.Email, Hint: "ご注文の確認メールをお送りします。"},
		{Kind: web.KindEmail, Name: "email_confirm", Label: "メールアドレス(確認)", Value: f.EmailAgain, Hint: "確認のためもう一度入力してください。"},
	}
	for n := range fields {
		fields[n].Required, fields[n].Autocomplete, fields[n].InputMode = true, "email", "email"
	}
	return e.PutAll(fields...)
}

// addressView is an address as pages show it.
type addressView struct {
	Name, Kana, Company, Postal, Text, Phone, Email string
}

func viewOf(a order.Address) addressView {
	v := addressView{
		Name: a.Name01 + " " + a.Name02, Kana: a.Kana01 + " " + a.Kana02, Company: a.CompanyName,
		Text: order.PrefName(a.PrefID) + a.Addr01 + a.Addr02, Phone: a.Phone, Email: a.Email,
	}
	if len(a.PostalCode) == 7 {
		v.Postal = "〒" + a.PostalCode[:3] + "-" + a.PostalCode[3:]
	}
	return v
}

// guestOf is what the session knows of the guest.
func guestOf(r *http.Request) (a order.Address, ok bool) {
	text := web.SessionOf(r.Context()).Get(sessionGuest)
	return a, text != "" && json.Unmarshal([]byte(text), &a) == nil
}

func keepGuest(r *http.Request, a order.Address) error {
	text, err := json.Marshal(a)
	web.SessionOf(r.Context()).Put(sessionGuest, string(text))
	return wrap("guest", err)
}
