package files

// NameDrafts lets d work as on a file system that can't hide files.
func NameDrafts(d *Direct) { d.hiding.tried = true }

// LinkByProc lets d name hidden files as before Linux 6.10.
func LinkByProc(d *Direct) { d.hiding.tried, d.hiding.link = true, linkProc }
