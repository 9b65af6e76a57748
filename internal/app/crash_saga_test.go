package app_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"kessai/internal/app"
	"kessai/internal/database"
	"kessai/internal/database/dbtest"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/store/storetest"
	"kessai/paygentsim"
	"time"
)

// sagaCrash is a change of the amount whose node dies in one of its steps.
type sagaCrash struct {
	button   payment.Button
	step     int // counted from 0
	telegram string
	boundary ledger.Boundary
	changed  bool // it goes through all the same; else the old payment stays as it was
}

func sagaCrashes() (all []sagaCrash) {
	for button, telegrams := range map[payment.Button][]string{
		payment.AuthChangeButton: {"020", "021"},
		payment.SaleChangeButton: {"020", "022", "023"},
	} {
		for step, telegram := range telegrams {
			for _, b := range []ledger.Boundary{ledger.AfterPlanned, ledger.AfterSent, afterEffect, ledger.AfterAnswer, ledger.AfterSettled} {
				// A telegram that was to be sent and had no effect is a refusal of its step:
				// the old payment stays, but for the last step, which is done again.
				lost := b == ledger.AfterSent && step < len(telegrams)-1
				all = append(all, sagaCrash{button, step, telegram, b, !lost})
			}
		}
	}
	slices.SortFunc(all, func(a, b sagaCrash) int {
		return len(a.button)*100 + a.step*10 - len(b.button)*100 - b.step*10
	})
	return all
}

// TestCrashInASaga kills a node with SIGKILL at every boundary of every step of オーソリ変更
// and 売上変更 (money.md §8). It goes on where it stood: one payment lives in the end, the
// new one for the new total or the old one as it was, and nothing was sent twice.
func TestCrashInASaga(t *testing.T) {
	t.Parallel()
	for _, engine := range database.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			all := sagaCrashes()
			if raced {
				all = all[:1]
			}
			c := newCrashRig(t, dbtest.URL(t, engine))
			for i, one := range all {
				at := time.Now()
				c.crashSaga(i, one)
				t.Logf("%s step %d, %s at %-8s %5d ms", one.button, one.step+1, one.telegram, one.boundary, time.Since(at).Milliseconds())
			}
		})
	}
}

// crashSaga lets a child die in one change, and takes over.
func (c *crashRig) crashSaga(i int, one sagaCrash) {
	c.t.Helper()
	class := c.Class("器", 10)
	id := c.Order(storetest.Wanted{Lines: []order.Movement{{ProductClassID: class, Quantity: 3}}})
	as := crashed{telegram: "021"} // prepared alike: authorised
	if one.button == payment.SaleChangeButton {
		as.telegram = "023"
	}
	c.prepare(id, as)
	old := c.view(id).Current()
	total := old.Amount - 1000
	c.Exec("UPDATE dtb_order SET total = ?, payment_total = ? WHERE id = ?", int64(total), int64(total), int64(id))
	before := c.view(id)
	c.close()
	c.kill(childJob{
		Dir: c.config.DataDir, Database: c.url, NowMillis: c.Now().UnixMilli(), Boundary: one.boundary, Nth: one.step, Order: id,
		Payment: old.ID, Amount: old.Amount, Total: total, Button: one.button, Key: "child:" + c.ID(),
	}, crashed{one.telegram, one.boundary, true})
	if c.node = "node-1"; i%2 == 1 {
		c.node = "node-2"
		c.Advance(3 * time.Minute)
	}
	unlock, err := app.LockNode(filepath.Join(c.config.DataDir, "node.lock"))
	if err != nil {
		c.t.Fatalf("the dead node's lock: %v", err)
	}
	c.open()
	c.idle(false)
	c.wait(4*time.Minute, i%4 < 2) // with the notices, or by asking alone
	c.idle(true)
	c.expectSaga(id, old, before.Order.Status, total, one)
	if inStock, inClass := c.Stock(class); inStock != 7 || inClass != 7 {
		c.t.Errorf("%d and %d in stock, not 7", inStock, inClass)
	}
	if err := unlock(); err != nil {
		c.t.Error(err)
	}
}

func (c *crashRig) expectSaga(id order.ID, old *ledger.Payment, status order.Status, total order.Yen, one sagaCrash) {
	c.t.Helper()
	where := fmt.Sprintf("%s step %d, %s at %s", one.button, one.step+1, one.telegram, one.boundary)
	bad := c.t.Failed()
	b := c.readBooks()
	i := c.inspect(id, b, where)
	p := i.l.Current()
	alive, n := b.alive(id)
	want := old.Amount
	if one.changed {
		want = total
	}
	if n != 1 || alive != want || p.Amount != want || (p.ID == old.ID) == one.changed || p.Phase != old.Phase {
		i.bad("the centre holds %d in %d payments, not %d; ours is %+v", alive, n, want, p)
	}
	if i.l.Order.Status != status {
		i.bad("the order was %s", status.Name())
	}
	for _, at := range b.payments[id] {
		if payment.Status(at.Status).Alive() && (at.Status == paygentsim.Captured) != (old.Phase == payment.Captured) {
			i.bad("what lives is at %s", at.Status)
		}
	}
	if !bad && c.t.Failed() {
		c.t.Fatalf("%s\n%v", c.timeline(id), b.sent[id])
	}
}
