// Package wording holds the sentence for every problem: its code, in Japanese for
// the pages and in English for the commands. A sentence names its arguments as
// {name}; they are filled from the problem, whatever the case of their first letter.
//
// Each area keeps its sentences in a file of its own (form.go, stock.go …). Whoever
// raises a new code adds its sentence there; a test fails on a code without one.
//
// The package decides nothing else: which status and which page a problem gets is
// web's, what went wrong is problem's. The words are EC-CUBE's (eccube.md §3–§6)
// and the manual's.
package wording
