// Package backoffice is the staff's slice: login, ホーム, ペイジェント決済管理 and
// 受注登録 with 売上 and 取消. A file per page, its template beside it in templates/.
//
//	GET,POST /login, POST /logout               login.go
//	GET  /                                      home.go
//	GET,POST /paygent_payment/payment_status    payment_list.go
//	POST /paygent_payment/payment_status/request_action   payment_bulk.go
//	POST /paygent_payment/rollback              payment_rollback.go
//	GET  /paygent_payment/notice                notice_list.go
//	POST /paygent_payment/notice/{acknowledge|{id}/retry} notice_list.go
//	GET  /job                                   job_list.go
//	GET  /job/{id}, /job/{id}/progress          job_show.go
//	POST /job/{id}/{pause|resume|cancel|run}    job_change.go
//	GET  /order/{id}/edit                       order_show.go
//	POST /order/{id}/payment/{payment}          payment_change.go
//	POST /order/{id}/alert                      order_acknowledge.go
//
// All but the login stand behind requireLogin. The slice decides nothing about
// money: what may be done now it asks of ledger.Buttons, and 売上 and 取消 go
// through ledger.Service, each with the idempotency key of the form that was shown,
// so that a reload or a double click never runs one twice. It reads by store.Reader
// and writes no table.
//
// words_*.go turn the domain's names into what staff read. Facts: manual 2.2,
// admin.md §3 and §4, eccube.md §3 and §6, money.md §6.
package backoffice
