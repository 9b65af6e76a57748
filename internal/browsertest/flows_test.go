package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"kessai/internal/web/webtest"
)

// flow is one thing people do, in a system of its own.
type flow struct {
	*world
	tab      context.Context
	pictures string
}

// buyer is a guest with a browser of their own.
func (f flow) buyer() *visitor { return f.visit(f.tab, f.pictures) }

// member is staff before the login page.
func (f flow) member() *visitor { return f.staff(f.tab, f.pictures) }

// TestFlows runs every flow, all in one Chromium.
func TestFlows(t *testing.T) {
	if testing.Short() && os.Getenv("KESSAI_TEST_REQUIRE") != "all" {
		t.Skip("SKIPPED: the flows in a browser take a minute or two; -short leaves them out")
	}
	browser := webtest.NewBrowser(t)
	tab := browser.Page(t, desk, 800)
	kept := pictures(t)
	for name, run := range map[string]func(flow){
		"story": story, "captured then cancelled": capturedThenCancelled,
		"declined card": declined, "form errors": formErrors,
		"answer lost": answerLost, "request lost": requestLost, "resumed": resumed,
		"pressed twice": pressedTwice, "stock short": stockShort, "price changed": priceChanged,
		"keyboard only": keyboardOnly, "edges": edges, "locked out": lockedOut,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(flow{newWorld(t), tab, filepath.Join(kept, filepath.Base(t.Name()))})
		})
	}
}
