// Package files does file operations below one root folder, with bounded width,
// contexts and safe names: what aiofiles is to Python, without a thread hop a call.
//
// Start with [NewDirect], whose operations run on the calling goroutine, or with
// [NewPool], whose operations run on a few workers so that a caller whose context
// ends need not wait for a slow disk. Both are an [Engine]. What an engine does not
// do itself are functions over it: [Exists], [MkdirAll], [Chmod], [Copy], [CopyTree]
// and so on; [Go] makes a Future of any function. [Lines] and [Chunks] read ahead in
// big blocks. [OpenLog] appends lines to a file for many callers at once; [Lock] keeps
// a second process out. Below are packages for text, temporary files, walks, globs,
// streams and io/fs.
//
// Who reads many small files gives each worker one buffer and calls
// [Engine.ReadStart]; who writes what must not be seen half done takes an
// [Engine.Draft]. [Engine.Do] runs any function of yours under the same rules.
//
// Nothing outside the root is reached or changed, whatever the names or the links
// planted below it ([os.Root] has the rules). The package does not interrupt a
// system call on a regular file, because no kernel can: a context ends the wait for
// a turn, never an operation that has begun. A [File] has one position: who reads
// one from several goroutines uses ReadAt and WriteAt.
//
// Of what aiofiles has these are left out, each for a reason that its parity table
// (testdata/parity.d) repeats:
//
//   - open's opener and closefd, detach, fileno, buffer and raw: a descriptor in other
//     hands would escape the engine's width and its root.
//   - loop and executor: there is no loop: an engine is the executor, and each call
//     names it.
//   - readable, writable, seekable and mode: the flag that the caller gave says it.
//   - isatty: a regular file is no terminal, and of a stream golang.org/x/term tells.
//   - async with: defer is the context manager of the language.
//   - seek and tell of text: a character is no fixed number of bytes: who needs a
//     position keeps that of the file beneath.
//   - encoding, errors and newlines of text: the Options that the caller gave say it.
//   - line_buffering: Flush says when a text goes out.
//   - surrogateescape: strings here hold bytes that are no text as they are, without a
//     handler.
//   - getcwd: names are relative to the engine's root, and a working folder is one for
//     the whole process.
//   - abspath: an engine's root is where names begin, and what lies above is out of reach.
//   - sendfile: Copy does it between files, and package net for a connection that is
//     copied to.
//   - mmap, which aiofiles lacks, too: a mapped file that somebody cuts short ends the
//     process by a signal.
package files
