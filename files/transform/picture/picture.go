// Package picture holds the steps for pictures: resize and convert.
//
// Pictures are read with the standard library and golang.org/x/image, its other half: the
// faster libraries have not been kept for years. How many pixels there are is known, and
// bounded, before any of them is decoded.
package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"strings"

	"crawl/files/transform"

	_ "golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// Specs are the steps of this package.
func Specs() transform.Set {
	return transform.Set{
		{Name: "resize", Arg: "WxH[:fill]", Help: "a picture that fits into a box, or fills it", New: Resize},
		{Name: "convert", Arg: "png|jpeg[:1-100]|webp", Help: "a picture in another format", New: Convert},
	}
}

// mostPixels of a picture, by the bytes that one takes: 400 MB.
const mostPixelBytes = 400_000_000

// picture is a file's, decoded.
type picture struct {
	image.Image
	format string // as package image names it
	turned orientation
}

// readPicture decodes the first picture of a file: PNG, JPEG, GIF, WebP, BMP or TIFF. It
// holds the file, of at most 64 MiB, and all pixels. How many those are is known before
// any of them is decoded.
func readPicture(ctx context.Context, in io.Reader) (picture, error) {
	data, err := transform.Whole(in)
	if err != nil {
		return picture{}, err
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return picture{}, explainPicture(err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return picture{}, &transform.Error{Kind: transform.Corrupt, Err: fmt.Errorf("a picture of %d by %d pixels", config.Width, config.Height)}
	}
	if most := mostPixelBytes / pixelBytes(config.ColorModel); int64(config.Width)*int64(config.Height) > int64(most) {
		return picture{}, &transform.Error{Kind: transform.TooLarge, Err: fmt.Errorf("a picture of %d by %d pixels, more than %d million of them", config.Width, config.Height, most/1_000_000)}
	}
	if format == "webp" && animated(data) {
		return picture{}, &transform.Error{Kind: transform.Unsupported, Err: errors.New("an animated WebP")}
	}
	if err := ctx.Err(); err != nil {
		return picture{}, err
	}
	pixels, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return picture{}, explainPicture(err)
	}
	read := picture{pixels, format, upright}
	if format == "jpeg" {
		read.turned = jpegOrientation(data)
	}
	return read, ctx.Err()
}

func pixelBytes(model color.Model) int {
	switch model {
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	return 4
}

// animated looks at the flags of an extended WebP header (RFC 9649 section 2.7).
func animated(webp []byte) bool {
	return len(webp) > 20 && string(webp[12:16]) == "VP8X" && webp[20]&2 != 0
}

func explainPicture(err error) error {
	kind := transform.Corrupt
	switch {
	case errors.Is(err, image.ErrFormat):
		err = errors.New("is no PNG, JPEG, GIF, WebP, BMP or TIFF")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), strings.HasSuffix(err.Error(), "not enough pixel data"): // as PNG and GIF say it
		kind, err = transform.Truncated, errors.New("a picture that is cut short")
	case isUnsupported(err):
		kind = transform.Unsupported
	}
	return &transform.Error{Kind: kind, Err: err}
}

// rgba has the pixels that draw is fastest with, from (0, 0).
func rgba(from image.Image) *image.RGBA {
	bounds := from.Bounds()
	if made, ok := from.(*image.RGBA); ok && bounds.Min == (image.Point{}) {
		return made
	}
	made := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	draw.Draw(made, made.Rect, from, bounds.Min, draw.Src)
	return made
}
