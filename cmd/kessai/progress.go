package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// progress is one line on a terminal that says how far a command has come. Anywhere else
// it says nothing.
type progress struct {
	w     io.Writer // nil: no terminal
	what  string
	shown int // width of the line that stands there
}

// newProgress shows progress on w if that is a terminal.
func newProgress(w io.Writer, what string) *progress {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		w = nil
	}
	return &progress{w: w, what: what}
}

const progressWidth = 30

// show draws the line. all may be an estimate, and 0 if nobody knows.
func (p *progress) show(done, all int64) {
	if p.w == nil {
		return
	}
	line := fmt.Sprintf("%d %s", done, p.what)
	if all > 0 {
		full := int(min(done, all) * progressWidth / all)
		line = fmt.Sprintf("[%s%s] %d of %d %s", strings.Repeat("#", full), strings.Repeat(".", progressWidth-full), done, max(done, all), p.what)
	}
	pad := strings.Repeat(" ", max(0, p.shown-len(line)))
	p.shown = len(line)
	_, _ = fmt.Fprintf(p.w, "\r%s%s", line, pad) // a bar that cannot be drawn stops nothing
}

// clear takes the line away before something else is printed.
func (p *progress) clear() {
	if p.w == nil || p.shown == 0 {
		return
	}
	_, _ = fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.shown))
	p.shown = 0
}
