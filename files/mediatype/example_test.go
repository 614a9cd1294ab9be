package mediatype_test

import (
	"fmt"

	"crawl/files/mediatype"
)

func ExampleParse() {
	mediaType, parameters := mediatype.Parse(`Text/HTML; Charset="utf-8"`)
	fmt.Println(mediaType, parameters.Get("charset"))
	// Output: text/html utf-8
}
