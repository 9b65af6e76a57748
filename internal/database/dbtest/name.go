package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"kessai/internal/database"
)

const (
	prefix = "kessai_t_"
	stale  = 6 * time.Hour // after which a left-over is nobody's any more
	layout = "3"           // counted up when templates are made in another way
)

// uniqueName is a name for a database of one test. It tells when it was made.
func uniqueName() string {
	return fmt.Sprintf("%s%x_%x_%s", prefix, time.Now().Unix(), os.Getpid(), strings.ToLower(rand.Text()[:8]))
}

// madeAt reads the time out of a name.
func madeAt(name string) (time.Time, bool) {
	stamp, _, _ := strings.Cut(strings.TrimPrefix(name, prefix), "_")
	unix, err := strconv.ParseInt(stamp, 16, 64)
	return time.Unix(unix, 0), err == nil && strings.HasPrefix(name, prefix)
}

// isStale reports whether a database is a left-over.
func isStale(name string) bool {
	made, ok := madeAt(name)
	return ok && time.Since(made) > stale
}

// withName is the URL of another database on the same server.
func withName(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("the URL of the test server cannot be read")
	}
	u.Path = "/" + name
	return u.String(), nil
}

// fingerprint names what a seeded database of an engine holds: the scripts, and
// the rows that they and the catalogue lead to (read from SQLite's template).
func fingerprint(engine database.Engine, seed Seed) (string, error) {
	scripts, err := database.Fingerprint(engine)
	if err != nil {
		return "", err
	}
	template, err := templates[seed]()
	if err != nil {
		return "", err
	}
	rows, err := digestRows(template)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(layout + scripts + rows))
	return hex.EncodeToString(sum[:5]), nil
}

// digestRows is a digest of every row of a SQLite database but those with times of
// their own making.
func digestRows(file []byte) (string, error) {
	path, remove, err := tempFile(file)
	if err != nil {
		return "", err
	}
	defer remove()
	ctx := context.Background()
	db, err := database.Open(ctx, "sqlite://"+path, database.Options{})
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close() }()
	tables, err := database.List(ctx, db.Read(), database.Scalar[string],
		`SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'dtb!_%' ESCAPE '!' ORDER BY name`)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, table := range tables {
		if err := writeRows(ctx, sum, db.Read(), table); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
