package web

import "net/http"

// Face is which of the two layouts a route or page has.
type Face string

const (
	Shop  Face = "shop"
	Admin Face = "admin"
	Plain Face = "plain" // no layout: for programs
)

// Environment is which Paygent the shop talks to.
type Environment string

const (
	Production Environment = "production"
	Test       Environment = "test"
	Simulator  Environment = "simulator"
)

// Notice is the sentence of the environment's strip, empty in production.
func (e Environment) Notice() string {
	switch e {
	case Test:
		return "試験環境です。実際の請求は発生しません"
	case Simulator:
		return "シミュレータに接続しています。実際の請求は発生しません"
	}
	return ""
}

// Around is what both layouts show about the shop and whoever looks at it.
type Around struct {
	ShopName    string
	Environment Environment
	Person      string // the member of staff or the customer logged in; empty for nobody
	CartCount   int
	Links       []Link      // shop: foot of the page
	Menu        []MenuGroup // back office
	Attention   int         // back office: how many things wait for staff (要対応)
}

// AroundFunc finds the surroundings of a request's page.
type AroundFunc func(face Face, r *http.Request) (Around, error)

// Link is a text that leads somewhere.
type Link struct{ Title, URL string }

// MenuGroup is a group of the back office's menu. One without items is itself a
// link. Name is what Frame.Menu is compared with.
type MenuGroup struct {
	Name, Title, Icon, URL string
	Items                  []MenuItem
}

// MenuItem is one entry. An entry with Items is a smaller group.
type MenuItem struct {
	Name, Title, URL string
	Items            []MenuItem
}

// Has reports whether the entry or one below it has this name.
func (i MenuItem) Has(name string) bool { return i.Name == name || hasItem(i.Items, name) }

// Has reports whether the group or an entry of it has this name.
func (g MenuGroup) Has(name string) bool { return g.Name == name || hasItem(g.Items, name) }

func hasItem(items []MenuItem, name string) bool {
	for _, i := range items {
		if i.Has(name) {
			return true
		}
	}
	return false
}

// Step is where a buyer is on the way to an order.
type Step int

const (
	NoStep Step = iota
	StepCart
	StepCustomer
	StepProcedure
	StepConfirm
	StepComplete
)

// StepView is one step as the progress list shows it.
type StepView struct {
	Number        int
	Title         string
	Done, Current bool
}

// Steps are the steps up to completion. A member's order has no お客様情報, as in
// EC-CUBE.
func Steps(current Step, member bool) []StepView {
	titles := []string{"カート", "お客様情報", "ご注文手続き", "ご注文内容のご確認", "完了"}
	var views []StepView
	for i, title := range titles {
		step := Step(i + 1)
		if member && step == StepCustomer && current != StepCustomer {
			continue
		}
		views = append(views, StepView{
			Number: len(views) + 1, Title: title, Done: step < current, Current: step == current,
		})
	}
	return views
}
