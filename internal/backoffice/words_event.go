package backoffice

import (
	"strings"

	"kessai/internal/ledger"
	"kessai/internal/order"
	"kessai/internal/payment"
	"kessai/internal/web"
)

// eventWords are an event's name, the picture and word of its outcome, and a sentence.
type eventWords struct {
	Name, Word, Text string
	Icon             string
	Tone             web.Tone // empty: neither good nor bad
}

func wordsOfEvent(e ledger.Event) eventWords {
	d := e.Data
	switch e.Kind {
	case ledger.EventPlanned, ledger.EventSucceeded, ledger.EventDeclined, ledger.EventRejected, ledger.EventUnknown:
		return wordsOfOperation(e)
	case ledger.EventInquired:
		return eventWords{Name: "決済情報照会", Icon: "search", Text: inquiredWords(e)}
	case ledger.EventNotice:
		return eventWords{Name: "差分通知", Icon: "inbox", Word: noticeStateWords(ledger.NoticeState(d.Text)), Text: statusWords(payment.Status(d.Status))}
	case ledger.EventNoticeParked:
		return eventWords{Name: "差分通知", Icon: "warn", Word: "保留", Tone: web.Warning,
			Text: join(statusWords(payment.Status(d.Status)), parkWords(ledger.ParkReason(d.Text)))}
	case ledger.EventObserved:
		return wordsOfObserved(d)
	case ledger.EventEdited:
		w := eventWords{Name: "受注の編集", Icon: "order"}
		if e.Data.Amount != 0 {
			w.Text = "お支払い合計 " + e.Data.Amount.String()
		}
		return w
	case ledger.EventHostMoved:
		return eventWords{Name: "対応状況（EC-CUBEでの変更）", Icon: "order", Text: orderName(d.OrderFrom) + " → " + orderName(d.OrderTo)}
	case ledger.EventRefunded:
		return eventWords{Name: "返金済み(手動)", Icon: "check", Word: "記録", Tone: web.Success, Text: join(d.Day, d.Text)}
	case ledger.EventSucceededBy:
		return eventWords{Name: "決済IDの変更", Icon: "info", Text: join("ペイジェント側で、決済ID "+d.Text+" の決済がこの決済に置き換わりました。", statusWords(payment.Status(d.Status)))}
	case ledger.EventRetried:
		return eventWords{Name: "差分通知", Icon: "inbox", Word: "再試行"}
	case ledger.EventOrderMoved:
		return eventWords{Name: "対応状況", Icon: "order", Text: orderName(d.OrderFrom) + " → " + orderName(d.OrderTo)}
	}
	return wordsOfConsequence(e)
}

// wordsOfConsequence are those of what follows from a payment.
func wordsOfConsequence(e ledger.Event) eventWords {
	switch e.Kind {
	case ledger.EventHeld:
		return eventWords{Name: "在庫・ポイントの引当", Icon: "tag"}
	case ledger.EventCommitted:
		return eventWords{Name: "在庫・ポイントの確定", Icon: "tag"}
	case ledger.EventHoldChanged:
		return eventWords{Name: "在庫・ポイントの増減", Icon: "tag"}
	case ledger.EventReleased:
		return eventWords{Name: "在庫・ポイントの戻し", Icon: "tag"}
	case ledger.EventPlaced:
		return eventWords{Name: "注文受付", Icon: "cart", Word: "完了", Tone: web.Success}
	case ledger.EventGivenUp:
		return eventWords{Name: "お支払いの中止", Icon: "cross"}
	case ledger.EventMailQueued:
		return eventWords{Name: "メール送信", Icon: "inbox", Text: mailWords(e.Data.Mail)}
	case ledger.EventAlertOpened:
		return eventWords{Name: "要対応", Icon: "warn", Word: "発生", Tone: web.Danger, Text: wordsOfAlert(e.Data.Alert).Title}
	case ledger.EventAlertClosed:
		return eventWords{Name: "要対応", Icon: "check", Word: "確認済み", Tone: web.Success, Text: join(wordsOfAlert(e.Data.Alert).Title, "確認した内容："+e.Data.Text)}
	}
	return eventWords{Name: string(e.Kind), Icon: "info"}
}

func wordsOfOperation(e ledger.Event) eventWords {
	w := eventWords{Name: telegramName(e.Data.Telegram)}
	why := codeWords(e.Data.Code, e.Data.Detail)
	switch e.Kind {
	case ledger.EventPlanned:
		w.Icon, w.Word = "clock", "開始"
	case ledger.EventSucceeded:
		w.Icon, w.Word, w.Tone = "check", "成功", web.Success
		switch {
		case e.Data.Text == "late":
			w.Text = "処理されていないと判断した後に、成功していたことが分かりました。"
		case e.Cause == "staff":
			w.Text = "確認した内容：" + e.Data.Text
		}
	case ledger.EventUnknown:
		w.Icon, w.Word, w.Tone = "clock", "結果不明", web.Warning
		w.Text = join("応答がないため、結果を確認しています。", why)
		if e.Cause == "refused" {
			w.Text = join("失敗の応答が正しいか、確認しています。", why)
		}
	default:
		w.Icon, w.Word, w.Tone, w.Text = "cross", "失敗", web.Danger, why
		switch {
		case e.Cause == "staff":
			w.Text = join(causeWords(e.Cause), "確認した内容："+e.Data.Text)
		case why == "":
			w.Text = causeWords(e.Cause)
		}
	}
	return w
}

// wordsOfObserved are those of a payment that moved: by a status Paygent told, or by
// what an operation came to, which tells none.
func wordsOfObserved(d ledger.EventData) eventWords {
	if s := statusWords(payment.Status(d.Status)); s != "" {
		return eventWords{Name: "決済ステータス更新", Icon: "info", Text: s}
	}
	return eventWords{Name: "決済の状況", Icon: "info", Text: resultWords(d)}
}

// resultWords are what became of a payment without a status.
func resultWords(d ledger.EventData) string {
	switch payment.Event(d.Text) {
	case payment.CaptureOK:
		return "売上済み"
	case payment.CancelOK:
		return "取消済み"
	case payment.CorrectedOK:
		return "金額を変更しました"
	case payment.PageReady:
		return "購入者の手続き待ち"
	case payment.NumberIssued:
		return "お支払い番号を発行しました"
	case payment.TryReplaced:
		return endWords(payment.Superseded)
	case payment.NeverUsed:
		return endWords(payment.Unused)
	case payment.BuyerGaveUp:
		return endWords(payment.GivenUp)
	case payment.NotSent:
		return endWords(payment.NeverSent)
	case payment.NoEffect:
		return endWords(payment.NotHappened)
	case payment.SetAside:
		return endWords(payment.Unreachable)
	case payment.Refused:
		return endWords(payment.Declined)
	}
	return ""
}

func mailWords(k ledger.MailKind) string {
	switch k {
	case ledger.MailOrder:
		return "ご注文ありがとうございます"
	case ledger.MailMismatch:
		return "ステータス不整合のお知らせ"
	case ledger.MailTampered:
		return "金額改竄検知"
	}
	return string(k)
}

func orderName(s order.Status) string {
	if !s.Valid() {
		return "―"
	}
	return s.Name()
}

// because is what caused an event, where it is more than what its name says.
func because(cause string) string {
	if id, ok := strings.CutPrefix(cause, "notice:"); ok {
		id, _, _ = strings.Cut(id, ":") // of an alert: and our own id
		return "差分通知（決済通知ID " + id + "）"
	}
	switch cause {
	case "answer":
		return "ペイジェントの応答"
	case "inquiry":
		return "決済情報照会"
	case "lease":
		return "処理の中断"
	case "never_sent":
		return "未送信"
	case "not_happened":
		return "決済情報照会（2回とも処理なし）"
	case "refused":
		return "失敗の応答"
	case "host":
		return "EC-CUBEでの変更"
	case "staff":
		return "担当者"
	case "given_up":
		return "購入者の中止"
	case "begin":
		return "決済の開始"
	case "begun_again":
		return "応答がないため、やり直し"
	case "superseded":
		return "別の決済でのやり直し"
	case "challenge":
		return "本人認証の結果"
	case "saga", "undo", "back", "ended_meanwhile":
		return "金額の変更"
	}
	return ""
}

func join(parts ...string) string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, " ")
}
