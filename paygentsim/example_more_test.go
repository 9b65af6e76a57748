package paygentsim_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"kessai/paygentsim"
)

// convenienceStore applies for a number that can be paid for five days.
func convenienceStore(sim *paygentsim.Sim) {
	_, err := post(sim, "/n/conveni/request", form("030", "trading_id", "52", "payment_amount", "5000", "payment_limit_date", "5", "sales_type", "1",
		"customer_family_name", sjis("山田"), "customer_name", sjis("太郎"), "customer_tel", "09012345678", "cvs_company_id", "00C002"))
	if err != nil {
		panic(err)
	}
}

// show prints where a payment stands.
func show(sim *paygentsim.Sim, paymentID string) {
	p, _ := sim.Payment(paymentID)
	fmt.Println(p.PaymentID, p.Status, p.Status.Name(), p.Amount)
}

// settle does all that is due.
func settle(sim *paygentsim.Sim) {
	for worked, err := true, error(nil); worked && err == nil; {
		worked, _, err = sim.Step(context.Background())
	}
}

// The buyer does not pay: five days later the number has expired.
func ExampleSim_Advance() {
	sim := exampleSim("", http.NotFoundHandler())
	convenienceStore(sim)
	if err := sim.Advance(6 * 24 * time.Hour); err != nil {
		fmt.Println(err)
		return
	}
	settle(sim)
	show(sim, "900000001")
	// Output: 900000001 12 支払期限切 5000
}

// The centre takes a minute over each transit status.
func ExampleSim_SetPace() {
	sim := exampleSim("", http.NotFoundHandler())
	if err := sim.SetPace(paygentsim.Pace{TransitMillis: 60_000}); err != nil {
		fmt.Println(err)
		return
	}
	_, _ = post(sim, "/n/card/request", form("020", "payment_amount", "3300", "payment_class", "10", "card_number", "4900000000000000", "card_valid_term", "1230"))
	_, _ = post(sim, "/n/card/request", form("022", "payment_id", "900000001"))
	show(sim, "900000001")
	fmt.Println(sim.Advance(time.Minute))
	settle(sim)
	show(sim, "900000001")
	// Output:
	// 900000001 30 売上要求中 3300
	// <nil>
	// 900000001 40 消込済 3300
}

// Staff correct an amount in ペイジェントオンライン.
func ExampleSim_Correct() {
	sim := exampleSim("", http.NotFoundHandler())
	_, _ = post(sim, "/n/card/request", form("020", "payment_amount", "3300", "payment_class", "10", "card_number", "4900000000000000", "card_valid_term", "1230"))
	p, err := sim.Correct("900000001", 3000)
	fmt.Println(p.PaymentID, "replaces", p.BaseID, err)
	show(sim, "900000001")
	show(sim, "900000002")
	// Output:
	// 900000002 replaces 900000001 <nil>
	// 900000001 32 オーソリ取消済 3300
	// 900000002 20 オーソリOK 3000
}

// Another shop of the same merchant sells something: this shop is told too.
func ExampleSim_Foreign() {
	shop := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("notice of", r.PostFormValue("trading_id"), "site", r.PostFormValue("site_id"))
		fmt.Fprint(w, "result=0")
	})
	sim := exampleSim("http://shop.example/notice", shop)
	if _, err := sim.Foreign("12345", "other-1", paygentsim.TypeCard, 800); err != nil {
		fmt.Println(err)
		return
	}
	settle(sim)
	// Output: notice of other-1 site 9
}

// A notice that is lost is sent after all.
func ExampleSim_ResendNotices() {
	shop := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("notice", r.PostFormValue("payment_notice_id"))
		fmt.Fprint(w, "result=0")
	})
	sim := exampleSim("http://shop.example/notice", shop)
	if err := sim.ForceNoticeFault(paygentsim.NoticeLost); err != nil {
		fmt.Println(err)
		return
	}
	convenienceStore(sim)
	settle(sim)
	fmt.Println(sim.Notices()[0].Delivery)
	fmt.Println(sim.ResendNotices("900000001"))
	settle(sim)
	// Output:
	// lost
	// 1 <nil>
	// notice 1
}

// A script pays at the store through /control/, as a test in any language would.
func ExampleSim_ControlHandler() {
	sim := exampleSim("", http.NotFoundHandler())
	convenienceStore(sim)
	tool := http.Client{Transport: paygentsim.InProcess(sim.ControlHandler())}
	resp, err := tool.PostForm("http://sim.example/control/payments/900000001/status", url.Values{"status": {"43"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	show(sim, "900000001")
	// Output:
	// 200 OK
	// 900000001 43 速報検知済 5000
}

// Every telegram kind that is simulated.
func ExampleKinds() {
	fmt.Println(paygentsim.Kinds())
	// Output: [010 020 021 022 023 024 025 026 027 028 029 030 060 090 091 094 100 101 102 103 104 340 341 342 343 450]
}
