package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// refused is why what stands at a name is not used. Each is an [fs.ErrInvalid].
type refused string

const (
	errNotRegular refused = "not a regular file"
	errEscapes    refused = "a link leads out of the folder"
)

func (e refused) Error() string { return string(e) }
func (refused) Unwrap() error   { return fs.ErrInvalid }

// asked returns err with the name that the caller asked for. What os has is a whole
// path, a folder on the way or a temporary name, in errors of several types.
func asked(op, name string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &fs.PathError{Op: op, Path: name, Err: cause(err)}
}

// cause returns what is left of an error of os without its name.
func cause(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	} else if link, ok := errors.AsType[*os.LinkError](err); ok {
		err = link.Err
	}
	if err.Error() == "path escapes from parent" { // what os.Root says, and does not export
		return errEscapes
	}
	return err
}
