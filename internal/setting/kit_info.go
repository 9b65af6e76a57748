package setting

import (
	"crypto/x509"
	"encoding/pem"
	"time"
)

// FileInfo is one file of the kit as the file page shows it.
type FileInfo struct {
	Name     string
	Size     int
	Subject  string    // of the first certificate in it
	NotAfter time.Time // of that certificate; zero if there is none
}

// Info lists the kit's files.
func (k *Kit) Info() []FileInfo {
	if k == nil {
		return nil
	}
	out := make([]FileInfo, len(k.Files))
	for i, f := range k.Files {
		out[i] = FileInfo{Name: f.Name, Size: len(f.Data)}
		if c := firstCertificate(f.Data); c != nil {
			out[i].Subject, out[i].NotAfter = c.Subject.String(), c.NotAfter.UTC()
		}
	}
	return out
}

// firstCertificate is nil where there is none that can be read.
func firstCertificate(text []byte) *x509.Certificate {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil
		}
		return c
	}
	return nil
}
