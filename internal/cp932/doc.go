// Package cp932 is the one table of Windows-31J (Windows code page 932, the
// encoding Java calls windows-31j), which Paygent's telegrams and notifications
// use (protocol.md §1.1).
//
// It is made from golang.org/x/text/encoding/japanese with three differences
// (libraries.md §8):
//
//   - a character that has several codes is written as Java and Windows write it:
//     IBM extensions in rows FA–FC, never in the NEC-selected rows ED–EE, because
//     hashes and byte comparisons would differ;
//   - the JIS twins that keyboards of other systems produce (〜 − ‖ — ¢ £ ¬) are
//     written as the characters Windows uses (～ － ∥ ― ￠ ￡ ￢);
//   - nothing is ever replaced in silence: Encode names the character it cannot
//     write, Decode the byte it cannot read. DecodeLossy is for logs only.
//
// User-defined characters (F040–F9FC) are refused both ways: no receiver shows
// them as the sender meant them.
package cp932
