package shop

import (
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"kessai/internal/order"
	"kessai/internal/problem"
	"kessai/internal/store"
	"kessai/internal/web"
	"kessai/internal/wording"
)

// choices is what a buyer chooses on ご注文手続き.
type choices struct {
	Delivery string `form:"delivery"`
	Date     string `form:"date"` // 2026-12-03
	Payment  string `form:"payment"`
	Message  string `form:"message"`

	times  map[string]string // by delivery: each method has times of its own
	errors web.Errors        // of reading them
}

// maxMessage is the length of EC-CUBE's お問い合わせ欄, in characters.
const maxMessage = 3000

const dateForm = "2006-01-02"

func timeField(delivery int64) string { return "time_" + strconv.FormatInt(delivery, 10) }

func readChoices(r *http.Request) (choices, error) {
	f, e, err := web.Decode[choices](r)
	f.errors, f.times = e, map[string]string{}
	for name := range r.PostForm {
		f.times[name] = r.PostForm.Get(name)
	}
	return f, err
}

// choicesOf is what a draft holds, as the page shows it.
func choicesOf(d store.Draft) choices {
	s := d.Shippings[0]
	f := choices{
		Delivery: strconv.FormatInt(s.DeliveryID, 10), Payment: strconv.FormatInt(d.PaymentRow, 10), Message: d.Message,
		times: map[string]string{timeField(s.DeliveryID): strconv.FormatInt(s.TimeID, 10)},
	}
	if !s.Date.IsZero() {
		f.Date = s.Date.In(wording.Zone()).Format(dateForm)
	}
	return f
}

// choose takes what fits into the draft and notes what does not.
func (v *visit) choose(f choices) {
	v.form, v.errors = f, f.errors
	ship := &v.draft.Shippings[0]
	id, _ := strconv.ParseInt(f.Delivery, 10, 64) // anything else is no delivery
	taken, ok := v.terms.delivery(id)
	if ok {
		ship.DeliveryID, ship.TimeID = id, 0
		v.chooseTime(taken, f.times[timeField(id)])
	} else {
		v.wrong("delivery", f.Delivery)
	}
	v.chooseDate(f.Date)
	v.draft.PaymentRow, _ = strconv.ParseInt(f.Payment, 10, 64) // judged by checkPayment
	switch {
	case unprintable(f.Message):
		v.errors.Add(problem.New(problem.Invalid, order.CodeFormCharacters, nil).On("message"))
	case utf8.RuneCountInString(f.Message) > maxMessage:
		v.errors.Add(problem.New(problem.Invalid, order.CodeFormTooLong, problem.Args{"max": maxMessage}).On("message"))
	case v.errors.On("message") == "":
		v.draft.Message = f.Message
	}
}

// wrong notes a choice that is missing or is none.
func (v *visit) wrong(field, value string) {
	code := "form.choice"
	if value == "" {
		code = order.CodeFormNotChosen
	}
	v.errors.Add(problem.New(problem.Invalid, code, nil).On(field))
}

func (v *visit) chooseTime(taken delivery, text string) {
	if text == "" || text == "0" {
		return
	}
	id, _ := strconv.ParseInt(text, 10, 64)
	if taken.time(id).ID == 0 {
		v.wrong(timeField(taken.ID), text)
		return
	}
	v.draft.Shippings[0].TimeID = id
}

func (v *visit) chooseDate(text string) {
	v.draft.Shippings[0].Date = time.Time{}
	if text == "" {
		return
	}
	for _, day := range dates(v.classes, v.terms.base.now) {
		if day.Format(dateForm) == text {
			v.draft.Shippings[0].Date = day
			return
		}
	}
	v.wrong("date", text)
}

// checkPayment compares what was chosen with what is offered for the order as it
// is now.
func (v *visit) checkPayment(text string) {
	if !slices.ContainsFunc(v.offered, func(p order.Payment) bool { return strconv.FormatInt(p.ID, 10) == text }) {
		v.wrong("payment", text)
	}
}

// unprintable finds control characters other than line ends and tabs.
func unprintable(s string) bool {
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return true
		}
	}
	return false
}
