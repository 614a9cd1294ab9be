package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation says how a camera was held (Exif 2.3, section 4.6.4, tag 274): where the
// first row and the first column of the pixels belong.
type orientation int

const upright orientation = 1

// swaps reports whether rows become columns.
func (o orientation) swaps() bool { return o >= 5 }

// apply turns the picture upright.
func (o orientation) apply(from *image.RGBA) *image.RGBA {
	if o == upright {
		return from
	}
	w, h := from.Rect.Dx(), from.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if o.swaps() {
		size = image.Rect(0, 0, h, w)
	}
	made := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			toX, toY := o.place(x, y, w, h)
			copy(made.Pix[made.PixOffset(toX, toY):][:4], from.Pix[from.PixOffset(x, y):][:4])
		}
	}
	return made
}

// place is where a pixel of a picture of w by h goes.
func (o orientation) place(x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}

// jpegOrientation is what the EXIF segment of a JPEG says, or upright where there is none
// or it makes no sense. (Own code: the libraries read all of EXIF, for one number here.)
func jpegOrientation(data []byte) orientation {
	for data = skip(data, 2); len(data) >= 4 && data[0] == 0xFF; { // behind the SOI
		marker := data[1]
		if marker == 0xFF { // a fill byte
			data = data[1:]
			continue
		}
		if marker == 0xDA || marker == 0xD9 { // the pixels begin, or all ends
			break
		}
		size := int(binary.BigEndian.Uint16(data[2:])) // with its own two bytes
		if size < 2 || 2+size > len(data) {
			break
		}
		segment := data[4 : 2+size]
		if exif, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok && marker == 0xE1 {
			return exifOrientation(exif)
		}
		data = data[2+size:]
	}
	return upright
}

func skip(data []byte, n int) []byte { return data[min(n, len(data)):] }

// exifOrientation looks through the first directory of a TIFF structure (TIFF 6.0,
// section 2).
func exifOrientation(tiff []byte) orientation {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return upright
	}
	if len(tiff) < 8 {
		return upright
	}
	offset := int64(order.Uint32(tiff[4:]))
	if offset+2 > int64(len(tiff)) {
		return upright
	}
	directory := tiff[offset:]
	count := int(order.Uint16(directory))
	for entry := directory[2:]; count > 0 && len(entry) >= 12; count, entry = count-1, entry[12:] {
		const tag, short = 274, 3
		if order.Uint16(entry) != tag || order.Uint16(entry[2:]) != short || order.Uint32(entry[4:]) != 1 {
			continue
		}
		if o := orientation(order.Uint16(entry[8:])); o >= 1 && o <= 8 {
			return o
		}
	}
	return upright
}
