package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// elsewhere moves the newest payment at the demo's centre, as somebody in
// ペイジェントオンライン would, and no notice tells of it.
func elsewhere(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "elsewhere status")
	control := strings.TrimSuffix(ts.Getenv("CONTROL"), "/") + "/payments"
	var payments []struct {
		PaymentID string `json:"payment_id"`
	}
	ts.Check(json.Unmarshal(read(ts, func() (*http.Response, error) { return http.Get(control) }), &payments))
	newest := ""
	for _, p := range payments {
		newest = max(newest, p.PaymentID)
	}
	read(ts, func() (*http.Response, error) {
		return http.PostForm(control+"/"+newest+"/status", url.Values{"status": {args[0]}, "notify": {"0"}})
	})
}

func read(ts *testscript.TestScript, do func() (*http.Response, error)) []byte {
	res, err := do()
	ts.Check(err)
	body, err := io.ReadAll(res.Body)
	ts.Check(err)
	ts.Check(res.Body.Close())
	if res.StatusCode >= 400 {
		ts.Fatalf("%s: %s: %s", res.Request.URL, res.Status, body)
	}
	return body
}
