package picture_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"

	"crawl/files/transform"
	"crawl/files/transform/picture"
)

// A picture becomes as large as fits into a box, in another format.
func Example() {
	var in, out bytes.Buffer
	if err := png.Encode(&in, image.NewGray(image.Rect(0, 0, 640, 480))); err != nil {
		fmt.Println(err)
		return
	}
	chain, err := picture.Specs().Parse("resize=100x100,convert=jpeg:80")
	if err != nil {
		fmt.Println(err)
		return
	}
	file := transform.File{Name: "photos/a.png"}
	if _, err := chain.Run(context.Background(), file, &in, &out, transform.Options{}); err != nil {
		fmt.Println(err)
		return
	}
	made, format, err := image.DecodeConfig(&out)
	fmt.Println(chain.Output(file).Name, format, made.Width, made.Height, err)
	// Output: photos/a.jpg jpeg 100 75 <nil>
}
