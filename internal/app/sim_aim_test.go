package app_test

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/paygentsim"
)

// What a run meets by chance leaves cells of the coverage table empty, the same ones in
// most runs. So some steps aim at one: a purchase is brought to where the thing can
// happen, with nothing going wrong on the way, and then it happens, hostile as ever.
// Which cell it is comes from the seed.

// aim goes for a cell that was not met yet, if there is one.
func (s *simulation) aim() (any bool) {
	s.gaps = slices.DeleteFunc(s.gaps, func(c cell) bool { return s.covered.met(c) })
	if len(s.gaps) == 0 {
		return false
	}
	s.aimAt(s.gaps[s.dice.IntN(len(s.gaps))])
	return true
}

// fill goes for what a long run is still to meet at its end, again and again. Of seven runs whose
// seeds follow each other two go for each cell, of which one is beside EC-CUBE (seed%3), and all
// for what not every run can meet.
func (s *simulation) fill(seed uint64) {
	for _, c := range s.covered.empty() {
		h := fnv.New64a()
		h.Write([]byte(c.table + c.row + c.column))
		seldom := c.table == "3-D Secure" || c.table == "payment of another shop" || c.table == "clock" || c.table == "environment" || finished(c.column)
		if turn := (h.Sum64() + seed) % 7; turn != 0 && turn != 2 && !seldom {
			continue
		}
		for range 8 {
			if s.coverNotices(); s.t.Failed() || s.covered.met(c) {
				break
			}
			s.steps++
			s.touchedBy = 0
			s.setCentre(s.sim.CurrentFaults(), paygentsim.Pace{}) // some things wait until nothing is under way
			if len(s.wire.slow) > 0 {
				s.Advance(3 * time.Hour)
				s.wire.arrive()
				s.do(0, "everybody works", 0, s.work)
			}
			s.aimAt(c)
		}
		if !s.covered.met(c) {
			s.t.Logf("aimed at eight times in vain: %s, %s, %s", c.table, c.row, c.column)
		}
	}
}

func (s *simulation) aimAt(c cell) {
	s.aimed = c
	defer func() { s.aimed = cell{} }()
	s.note("aims at %s, %s, %s", c.table, c.row, c.column)
	switch c.table {
	case "telegram fault", "crash":
		if c.row != "Paidy" { // whose window is not opened by a telegram
			s.begun(c.row)
		}
		if !s.covered.met(c) {
			s.clickOn(s.placed(c.row), []payment.Button{payment.SaleButton, payment.CancelButton}[s.dice.IntN(2)])
		}
	case "notice fault":
		s.aimNotice(c)
	case "saga × crash":
		s.aimSaga(c)
	case "staff":
		s.aimStaff(c)
	case "environment":
		s.environment()
	case "authorised again":
		if same := c.row == "same id"; same != s.sameID {
			s.bearSameID(same)
		}
		s.aimSaga(cell{c.table, "card", c.column})
	case "EC-CUBE's hand":
		s.aimHost(c)
	case "buyer":
		s.aimBuyer(c)
	case "batch":
		s.aimBatch(c)
	case "order by staff":
		i := slices.IndexFunc(s.ways, func(w way) bool { return schemeName(w.scheme) == c.row })
		s.staffOrderBy(s.ways[i], c.column)
	case "page":
		s.begun(c.row)
	case "3-D Secure":
		s.aimAuthentication(c)
	case "payment of another shop":
		s.share(strings.HasSuffix(c.column, "true"))
		s.foreign()
	case "clock":
		s.clocks()
		s.pass()
	}
}

// aimsAt reports whether this step is to fill a cell with something that happens to id.
func (s *simulation) aimsAt(table string, id order.ID, column string) bool {
	return !s.smooth && !s.meanwhile && s.aimed == cell{table, s.labelOf(id), column} && !s.covered.met(s.aimed)
}

// wantedFault is the fault that the telegram about an order is to suffer, if this step
// aims at one.
func (s *simulation) wantedFault(id order.ID) paygentsim.Fault {
	switch f := paygentsim.Fault(s.aimed.column); {
	case slices.Contains(telegramFaults(), f) && s.aimsAt("telegram fault", id, s.aimed.column):
		return f
	case s.aimsAt("staff", id, "結果の確定"), s.aimsAt("batch", id, "skipped") && !hasPage(s.aimed.row):
		return paygentsim.TimeoutAfter
	case s.aimed.table == "EC-CUBE's hand" && !hasPage(s.aimed.row) && slices.ContainsFunc(elsewhere(), func(w wayElsewhere) bool { return s.aimsAt(s.aimed.table, id, w.name) }):
		return paygentsim.RefusedBefore
	}
	return paygentsim.NoFault
}

// smoothly has nothing go wrong while fn brings somebody somewhere.
func (s *simulation) smoothly(fn func()) {
	faults, pace, smooth := s.sim.CurrentFaults(), s.sim.CurrentPace(), s.smooth
	s.setCentre(paygentsim.Faults{}, paygentsim.Pace{})
	s.smooth = true
	fn()
	s.smooth = smooth
	s.setCentre(faults, pace)
}

func (s *simulation) setCentre(f paygentsim.Faults, p paygentsim.Pace) {
	if err := errors.Join(s.sim.SetFaults(f), s.sim.SetPace(p)); err != nil {
		s.t.Fatal(err)
	}
}

// everybodyWorks until what was done is known everywhere: 094 is asked a minute later
// where no notice tells.
func (s *simulation) everybodyWorks() {
	s.do(0, "everybody works", 0, s.work)
	s.Advance(100 * time.Second)
	s.do(0, "everybody works", 0, s.work)
}

// draftOf is an order of a row of the coverage table.
func (s *simulation) draftOf(row string) *purchase {
	version := map[string]ledger.ThreeDS{"card": ledger.NoThreeDS, "card 3DS 1.0": ledger.ThreeDS1, "card 3DS 2.0": ledger.ThreeDS2}
	if v, needs := version[row]; needs && v != s.threeDS {
		s.authenticateBy(v)
	}
	switch {
	case row != "stored card":
	case finished(s.aimed.column) && s.threeDS != ledger.ThreeDS1: // which is authorised without coming back
		s.authenticateBy(ledger.ThreeDS1)
	case s.threeDS == ledger.NoThreeDS && s.aimed.table != "staff":
		s.authenticateBy([]ledger.ThreeDS{ledger.ThreeDS1, ledger.ThreeDS2}[s.dice.IntN(2)])
	}
	for _, w := range s.ways {
		if s.label(w) == row {
			return s.draft(w)
		}
	}
	s.t.Fatalf("no way to pay is called %s", row)
	return nil
}

// begun is an order whose payment page was sent.
func (s *simulation) begun(row string) *purchase {
	p := s.draftOf(row)
	s.submit(p, "pay")
	return p
}

// placed is an order that was taken in, whose notices have come.
func (s *simulation) placed(row string) (p *purchase) {
	s.smoothly(func() {
		p = s.begun(row)
		s.everybodyWorks()
	})
	return p
}

// standing is one that staff can do something about: with a number of the link type it
// stays in 決済処理中 until it is paid.
func (s *simulation) standing(row string) *purchase {
	if row == "link conveni" || row == "link ATM" {
		return s.paid(row)
	}
	return s.placed(row)
}

// paid is one whose money is there.
func (s *simulation) paid(row string) (p *purchase) {
	p = s.placed(row)
	s.smoothly(func() {
		if cur := s.view(p.id).Current(); cur != nil && cur.Phase == payment.Authorised {
			s.clickOn(p, payment.SaleButton)
		} else {
			s.moveTo(p, paygentsim.Captured)
		}
		s.everybodyWorks()
	})
	return p
}

// atPageOf is one whose buyer has the centre's page open.
func (s *simulation) atPageOf(row string) (p *purchase) {
	s.lingers = true
	s.smoothly(func() { p = s.begun(row) })
	s.lingers = false
	return p
}

// hasPage reports whether buyers of a row are sent to a page of the centre.
func hasPage(row string) bool {
	return !slices.Contains([]string{"card", "conveni", "ATM"}, row)
}

// moveTo has a hand at the centre move the order's payment.
func (s *simulation) moveTo(p *purchase, to paygentsim.Status) {
	for _, at := range s.books.of(p.id) {
		if slices.Contains(at.Moves(), to) {
			p.outside = true
			s.move(p, at, to)
			return
		}
	}
}

// clickOn presses a button of the order's payment.
func (s *simulation) clickOn(p *purchase, b payment.Button) {
	l := s.view(p.id)
	pay := l.Current()
	if pay == nil {
		return
	}
	in := ledger.Change{
		Order: p.id, PaymentID: pay.ID, Button: b, Amount: pay.Amount, Total: l.Order.Total, Actor: "staff:1",
		Key: fmt.Sprintf("staff:%d:%d", p.id, len(p.clicks)),
	}
	p.clicks = append(p.clicks, in)
	s.click(p, in)
}

// discount makes an order cheaper.
func (s *simulation) discount(p *purchase) {
	s.editOf(p, func(sheet *ledger.Sheet) {
		extra := order.Item{Type: order.ItemDiscount, Name: "割引", Price: -order.Yen(10 * (1 + s.dice.Int64N(9))), Quantity: 1, TaxRate: 10, TaxType: order.Taxable,
			TaxDisplayType: order.TaxIncluded, RoundingType: 1, Processor: order.ProcessorCharge}
		sheet.Items = append(slices.Clone(sheet.Items), extra)
		t, err := order.Sum(sheet.Items)
		if err != nil {
			s.t.Fatal(err)
		}
		t.UsePoint, t.AddPoint = sheet.Totals.UsePoint, sheet.Totals.AddPoint
		sheet.Totals = t
	})
}

// spoilNotice has the next notice suffer what this step aims at, if it is to be about p.
func (s *simulation) spoilNotice(p *purchase) {
	fault := paygentsim.NoticeFault(s.aimed.column)
	switch {
	case s.aimed.table == "notice fault" && s.aimed.row == p.label:
	case s.aimed.table == "batch" && finished(s.aimed.column) && s.stays:
		fault = paygentsim.NoticeLost
	default:
		return
	}
	if err := s.sim.ForceNoticeFault(fault); err != nil {
		s.t.Fatal(err)
	}
}

func (s *simulation) aimNotice(c cell) {
	p := s.placed(c.row) // where there is a page, its notice is spoilt
	if s.coverNotices(); s.covered.met(c) {
		return
	}
	told := []paygentsim.Status{paygentsim.Captured, paygentsim.Preliminary, paygentsim.TermExpired, paygentsim.AuthorizationCancelled, paygentsim.CaptureCancelled}
	for _, to := range told {
		for _, at := range s.books.of(p.id) {
			if slices.Contains(at.Moves(), to) && !(at.Type == paygentsim.TypeATM && to == paygentsim.AuthorizationCancelled) {
				s.spoilNotice(p)
				s.moveTo(p, to)
				s.coverNotices()
				return
			}
		}
	}
}

func (s *simulation) aimSaga(c cell) {
	stands := s.placed
	if c.row != "Paidy" && s.chosen(50) { // which gives back a part of what is paid by one telegram
		stands = s.paid
	}
	p := stands(c.row)
	s.smoothly(func() { s.discount(p) })
	s.changeAmount(p)
}

// aimAuthentication brings a buyer back from the issuer's page under some policy.
func (s *simulation) aimAuthentication(c cell) {
	policy, button, _ := strings.Cut(c.column, " ")
	s.acceptAttempts(ledger.Attempts(policy))
	s.acs = button
	s.smoothly(func() { s.begun("card 3DS " + strings.TrimSuffix(c.row, " old style")) })
	s.acs = ""
	s.acceptAttempts(ledger.AcceptAttempts)
}

func (s *simulation) aimStaff(c cell) {
	switch c.column {
	case "売上":
		s.clickOn(s.standing(c.row), payment.SaleButton)
	case "取消":
		s.clickOn(s.standing(c.row), payment.CancelButton)
	case "オーソリ変更":
		p := s.standing(c.row)
		s.smoothly(func() { s.discount(p) })
		s.changeAmount(p)
	case "売上変更":
		stands := s.paid
		if !strings.Contains(c.row, "card") && s.chosen(50) { // by the same button
			stands = s.placed
		}
		p := stands(c.row)
		s.smoothly(func() { s.discount(p) })
		s.changeAmount(p)
	case "受注の編集":
		s.discount(s.standing(c.row))
	case "対応中":
		s.setStatus(s.standing(c.row), order.InProgress, ledger.LivingAsk)
	case "発送済み":
		s.setStatus(s.standing(c.row), order.Delivered, ledger.LivingAsk)
	case "返品":
		p := s.standing(c.row)
		s.smoothly(func() { s.setStatus(p, order.Delivered, ledger.LivingAsk) })
		s.setStatus(p, order.Returned, ledger.LivingAsk)
	case "注文取消し":
		s.setStatus(s.standing(c.row), order.Canceled, ledger.LivingKeep)
	case "受注の復活":
		p := s.standing(c.row)
		s.smoothly(func() { s.setStatus(p, order.Canceled, ledger.LivingKeep) })
		s.setStatus(p, order.InProgress, ledger.LivingAsk)
	case "返金済み(手動)":
		p := s.paid(c.row)
		s.smoothly(func() {
			s.moveTo(p, paygentsim.CapturedFinal)
			s.everybodyWorks()
		})
		if pay := s.refundable(p); pay != nil {
			s.refundOf(p, pay)
		}
	case "結果の確定":
		s.aimSilent(c)
	}
}

// aimSilent has a person settle what a telegram without an answer came to.
func (s *simulation) aimSilent(c cell) {
	var p *purchase
	if c.row == "conveni" || c.row == "ATM" || strings.HasPrefix(c.row, "card") {
		p = s.begun(c.row)
	}
	if p == nil || s.silent(p) == nil {
		p = s.placed(c.row)
		s.clickOn(p, []payment.Button{payment.SaleButton, payment.CancelButton}[s.dice.IntN(2)])
	}
	if open := s.silent(p); open != nil {
		s.Advance(3 * time.Minute) // the workers are slow
		if err := s.sim.ForceFault("094", paygentsim.ErrorBefore); err != nil {
			s.t.Fatal(err)
		}
		s.settleOf(p, open)
	}
}

func (s *simulation) aimBuyer(c cell) {
	switch c.column {
	case "pay":
		s.begun(c.row)
	case "again":
		s.submit(s.begun(c.row), "again")
	case "double":
		s.doubleClickOn(s.begun(c.row))
	case "first tab", "second tab":
		s.secondTabOf(s.draftOf(c.row))
	case "gives up":
		s.giveUpOf(s.atPageOf(c.row))
	case "back button":
		s.backButtonOf(s.atPageOf(c.row))
	case "reload":
		s.reloadOf(s.atPageOf(c.row))
	case "returns", "returns again":
		p := s.placed(c.row)
		if len(p.backs) > 0 {
			s.comeBack(p, p.backs[0], "returns again")
		}
	case "return of another order":
		from := s.placed([]string{"bank", "docomo", "Paidy", "link card"}[s.dice.IntN(4)])
		if other := s.begun(c.row); len(from.backs) > 0 {
			s.comeBack(other, from.backs[0], "return of another order")
		}
	}
}
