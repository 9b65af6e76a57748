package job

import (
	"context"

	"kessai/internal/database"
)

// prepareBatch is how many orders are looked at, and written at most, at a time.
const prepareBatch = 500

// prepare writes one batch of a job's items. Whoever comes first writes it: another
// node's batch of the same orders changes nothing.
func (j *Jobs) prepare(ctx context.Context, id string) error {
	job, err := j.Get(ctx, id)
	if err != nil || job.State != Preparing {
		return err
	}
	found, next, err := j.kinds[job.Kind].Select(ctx, job.Selection, job.last, prepareBatch)
	if err != nil {
		return err
	}
	return j.o.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := addItems(ctx, tx, job, found, next, j.now())
		return err
	})
}
