package backoffice

import (
	"fmt"
	"strconv"
	"strings"

	"kessai/internal/job"
	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/web"
)

// jobName is a kind of job as its button is called (manual 2.2.1, 2.4).
func jobName(kind string) string {
	switch kind {
	case job.CaptureKind:
		return "一括売上"
	case job.CancelKind:
		return "一括取消"
	case job.RollbackKind:
		return "決済処理中の注文の取消"
	case job.InquiryKind:
		return "決済情報照会"
	}
	return kind
}

// jobTask is what a question calls the job (admin.md §3.4).
func jobTask(kind string) string {
	if kind == job.InquiryKind {
		return jobName(kind)
	}
	return jobName(kind) + "処理"
}

// jobState is a job's state as a badge; a rehearsal is called one.
func jobState(j job.Job) web.Badge {
	switch j.State {
	case job.Preparing:
		return web.Badge{Tone: web.Info, Text: "準備中"}
	case job.Running:
		return web.Badge{Tone: web.Info, Text: "実行中"}
	case job.Paused:
		return web.Badge{Tone: web.Warning, Text: "一時停止中"}
	case job.Canceled:
		return web.Badge{Tone: web.Warning, Text: "中止"}
	}
	switch {
	case j.Counts.Unknown > 0:
		return web.Badge{Tone: web.Warning, Text: "結果確認中"}
	case j.Counts.Failed > 0 && !j.Rehearsal:
		return web.Badge{Tone: web.Danger, Text: "失敗あり"}
	}
	return web.Badge{Tone: web.Success, Text: "完了"}
}

// paceWords tell how fast a job may go, where staff chose it.
func paceWords(j job.Job) string {
	var said []string
	if j.Width != job.DefaultWidth {
		said = append(said, "同時に"+strconv.Itoa(j.Width)+"件")
	}
	if j.Rate > 0 {
		said = append(said, "1分に"+strconv.Itoa(j.Rate)+"件")
	}
	if len(said) == 0 {
		return ""
	}
	return strings.Join(said, "、") + "まで"
}

// requesterName names who asked for a job.
func requesterName(requester string, names map[int64]string) string {
	if task, is := strings.CutPrefix(requester, "schedule:"); is {
		return "スケジュール（" + task + "）"
	}
	return orderFacts{names: names}.actor(ledger.Actor(requester))
}

// jobSaid are the manual's result messages (2.2.1, admin.md §3.4 and §6).
func jobSaid(j job.Job) []web.Message {
	var said []web.Message
	put := func(tone web.Tone, n int64, before, after string) {
		if n > 0 {
			said = append(said, web.Message{Tone: tone, Lines: []string{before + strconv.FormatInt(n, 10) + after}})
		}
	}
	c := j.Counts
	switch {
	case j.State == job.Done && j.Total == 0 && j.Kind == job.RollbackKind:
		return []web.Message{{Tone: web.Success, Lines: []string{"取消対象の注文はありません。"}}}
	case j.State == job.Done && j.Total == 0:
		return []web.Message{{Tone: web.Info, Lines: []string{"対象の注文はありませんでした。"}}}
	case j.Rehearsal:
		put(web.Info, c.Succeeded, "確認のみ行いました。何も変更していません。実行すると", "件が処理されます。")
		put(web.Warning, c.Failed, "", "件は処理できません。")
		put(web.Info, c.Skipped, "", "件は見送られます。")
		return said
	case j.Kind == job.RollbackKind:
		put(web.Success, c.Succeeded, "以下の ", "件の注文を取り消しました。")
		put(web.Info, c.Skipped, "", "件は見送りました。")
	default:
		put(web.Success, c.Succeeded, "", "件が成功しました")
		put(web.Info, c.Skipped, "", "件は対象外でした。")
	}
	put(web.Danger, c.Failed, "", "件が失敗しました")
	put(web.Warning, c.Unknown, "", "件の結果を確認しています。自動で確認し、この画面に反映します。二重に処理されることはありません。")
	return said
}

// outcomeWords are what became, or would become, of one order: a badge and why.
type outcomeWords struct {
	Badge web.Badge
	Why   string
}

// wordsOfOutcome follow the manual: 「売上成功」, 「売上失敗 NG詳細（2003）」.
func wordsOfOutcome(j job.Job, r job.Result) outcomeWords {
	o := r.Outcome
	name := operationName(j.Kind, payment.Kind(o.Facts.Operation))
	switch o.State {
	case job.Waiting:
		return outcomeWords{Badge: web.Badge{Tone: web.Info, Text: map[bool]string{true: "未実行", false: "待機中"}[j.State.Ended()]}}
	case job.Claimed:
		return outcomeWords{Badge: web.Badge{Tone: web.Info, Text: "処理中"}}
	case job.Unknown:
		return outcomeWords{web.Badge{Tone: web.Warning, Text: "確認中"}, "ペイジェントから応答がないため、結果を確認しています。"}
	case job.Skipped:
		return outcomeWords{web.Badge{Tone: web.Info, Text: map[bool]string{true: "見送り", false: "対象外"}[j.Kind == job.RollbackKind]}, skippedWords(o.Code)}
	case job.Failed:
		return outcomeWords{web.Badge{Tone: web.Danger, Text: name + map[bool]string{true: "不可", false: "失敗"}[j.Rehearsal]}, failedWords(o)}
	}
	if j.Rehearsal {
		return outcomeWords{web.Badge{Tone: web.Success, Text: name + "可能"}, movesWords(o.Facts)}
	}
	return outcomeWords{web.Badge{Tone: web.Success, Text: name + "成功"}, movesWords(o.Facts)}
}

// operationName is an operation as ペイジェント状況 calls it (manual 2.2.1).
func operationName(kind string, k payment.Kind) string {
	switch k {
	case payment.CancelAuthorization, payment.CancelPaidy:
		return "オーソリキャンセル"
	case payment.CancelCapture, payment.RefundPaidy:
		return "売上キャンセル"
	}
	switch kind {
	case job.CaptureKind:
		return "売上"
	case job.CancelKind, job.RollbackKind:
		return "取消"
	}
	return "照会"
}

func failedWords(o job.Outcome) string {
	switch why := o.Problem(); {
	case why != nil:
		return reasonWords(why)
	case o.Facts.Paygent != "":
		return codeWords(o.Facts.Paygent, o.Facts.Detail)
	case o.Code == "no_answer":
		return "ペイジェントに確認できませんでした。"
	}
	return "ペイジェントで処理されませんでした。決済は変わっていません。"
}

// skippedWords say why nothing was done about an order (money.md §9).
func skippedWords(code string) string {
	switch code {
	case string(ledger.RollbackStands):
		return "決済が成立していたため、注文を受け付けました。"
	case ledger.SkipMoved:
		return "対応状況が変わったため、取り消していません。"
	case ledger.SkipOperation:
		return "結果の確定していない処理があります。"
	case ledger.SkipWaiting:
		return "まだお支払いできる期間です。"
	case ledger.SkipNoAnswer:
		return "ペイジェントに決済の状態を確認できませんでした。"
	case ledger.SkipElsewhere:
		return "別の接続環境の決済です。"
	case ledger.SkipPaid:
		return "入金されていますが、在庫不足または金額の相違のため受け付けられません。受注登録画面で確認してください。"
	case ledger.SkipOther:
		return "別の決済方法で手続き中の注文です。"
	case ledger.SkipUnclear:
		return "受注番号を取引IDとする決済がペイジェントにありますが、この受注のものか判断できません。ペイジェントオンラインで確認してください。"
	case "nothing_open":
		return "照会の必要な決済がありません。"
	}
	return code
}

// movesWords tell what was moved, or would be: money, the order, its goods.
func movesWords(f job.Facts) string {
	var said []string
	switch {
	case f.Amount > 0 && f.Operation == "": // beside the order itself: a rollback
		said = append(said, "オーソリキャンセル "+f.Amount.String())
	case f.Amount > 0:
		said = append(said, f.Amount.String())
	}
	if f.Status != "" {
		said = append(said, statusWords(payment.Status(f.Status)))
	}
	if f.To != 0 && f.To != f.From {
		said = append(said, orderName(f.From)+" → "+orderName(f.To))
	}
	if f.Goods > 0 {
		said = append(said, "在庫 "+order.Yen(f.Goods).String()[len("¥"):]+"点が戻ります")
	}
	if f.Points > 0 {
		said = append(said, strconv.FormatInt(f.Points, 10)+"ポイントが戻ります")
	}
	return strings.Join(said, "　")
}

// scheduleWords are cron's fields, shorter where staff would say them so.
func scheduleWords(spec string) string {
	f := strings.Fields(spec)
	if len(f) == 5 && strings.Join(f[2:], "") == "***" {
		minute, minuteErr := strconv.Atoi(f[0])
		hour, hourErr := strconv.Atoi(f[1])
		if minuteErr == nil && hourErr == nil {
			return fmt.Sprintf("毎日 %02d:%02d", hour, minute)
		}
	}
	return spec
}
