package app

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/gateway"
	"kessai/internal/payment"
	"kessai/internal/setting"
)

// TestTelegramSettings: every setting of the telegrams comes from the one of its name;
// none is forgotten.
func TestTelegramSettings(t *testing.T) {
	t.Parallel()
	got := telegramSettings(setting.Values{
		Card:    setting.Card{SecurityCode: true, MerchantName: "card shop", ValidCheck: true},
		Conveni: setting.Conveni{LimitDays: 1}, ATM: setting.ATM{LimitDays: 2, Detail: "atm detail"},
		Bank: setting.Bank{PaymentTerm: 3, ClaimKanji: "bank claim", ClaimKana: "bank kana", CopyRight: "bank right", FreeMemo: "bank memo"},
		Link: setting.Link{PaymentTerm: 4, ReturnURL: "link return", MerchantName: "link shop", CopyRight: "link right", FreeMemo: "link memo",
			CardClass: setting.AllClasses, CardConf: true, StockCard: true},
	}, time.Second)
	want := gateway.Settings{
		InquiryTimeout: time.Second,
		Card:           gateway.CardSettings{UseSecurityCode: true, MerchantName: "card shop", ValidCheck: true},
		Conveni:        gateway.ConveniSettings{LimitDays: 1}, ATM: gateway.ATMSettings{LimitDays: 2, Detail: "atm detail"},
		Bank: gateway.BankSettings{LimitDays: 3, Claim: "bank claim", ClaimKana: "bank kana", CopyRight: "bank right", FreeMemo: "bank memo"},
		Link: gateway.LinkSettings{LimitDays: 4, ReturnURL: "link return", MerchantName: "link shop", CopyRight: "link right", FreeMemo: "link memo",
			Classes: "1", SecurityCode: true, StockCard: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for v := range reflect.ValueOf(got).NumField() {
		group := reflect.ValueOf(got).Field(v)
		if group.Kind() != reflect.Struct {
			continue
		}
		for f := range group.NumField() {
			if group.Field(f).IsZero() {
				t.Errorf("%s.%s is not set", group.Type(), group.Type().Field(f).Name)
			}
		}
	}
}

// TestLinkClient: only the link type has one, and its address must be one.
func TestLinkClient(t *testing.T) {
	t.Parallel()
	a := &App{}
	v := setting.Values{System: payment.Module, MerchantID: "12345", Link: setting.Link{URL: "nonsense"}}
	if link, err := a.link(v, time.Second); link != nil || err != nil {
		t.Errorf("%v, %v", link, err)
	}
	v.System = payment.Link
	if _, err := a.link(v, time.Second); err == nil {
		t.Error("an address that is none was taken")
	}
	v.Link.URL = "https://link.example/v/u/request"
	if link, err := a.link(v, time.Second); link == nil || err != nil {
		t.Errorf("%v, %v", link, err)
	}
}
