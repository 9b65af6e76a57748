package paygentsim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// compactAt is the size at which a journal is folded into a new snapshot.
const compactAt = 32 << 20

// journal is the file of changes since the snapshot of the same generation, a JSON
// line each. A line is written before the answer it belongs to goes out, so a killed
// process loses nothing it answered; against a power cut it is not meant to help. The
// ordinal of telegrams that changed nothing is not written: after a kill it goes back to
// the last change's.
type journal struct {
	file *os.File
	size int64
}

func journalPath(dir string, generation uint64) string {
	return filepath.Join(dir, fmt.Sprintf("journal-%d.jsonl", generation))
}

func createJournal(dir string, generation uint64) (*journal, error) {
	f, err := os.OpenFile(journalPath(dir, generation), os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return &journal{file: f}, nil
}

func (j *journal) append(d *delta) error {
	line, err := json.Marshal(d)
	if err != nil {
		return err
	}
	n, err := j.file.Write(append(line, '\n'))
	if err != nil && n > 0 {
		// Half a line must not stand before the next one.
		err = errors.Join(err, j.file.Truncate(j.size))
		return err
	}
	j.size += int64(n)
	return err
}

// replay reads a journal into apply. A last line without its end was being written
// when the process was killed: nothing of it was answered, so it is left out.
func replay(path string, apply func(*delta)) (torn bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }() // it was only read
	if torn, err = replayFrom(f, apply); err != nil {
		err = fmt.Errorf("%s %w", path, err)
	}
	return torn, err
}

func replayFrom(journal io.Reader, apply func(*delta)) (torn bool, err error) {
	r := bufio.NewReader(journal)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return len(line) > 0, nil
		}
		if err != nil {
			return false, err
		}
		var d delta
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.DisallowUnknownFields()
		err = dec.Decode(&d)
		if err == nil && d.holed() {
			err = errors.New("a record is null")
		}
		if err != nil {
			return false, fmt.Errorf("line %d: %w", n, err)
		}
		apply(&d)
	}
}

func (s *Sim) closeJournal() error {
	if s.journal == nil {
		return nil
	}
	err := s.journal.file.Close()
	s.journal = nil
	return err
}
