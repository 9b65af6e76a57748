package paygentsim

import (
	"net/http"
)

// acsPage is the issuer's page.
type acsPage struct {
	ID, Shop, Masked, Version string
	Amount                    int64
}

// serveACS is the issuer's side of 3-D Secure, both versions.
func (s *Sim) serveACS(c *change, v *visit, p params) (view, error) {
	if v.done() {
		return note(http.StatusGone, "認証は終了しています", "この認証は終了しています。お手数ですが、ショップへお戻りください。"), nil
	}
	how := sceneOf(v.Card, v.Amount, v.get("cardholder_name"))
	if how == sceneChallenge {
		how = scene(p["do"])
	}
	switch how {
	case "authenticate", sceneFrictionless:
		how = sceneFrictionless
	case sceneFail, sceneAttempt0, sceneAttempt1:
	case "abandon":
		return s.abandonThreeDS(c, v), nil
	default:
		version := "2.0"
		if v.Kind == visitThreeDS1 {
			version = "1.0"
		}
		return view{page: "acs.html", data: acsPage{v.ID, v.get("merchant_name"), v.Card.Masked, version, v.Amount}}, nil
	}
	return s.leaveACS(c, c.endThreeDS(v, how))
}

// abandonThreeDS is a buyer who closes the window: nobody is told, and a payment at 14
// becomes 13 in its time.
func (s *Sim) abandonThreeDS(c *change, v *visit) view {
	v = c.editVisit(v)
	v.DoneAt, v.Result = c.now, "abandoned"
	return note(http.StatusOK, "認証を中断しました", "ショップには何も通知されません。このまま画面を閉じてください。")
}

// leaveACS sends the browser on: to the shop, or back to the link type's page.
func (s *Sim) leaveACS(c *change, v *visit) (view, error) {
	m := s.merchant(v.MerchantID)
	switch {
	case m == nil:
		return note(http.StatusNotFound, "お取引が見つかりません", ""), nil
	case v.Back != "":
		return s.finishLinkedCard(c, v)
	case v.Kind == visitThreeDS:
		return comeBack(m, v.get("term_url"), threeDSReturn(v, m.ThreeDSKey), true)
	case m.Rules.PaRes:
		return view{redirect: v.get("term_url"), post: []line{{"PaRes", paRes(v)}, {"MD", v.ID}}, charset: "Shift_JIS"}, nil
	}
	a := s.settleThreeDS1(c, v, "buyer")
	return comeBack(m, v.get("term_url"), threeDS1Return(v, &a, m.ThreeDSKey), false)
}

func comeBack(m *Merchant, address string, items []line, utf8 bool) (view, error) {
	if m.Rules.ThreeDSPost {
		charset := "Shift_JIS"
		if utf8 {
			charset = "UTF-8"
		}
		return view{redirect: address, post: items, charset: charset}, nil
	}
	to, err := withQuery(address, items, utf8)
	return view{redirect: to}, err
}
