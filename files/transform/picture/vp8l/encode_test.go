package vp8l

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/webp"
)

// painted are pictures of all kinds: how to paint one, given a source of chance.
var painted = map[string]func(r *rand.Rand, x, y int) color.NRGBA{
	"noise":       func(r *rand.Rand, x, y int) color.NRGBA { return unpack(r.Uint32() | 0xFF) },
	"clear noise": func(r *rand.Rand, x, y int) color.NRGBA { return unpack(r.Uint32()) },
	"one colour":  func(r *rand.Rand, x, y int) color.NRGBA { return color.NRGBA{7, 8, 9, 255} },
	"clear":       func(r *rand.Rand, x, y int) color.NRGBA { return color.NRGBA{7, 8, 9, 0} },
	"two colours": func(r *rand.Rand, x, y int) color.NRGBA { return color.NRGBA{uint8(r.IntN(2)) * 255, 0, 0, 255} },
	"three":       func(r *rand.Rand, x, y int) color.NRGBA { return color.NRGBA{0, uint8(r.IntN(3)), 0, 255} },
	"sixteen":     func(r *rand.Rand, x, y int) color.NRGBA { return color.NRGBA{0, 0, uint8((x + y) % 16), 255} },
	"greys":       func(r *rand.Rand, x, y int) color.NRGBA { return color.NRGBA{uint8(x), uint8(x), uint8(x), 255} },
	"gradient":    func(r *rand.Rand, x, y int) color.NRGBA { return color.NRGBA{uint8(x), uint8(y), uint8(x + y), 255} },
	"tiles": func(r *rand.Rand, x, y int) color.NRGBA {
		return unpack(rand.New(rand.NewPCG(uint64(x%24), uint64(y%24))).Uint32())
	},
	"photo": func(r *rand.Rand, x, y int) color.NRGBA {
		return color.NRGBA{uint8(x/2 + r.IntN(6)), uint8(y/2 + r.IntN(6)), uint8((x+y)/4 + r.IntN(6)), 255}
	},
}

func unpack(v uint32) color.NRGBA {
	return color.NRGBA{uint8(v >> 24), uint8(v >> 16), uint8(v >> 8), uint8(v)}
}

func paint(name string, w, h int) *image.NRGBA {
	r := rand.New(rand.NewPCG(uint64(w), uint64(h)))
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, painted[name](r, x, y))
		}
	}
	return m
}

func TestEncode(t *testing.T) {
	for name := range painted {
		for _, size := range [][2]int{{1, 1}, {1, 2}, {2, 1}, {3, 3}, {5, 7}, {1, 300}, {300, 1}, {16, 16}, {17, 33}, {100, 41}, {401, 257}} {
			checkRoundTrip(t, fmt.Sprint(name, size), paint(name, size[0], size[1]))
		}
	}
	checkRoundTrip(t, "widest", paint("gradient", Longest, 2))
	checkRoundTrip(t, "highest", paint("photo", 2, Longest))
}

// Encode takes any picture, and a part of one.
func TestEncodeOtherPictures(t *testing.T) {
	part := image.Rect(3, 4, 30, 21)
	for name, m := range map[string]image.Image{
		"part":    paint("clear noise", 40, 40).SubImage(part),
		"grey":    image.NewGray(part),
		"YCbCr":   image.NewYCbCr(part, image.YCbCrSubsampleRatio420),
		"deep":    image.NewNRGBA64(part),
		"palette": image.NewPaletted(part, color.Palette{color.Black, color.White}),
	} {
		checkRoundTrip(t, name, m)
	}
}

func checkRoundTrip(t *testing.T, name string, m image.Image) {
	t.Helper()
	var made bytes.Buffer
	if err := Encode(&made, m); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	read, err := webp.Decode(&made)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	bounds := m.Bounds()
	if read.Bounds().Size() != bounds.Size() {
		t.Errorf("%s: read as %v", name, read.Bounds())
		return
	}
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			want := color.NRGBAModel.Convert(m.At(bounds.Min.X+x, bounds.Min.Y+y))
			if got := color.NRGBAModel.Convert(read.At(x, y)); got != want {
				t.Errorf("%s: at %d,%d %v, want %v", name, x, y, got, want)
				return
			}
		}
	}
}

func TestEncodeErrors(t *testing.T) {
	for _, m := range []image.Image{image.NewGray(image.Rect(0, 0, 0, 5)), image.NewGray(image.Rect(0, 0, 1, Longest+1))} {
		if Encode(io.Discard, m) == nil {
			t.Errorf("%v is taken", m.Bounds())
		}
	}
	boom := errors.New("boom")
	r, w := io.Pipe()
	r.CloseWithError(boom)
	if err := Encode(w, paint("noise", 9, 9)); err != boom {
		t.Error(err)
	}
}

func FuzzEncode(f *testing.F) {
	f.Add(3, []byte("pixels of a picture"))
	f.Add(1, bytes.Repeat([]byte{1, 2, 3, 4}, 50))
	f.Fuzz(func(t *testing.T, width int, pixels []byte) {
		n := len(pixels) / 4
		if width < 1 || width > n || n/width > Longest || width > Longest {
			return
		}
		m := image.NewNRGBA(image.Rect(0, 0, width, n/width))
		copy(m.Pix, pixels)
		checkRoundTrip(t, "fuzzed", m)
	})
}

// No code is longer than it may be, even where counts grow as Fibonacci's numbers do.
func TestCodesAreLimited(t *testing.T) {
	counts := make([]uint32, 40)
	a, b := uint32(1), uint32(1)
	for i := range counts {
		counts[i] = a
		a, b = b, a+b
	}
	for _, limit := range []uint8{7, 15} {
		c := newCode(counts, limit)
		room := 0
		for _, n := range c.lengths {
			if n == 0 || n > limit {
				t.Errorf("a symbol has %d bits of %d", n, limit)
			}
			room += 1 << (limit - n)
		}
		if room != 1<<limit {
			t.Errorf("limit %d: the code is not complete", limit)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, name := range []string{"photo", "sixteen", "noise"} {
		b.Run(name, func(b *testing.B) {
			m := paint(name, 1200, 800)
			b.SetBytes(int64(len(m.Pix)))
			b.ReportAllocs()
			for b.Loop() {
				var made bytes.Buffer
				if err := Encode(&made, m); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(made.Len()), "out-bytes")
			}
		})
	}
}
