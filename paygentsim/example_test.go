package paygentsim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kessai/paygentsim"
)

// exampleSim is a simulator of known merchant and time.
func exampleSim(noticeURL string, shop http.Handler) *paygentsim.Sim {
	sim, err := paygentsim.New(paygentsim.Options{
		Clock: func() time.Time { return time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC) },
		Seed:  1,
		Merchants: []paygentsim.Merchant{{
			MerchantID: "12345", ConnectID: "conn01", ConnectPassword: "pass01", TokenKey: "test_key", NoticeKey: "NOTICEKEY0000001",
		}},
		NoticeURL:    noticeURL,
		NoticeClient: paygentsim.InProcess(shop),
	})
	if err != nil {
		panic(err)
	}
	return sim
}

func post(sim *paygentsim.Sim, path string, form url.Values) (string, error) {
	client := http.Client{Transport: sim.Transport()}
	resp, err := client.PostForm("https://sim.example"+path, form)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return strings.ReplaceAll(strings.TrimSpace(string(body)), "\r\n", "\n"), err
}

func form(kind string, pairs ...string) url.Values {
	v := url.Values{"merchant_id": {"12345"}, "connect_id": {"conn01"}, "connect_password": {"pass01"},
		"telegram_kind": {kind}, "telegram_version": {"1.0"}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// A shop authorises, captures, and is told.
func Example() {
	shop := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("notice", r.PostFormValue("payment_notice_id"), "status", r.PostFormValue("payment_status"))
		fmt.Fprint(w, "result=0")
	})
	sim := exampleSim("http://shop.example/notice", shop)
	token, err := sim.Token("12345", "4900000000000000", "1230", "123")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = post(sim, "/n/card/request", form("020", "trading_id", "52", "payment_amount", "3300", "payment_class", "10", "card_token", token))
	fmt.Println(post(sim, "/n/card/request", form("022", "payment_id", "900000001")))
	for worked := true; worked; {
		if worked, _, err = sim.Step(context.Background()); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// result=0
	// payment_id=900000001
	// trading_id=52 <nil>
	// notice 1 status 20
	// notice 2 status 40
}

// A test forces an answer to be lost and looks what really happened.
func ExampleSim_ForceFault() {
	sim := exampleSim("", http.NotFoundHandler())
	if err := sim.ForceFault("020", paygentsim.TimeoutAfter); err != nil {
		fmt.Println(err)
		return
	}
	_, err := post(sim, "/n/card/request", form("020", "trading_id", "52", "payment_amount", "3300", "payment_class", "10",
		"card_number", "4900000000000000", "card_valid_term", "1230"))
	fmt.Println("client:", err)
	var held int64
	for _, p := range sim.Payments() {
		if p.Status.Live() {
			held += p.Amount
		}
	}
	fmt.Println("held or taken:", held)
	// Output:
	// client: Post "https://sim.example/n/card/request": paygentsim: time-out awaiting the answer
	// held or taken: 3300
}

// A person cancels in ペイジェントオンライン.
func ExampleSim_SetStatus() {
	sim := exampleSim("", http.NotFoundHandler())
	_, _ = post(sim, "/n/card/request", form("020", "payment_amount", "3300", "payment_class", "10",
		"card_number", "4900000000000000", "card_valid_term", "1230"))
	p, err := sim.SetStatus("900000001", paygentsim.AuthorizationCancelled, true)
	fmt.Println(p.Status, p.Status.Name(), err)
	_, err = sim.SetStatus("900000001", paygentsim.Captured, true)
	fmt.Println(err)
	// Output:
	// 32 オーソリ取消済 <nil>
	// paygentsim: the payment cannot take this status now: 900000001 is at 32, wanted 40
}

// A card number forces an outcome.
func ExampleMagicCards() {
	for _, m := range paygentsim.MagicCards() {
		if m.Issuer == "1G12" {
			fmt.Println(m.Number, m.Kind, m.Effect)
		}
	}
	// Output:
	// 4900000000008101 020 拒否（カード使用不可）
	// 4900000000008201 020 承認、再オーソリのみ拒否
}

// A 接続キット for a client that reads one.
func ExampleSim_WriteKit() {
	sim := exampleSim("", http.NotFoundHandler())
	dir, err := os.MkdirTemp("", "kit")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := sim.WriteKit(dir, "https://127.0.0.1:8443", map[string]string{"timeout_value": "5"}); err != nil {
		fmt.Println(err)
		return
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range files {
		fmt.Println(filepath.Base(f))
	}
	// Output:
	// client_cert.pem
	// curl-ca-bundle.crt
	// modenv_properties.conf
}
