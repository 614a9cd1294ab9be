package vp8l_test

import (
	"bytes"
	"fmt"
	"image"

	"crawl/files/transform/picture/vp8l"
)

func ExampleEncode() {
	var file bytes.Buffer
	err := vp8l.Encode(&file, image.NewRGBA(image.Rect(0, 0, 640, 480)))
	fmt.Println(file.Len(), err)
	// Output: 66 <nil>
}
