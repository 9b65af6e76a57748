package backoffice

import (
	"net/http"

	"kessai/internal/web"
)

// Names of the menu's entries.
const (
	menuHome  = "home"
	menuList  = "payment_status"
	menuInbox = "notices"
	menuJobs  = "jobs"
)

// Menu is the back office's menu: only pages that exist.
func (b *BackOffice) Menu() []web.MenuGroup {
	return []web.MenuGroup{
		{Name: menuHome, Title: "ホーム", Icon: "home", URL: b.url(pathHome)},
		{Title: "受注管理", Icon: "order", Items: []web.MenuItem{
			{Name: menuList, Title: "ペイジェント決済管理", URL: b.url(pathList)}, {Name: menuInbox, Title: "通知受信箱", URL: b.url(pathInbox)}, {Name: menuJobs, Title: "ジョブ", URL: b.url(pathJobs)},
		}},
	}
}

// Around is what stands around a page of the back office for whoever is logged in:
// name, menu, and how much waits for staff. Nobody logged in sees none of it.
func (b *BackOffice) Around(r *http.Request) (web.Around, error) {
	m := member(r.Context())
	if m.ID == 0 {
		var found bool
		var err error
		if m, found, err = b.sessionMember(r); err != nil || !found {
			return web.Around{}, err
		}
	}
	a := web.Around{Person: m.Name, Menu: b.Menu()}
	if a.Person == "" {
		a.Person = m.LoginID
	}
	n, err := b.Reader.OpenAlertCount(r.Context())
	a.Attention = int(n)
	return a, err
}
