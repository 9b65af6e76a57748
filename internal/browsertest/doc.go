// Package browsertest holds the flows people click, in one Chromium: a guest's
// purchase from the product list to ご注文完了, refusals, answers that never come, the
// staff's 売上 and 取消. It is tests only.
//
// Every flow has a whole system of its own in this process, joined as `kessai demo`
// joins it: the simulated Paygent on listeners of its own (telegrams by mutual TLS
// with the kit it wrote), the shop on SQLite with all its workers. Both share a clock
// that a test moves ahead where a rule waits for minutes; nothing sleeps.
//
// KESSAI_SCREENSHOTS=dir keeps the pictures of every page at 1280 and 390 px;
// otherwise they lie in a directory the log names. Without Chromium the flows are
// skipped, with KESSAI_TEST_REQUIRE=all they fail.
// Source of its facts: storefront.md §5, §6; money.md; look.md.
package browsertest
