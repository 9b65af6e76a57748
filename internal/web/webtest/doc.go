// Package webtest has what tests of pages need: a kernel on a database of its own,
// one Chromium, screenshots, and HTML read by selector. Only tests import it.
//
// The browser is looked for in the usual places, or is KESSAI_TEST_BROWSER. A test
// that needs one is skipped without it, unless KESSAI_TEST_REQUIRE=all.
package webtest
