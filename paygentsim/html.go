package paygentsim

import (
	"html"
	"strings"
)

// selfPosting is a whole page that posts a form at once, as out_acs_html and redirect_html
// carry it: its first line the DOCTYPE alone (protocol.md §3.1).
func selfPosting(action string, fields []line, charset string) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\r\n<html lang=\"ja\">\r\n<head><meta charset=\"" + charset + "\"><title>シミュレーター</title></head>\r\n" +
		"<body onload=\"OnLoadEvent()\">\r\n<script>function OnLoadEvent(){document.submitForm.submit();}</script>\r\n" +
		"<form name=\"submitForm\" method=\"post\" action=\"" + html.EscapeString(action) + "\">\r\n")
	for _, f := range fields {
		b.WriteString("<input type=\"hidden\" name=\"" + html.EscapeString(f.name) + "\" value=\"" + html.EscapeString(f.value) + "\">\r\n")
	}
	b.WriteString("<noscript><input type=\"submit\" value=\"続ける\"></noscript>\r\n</form></body></html>")
	return b.String()
}

// charsetOf is a telegram's charset as a page names it.
func charsetOf(kind string) string {
	if isUTF8Kind(kind) {
		return "UTF-8"
	}
	return "Shift_JIS"
}
