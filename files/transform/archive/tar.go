package archive

import (
	"archive/tar"
	"io"
	"time"

	"crawl/files/transform"
	"crawl/files/urlname"
	"crawl/files/warc"

	"github.com/zeebo/xxh3"
)

func extractTar(p *payloads, r *warc.Reader, out io.Writer) error {
	w := tar.NewWriter(out)
	there := make(map[uint64]struct{}) // hashes of names
	err := captures(p.ctx, r, func(c capture) error {
		name := urlname.Of(c.TargetURI)
		if c.Type == warc.Revisit {
			original := urlname.Of(c.RefersToTargetURI)
			if _, ok := there[xxh3.HashString(original)]; !ok || original == name {
				return nil
			}
			there[xxh3.HashString(name)] = struct{}{}
			return w.WriteHeader(&tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: original, Mode: 0o644, ModTime: second(c.Date)})
		}
		if s := c.status(); s != 0 && (s < 200 || s > 299) {
			return nil
		}
		payload, size, err := p.of(c)
		if err != nil {
			return err
		}
		there[xxh3.HashString(name)] = struct{}{}
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, ModTime: second(c.Date)}); err != nil {
			return err
		}
		return transform.Stream(w, payload)
	})
	if err != nil {
		return err
	}
	return w.Close()
}

// second is a time that every tar can have.
func second(t time.Time) time.Time {
	if t.Unix() < 0 { // the zero time, too
		return time.Unix(0, 0)
	}
	return t.Truncate(time.Second)
}
