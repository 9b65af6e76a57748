package paygent

import (
	"fmt"
	"log/slog"
)

const masked = "***"

// Secret is a password, key or token. It prints as *** in every way of printing;
// string(s) is the only way to its content.
type Secret string

func (Secret) String() string   { return masked }
func (Secret) GoString() string { return masked }

// Format prints *** for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(masked)) }

// LogValue is for slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalText serves JSON, XML and their like.
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }
