// Package mail renders and delivers what waits in plg_kessai_outbox.
//
//	worker.go     one Step: claim, render, deliver, record; back-off
//	render.go     facts → message; templates/*.txt are the texts
//	facts.go      what a text needs of shop and order
//	sender.go     Sender; smtp.go and dir.go are the two
//	sql.go        all SQL; of dtb_ tables it writes dtb_mail_history alone
//
// The outbox holds facts, not text: a mail is rendered when it is sent. Delivery is
// at least once, under a Message-ID that belongs to the row: a crash between sending
// and recording repeats a mail and never loses one.
//
// Facts: money.md §1 (outbox), eccube.md §4.3 (addresses, history), admin.md §5.3
// and §5.4 (mails to staff). The order mail has EC-CUBE's own layout.
package mail
