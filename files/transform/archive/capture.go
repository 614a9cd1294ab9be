package archive

import (
	"context"
	"errors"
	"io"
	"strings"

	"crawl/files/mediatype"
	"crawl/files/transform"
	"crawl/files/warc"
)

// capture is a record that has something to take out.
type capture struct {
	*warc.Record
	message *warc.Message // nil where it holds none
}

// status is 0 where there is none.
func (c capture) status() int {
	if c.message == nil {
		return 0
	}
	return c.message.Status
}

// contentType is that of the payload.
func (c capture) contentType() string {
	if c.message == nil {
		return c.ContentType
	}
	return c.message.Header.Get("Content-Type")
}

// captures calls do with each capture. A response that should be HTTP and is none is
// no capture.
func captures(ctx context.Context, r *warc.Reader, do func(capture) error) error {
	for {
		rec, err := r.Next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return damagedWARC(err)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		c := capture{Record: rec}
		switch rec.Type {
		case warc.Response, warc.Revisit:
			if mediaType, _ := mediatype.Parse(rec.ContentType); strings.HasSuffix(mediaType, "/http") {
				c.message, err = rec.HTTP()
			}
		case warc.Resource, warc.Conversion:
		default:
			continue
		}
		if errors.Is(err, warc.ErrNoHTTP) || rec.TargetURI == "" {
			continue
		}
		if err == nil {
			err = do(c)
		}
		if err != nil {
			return damagedWARC(err)
		}
	}
}

// damagedWARC says of damage what a step says; other errors are as they were.
func damagedWARC(err error) error {
	damage, ok := errors.AsType[*warc.Error](err)
	if !ok {
		return err
	}
	kind := transform.Corrupt
	switch damage.Kind {
	case warc.Cut:
		kind = transform.Truncated
	case warc.Unsupported:
		kind = transform.Unsupported
	}
	return &transform.Error{Kind: kind, Err: damage}
}
