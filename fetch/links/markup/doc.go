// Package markup splits HTML and XML into tags and what stands between them, as a stream
// and fast: it is what links are found with.
//
// Begin with [New] and call [Tokens.Next]. Tags are told from text as browsers do it (HTML
// standard, section 13.2.5), however broken they are. Who reads has to say what only a
// tree could tell: [Tokens.RawText], that what an element holds is no markup, and
// [Tokens.CDATA].
//
// It differs from a whole tokenizer in what it leaves out: text that nobody wants is
// passed over where it stands, attributes are not decoded before they are asked for, and
// comments and doctypes are not told of. Memory is for one token, which has a limit. What
// comes behind one that is longer is read on.
package markup
