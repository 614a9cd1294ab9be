package picture

import (
	"bufio"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"crawl/files/transform"
	"crawl/files/transform/picture/vp8l"

	"golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	"golang.org/x/image/tiff"
)

// imageEncoder writes a picture in one format.
type imageEncoder func(io.Writer, image.Image) error

// encoders are those of the formats that are read.
var encoders = map[string]imageEncoder{
	"png":  encodePNG,
	"jpeg": jpegOf(90),
	"gif":  func(out io.Writer, m image.Image) error { return gif.Encode(out, m, nil) },
	"webp": vp8l.Encode,
	"bmp":  bmp.Encode,
	"tiff": func(out io.Writer, m image.Image) error {
		return tiff.Encode(out, m, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
	},
}

// encodePNG saves the imageEncoder from asking for each pixel of a JPEG.
func encodePNG(out io.Writer, m image.Image) error {
	switch m.(type) {
	case *image.YCbCr, *image.CMYK:
		m = rgba(m)
	}
	return png.Encode(out, m)
}

// jpegOf writes JPEG of a quality from 1 to 100. What shows through is white.
func jpegOf(quality int) imageEncoder {
	return func(out io.Writer, m image.Image) error {
		if o, ok := m.(interface{ Opaque() bool }); ok && !o.Opaque() {
			bounds := m.Bounds()
			flat := image.NewRGBA(bounds)
			draw.Draw(flat, bounds, image.NewUniform(color.White), image.Point{}, draw.Src)
			draw.Draw(flat, bounds, m, bounds.Min, draw.Over)
			m = flat
		}
		return jpeg.Encode(out, m, &jpeg.Options{Quality: quality})
	}
}

// writePicture encodes m in pieces of a size that suits a chain.
func writePicture(out io.Writer, m image.Image, encode imageEncoder) error {
	pieces := bufio.NewWriterSize(out, transform.BlockSize)
	if err := encode(pieces, m); err != nil {
		if _, broken := pieces.Write(nil); broken == nil { // so it is the picture's
			return &transform.Error{Kind: transform.Unsupported, Err: err}
		}
		return err
	}
	return pieces.Flush()
}

// isUnsupported reports whether a decoder knows what it can't do.
func isUnsupported(err error) bool {
	if _, ok := errors.AsType[png.UnsupportedError](err); ok {
		return true
	}
	if _, ok := errors.AsType[jpeg.UnsupportedError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tiff.UnsupportedError](err); ok {
		return true
	}
	return errors.Is(err, bmp.ErrUnsupported)
}
