// Package config is what a node needs to start: data directory, database,
// addresses, key file, mail. It comes from a TOML file and the environment
// (KESSAI_…), the environment winning, and is typed, checked and dumped here.
//
//	keys.go      every key with its default, one table
//	load.go      defaults, file and environment put together
//	check.go     what a value must be
//	dump.go      the configuration in force, secrets masked
//
// What staff decide is setting's and lives in the database. Beside cmd this is
// the only package that reads the environment.
//
// Source: architecture.md, Configuration and settings.
package config
