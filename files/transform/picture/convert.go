package picture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"crawl/files/transform"
)

// jpegQuality is what convert=jpeg takes where nothing is said.
const jpegQuality = 85

// Convert is the step that gives a picture another format: convert=png, convert=jpeg
// or jpeg:QUALITY, with 1 to 100 and 85 by default, or convert=webp, which is lossless.
// x.gif becomes x.png, x.jpg or x.webp.
//
// It reads PNG, JPEG, GIF, WebP, BMP and TIFF, whatever the name says; of several
// pictures in one file the first, and animated WebP not at all. A JPEG is turned as its
// EXIF orientation asks. All metadata is dropped, EXIF, colour profiles and comments, and
// so is transparency in JPEG, where white shows through.
//
// The file is held in memory and so are all pixels, at 4 bytes each mostly and at up to
// 16 while a progressive JPEG is decoded. Files of more than 64 MiB and pictures of more
// than 100 megapixels, or 50 with 16 bits a channel, are TooLarge, the latter before
// anything is decoded. A WebP has at most 16,383 pixels a side and else is Unsupported.
func Convert(option string) (transform.Step, error) {
	format, quality, hasQuality := strings.Cut(option, ":")
	s := transform.Step{Name: "convert=" + option, Memory: transform.MaxHeld + mostPixelBytes}
	encode := encoders[format]
	switch format {
	case "png", "webp":
		if hasQuality {
			return transform.Step{}, fmt.Errorf("%s is lossless and has no quality", format)
		}
		s.Becomes = transform.Renamed("."+format, "image/"+format, pictureNames...)
	case "jpeg":
		n := jpegQuality
		if hasQuality {
			var err error
			if n, err = strconv.Atoi(quality); err != nil || n < 1 || n > 100 {
				return transform.Step{}, errors.New("the quality is a number from 1 to 100")
			}
		}
		s.Name = "convert=jpeg:" + strconv.Itoa(n)
		s.Becomes = transform.Renamed(".jpg", "image/jpeg", pictureNames...)
		encode = jpegOf(n)
	default:
		return transform.Step{}, errors.New("is png, jpeg, jpeg:QUALITY or webp")
	}
	s.Run = func(ctx context.Context, _ transform.File, in io.Reader, out io.Writer) error {
		read, err := readPicture(ctx, in)
		if err != nil {
			return err
		}
		if read.turned != upright {
			read.Image = read.turned.apply(rgba(read.Image))
		}
		return writePicture(out, read.Image, encode)
	}
	return s, nil
}

// pictureNames are the extensions that go when the format changes.
var pictureNames = []string{".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".webp", ".bmp", ".tif", ".tiff"}
