// Package files does file operations below one root folder, with bounded width,
// contexts and safe names.
//
// Start with [NewDirect], whose operations run on the calling goroutine, or with
// [NewPool], whose operations run on a few workers so that a caller whose context
// ends need not wait for a slow disk. Both are an [Engine]. [OpenLog] appends
// lines to a file for many callers at once; [Lock] keeps a second process out.
//
// Who reads many small files gives each worker one buffer and calls
// [Engine.ReadStart]; who writes what must not be seen half done takes an
// [Engine.Draft]. [Engine.Do] runs any function of yours under the same rules.
//
// Nothing outside the root is reached or changed, whatever the names or the links
// planted below it ([os.Root] has the rules). The package does not interrupt a
// system call on a regular file, because no kernel can: a context ends the wait for
// a turn, never an operation that has begun.
package files
