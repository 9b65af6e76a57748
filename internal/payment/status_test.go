package payment

import (
	"slices"
	"testing"
)

// TestStatuses: what each status says, typed from money.md §3 (transit), §5 (which end a
// payment, which are only informational) and §6 (which are alive).
func TestStatuses(t *testing.T) {
	t.Parallel()
	const (
		alive = 1 << iota
		transit
		informs
		ends
		pays
		authorises
	)
	want := []struct {
		status Status
		name   string
		says   int
	}{
		{"10", "申込済", informs},
		{"11", "オーソリNG", ends},
		{"12", "支払期限切", ends},
		{"13", "3Dセキュア中断", 0},
		{"14", "3Dセキュア認証", informs},
		{"15", "申込中断", ends},
		{"20", "オーソリOK", alive | authorises},
		{"21", "オーソリ完了", alive | authorises},
		{"30", "売上要求中", alive | transit | informs},
		{"31", "オーソリ取消中", alive | transit | informs},
		{"32", "オーソリ取消済", ends},
		{"33", "オーソリ期限切", ends},
		{"34", "補正要求中", alive | transit | informs},
		{"40", "消込済", alive | pays},
		{"41", "消込済(売上取消期限切)", alive | pays},
		{"42", "売上取消中", alive | transit | informs},
		{"43", "速報検知済", alive | pays},
		{"44", "消込完了", alive | pays},
		{"50", "売上取消集計中", alive | transit | informs},
		{"55", "売上取消中", alive | transit | informs},
		{"60", "売上取消済", ends},
		{"61", "速報取消済", ends},
		{"62", "取消完了", ends},
		{"", "", 0},
		{"99", "99", 0}, // one that nobody knows
	}
	var typed []Status
	for _, w := range want {
		s := w.status
		typed = append(typed, s)
		if never := slices.Contains([]Status{"10", "11", "12", "13", "14", "15"}, s); s.NeverAlive() != never {
			t.Errorf("%s never alive: %t", s, s.NeverAlive())
		}
		if s.Name() != w.name {
			t.Errorf("%s is called %s", s, s.Name())
		}
		for says, got := range map[int]bool{
			alive: s.Alive(), transit: s.Transit(), informs: s.Informational(), ends: s.Ends(), pays: s.Pays(), authorises: s.Authorises(),
		} {
			if got != (w.says&says != 0) {
				t.Errorf("%s: property %b is %t", s, says, got)
			}
		}
	}
	slices.Sort(typed)
	all := append(AllStatuses(), NoStatus, "99")
	slices.Sort(all)
	if !slices.Equal(typed, all) {
		t.Errorf("the statuses are %v", AllStatuses())
	}
}

func TestStatusesOfMethods(t *testing.T) {
	t.Parallel()
	for _, m := range append(Methods(), None) {
		for _, s := range m.Statuses() {
			if !slices.Contains(AllStatuses(), s) {
				t.Errorf("%s of %s is none of all", s, m)
			}
		}
		if m != None && m.Statuses()[0] != Applied || m == None && m.Statuses() != nil {
			t.Errorf("%s: %v", m, m.Statuses())
		}
	}
	if RefundRequested.NameFor(Paidy) != "返金要求中" || RefundRequested.NameFor(Card) != "売上取消中" {
		t.Error("42 has another name with Paidy only")
	}
}

// lives are ways of a payment at the centre (protocol.md §6.3), each in its order.
var lives = [][]Status{
	{"10", "14", "20", "30", "40", "41"},       // card: captured, and too late to take back
	{"10", "14", "13"},                         // left 3-D Secure
	{"10", "11"},                               // refused
	{"20", "31", "32"},                         // cancelled
	{"20", "33"},                               // expired
	{"20", "40", "42", "60"},                   // taken back
	{"20", "40", "50", "60"},                   // the same, tallied
	{"20", "40", "55", "60"},                   // the same
	{"10", "43", "40"},                         // store
	{"10", "43", "61"},                         // a report withdrawn
	{"10", "12"},                               // not paid in time
	{"10", "32"},                               // cancelled by hand
	{"10", "15"},                               // bank, carrier
	{"10", "20", "21", "30", "40", "44"},       // docomo
	{"10", "20", "21", "30", "40", "34"},       // corrected
	{"10", "20", "34"},                         // corrected before 売上
	{"10", "20", "21", "40", "44", "42", "62"}, // docomo, taken back
	{"10", "40", "41"},                         // au, SoftBank
	{"13", "20"}, {"11", "20"}, {"15", "20"},   // a refusal that was none after all
}

// TestBackwards: along a life nothing is backwards, against it everything is (money.md §5, §6).
func TestBackwards(t *testing.T) {
	t.Parallel()
	for _, life := range lives {
		for i, earlier := range life {
			if earlier.Backwards(earlier) {
				t.Errorf("%s is behind itself", earlier)
			}
			for _, later := range life[i+1:] {
				if earlier.Backwards(later) || !later.Backwards(earlier) {
					t.Errorf("%s → %s backwards: %t, %s → %s: %t", earlier, later, earlier.Backwards(later), later, earlier, later.Backwards(earlier))
				}
			}
		}
	}
	// money.md §5 names these three.
	for _, pair := range [][2]Status{{"42", "40"}, {"34", "20"}, {"31", "20"}} {
		if !pair[0].Backwards(pair[1]) {
			t.Errorf("%v is backwards", pair)
		}
	}
	for _, s := range AllStatuses() {
		if NoStatus.Backwards(s) || !s.Backwards(NoStatus) {
			t.Errorf("%s and nothing", s)
		}
	}
}
