package paygent

import (
	"bufio"
	"os"
	"regexp"
	"strings"
	"testing"
)

// aspects of a telegram that its vectors must show.
type aspects struct{ success, decline, parameter, text bool }

func (a *aspects) lacking() (names []string) {
	for _, aspect := range []struct {
		name string
		has  bool
	}{{"success", a.success}, {"decline", a.decline}, {"P code", a.parameter}, {"text that is not ASCII", a.text}} {
		if !aspect.has {
			names = append(names, aspect.name)
		}
	}
	return names
}

func (a *aspects) see(outcome string, texts ...string) {
	what, code, _ := strings.Cut(outcome, " ")
	a.success = a.success || what == "succeeded"
	a.decline = a.decline || what == "declined"
	a.parameter = a.parameter || what == "rejected" && strings.HasPrefix(code, "P")
	for _, text := range texts {
		a.text = a.text || !isASCII(text)
	}
}

// Every telegram and every return has vectors of a success, a decline, a P code and a text
// that is not ASCII; every payment type notices of a payment that lives and of one that died.
func TestVectorsShowEverything(t *testing.T) {
	t.Parallel()
	seen := map[string]*aspects{}
	for _, kind := range append(kindsOfSource(t), KindLink, "callback 1.0", "callback 2.0") {
		seen[string(kind)] = &aspects{}
	}
	for _, v := range vectors(t, "request bytes") {
		a, ok := seen[v.text("kind")]
		if !ok {
			t.Errorf("%s: a kind that kind.go does not have", v.name)
			continue
		}
		a.see(v.text("outcome"), v.text("request values"), v.text("response values"), v.text("table rows"))
	}
	for _, v := range vectors(t, "link response bytes") {
		seen[string(KindLink)].see(v.text("outcome"), v.text("link request values"), v.text("link response values"))
	}
	for _, v := range vectors(t, "callback bytes") {
		values := v.values(t, "callback values")
		outcome := "succeeded"
		switch code := values.Get("response_code"); {
		case values.Get("result") == ResultOK:
		case strings.HasPrefix(code, "P"):
			outcome = "rejected " + code
		default:
			outcome = "declined " + code
		}
		seen["callback "+v.text("callback version")].see(outcome, v.text("callback values"))
	}
	for name, a := range seen {
		if lacking := a.lacking(); len(lacking) > 0 {
			t.Errorf("%s lacks vectors: %s", name, strings.Join(lacking, ", "))
		}
	}
}

// kindsOfSource reads the kinds that kind.go names.
func kindsOfSource(t *testing.T) (kinds []Kind) {
	t.Helper()
	f, err := os.Open("kind.go")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	constant := regexp.MustCompile(`^\s+Kind\w+\s+Kind = "(\d{3})"`)
	for s := bufio.NewScanner(f); s.Scan(); {
		if m := constant.FindStringSubmatch(s.Text()); m != nil {
			kinds = append(kinds, Kind(m[1]))
		}
	}
	if len(kinds) != 26 {
		t.Fatalf("%d kinds in kind.go, the manual's methods have 26", len(kinds))
	}
	return kinds
}

func TestNoticeVectorsShowEveryType(t *testing.T) {
	t.Parallel()
	seen := map[PaymentType]*aspects{TypeATM: {}, TypeCard: {}, TypeConveni: {}, TypeBank: {}, TypeCareer: {}, TypePaidy: {}}
	for _, v := range vectors(t, "notice bytes") {
		values := v.values(t, "notice values")
		a, ok := seen[PaymentType(values.Get("payment_type"))]
		if !ok {
			continue // a type of no method of the manual
		}
		switch PaymentStatus(values.Get("payment_status")) {
		case StatusAuthOK, StatusAuthCompleted, StatusCleared, StatusReported, StatusClearingDone:
			a.success = true
		case StatusAuthNG, StatusExpired, StatusInterrupted, StatusAuthCancelled, StatusAuthExpired, StatusRefunded, StatusReportWithdrawn:
			a.decline = true
		}
		a.see("", v.text("notice values"))
		a.parameter = true // a notification has none
	}
	for name, a := range seen {
		if lacking := a.lacking(); len(lacking) > 0 {
			t.Errorf("notices of %s lack vectors: %s", name.Name(), strings.Join(lacking, ", "))
		}
	}
}

// The worked hashes of protocol.md §1.8, §7.3, §8.3, §10.2 and §10.3, as they stand there.
func TestWorkedHashesAreAmongTheVectors(t *testing.T) {
	t.Parallel()
	text := allVectors(t)
	for hash, where := range map[string]string{
		"56b15f03a8ee2ae35d69d1a76cffc959b62b0133e35c091679eef5cab6e35784": "§1.8 request",
		"457cbc6289e5e7bd6e29a1803b90ca46605dc14debee179344840b6c22ac37bb": "§7.3 notice",
		"2b6023e44c9eb6e7d679b5a67e9cddfe62437ade6f1fe2f1c6bcb3f02e2cf484": "§8.3 link, standard",
		"9868d3fb5ce6ca9c1fb762d5ccc7d3b52540a18dc5e7cde939b45717fbd6f521": "§8.3 link, EC-CUBE",
		"2ff345627fe95975ef9a7fd6f396bd9b3ce1cad0dc54e29c09a18108efefbbea": "§10.2 3-D Secure 1.0",
		"ddac57abb09e5f94015e3a5c3812230be1c201e25871858b0e9811a947a0cdb6": "§10.3 3-D Secure 2.0",
		"ef848dc98bbbaeb8ec1a1fc3bf9c85910bfa2b69b6d8fdd367d06239b6d2d18e": "§10.3, attempt 0",
		"a842b6db75663090c1ae9f133e46c845fa6da05f05f6d8fbd60bdec567d8bcf6": "§10.3, attempt 1",
	} {
		if !strings.Contains(text, hash) {
			t.Errorf("no vector has the hash of %s", where)
		}
	}
}

func allVectors(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	entries, err := os.ReadDir("../testdata/wire")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		text, err := os.ReadFile("../testdata/wire/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
