package browsertest

import (
	"time"

	"kessai/paygentsim"
)

// silence lets the first two questions go without an answer, so that there is time
// to look at the page: the third is asked a minute after.
func (w *world) silence() {
	w.clock.stop()
	for range 2 {
		w.ok(w.sim.ForceFault("094", paygentsim.ErrorBefore))
	}
}

// minutesPass moves the clock on, a minute at a time, until something has come: the
// second answer that counts may be asked for five minutes after the first.
func (w *world) minutesPass(come func() bool) {
	w.t.Helper()
	for range 8 {
		w.clock.advance(61 * time.Second)
		for rest := time.Now().Add(4 * time.Second); time.Now().Before(rest); {
			if come() {
				return
			}
			<-time.After(20 * time.Millisecond)
		}
	}
	w.t.Fatal("eight minutes did not bring it")
}

// answerLost: the authorisation took effect and its answer never came. The buyer
// waits at 確認中, which finds out by itself, and is charged once.
func answerLost(f flow) {
	v := f.buyer()
	v.toCard()
	amount := int64(v.sum())
	f.silence()
	v.pay(lostAnswerCard)
	v.arrive(pathWait)
	f.wait("the first question", func() bool { return f.telegrams("094") > 0 })
	v.says("main", "二重に請求されることはありません。")
	v.look("1-waiting")
	if n := f.number("SELECT COUNT(*) FROM dtb_order WHERE order_status_id = 7"); n != 1 {
		f.t.Errorf("%d orders in 7, want 1", n)
	}
	f.clock.advance(61 * time.Second)
	v.arrive(pathComplete) // nobody touches the page
	v.look("2-complete")
	f.charged(amount)
	if n := f.telegrams("020"); n != 1 {
		f.t.Errorf("%d telegrams 020, want 1", n)
	}
	f.mailed(v.text(".order-no"))
}

// requestLost: nothing happened at Paygent. Two answers a minute apart say so, and
// the buyer may try again.
func requestLost(f flow) {
	v := f.buyer()
	v.toCard()
	amount := int64(v.sum())
	v.pay(lostRequestCard)
	v.arrive(pathWait)
	f.wait("the first question", func() bool { return f.telegrams("094") > 0 })
	f.minutesPass(func() bool { return f.number("SELECT COUNT(*) FROM dtb_order WHERE order_status_id = 8") == 1 })
	v.arrive(pathCard) // nobody touches the page
	v.says("#refusal", "お支払いは完了していません。")
	v.look("1-again")
	if n := f.telegrams("020"); n != 1 {
		f.t.Errorf("%d telegrams 020 before the buyer tried again, want 1", n)
	}
	v.pay(goodCard)
	v.arrive(pathComplete)
	f.charged(amount)
}

// resumed: an order whose payment is unknown is found from the cart, and cannot be
// given up.
func resumed(f flow) {
	v := f.buyer()
	v.toCard()
	amount := int64(v.sum())
	f.silence()
	v.pay(lostAnswerCard)
	v.arrive(pathWait)
	f.wait("the first question", func() bool { return f.telegrams("094") > 0 })
	v.open("/cart")
	v.says("#running", "お支払い手続き中のご注文があります。")
	v.look("1-cart")
	v.click("#running .btn-line")
	v.arrive(pathWait)
	v.says("main", "中止できません")
	v.look("2-waiting-not-given-up")
	if n := f.number("SELECT COUNT(*) FROM dtb_order WHERE order_status_id = 7"); n != 1 {
		f.t.Errorf("%d orders in 7, want 1", n)
	}
	v.open("/cart")
	v.click("#running .btn-main")
	v.arrive(pathWait)
	f.clock.advance(61 * time.Second)
	v.arrive(pathComplete)
	v.open("/cart")
	v.says("main", "カート内に商品はございません")
	f.charged(amount)
	if n := f.number("SELECT COUNT(*) FROM dtb_order"); n != 1 {
		f.t.Errorf("%d orders, want 1", n)
	}
}
