package cdxj_test

import (
	"context"
	"fmt"
	"os"

	"crawl/files"
	"crawl/files/warc"
	"crawl/files/warc/cdxj"
)

func ExampleSURT() {
	for _, url := range []string{"https://www.Example.com:443/Docs/?b=2&a=1#top", "http://example.com:8080/a/../b", "dns:example.com"} {
		fmt.Println(cdxj.SURT(url))
	}
	// Output:
	// com,example)/docs?a=1&b=2
	// com,example:8080)/b
	// dns:example.com
}

// The index of a WARC is written, and a URL found in it.
func ExampleIndexer() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "cdxj")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	eng, err := files.NewDirect(folder, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()
	archive, err := os.Open("../testdata/wget.warc.gz")
	if err != nil {
		panic(err)
	}
	defer archive.Close()

	indexer := cdxj.NewIndexer()
	defer indexer.Close()
	for line, err := range cdxj.Lines(warc.NewReader(archive, warc.ReaderOptions{}), "wget.warc.gz") {
		if err != nil {
			panic(err)
		}
		if err := indexer.Add(line); err != nil {
			panic(err)
		}
	}
	if err := indexer.Write(ctx, eng, "index.cdxj"); err != nil {
		panic(err)
	}

	file, err := os.Open(folder + "/index.cdxj")
	if err != nil {
		panic(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		panic(err)
	}
	for line, err := range cdxj.Open(file, info.Size()).Lookup(ctx, "metadata://gnu.org/software/wget/warc/wget.log") {
		fmt.Println(line.MIME, line.Filename, line.Length > 0, err)
	}
	// Output:
	// text/plain wget.warc.gz true <nil>
}
