// Package cdxj is the index of WARC files that pywb and other replay tools use: a text
// file with a sorted line for each capture, in which a binary search finds a URL.
//
//	com,example)/ 20261126120000 {"url":"https://example.com/","mime":"text/html",...}
//
// [Lines] makes the lines of a WARC file, an [Indexer] sorts those of many and writes the
// index, and [Open] finds captures in it: with the Filename, Offset and Length of a [Line]
// call [warc.NewReaderAt].
//
// Fields and their forms are those of pywb's documentation and of warcio's cdx-index;
// golang.org/x/net is there for the names of hosts that are not ASCII.
package cdxj
