package backoffice

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/store"
	"kessai/internal/web"
)

type homePage struct {
	Alerts  []homeAlert
	Total   int64 // open alerts in all
	More    string
	Nothing web.Empty
	Unfit   *web.Message // why a method that the settings offer is refused
	Figures []figure
}

type homeAlert struct {
	Title, Meaning string
	Order          string // 注文番号
	Name           string
	URL            string
	Since          time.Time
	Ack            *ackView // where no page of an order has it
}

// figure is a number that leads to the list behind it.
type figure struct {
	Label, URL string
	Count      int64
}

const homeAlerts = 50

func (b *BackOffice) showHome(w http.ResponseWriter, r *http.Request) error {
	page := homePage{
		Nothing: web.Empty{Icon: "check", Title: "対応が必要な注文はありません", Text: "結果不明の決済や二重入金など、確認が必要なことがあるとここに表示されます。"},
		More:    b.address(url.Values{"attention": {"1"}}),
	}
	policy, err := b.Ledger.Policy(r.Context())
	if err != nil {
		return err
	}
	if policy.RefusesCards() {
		page.Unfit = &web.Message{Tone: web.Danger, Lines: []string{
			"クレジット決済を受け付けていません。",
			"3Dセキュア" + string(policy.ThreeDS) + "が設定されていますが、この版には認証から戻るページがありません。3Dセキュアなしでカード決済を送ることはありません。受け付けるには、プラグイン設定の「3Dセキュア」を「不要」にしてください。",
		}}
	}
	if err := b.homeAlerts(r, &page); err != nil {
		return err
	}
	for _, s := range []order.Status{order.New, order.Paid, order.InProgress, order.Pending} {
		found, err := b.Reader.Search(r.Context(), store.Filter{Statuses: []order.Status{s}, Size: 1})
		if err != nil {
			return err
		}
		page.Figures = append(page.Figures, figure{
			Label: s.Name(), Count: found.Count, URL: b.address(url.Values{"status": {strconv.Itoa(int(s))}}),
		})
	}
	return b.home.Render(w, r, web.Frame{Title: "ホーム", Menu: menuHome}, page)
}

// homeAlerts lists the oldest open alerts with the orders they are about.
func (b *BackOffice) homeAlerts(r *http.Request, page *homePage) error {
	open, err := b.Reader.OpenAlerts(r.Context(), homeAlerts)
	if err != nil {
		return err
	}
	if page.Total, err = b.Reader.OpenAlertCount(r.Context()); err != nil {
		return err
	}
	seen := map[order.ID]store.OrderView{}
	for _, a := range open {
		o, known := seen[a.OrderID]
		if !known {
			o, err = b.Reader.Order(r.Context(), a.OrderID)
			if err != nil && !problem.Is(err, "order.unknown") { // EC-CUBE may have deleted it
				return err
			}
			seen[a.OrderID] = o
		}
		h, err := b.homeAlert(a, o)
		if err != nil {
			return err
		}
		page.Alerts = append(page.Alerts, h)
	}
	return nil
}

func (b *BackOffice) homeAlert(a store.Alert, o store.OrderView) (h homeAlert, err error) {
	said := wordsOfAlert(a.Kind)
	h = homeAlert{Title: said.Title, Meaning: said.Meaning, Since: a.OpenedAt, Order: a.OrderID.String(), Name: goneOrder}
	if o.ID != 0 {
		h.Order, h.Name, h.URL = orderNo(o), buyerName(o), b.orderURL(a.OrderID)+"#attention"
		return h, nil
	}
	switch {
	case a.OrderID == 0 && a.Kind == ledger.AlertKept:
		said = strandedWords
		h = homeAlert{Title: said.Title, Meaning: said.Meaning + said.Remedy, Since: a.OpenedAt, Order: "―", Name: goneOrder}
		for _, f := range dataFacts(a.Data) {
			h.Name += "　" + f.Name + " " + f.Value
		}
	case a.OrderID == 0: // of the shop, not of one order
		h.Order, h.Name = "―", "ショップ全体"
		if a.Kind == ledger.AlertNoticeParked { // 通知受信箱 has it
			return h, nil
		}
	}
	if a.OrderID != 0 || ledger.MayAcknowledge(a.Kind, a.Cause, 0) {
		h.Ack, err = b.ackForm(b.url(pathHome+"acknowledge"), a.OrderID, a.Kind, a.Cause, a.OpenedAt)
	}
	return h, err
}

// goneOrder is the name of an order that EC-CUBE deleted.
const goneOrder = "（削除された注文）"

// acknowledgeHome leads back to the home page.
func (b *BackOffice) acknowledgeHome(w http.ResponseWriter, r *http.Request) error {
	err := b.acknowledge(r, func(order.ID) bool { return true })
	tone, lines := web.Success, []string{ackDone}
	switch problem.CategoryOf(err) {
	case problem.NotNow, problem.Conflict, problem.Invalid:
		tone, lines = web.Danger, []string{ackWhat + "は行われませんでした。", reasonWords(err)}
	default:
		if err != nil {
			return err
		}
	}
	if err := web.PutFlash(r, tone, lines...); err != nil {
		return err
	}
	return web.Redirect(w, r, b.url(pathHome))
}
