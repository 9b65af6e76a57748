package webtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

//go:embed axe/axe.min.js
var axeScript string

// axeRun asks for WCAG 2.2 A and AA and gives one line per finding.
const axeRun = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then(function (r) {
	return JSON.stringify(r.violations.flatMap(function (v) {
		return v.nodes.map(function (n) { return v.id + ": " + n.target.join(" ") + " — " + n.failureSummary.replace(/\s+/g, " "); });
	}));
})`

// Axe checks the page that ctx shows for barriers: contrast, labels, roles. It
// returns one line per finding.
func Axe(t testing.TB, ctx context.Context) []string {
	t.Helper()
	text, err := again(ctx, func() (string, error) { return axe(ctx) })
	if err != nil {
		t.Fatalf("run axe: %v", err)
	}
	var findings []string
	if err := json.Unmarshal([]byte(text), &findings); err != nil {
		t.Fatal(fmt.Errorf("axe: %w", err))
	}
	return findings
}

// axe loads and runs it in one go. Scripts of the test come past the page's policy.
func axe(ctx context.Context) (string, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[string](axeScript+";\n"+axeRun, chromedp.EvalAwaitPromise))
}
