// Package web is the kernel that shop, checkout and backoffice stand on: pages and
// layouts, errors, sessions, cross-origin protection, security headers, assets.
// It knows no order, no payment and no member; the slices hand those in.
//
//	Kernel     made once from Options; owns the routes and gives Handler
//	Routes     one face's routes: session, body limit and error page go with them
//	Set, Page  a slice's templates, parsed and tried out when it is mounted
//	Frame      what stands around a page: title, step or menu entry, errors, policy
//	Errors     what is wrong with a form, beside its fields and in the summary
//
// A handler returns its error; fail.go alone turns it into status, page, log line
// and reference number. A page is rendered to a buffer, so half a page is never sent.
//
// What people see follows the look of EC-CUBE (eccube.md §3, §6); the layouts and
// components stand in templates/, colours and sizes in static/tokens.css.
package web
