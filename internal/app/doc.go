// Package app puts the parts together: New makes a node from its configuration and
// what is handed to it (clock, randomness, logger, transport), Handler serves, Run
// loops over the workers, Step runs each of them once for whoever drives a whole
// system from one goroutine, Close ends it.
//
// Everything else is in the packages it joins; nothing here decides anything.
package app
