package store

import "kessai/internal/database"

// Reader answers what pages show of orders, payments, notices and alerts. It never
// writes.
type Reader struct{ db *database.DB }

// NewReader makes a Reader.
func NewReader(db *database.DB) *Reader { return &Reader{db: db} }
