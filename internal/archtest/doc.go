// Package archtest checks the import rules of the architecture and which package
// writes which table. It holds tests only.
package archtest
