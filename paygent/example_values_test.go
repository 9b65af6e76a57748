package paygent_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"kessai/paygent"
)

// A handler gets the bytes as they came, whatever the method.
func ExampleCallbackBytes() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		raw, err := paygent.CallbackBytes(r)
		if err != nil {
			http.Error(w, "result=1", http.StatusBadRequest)
			return
		}
		_, err = paygent.ParseNotice(raw, "NOTICEKEY0000001")
		_, _ = fmt.Fprintf(w, "result=%d", map[bool]int{true: 0, false: 1}[err == nil])
	}
	form, err := paygent.SignNotice(paygent.Notice{NoticeID: 1, PaymentID: "9", Type: paygent.TypeATM, Status: paygent.StatusCleared, Amount: 100}, "NOTICEKEY0000001")
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := httptest.NewRecorder()
	handler(answer, httptest.NewRequest(http.MethodPost, "/notice", strings.NewReader(form.Encode())))
	fmt.Println(answer.Body)
	// Output: result=0
}

func ExampleConveniStores() {
	for _, store := range paygent.ConveniStores("00C002-00C004-00C014") {
		fmt.Println(store, store.Name())
	}
	// Output:
	// 00C002 ローソン
	// 00C004 ミニストップ
	// 00C014 デイリーヤマザキ
}

func ExampleFieldLabel() {
	fmt.Println(paygent.FieldLabel("customer_tel"), paygent.FieldLabel("payment_limit_date"))
	// Output: ご注文者電話番号 支払期限日
}

func ExampleFormatTime() {
	fmt.Println(paygent.FormatTime(time.Date(2025, 4, 1, 3, 0, 0, 0, time.UTC)), paygent.FormatTime(time.Time{}) == "")
	// Output: 20250401120000 true
}

// What 3-D Secure 2.0 wants to know of a member, in the codes of the card companies.
func ExampleAccountAgeAt() {
	now := time.Date(2025, 4, 1, 12, 0, 0, 0, paygent.JST())
	fmt.Println(paygent.AccountAgeAt(now.AddDate(0, 0, -90), now), paygent.ChangeAgeAt(now.AddDate(0, 0, -31), now),
		paygent.PasswordAgeAt(time.Time{}, now), paygent.ShipToAgeAt(now.AddDate(0, 0, -1), now))
	// Output: 05 03 01 02
}

func ExampleConfig_CheckFiles() {
	config := &paygent.Config{File: "modenv_properties.conf", ClientFilePath: "/no/such/client.pem", NoCAFile: true}
	for _, e := range paygent.ConfigErrors(config.CheckFiles(paygent.DefaultPassphrase, time.Date(2025, 4, 1, 0, 0, 0, 0, paygent.JST()))) {
		fmt.Println(e.Code, e.File, e.Key)
	}
	// Output: E02004 /no/such/client.pem client_file_path
}

func ExampleConfKeys() {
	for _, key := range paygent.ConfKeys()[:3] {
		fmt.Println(key)
	}
	// Output:
	// client_file_path
	// not_use_client_cert
	// ca_file_path
}
