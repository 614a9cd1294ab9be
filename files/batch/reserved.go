package batch

import (
	"errors"
	"strings"

	"crawl/files/journal"
)

var errReserved = errors.New("its output would take the place of the records")

// allowed refuses names that belong to the records of the batch.
func (w *worker) allowed(name string) error {
	top, _, _ := strings.Cut(name, "/")
	if strings.EqualFold(top, journal.State) || strings.EqualFold(name, journal.Name) {
		return errReserved
	}
	for _, sum := range w.Chain.Sums() {
		if strings.EqualFold(name, sum.File) {
			return errReserved
		}
	}
	return nil
}
