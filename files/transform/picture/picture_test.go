package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"crawl/files/transform"
	"crawl/files/transform/steptest"

	"golang.org/x/image/draw"
)

// quarters is a picture of four colours: red, green over blue, white.
func quarters(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, [4]color.NRGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}[x*2/w+y*2/h*2])
		}
	}
	return m
}

func encoded(t testing.TB, format string, m image.Image) string {
	t.Helper()
	var made bytes.Buffer
	if err := encoders[format](&made, m); err != nil {
		t.Fatal(err)
	}
	return made.String()
}

// corners are the letters of the colours in the four quarters of a picture.
func corners(m image.Image) string {
	b := m.Bounds()
	letters := ""
	for _, at := range []image.Point{{1, 1}, {3, 1}, {1, 3}, {3, 3}} {
		r, g, b, _ := m.At(b.Min.X+b.Dx()*at.X/4, b.Min.Y+b.Dy()*at.Y/4).RGBA()
		const half = 0x8000
		letters += map[[3]bool]string{{true, false, false}: "r", {false, true, false}: "g", {false, false, true}: "b", {true, true, true}: "w"}[[3]bool{r > half, g > half, b > half}]
	}
	return letters
}

func TestPictures(t *testing.T) {
	for _, test := range []struct {
		chain        string
		w, h         int // of what is read
		wantW, wantH int
	}{
		{"resize=80x60", 320, 240, 80, 60},
		{"resize=80x80", 320, 240, 80, 60},
		{"resize=80x80", 240, 320, 60, 80},
		{"resize=80x80:fit", 240, 320, 60, 80},
		{"resize=80x", 320, 240, 80, 60},
		{"resize=x60", 320, 240, 80, 60},
		{"resize=200x200", 80, 60, 80, 60},
		{"resize=50x50:fill", 80, 60, 50, 50},
		{"resize=200x40:fill", 80, 60, 200, 40},
		{"resize=1x1:fill", 80, 60, 1, 1},
		{"resize=10x10", 500, 2, 10, 1},
		{"convert=png", 80, 60, 80, 60},
	} {
		for format := range encoders {
			out, err := bench.Run(t, test.chain, encoded(t, format, quarters(test.w, test.h)))
			if err != nil {
				t.Errorf("%s of %s: %v", test.chain, format, err)
				continue
			}
			got, gotFormat, err := image.Decode(strings.NewReader(out))
			if err != nil {
				t.Errorf("%s of %s: %v", test.chain, format, err)
				continue
			}
			if size := got.Bounds().Size(); size != image.Pt(test.wantW, test.wantH) {
				t.Errorf("%s of %s: %v", test.chain, format, size)
			}
			if want := map[bool]string{true: format, false: "png"}[strings.HasPrefix(test.chain, "resize")]; gotFormat != want {
				t.Errorf("%s of %s: is %s", test.chain, format, gotFormat)
			}
			if min(test.wantW, test.wantH) > 2 && corners(got) != "rgbw" {
				t.Errorf("%s of %s: %s", test.chain, format, corners(got))
			}
		}
	}
}

func TestPicturesTurnAsTheirExifSays(t *testing.T) {
	for value, want := range map[int]string{0: "rgbw", 1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb", 9: "rgbw"} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			text := withExif(encoded(t, "jpeg", quarters(64, 32)), order, value)
			for _, chain := range []string{"convert=jpeg", "convert=webp", "resize=16x16"} {
				out, err := bench.Run(t, chain, text)
				if err != nil {
					t.Fatal(err)
				}
				got, _, err := image.Decode(strings.NewReader(out))
				if err != nil {
					t.Fatal(err)
				}
				size := got.Bounds().Size()
				if corners(got) != want || size.X < size.Y != (value >= 5 && value <= 8) {
					t.Errorf("%d in %v by %s: %s of %v, want %s", value, order, chain, corners(got), size, want)
				}
				if strings.Contains(out, "Exif") {
					t.Errorf("%s keeps metadata", chain)
				}
			}
		}
	}
}

// withExif puts an orientation into a JPEG, behind another tag and another segment.
func withExif(text string, order binary.AppendByteOrder, orientation int) string {
	tiff := []byte("II*\x00")
	if order == binary.BigEndian {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 10)
	tiff = append(tiff, 0, 0)
	tiff = order.AppendUint16(tiff, 2)
	for _, entry := range [][2]int{{256, 6}, {274, orientation}} {
		tiff = order.AppendUint16(tiff, uint16(entry[0]))
		tiff = order.AppendUint16(tiff, 3)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, uint16(entry[1]))
		tiff = append(tiff, 0, 0)
	}
	head := "\xFF\xE0\x00\x04ab\xFF\xFF\xE1"
	return text[:2] + head + string(binary.BigEndian.AppendUint16(nil, uint16(2+6+len(tiff)))) + "Exif\x00\x00" + string(tiff) + text[2:]
}

func TestPictureErrors(t *testing.T) {
	whole := encoded(t, "png", quarters(40, 40))
	bomb := []byte(whole)
	binary.BigEndian.PutUint32(bomb[16:], 60000)
	binary.BigEndian.PutUint32(bomb[20:], 60000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	deep := encoded(t, "png", image.NewNRGBA64(image.Rect(0, 0, 8, 8)))
	deepBomb := []byte(deep)
	binary.BigEndian.PutUint32(deepBomb[16:], 10000)
	binary.BigEndian.PutUint32(deepBomb[20:], 6000)
	binary.BigEndian.PutUint32(deepBomb[29:], crc32.ChecksumIEEE(deepBomb[12:29]))
	for _, test := range []struct {
		name, in string
		kind     transform.Kind
		want     string
	}{
		{"empty", "", transform.Corrupt, "is no PNG, JPEG, GIF, WebP, BMP or TIFF"},
		{"text", "text", transform.Corrupt, "is no PNG, JPEG, GIF, WebP, BMP or TIFF"},
		{"cut", whole[:len(whole)/2], transform.Truncated, "a picture that is cut short"},
		{"cut JPEG", encoded(t, "jpeg", quarters(40, 40))[:400], transform.Truncated, "a picture that is cut short"},
		{"damaged", whole[:60] + "x" + whole[61:], transform.Corrupt, ""},
		{"bomb", string(bomb), transform.TooLarge, "a picture of 60000 by 60000 pixels, more than 100 million of them"},
		{"deep bomb", string(deepBomb), transform.TooLarge, "a picture of 10000 by 6000 pixels, more than 50 million of them"},
		{"file too large", whole + strings.Repeat("x", transform.MaxHeld), transform.TooLarge, "is larger than 64 MiB and has to be held whole"},
		{"animated", "RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x09\x00\x00\x09\x00\x00", transform.Unsupported, "an animated WebP"},
	} {
		_, err := bench.Run(t, "convert=png", test.in)
		if steptest.KindOf(err) != test.kind || test.want != "" && err.Error() != "convert=png: "+test.want {
			t.Errorf("%s: %q %v, want %q %s", test.name, steptest.KindOf(err), err, test.kind, test.want)
		}
	}
	if _, err := bench.Run(t, "convert=webp", encoded(t, "png", image.NewGray(image.Rect(0, 0, 17000, 1)))); steptest.KindOf(err) != transform.Unsupported {
		t.Errorf("wide: %v", err)
	}
	for text, want := range map[string]string{
		"convert":           "is png, jpeg, jpeg:QUALITY or webp",
		"convert=gif":       "is png, jpeg, jpeg:QUALITY or webp",
		"convert=png:9":     "png is lossless and has no quality",
		"convert=jpeg:0":    "the quality is a number from 1 to 100",
		"convert=jpeg:x":    "the quality is a number from 1 to 100",
		"resize":            "is WxH with sides from 1 to 16383, one of which may be left out",
		"resize=x":          "is WxH with sides from 1 to 16383, one of which may be left out",
		"resize=0x5":        "is WxH with sides from 1 to 16383, one of which may be left out",
		"resize=5x-5":       "is WxH with sides from 1 to 16383, one of which may be left out",
		"resize=5x20000":    "is WxH with sides from 1 to 16383, one of which may be left out",
		"resize=5x:fill":    "fill needs both sides",
		"resize=5x5:":       "behind the size stands fit or fill",
		"resize=5x5:fill:":  "behind the size stands fit or fill",
		"resize=5x5:stroke": "behind the size stands fit or fill",
	} {
		if _, err := bench.Set.Parse(text); err == nil || err.Error() != fmt.Sprintf("step %q: %s", text, want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestJPEGHasWhiteBehind(t *testing.T) {
	out, err := bench.Run(t, "convert=jpeg:95", encoded(t, "png", image.NewNRGBA(image.Rect(0, 0, 8, 8))))
	if err != nil {
		t.Fatal(err)
	}
	got, err := jpeg.Decode(strings.NewReader(out))
	if err != nil || corners(got) != "wwww" {
		t.Error(got, err)
	}
}

func TestFirstOfSeveralPictures(t *testing.T) {
	var text bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.White, color.Black})
	second := image.NewPaletted(frame.Rect, color.Palette{color.Black})
	if err := gif.EncodeAll(&text, &gif.GIF{Image: []*image.Paletted{frame, second}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	out, err := bench.Run(t, "convert=png", text.String())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := png.Decode(strings.NewReader(out)); err != nil || corners(got) != "wwww" {
		t.Error(got, err)
	}
}

func TestPictureNames(t *testing.T) {
	for chain, want := range map[string]string{"resize=1x1": "a/b.JPeG", "convert=png": "a/b.png", "convert=jpeg": "a/b.jpg", "convert=webp": "a/b.webp"} {
		c, err := bench.Set.Parse(chain)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Output(transform.File{Name: "a/b.JPeG"}).Name; got != want {
			t.Errorf("%s: %s, want %s", chain, got, want)
		}
	}
	for text, want := range map[string]string{"convert=jpeg": "convert=jpeg:85", "resize=007x:fit": "resize=7x", "resize=9x9:fill": "resize=9x9:fill"} {
		if c, err := bench.Set.Parse(text); err != nil || c.String() != want {
			t.Errorf("%s is %s, %v; want %s", text, c, err, want)
		}
	}
}

// Averages keep the mean, at the ragged edges too.
func TestAveraged(t *testing.T) {
	m := image.NewGray(image.Rect(5, 5, 5+10, 5+7))
	for i := range m.Pix {
		m.Pix[i] = uint8(i)
	}
	got := averaged(m, m.Rect, 4)
	if got.Rect != image.Rect(0, 0, 3, 2) {
		t.Fatal(got.Rect)
	}
	for at, want := range map[image.Point]uint8{{0, 0}: 17, {1, 0}: 21, {2, 0}: 24, {0, 1}: 52, {2, 1}: 59} {
		if c := got.RGBAAt(at.X, at.Y); c != (color.RGBA{want, want, want, 255}) {
			t.Errorf("%v: %v, want %d", at, c, want)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add([]byte(withExif("\xFF\xD8", binary.LittleEndian, 6)))
	f.Add([]byte(withExif("\xFF\xD8", binary.BigEndian, 3)))
	f.Add([]byte("\xFF\xD8\xFF\xFF\xFF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if o := jpegOrientation(data); o < 1 || o > 8 {
			t.Error(o)
		}
		if o := exifOrientation(data); o < 1 || o > 8 {
			t.Error(o)
		}
	})
}

func BenchmarkPictures(b *testing.B) {
	photo := image.NewNRGBA(image.Rect(0, 0, 4000, 3000))
	for i := range photo.Pix {
		photo.Pix[i] = uint8(i/4%4000/16+i/16000/12) + uint8(i*i>>7&7)
		if i%4 == 3 {
			photo.Pix[i] = 255
		}
	}
	text := encoded(b, "jpeg", photo)
	for _, chain := range []string{"resize=800x600", "resize=3000x3000", "convert=png", "convert=webp", "convert=jpeg"} {
		b.Run(chain, func(b *testing.B) { bench.Benchmark(b, chain, text, len(text)) })
	}
	source, err := jpeg.Decode(strings.NewReader(text))
	if err != nil {
		b.Fatal(err)
	}
	to := image.Rect(0, 0, 800, 600)
	for name, scaler := range map[string]draw.Scaler{"CatmullRom": draw.CatmullRom, "BiLinear": draw.BiLinear, "ApproxBiLinear": draw.ApproxBiLinear} {
		b.Run("only "+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				scaler.Scale(image.NewRGBA(to), to, source, source.Bounds(), draw.Src, nil)
			}
		})
	}
	b.Run("only ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			resized(source, source.Bounds(), to.Max)
		}
	})
}
