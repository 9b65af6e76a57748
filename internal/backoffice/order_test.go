package backoffice_test

import (
	"testing"

	"kessai/internal/web/webtest"
)

func TestOrderPageOfAPaidOrder(t *testing.T) {
	t.Parallel()
	r := loggedIn(t)
	id := r.paid(2)
	p := r.Get(editPath(id))
	t.Log(webtest.Text(p.Document, "main"))
	if p.Status != 200 {
		t.Fatal(p.Status)
	}
}
