// Package setting is what staff decide: the plugin's settings and the 接続キット
// as one versioned, encrypted set in the database, and its layout on a node.
//
//	values.go, method.go   the settings, typed
//	fields*.go             every setting by its column's name: read, written, masked
//	rules*.go              what the settings page refuses, in its words
//	key.go, cipher.go      the key file; AES-256-GCM, key id in each value
//	store.go, version.go   versions: load, save, history
//	kit*.go                modenv_properties.conf, certificate and CA: checked, kept
//	layout.go              the kit on a node, under the original's paths
//	payment_row.go         dtb_payment rows of the methods in use
//	policy.go              what the ledger sees of it
//	sql.go                 all SQL
//
// A version is never changed: an operation pins the one it was planned under. A
// save makes a new version, and with it the methods' dtb_payment rows, in one
// transaction. Secrets are of type Secret and leave this package only there.
//
// It imports paygent only to check a kit, and sends nothing.
//
// Facts: admin.md §1, §2; manual 1.6; money.md §10; protocol.md §2;
// architecture.md, Configuration and settings.
package setting
