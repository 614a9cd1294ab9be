package batch

import (
	"errors"
	"path"
	"syscall"

	"crawl/files/transform"
	"crawl/pipeline/stats"
)

// Class says what went wrong with a file: one of these, or a [transform.Kind].
type Class string

// The classes that are not a step's.
const (
	Vanished   Class = "vanished"    // gone between finding and reading it
	Denied     Class = "denied"      // may not be read
	NotRegular Class = "not_regular" // became something else meanwhile
	Loop       Class = "loop"        // a link that leads to a folder above itself
	Reserved   Class = "reserved"    // its output would take the place of the records
	Disk       Class = "disk"
)

// blame fills in why there is no result.
func blame(line *Line, err error) {
	line.Path, line.Bytes, line.XXH3, line.Sums = "", 0, "", nil
	line.Outcome, line.Reason = Failed, bare(err)
	var skip *SkipError
	var loop *LoopError
	var step *transform.Error
	var input *inputError
	var output *OutputError
	switch {
	case errors.As(err, &input) && errors.Is(err, syscall.EISDIR):
		line.Outcome, line.Reason = Skipped, "is a folder"
	case errors.As(err, &skip):
		line.Outcome = Skipped
	case errors.As(err, &loop):
		line.ErrorClass = string(Loop)
	case errors.As(err, &step):
		line.ErrorClass, line.Reason, line.Stderr = string(step.Kind), step.Error(), step.Stderr
		if step.Kind == transform.TooLarge {
			line.Outcome = TooLarge
		}
	case errors.As(err, &input):
		line.ErrorClass = string(classOf(err))
	case errors.Is(err, errReserved):
		line.ErrorClass = string(Reserved)
	case errors.As(err, &output):
		line.ErrorClass, line.Reason = string(Disk), "its output "+output.Name+": "+bare(output.Err)
	default:
		line.ErrorClass = string(classOf(err))
	}
}

// Count is what a record counts as. The command also counts earlier records with it.
func Count(line *Line) stats.Item {
	item := stats.Item{
		Outcome: string(line.Outcome),
		Class:   line.ErrorClass,
		Bytes:   line.Bytes,
		Wire:    line.InputBytes,
	}
	if line.Path == "" && len(line.Sums) > 0 {
		item.Bytes = line.InputBytes // summed up, if not stored
	}
	if item.Class != "" { // only failures are grouped
		item.Host, item.Example = path.Dir(line.Input), line.Input
	}
	return item
}
