package pipeline

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// What parent and child tell each other: frames of a length in four bytes, big end
// first, and so much JSON.
//
//	parent                         child
//	setup {job, spec, worker}  ->
//	                           <-  reply to the setup, once the worker is made
//	item {in}                  ->
//	cancel {}                  ->      (at any time; it means the item before it)
//	                           <-  reply {out, err}
//	the end of the pipe        ->
//	                           <-  reply to it, once the worker is released

// maxFrame bounds a frame. Bodies belong into files, not into messages.
const maxFrame = 64 << 20

// request is what the parent says.
type request struct {
	Setup  *setup          `json:"setup,omitempty"`
	In     json.RawMessage `json:"in,omitempty"`
	Cancel bool            `json:"cancel,omitempty"`
}

type setup struct {
	Job    string          `json:"job"`
	Spec   json.RawMessage `json:"spec"`
	Worker int             `json:"worker"`
}

// reply is what the child says.
type reply struct {
	Out  json.RawMessage `json:"out,omitempty"`
	Err  *string         `json:"err,omitempty"`
	Kind string          `json:"kind,omitempty"` // of Err, when it is a context's
}

const (
	kindCanceled = "canceled"
	kindDeadline = "deadline"
)

// writeFrame writes v in one go.
func writeFrame(w io.Writer, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return sendFrame(w, data)
}

func sendFrame(w io.Writer, data []byte) error {
	if len(data) > maxFrame {
		return fmt.Errorf("a message of %d bytes: at most %d are possible", len(data), maxFrame)
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(data)), uint32(len(data)))
	_, err := w.Write(append(frame, data...))
	return err
}

// readFrame reads into v. Its error is io.EOF where the pipe ends between frames.
func readFrame(r io.Reader, v any) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > maxFrame {
		return fmt.Errorf("a message of %d bytes: at most %d are possible", n, maxFrame)
	}
	// No more is allocated than has come.
	data, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err == nil && len(data) < int(n) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}
