package webtest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Doc reads a response's HTML and closes its body.
func Doc(t testing.TB, resp *http.Response) *goquery.Document {
	t.Helper()
	defer func() { _ = resp.Body.Close() }()
	doc, err := goquery.NewDocumentFromReader(resp.Body)
	if err != nil {
		t.Fatalf("read HTML: %v", err)
	}
	return doc
}

// HTML reads a text as a document.
func HTML(t testing.TB, text string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(text))
	if err != nil {
		t.Fatalf("read HTML: %v", err)
	}
	return doc
}

// Text is the text of what a selector finds, spaces narrowed.
func Text(doc *goquery.Document, selector string) string {
	return strings.Join(strings.Fields(doc.Find(selector).Text()), " ")
}

// Texts are the texts of everything a selector finds, one each.
func Texts(doc *goquery.Document, selector string) []string {
	return doc.Find(selector).Map(func(_ int, s *goquery.Selection) string {
		return strings.Join(strings.Fields(s.Text()), " ")
	})
}
