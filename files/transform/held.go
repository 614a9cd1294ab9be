package transform

import (
	"fmt"
	"io"
)

const (
	BlockSize = 64 << 10 // of what steps write at once, in bytes: each piece may cost a switch
	MaxHeld   = 64 << 20 // the most bytes that a step holds of a file, where it can't but hold it
)

// Whole reads in, of at most [MaxHeld] bytes; what is larger is [TooLarge].
func Whole(in io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, MaxHeld+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxHeld {
		return nil, &Error{Kind: TooLarge, Err: fmt.Errorf("is larger than %d MiB and has to be held whole", MaxHeld>>20)}
	}
	return data, nil
}

// WriteWhole writes what was made as a whole, in pieces that suit a chain.
func WriteWhole(out io.Writer, made []byte) error {
	for len(made) > 0 {
		n := min(len(made), BlockSize)
		if _, err := out.Write(made[:n]); err != nil {
			return err
		}
		made = made[n:]
	}
	return nil
}
