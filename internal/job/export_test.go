package job

// Unseen makes a worker forget what its last exchange led to, as after a COMMIT that
// went through without an answer. It reports whether there was one.
func (w *Worker) Unseen() bool {
	if w.lane == nil || len(w.hand) == 0 {
		return false
	}
	w.lane.seq--
	w.hand = nil
	return true
}
