package paygent

import "time"

// ThreeDSMember is what the shop knows of a member's account (protocol.md §10.3). Days are
// sent in UTC; zero times and empty values are not sent.
type ThreeDSMember struct {
	LoggedInAt  time.Time
	Age         AccountAge
	CreatedAt   time.Time
	ChangedAt   time.Time
	ChangeAge   ChangeAge
	PasswordAt  time.Time
	PasswordAge PasswordAge
	Purchases   int // in the last 180 days
	Day, Year   int // attempts to pay in the last 24 hours, the last year
	ShipToSince time.Time
	ShipToAge   ShipToAge
}

// AccountAge is account_indicator.
type AccountAge string

// ChangeAge is account_change_indicator.
type ChangeAge string

// PasswordAge is password_change_indicator.
type PasswordAge string

// ShipToAge is ship_address_use_indicator.
type ShipToAge string

// What the ages say.
const (
	NoAccount       AccountAge  = "01"
	AccountNow      AccountAge  = "02" // made during this purchase
	AccountUnder30  AccountAge  = "03"
	AccountUnder60  AccountAge  = "04"
	AccountOver60   AccountAge  = "05"
	ChangedNow      ChangeAge   = "01"
	ChangedUnder30  ChangeAge   = "02"
	ChangedUnder60  ChangeAge   = "03"
	ChangedOver60   ChangeAge   = "04"
	PasswordNever   PasswordAge = "01"
	PasswordNow     PasswordAge = "02"
	PasswordUnder30 PasswordAge = "03"
	PasswordUnder60 PasswordAge = "04"
	PasswordOver60  PasswordAge = "05"
	ShipToNow       ShipToAge   = "01" // first used by this purchase
	ShipToUnder30   ShipToAge   = "02"
	ShipToUnder60   ShipToAge   = "03"
	ShipToOver60    ShipToAge   = "04"
)

// AccountAgeAt is the age at now of an account made at t.
func AccountAgeAt(t, now time.Time) AccountAge {
	return pickAge(t, now, NoAccount, AccountUnder30, AccountUnder60, AccountOver60)
}

// ChangeAgeAt is the age at now of an account's last change at t; an account that never
// changed counts from its making.
func ChangeAgeAt(t, now time.Time) ChangeAge {
	return pickAge(t, now, "", ChangedUnder30, ChangedUnder60, ChangedOver60)
}

// PasswordAgeAt is the age at now of a password changed at t.
func PasswordAgeAt(t, now time.Time) PasswordAge {
	return pickAge(t, now, PasswordNever, PasswordUnder30, PasswordUnder60, PasswordOver60)
}

// ShipToAgeAt is the age at now of the first use of an address at t.
func ShipToAgeAt(t, now time.Time) ShipToAge {
	return pickAge(t, now, ShipToNow, ShipToUnder30, ShipToUnder60, ShipToOver60)
}

// pickAge: under 30 days, 30 to 60, over 60; never for the zero time.
func pickAge[T ~string](t, now time.Time, never, under30, under60, over60 T) T {
	days := now.Sub(t) / (24 * time.Hour)
	switch {
	case t.IsZero():
		return never
	case days < 30:
		return under30
	case days <= 60:
		return under60
	}
	return over60
}

func (m ThreeDSMember) add(b *builder) {
	b.given("login_date", utc(m.LoggedInAt, "200601021504"))
	b.given("account_indicator", string(m.Age))
	b.given("account_change_date", utc(m.ChangedAt, "20060102"))
	b.given("account_change_indicator", string(m.ChangeAge))
	b.given("account_create_date", utc(m.CreatedAt, "20060102"))
	b.given("password_change_date", utc(m.PasswordAt, "20060102"))
	b.given("password_change_indicator", string(m.PasswordAge))
	b.count("purchase_count", m.Purchases)
	b.count("activity_count_day", m.Day)
	b.count("activity_count_year", m.Year)
	b.given("ship_address_use_date", utc(m.ShipToSince, "20060102"))
	b.given("ship_address_use_indicator", string(m.ShipToAge))
}

func utc(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

// Match is address_match.
type Match string

// Reorder is reorder_indicator.
type Reorder string

// ShipTo is shipping_indicator.
type ShipTo string

// Their values.
const (
	SameAddress      Match   = "01"
	DifferentAddress Match   = "02"
	FirstOrder       Reorder = "01"
	OrderedBefore    Reorder = "02"
	ShipToBuyer      ShipTo  = "01"
	ShipElsewhere    ShipTo  = "03"
)

// ThreeDSAddress is an address as the card company wants it. Empty items are not sent.
type ThreeDSAddress struct {
	City, Country       string // 都道府県名 as the original sends it; ISO 3166-1 numeric: 392
	Line1, Line2, Line3 string
	PostCode, State     string // State: JIS X 0401, two digits
}

func (a ThreeDSAddress) add(b *builder, which string) {
	b.given(which+"_address_city", a.City)
	b.given(which+"_address_country", a.Country)
	b.given(which+"_address_line1", a.Line1)
	b.given(which+"_address_line2", a.Line2)
	b.given(which+"_address_line3", a.Line3)
	b.given(which+"_address_post_code", a.PostCode)
	b.given(which+"_address_state", a.State)
}

// ThreeDSPhone is a telephone number: country code 81, and the number without its first 0.
type ThreeDSPhone struct{ CountryCode, Number string }

// JapanesePhone makes a ThreeDSPhone of a number as Japanese write it; no digits, no phone.
func JapanesePhone(number string) ThreeDSPhone {
	digits := keepDigits(number)
	if !isDigits(digits) || digits[0] != '0' {
		return ThreeDSPhone{}
	}
	return ThreeDSPhone{CountryCode: "81", Number: digits[1:]}
}

func (p ThreeDSPhone) add(b *builder, which string) {
	if p.Number == "" {
		return
	}
	b.given(which+"_phone_cc", p.CountryCode)
	b.given(which+"_phone_subscriber", p.Number)
}
