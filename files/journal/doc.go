// Package journal records what became of each item of a long run, such as a crawl or
// a transform of many files: DIR/manifest.jsonl, one line for each item with its
// final outcome. The journal is the only truth about what is done; a stored file
// counts because a line names it.
//
// Say in a [Format] what the lines of a kind are. Then [Open] a folder, read with
// [Lines] what an earlier run recorded there, [Journal.Append] a line for each item
// whose file is stored, and [Journal.Close] at the end. Any process may [Read] or
// [Verify] a folder at any time.
//
// # What survives
//
// After the death of the process, kill -9 included, whatever Append handed to the
// operating system. After a power failure, whatever was synced: about every second
// the whole file system is, and then a marker in DIR/.crawl says up to which byte
// the journal, and so every file that it names, is durable. Open trusts the lines
// behind the marker only as far as the files have the size and the hash that they
// say, cuts off a torn last line and, where the Format has a folder of its own for
// them, removes files that no line names. A line may also name sections of files that
// many share, which must be as its Format says; to cut such a file back to the last
// section that a line names is for whoever writes it.
//
// # When the last line counts
//
// With Format.Replaces a later line about the same item takes the place of the
// earlier ones, as does one about a file of the same path. A file that replaces
// another stands there a moment before its line does. Where a run breaks off in
// between, the next Open finds that by the time at which the file was written, and
// forgets the line about the one that is gone: the item is done again. Who gives
// his files other times than that must not trust a line without a look at the file.
//
// xxh3 comes from github.com/zeebo/xxh3, which is the fastest in Go and is needed
// for hashes of files that nobody would forge.
package journal
