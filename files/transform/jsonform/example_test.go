package jsonform_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"crawl/files/transform"
	"crawl/files/transform/jsonform"
)

func Example() {
	run("json=from-csv,json=array,json=pretty", "town,zip\nJena,07743\n")
	run("json=csv", `{"town": "Jena", "at": [50.93, 11.59]}`)
	run("json=compact", "{\n\"a\": 01}")
	// Output:
	// [
	//   {
	//     "town": "Jena",
	//     "zip": "07743"
	//   }
	// ]
	// town,at
	// Jena,"[50.93,11.59]"
	// json=compact: line 2, byte 8: invalid character '1' after object value (expecting ',' or '}')
}

func run(chain, text string) {
	c, err := jsonform.Specs().Parse(chain)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := c.Run(context.Background(), transform.File{}, strings.NewReader(text), os.Stdout, transform.Options{}); err != nil {
		fmt.Println(err)
	}
}
