package ledger

import (
	"testing"
	"time"

	"kessai/internal/payment"
)

// TestDisagrees: every way in which the centre's book can differ from ours, and what can
// be done about it.
func TestDisagrees(t *testing.T) {
	t.Parallel()
	const amount = 1100
	now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	foundAt := func(s payment.Status) Finding {
		return Finding{Kind: Found, PaymentID: "900", Type: "02", Status: s, Amount: amount, BegunAt: now}
	}
	bank := func(f Finding) Finding { f.Type = "05"; return f }
	unlike := func(f Finding, change func(*Finding)) Finding { change(&f); return f }
	card := func(ph payment.Phase, s payment.Status) Payment {
		return Payment{Method: payment.Card, System: payment.Module, Phase: ph, Status: s, PaymentID: "900", PaymentIDs: []string{"900"}, Amount: amount}
	}
	waiting := func(m payment.Method, ph payment.Phase) Payment {
		return Payment{Method: m, System: payment.Module, Phase: ph, Amount: amount}
	}
	unlikePhase := func(p Payment, ph payment.Phase) Payment { p.Phase = ph; return p }
	gone := func(e payment.End) Payment { p := card(payment.Ended, ""); p.End = e; return p }
	auth, sold := card(payment.Authorised, payment.AuthOK), card(payment.Captured, payment.Cleared)
	number := card(payment.AwaitingPayment, payment.Applied)
	number.Method = payment.Conveni
	for name, tt := range map[string]struct {
		ours    Payment
		theirs  Finding
		faint   bool // "no such payment" may not be believed
		past    bool // its limit and margin are over
		want    Disagreement
		skipped string
		remedy  Remedy
	}{
		"the same":                          {ours: auth, theirs: foundAt("20")},
		"sold, the same":                    {ours: sold, theirs: foundAt("40")},
		"sold, and further there":           {ours: sold, theirs: foundAt("41")},
		"captured there":                    {ours: auth, theirs: foundAt("40"), want: CapturedThere, remedy: RemedyTake},
		"captured there, waiting here":      {ours: waiting(payment.Card, payment.AwaitingBuyer), theirs: foundAt("40"), want: CapturedThere, remedy: RemedyTake},
		"captured there, cancelled here":    {ours: gone(payment.Canceled), theirs: foundAt("40"), want: CapturedThere, remedy: RemedyTake},
		"authorised there, refused here":    {ours: gone(payment.Declined), theirs: foundAt("20"), want: AuthorisedThere, remedy: RemedyTake},
		"authorised there, captured here":   {ours: sold, theirs: foundAt("20"), want: StatusDiffers, remedy: RemedyTell},
		"only begun there":                  {ours: auth, theirs: foundAt("10"), want: StatusDiffers, remedy: RemedyTell},
		"only begun on both sides":          {ours: waiting(payment.Card, payment.AwaitingBuyer), theirs: foundAt("14")},
		"cancelled there":                   {ours: auth, theirs: foundAt("32"), want: CanceledThere, remedy: RemedyTake},
		"given back there":                  {ours: sold, theirs: foundAt("60"), want: CanceledThere, remedy: RemedyTake},
		"cancelled on both sides":           {ours: gone(payment.Canceled), theirs: foundAt("32")},
		"expired there":                     {ours: auth, theirs: foundAt("33"), want: ExpiredThere, remedy: RemedyTake},
		"failed there":                      {ours: waiting(payment.Card, payment.AwaitingBuyer), theirs: foundAt("13"), want: FailedThere, remedy: RemedyTake},
		"refused there":                     {ours: waiting(payment.Card, payment.AwaitingBuyer), theirs: foundAt("11"), want: FailedThere, remedy: RemedyTake},
		"a bank's page that was left":       {ours: waiting(payment.Bank, payment.AwaitingBuyer), theirs: bank(foundAt("15"))},
		"at work there":                     {ours: auth, theirs: foundAt("30")},
		"another amount":                    {ours: auth, theirs: unlike(foundAt("20"), func(f *Finding) { f.Amount = 900 }), want: AmountDiffers, remedy: RemedyTell},
		"another amount, captured":          {ours: auth, theirs: unlike(foundAt("40"), func(f *Finding) { f.Amount = 900 }), want: AmountDiffers, remedy: RemedyTell},
		"another amount, but over":          {ours: auth, theirs: unlike(foundAt("32"), func(f *Finding) { f.Amount = 0 }), want: CanceledThere, remedy: RemedyTake},
		"another type":                      {ours: auth, theirs: bank(foundAt("40")), want: StatusDiffers, remedy: RemedyTell},
		"a status it cannot have":           {ours: auth, theirs: foundAt("43"), want: StatusDiffers, remedy: RemedyTell},
		"no such payment":                   {ours: auth, theirs: Finding{Kind: NoSuch}, want: UnknownToThem, remedy: RemedyTell},
		"no such payment, not vouched":      {ours: auth, theirs: Finding{Kind: NoSuch}, faint: true, skipped: CompareNoAnswer},
		"no such number":                    {ours: number, theirs: Finding{Kind: NoSuch}, want: UnknownToThem, remedy: RemedyTell},
		"no such number, past its limit":    {ours: number, theirs: Finding{Kind: NoSuch}, past: true, want: UnknownToThem, remedy: RemedyTake},
		"no such payment, past its limit":   {ours: auth, theirs: Finding{Kind: NoSuch}, past: true, want: UnknownToThem, remedy: RemedyTake},
		"sold, no such, past its limit":     {ours: sold, theirs: Finding{Kind: NoSuch}, past: true, want: UnknownToThem, remedy: RemedyTell},
		"a page nobody opened":              {ours: waiting(payment.Bank, payment.AwaitingBuyer), theirs: Finding{Kind: NoSuch}},
		"no such payment, ended here":       {ours: gone(payment.Declined), theirs: Finding{Kind: NoSuch}},
		"no answer":                         {ours: auth, theirs: Finding{Kind: NoAnswer}, skipped: CompareNoAnswer},
		"stands by a word, no such payment": {ours: waiting(payment.Card, payment.Authorised), theirs: Finding{Kind: NoSuch}, want: UnknownToThem, remedy: RemedyTell},
		"no such number, nor its id":        {ours: waiting(payment.Conveni, payment.AwaitingPayment), theirs: Finding{Kind: NoSuch}, want: UnknownToThem, remedy: RemedyTell},
		"no such page, but an id":           {ours: unlikePhase(auth, payment.AwaitingBuyer), theirs: Finding{Kind: NoSuch}, want: UnknownToThem, remedy: RemedyTell},
		"another stands, ours by a word":    {ours: waiting(payment.Card, payment.Authorised), theirs: unlike(foundAt("40"), func(f *Finding) { f.PaymentID = "901" }), want: UnknownToThem, remedy: RemedyTell},
		"captured there, by another clock":  {ours: auth, theirs: unlike(foundAt("40"), func(f *Finding) { f.BegunAt = now.Add(-time.Hour) }), want: CapturedThere, remedy: RemedyTake},
		"a carrier's page that was left":    {ours: waiting(payment.Carrier, payment.AwaitingBuyer), theirs: unlike(foundAt("15"), func(f *Finding) { f.Type = payment.Carrier.Type() }), want: FailedThere, remedy: RemedyTake},
		"an older one bears our id": {ours: waiting(payment.Card, payment.AwaitingBuyer),
			theirs: unlike(foundAt("40"), func(f *Finding) { f.BegunAt = now.Add(-time.Hour) })},
		"another of the order's": {ours: waiting(payment.Card, payment.AwaitingBuyer), theirs: unlike(foundAt("40"), func(f *Finding) { f.PaymentID = "901" })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := tt.ours
			p.ID, p.BegunAt, p.LimitAt = "p", now, now.Add(24*time.Hour)
			w.l.Payments = []*Payment{&p, {ID: "q", Method: payment.Card, System: payment.Module, Phase: payment.Captured, PaymentID: "901", PaymentIDs: []string{"901"}}}
			w.now = now
			if tt.past {
				w.now = p.LimitAt.Add(margin)
			}
			got, skipped := w.l.disagrees(&p, tt.theirs, !tt.faint)
			if got != tt.want || skipped != tt.skipped {
				t.Errorf("%q, skipped %q; want %q, %q", got, skipped, tt.want, tt.skipped)
			}
			if remedy := w.l.remedy(w.tick(), &p, got); remedy != tt.remedy {
				t.Errorf("remedy %q, want %q", remedy, tt.remedy)
			}
		})
	}
}
