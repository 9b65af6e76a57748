package checkout

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kessai/internal/ledger"
	"kessai/internal/payment"
)

// TestRefusalWords: the title is protocol.md §4.6's, the advice says what to do and
// that nothing was charged.
func TestRefusalWords(t *testing.T) {
	t.Parallel()
	const another = "別のカード"
	for name, tt := range map[string]struct {
		in            ledger.Refusal
		title, advice string
	}{
		"no code":             {ledger.Refusal{State: payment.DeclinedOp}, "決済に失敗しました。", another},
		"card company":        {ledger.Refusal{State: payment.DeclinedOp, Code: "2003", Detail: "1G12 カード使用不可"}, "決済に失敗しました。1G12 カード使用不可（2003）", another},
		"limit":               {ledger.Refusal{State: payment.DeclinedOp, Code: "2003", Detail: "1G02 残高不足"}, "決済に失敗しました。1G02 残高不足（2003）", "ご利用可能額"},
		"limit, the other":    {ledger.Refusal{State: payment.DeclinedOp, Code: "2003", Detail: "1G03"}, "決済に失敗しました。1G03（2003）", "ご利用可能額"},
		"today's limit":       {ledger.Refusal{State: payment.DeclinedOp, Code: "2003", Detail: "1G55 1日限度額オーバー"}, "決済に失敗しました。1G55 1日限度額オーバー（2003）", "本日のご利用限度額"},
		"security code":       {ledger.Refusal{State: payment.DeclinedOp, Code: "2003", Detail: "1G44 セキュリティコード誤り"}, "決済に失敗しました。1G44 セキュリティコード誤り（2003）", "セキュリティコードをご確認"},
		"no security code":    {ledger.Refusal{State: payment.DeclinedOp, Code: "2003", Detail: "1G45"}, "決済に失敗しました。1G45（2003）", "セキュリティコードをご入力"},
		"term":                {ledger.Refusal{State: payment.DeclinedOp, Code: "2003", Detail: "1G83"}, "決済に失敗しました。1G83（2003）", "有効期限をご確認"},
		"number":              {ledger.Refusal{State: payment.DeclinedOp, Code: "2003", Detail: "1G65"}, "決済に失敗しました。1G65（2003）", "カード番号をご確認"},
		"P hides the detail":  {ledger.Refusal{State: payment.DeclinedOp, Code: "P010", Detail: "payment_amount is wrong"}, "決済に失敗しました。（P010）", another},
		"E hides the detail":  {ledger.Refusal{State: payment.DeclinedOp, Code: "E004", Detail: "internals"}, "決済に失敗しました。（E004）", another},
		"ours, a code":        {ledger.Refusal{State: payment.RejectedOp, Code: "15", Detail: "internals"}, "決済に失敗しました。（15）", "時間をおいて"},
		"ours, no connection": {ledger.Refusal{State: payment.RejectedOp, Code: "E999"}, "決済に失敗しました。（E999）", "時間をおいて"},
		"never sent":          {ledger.Refusal{State: payment.DeclinedOp, Cause: "never_sent"}, "お支払いは完了していません。", "もう一度お試しください"},
		"did not happen":      {ledger.Refusal{State: payment.DeclinedOp, Cause: "not_happened", Code: "SIM003"}, "お支払いは完了していません。", "もう一度お試しください"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := refusalOf(&tt.in)
			if got.Title != tt.title || !strings.Contains(got.Advice, tt.advice) {
				t.Errorf("%+v", got)
			}
			if !strings.Contains(got.Advice, "カードへの請求は行われていません。") {
				t.Errorf("the advice does not say that nothing was charged: %s", got.Advice)
			}
			if strings.Contains(got.Title+got.Advice, "internals") {
				t.Errorf("a buyer reads what is ours: %+v", got)
			}
		})
	}
	if refusalOf(nil) != nil {
		t.Error("no try, and a refusal")
	}
}

func TestClassChoices(t *testing.T) {
	t.Parallel()
	offered := []string{"10", "61-2", "61-12", "80", "21"}
	labels := func(chosen string) (all []string, picked string) {
		for _, c := range classChoices(offered, chosen) {
			all = append(all, c.Value+" "+c.Label)
			if c.Chosen {
				picked += c.Value
			}
		}
		return all, picked
	}
	all, picked := labels("")
	want := []string{"10 一括払い", "61-2 分割2回払い", "61-12 分割12回払い", "80 リボ払い", "21 ボーナス一括払い"}
	if diff := cmp.Diff(want, all); diff != "" || picked != "10" {
		t.Errorf("picked %q, %s", picked, diff)
	}
	for chosen, want := range map[string]string{"80": "80", "61-12": "61-12", "61": "", "nonsense": ""} {
		if _, picked := labels(chosen); picked != want {
			t.Errorf("typed %q: picked %q, want %q", chosen, picked, want)
		}
	}
}
