package web

import (
	"maps"
	"net/http"
	"slices"
)

// Confirm is a question before something that cannot be taken back. It names what
// is concerned, how much, and what will happen; the safe choice has the focus.
//
// {{template "confirm" .Cancel}} draws the button and its dialog. Without scripts
// the button posts at once, and Confirmed asks on a page of its own.
type Confirm struct {
	ID          string   // of the dialog, unique in the page
	Action      string   // where it posts
	Form        string   // id of the form to post; if empty the button brings one with Hidden
	Title       string   // 「売上処理を実行しますか？」
	Facts       []Fact   // 注文番号, 金額 …
	Consequence string   // what will happen, and that it cannot be undone
	Button      string   // named by what it does: 取消する
	Safe        string   // キャンセル if empty
	Danger      bool     // red main button
	Hidden      []Fact   // values that go with the form: name and value
	Open        string   // text of the button that asks; Button if empty
	Reason      string   // why it cannot be done now; the button is grey and says so
	Back        string   // page to go back to from the page without scripts
	Small       bool     // a small button, for tables
	Extra       []string // more sentences under the consequence
}

// Fact is a name and its value.
type Fact struct{ Name, Value string }

// SafeText is the text of the safe choice.
func (c Confirm) SafeText() string {
	if c.Safe == "" {
		return "キャンセル"
	}
	return c.Safe
}

// OpenText is the text of the button that asks.
func (c Confirm) OpenText() string {
	if c.Open == "" {
		return c.Button
	}
	return c.Open
}

// confirmedName is the field by which the dialog says that the question was asked.
const confirmedName = "confirmed"

// Confirmed reports whether the question has been asked and answered. If not, it
// has answered with a page that asks:
//
// The page carries on what was posted, so that a question about a whole form loses
// nothing.
//
//	if ok, err := k.Confirmed(w, r, web.Admin, frame, question); !ok {
//		return err
//	}
func (k *Kernel) Confirmed(w http.ResponseWriter, r *http.Request, face Face, f Frame, c Confirm) (bool, error) {
	if err := parseForm(r); err != nil {
		return false, err
	}
	if r.PostForm.Get(confirmedName) == "1" {
		return true, nil
	}
	c.Form, c.Action, c.Hidden = "", r.URL.RequestURI(), nil
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		for _, value := range r.PostForm[name] {
			c.Hidden = append(c.Hidden, Fact{name, value})
		}
	}
	if c.Back == "" {
		c.Back = LocalPath(refererPath(r), "/")
	}
	f.Title, f.Narrow = c.Title, true
	return false, k.base.confirm[face].Render(w, r, f, c)
}

// refererPath is the path of the page before, if it was one of ours.
func refererPath(r *http.Request) string {
	u, err := r.URL.Parse(r.Referer())
	if err != nil || r.Referer() == "" || u.Host != r.Host {
		return ""
	}
	return u.RequestURI()
}
